"""Signing an element with an enveloped signature (SAML Core 5.4)."""

from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from lockstep.saml.algorithms import DIGESTS, RSA_METHODS
from lockstep.saml.keys import SigningKey
from lockstep.saml.names import DS, ISSUER, SIGNATURE
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.xml import Element, only_child

_PLACEHOLDER = "placeholder"
"""How signxml is told where its signature goes."""


def sign(element: Element, key: SigningKey, hash_name: str = "sha256") -> Element:
    """A copy of `element`, with a signature over all of it right after its Issuer, which is where the schema wants it.

    SamlProblem bad_algorithm for a hash other than sha256, sha384 and sha512.
    """
    if hash_name not in RSA_METHODS:
        raise SamlProblem(Reason.BAD_ALGORITHM, f"no such hash: {hash_name[:40]!r}")
    only_child(element, ISSUER).addnext(etree.Element(SIGNATURE, {"Id": _PLACEHOLDER}, nsmap={"ds": DS}))
    signer = XMLSigner(
        signature_algorithm=RSA_METHODS[hash_name],
        digest_algorithm=DIGESTS[hash_name],
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        element, key=key.private, cert=[key.certificate], reference_uri=f"#{element.get('ID')}", id_attribute="ID"
    )
