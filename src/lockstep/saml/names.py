"""The namespaces and element names of SAML, as lxml writes them: `{namespace}Name`."""

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY_FORMAT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
UNSPECIFIED_NAMES: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"


def saml(name: str) -> str:
    """The name of an element of assertions."""
    return f"{{{SAML}}}{name}"


def samlp(name: str) -> str:
    """The name of an element of messages."""
    return f"{{{SAMLP}}}{name}"


def md(name: str) -> str:
    """The name of an element of metadata."""
    return f"{{{MD}}}{name}"


def ds(name: str) -> str:
    """The name of an element of signatures."""
    return f"{{{DS}}}{name}"


RESPONSE: Final = samlp("Response")
REQUEST: Final = samlp("AuthnRequest")
ASSERTION: Final = saml("Assertion")
ISSUER: Final = saml("Issuer")
SIGNATURE: Final = ds("Signature")
