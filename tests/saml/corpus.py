"""Attack documents: each is made from a good response by an edit, before or after it is signed.

The ids follow the usual families: A wrapping, B signatures, C markup, D parsing, E meaning.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from lockstep.saml.bindings import encode_post
from lockstep.saml.metadata import write_idp_metadata
from lockstep.saml.names import ASSERTION, DS, EXC_C14N, ISSUER, SAML, SAMLP, SIGNATURE, ds, saml, samlp
from lockstep.saml.problems import Reason
from lockstep.saml.records import Binding, Expected, IdpMetadata, Signed, TrustedIdp
from lockstep.saml.requests import new_request, write_request
from lockstep.saml.signing import sign
from lockstep.saml.times import write_time
from lockstep.saml.xml import Element, parse
from tests.saml.documents import (
    ACS,
    ANSWERING,
    ASKED,
    DAY,
    EVIL,
    EXPECTED,
    HOUR,
    IDP,
    MINUTE,
    NOW,
    OTHER_IDP,
    SP,
    USER,
    Edit,
    after_issuer,
    build,
    forged,
    in_object,
    key,
    name_id,
    one,
    posted,
    resigned,
    signed_as,
    text_of,
    trusting,
    unsigned,
    without_signatures,
)

Made = Element | bytes | str


@dataclass(frozen=True)
class Attack:
    """A document, where it is posted, and why it has to be refused."""

    id: str
    reason: Reason
    make: Callable[[], Made]
    trusted: Callable[[], Mapping[str, TrustedIdp]] = trusting
    expected: Expected = EXPECTED

    @property
    def value(self) -> str:
        """The form field; what is made as text is one already."""
        made = self.make()
        return made if isinstance(made, str) else posted(made)


ATTACKS: list[Attack] = []


def attack(
    name: str, reason: Reason, trusted: Callable[[], Mapping[str, TrustedIdp]] = trusting, expected: Expected = EXPECTED
) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    def listed(make: Callable[[], Made]) -> Callable[[], Made]:
        ATTACKS.append(Attack(name, reason, make, trusted, expected))
        return make

    return listed


def said(name: str, reason: Reason, edit: Edit, signed: Signed = Signed.ASSERTION, **where: Any) -> None:
    """A response that the identity provider really signed: what it says is wrong."""
    attack(name, reason, **where)(lambda: build(edit, signed=signed))


def changed(name: str, reason: Reason, old: str, new: str, signed: Signed = Signed.ASSERTION) -> None:
    """A good response whose text was changed on the way."""

    def make() -> bytes:
        text = text_of(build(signed=signed))
        assert old in text
        return text.replace(old, new).encode()

    attack(name, reason)(make)


# --- A: wrapping --------------------------------------------------------------------------------------------------------------


@attack("A01 forged response, the original in an Object of its signature", Reason.WRAPPING)
def _() -> Element:
    good = build(signed=Signed.RESPONSE)
    evil, signature = forged(good), deepcopy(one(good, SIGNATURE))
    in_object(signature, without_signatures(good))
    after_issuer(evil, signature)
    return evil


@attack("A02 forged response, signature detached, the original beside it", Reason.WRAPPING)
def _() -> Element:
    good = build(signed=Signed.RESPONSE)
    evil = forged(good)
    evil.append(without_signatures(good))
    after_issuer(evil, deepcopy(one(good, SIGNATURE)))
    return evil


@attack("A03 forged assertion before the signed one", Reason.WRAPPING)
def _() -> Element:
    good = build()
    one(good, ASSERTION).addprevious(forged(one(good, ASSERTION)))
    return good


@attack("A04 forged assertion around the signed one", Reason.WRAPPING)
def _() -> Element:
    good = build()
    original = one(good, ASSERTION)
    evil = forged(original)
    good.replace(original, evil)
    evil.append(original)
    return good


@attack("A05 forged assertion with the signature, the original at the end", Reason.WRAPPING)
def _() -> Element:
    good = build()
    original = one(good, ASSERTION)
    evil = forged(original)
    after_issuer(evil, deepcopy(one(original, SIGNATURE)))
    good.replace(original, evil)
    good.append(without_signatures(original))
    return good


def _hidden_in_object(new_id: str | None) -> Element:
    good = build()
    original = one(good, ASSERTION)
    evil = forged(original, new_id or str(original.get("ID")))
    signature = deepcopy(one(original, SIGNATURE))
    in_object(signature, without_signatures(original))
    after_issuer(evil, signature)
    good.replace(original, evil)
    return good


attack("A06 forged assertion, the original in an Object of its signature", Reason.WRAPPING)(
    lambda: _hidden_in_object("_forged")
)


@attack("A07 forged assertion in Extensions", Reason.WRAPPING)
def _() -> Element:
    good = build()
    extensions = etree.Element(samlp("Extensions"))
    extensions.append(forged(one(good, ASSERTION)))
    after_issuer(good, extensions)
    return good


attack("A08 as A06, with the id of the original", Reason.DUPLICATE_ID)(lambda: _hidden_in_object(None))


@attack("A09 forged assertion in Advice of the signed one", Reason.WRAPPING)
def _() -> Element:
    good = build()
    advice = etree.SubElement(one(good, ASSERTION), saml("Advice"))
    advice.append(forged(one(good, ASSERTION)))
    return good


@attack("A09 the signed assertion in Advice of a forged one", Reason.WRAPPING)
def _() -> Element:
    good = build()
    original = one(good, ASSERTION)
    evil = forged(original)
    good.replace(original, evil)
    etree.SubElement(evil, saml("Advice")).append(original)
    return good


@attack("A09 signed with an assertion in Advice", Reason.WRAPPING)
def _() -> Element:
    def advise(root: Element) -> None:
        etree.SubElement(one(root, ASSERTION), saml("Advice")).append(forged(one(root, ASSERTION)))

    return build(advise)


@attack("A10 signature moved to the response", Reason.WRAPPING)
def _() -> Element:
    good = build()
    after_issuer(good, one(good, ASSERTION, SIGNATURE))
    return good


@attack("A11 signed response with two assertions", Reason.BAD_STRUCTURE)
def _() -> Element:
    return build(lambda root: root.append(forged(one(root, ASSERTION))), signed=Signed.RESPONSE)


@attack("A12 two signed assertions of two people", Reason.BAD_STRUCTURE)
def _() -> Element:
    good = build()
    good.append(one(build(name_id="bob@corp.test"), ASSERTION))
    return good


# --- B: signatures ------------------------------------------------------------------------------------------------------------

attack("B13 no signature", Reason.UNSIGNED)(unsigned)


@attack("B14 empty signature", Reason.BAD_STRUCTURE)
def _() -> Element:
    root = unsigned()
    after_issuer(one(root, ASSERTION), etree.Element(SIGNATURE))
    return root


@attack("B15 encrypted assertion", Reason.BAD_STRUCTURE)
def _() -> Element:
    root = unsigned()
    root.remove(one(root, ASSERTION))
    data = etree.SubElement(root, saml("EncryptedAssertion"))
    etree.SubElement(data, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")
    return root


@attack("B15 encrypted assertion, with the name of the key as it is usually written", Reason.BAD_STRUCTURE)
def _() -> Element:
    root = unsigned()
    root.remove(one(root, ASSERTION))
    data = etree.SubElement(
        etree.SubElement(root, saml("EncryptedAssertion")), "{http://www.w3.org/2001/04/xmlenc#}EncryptedData"
    )
    etree.SubElement(etree.SubElement(data, ds("KeyInfo")), ds("KeyName")).text = "sp"
    return root


@attack("B15 encrypted assertion beside the signed one", Reason.BAD_STRUCTURE)
def _() -> Element:
    good = build()
    etree.SubElement(good, saml("EncryptedAssertion"))
    return good


attack("B16 signed by a stranger, whose certificate is shown", Reason.BAD_SIGNATURE)(lambda: build(by="stranger"))


@attack("B17 signed by a stranger, the real certificate shown", Reason.BAD_SIGNATURE)
def _() -> Element:
    evil = build(by="stranger")
    certificate = next(evil.iter(ds("X509Certificate")))
    certificate.text = encode_post(key().der)
    return evil


def _edited_form(edit: Callable[[Element], None], by: str = "idp") -> Element:
    """A response whose signature was made with another SignedInfo, which the signer really signed."""
    good = build()
    edit(next(good.iter(SIGNATURE)))
    return resigned(good, by)


def _method(signature: Element) -> Element:
    return one(signature, ds("SignedInfo"), ds("SignatureMethod"))


def _reference(signature: Element) -> Element:
    return one(signature, ds("SignedInfo"), ds("Reference"))


def _transforms(signature: Element) -> Element:
    return one(_reference(signature), ds("Transforms"))


@attack("B18 HMAC with the public key as the secret", Reason.BAD_ALGORITHM)
def _() -> Element:
    good = build()
    signature = next(good.iter(SIGNATURE))
    _method(signature).set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    octets = etree.tostring(one(signature, ds("SignedInfo")), method="c14n", exclusive=True)
    public = key().private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    one(signature, ds("SignatureValue")).text = encode_post(hmac.digest(public, octets, "sha256"))
    return good


def _short_hmac(signature: Element) -> None:
    _method(signature).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")
    etree.SubElement(_method(signature), ds("HMACOutputLength")).text = "1"


def _short_rsa(signature: Element) -> None:
    etree.SubElement(_method(signature), ds("HMACOutputLength")).text = "1"


attack("B19 HMAC of one bit", Reason.BAD_ALGORITHM)(lambda: _edited_form(_short_hmac))
attack("B19 RSA with the length of an HMAC", Reason.BAD_ALGORITHM)(lambda: _edited_form(_short_rsa))


def _sha1_digest(good: Element) -> Element:
    signature = next(good.iter(SIGNATURE))
    one(_reference(signature), ds("DigestMethod")).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")
    octets = etree.tostring(without_signatures(one(good, ASSERTION)), method="c14n", exclusive=True)
    one(_reference(signature), ds("DigestValue")).text = encode_post(hashlib.sha1(octets).digest())
    return signature


@attack("B20 RSA-SHA1 and SHA-1", Reason.BAD_ALGORITHM)
def _() -> Element:
    good = build()
    signature = _sha1_digest(good)
    _method(signature).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    octets = etree.tostring(one(signature, ds("SignedInfo")), method="c14n", exclusive=True)
    made = key().private.sign(octets, padding.PKCS1v15(), hashes.SHA1())
    one(signature, ds("SignatureValue")).text = encode_post(made)
    return good


@attack("B21 RSA-SHA256 over a SHA-1 digest", Reason.BAD_ALGORITHM)
def _() -> Element:
    good = build()
    _sha1_digest(good)
    return resigned(good)


@attack("B22 two SignedInfo, the first one forged", Reason.BAD_STRUCTURE)
def _() -> Element:
    good = build()
    name_id(good).text = EVIL
    signature = next(good.iter(SIGNATURE))
    info = deepcopy(one(signature, ds("SignedInfo")))
    octets = etree.tostring(without_signatures(one(good, ASSERTION)), method="c14n", exclusive=True)
    one(info, ds("Reference"), ds("DigestValue")).text = encode_post(hashlib.sha256(octets).digest())
    signature.insert(0, info)
    return good


@attack("B23 DigestValue with a comment before the real value", Reason.MARKUP_FORBIDDEN)
def _() -> bytes:
    text = text_of(build())
    return text.replace("<ds:DigestValue>", "<ds:DigestValue><!--Zm9yZ2Vk-->").encode()


def _second_reference(signature: Element) -> None:
    another = deepcopy(_reference(signature))
    _reference(signature).addprevious(another)


def _uri(value: str) -> Callable[[Element], None]:
    return lambda signature: _reference(signature).set("URI", value)


def _no_uri(signature: Element) -> None:
    del _reference(signature).attrib["URI"]


attack("B24 a second reference", Reason.BAD_REFERENCE)(lambda: _edited_form(_second_reference))
attack("B25 a reference to the whole document", Reason.BAD_REFERENCE)(lambda: _edited_form(_uri("")))
attack("B25 a reference to nothing", Reason.BAD_REFERENCE)(lambda: _edited_form(_no_uri))
attack("B26 a reference to another machine", Reason.BAD_REFERENCE)(lambda: _edited_form(_uri("http://attacker.test/")))
attack("B27 a reference by xpointer", Reason.BAD_REFERENCE)(lambda: _edited_form(_uri("#xpointer(/)")))
attack("B27 a reference with two hashes", Reason.BAD_REFERENCE)(lambda: _edited_form(_uri("##_forged")))


def _transform(algorithm: str, inside: str | None = None, place: int = 1) -> Callable[[Element], None]:
    def edit(signature: Element) -> None:
        added = etree.Element(ds("Transform"), {"Algorithm": algorithm})
        if inside is not None:
            added.append(etree.fromstring(inside))
        _transforms(signature).insert(place, added)

    return edit


_XSLT = '<t:stylesheet version="1.0" xmlns:t="http://www.w3.org/1999/XSL/Transform"/>'
_XPATH = f'<ds:XPath xmlns:ds="{DS}">not(self::NameID)</ds:XPath>'
_FILTER = '<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//NameID</f:XPath>'
for _name, _algorithm, _inside in (
    ("B28 XSLT", "http://www.w3.org/TR/1999/REC-xslt-19991116", _XSLT),
    ("B29 XPath", "http://www.w3.org/TR/1999/REC-xpath-19991116", _XPATH),
    ("B29 XPath filter", "http://www.w3.org/2002/06/xmldsig-filter2", _FILTER),
    ("B29 base64", "http://www.w3.org/2000/09/xmldsig#base64", None),
):
    _edit = _transform(_algorithm, _inside)
    attack(_name, Reason.BAD_TRANSFORM)(partial(_edited_form, _edit))


def _one_transform(signature: Element) -> None:
    _transforms(signature).remove(_transforms(signature)[1])


def _turned_round(signature: Element) -> None:
    _transforms(signature).append(_transforms(signature)[0])


def _no_transforms(signature: Element) -> None:
    _reference(signature).remove(_transforms(signature))


def _odd_parameter(signature: Element) -> None:
    _transforms(signature)[1].append(etree.fromstring(_XPATH))


attack("B29 no canonicalization", Reason.BAD_TRANSFORM)(lambda: _edited_form(_one_transform))
attack("B29 the other way round", Reason.BAD_TRANSFORM)(lambda: _edited_form(_turned_round))
attack("B29 no transforms", Reason.BAD_TRANSFORM)(lambda: _edited_form(_no_transforms))
attack("B29 a canonicalization with XPath", Reason.BAD_TRANSFORM)(lambda: _edited_form(_odd_parameter))


def _many_prefixes(signature: Element) -> None:
    inclusive = etree.SubElement(_transforms(signature)[1], f"{{{EXC_C14N}}}InclusiveNamespaces")
    inclusive.set("PrefixList", " ".join(f"p{number}" for number in range(33)))


attack("B29 a canonicalization with very many prefixes", Reason.BAD_TRANSFORM)(lambda: _edited_form(_many_prefixes))


def _canonical(algorithm: str) -> Callable[[Element], None]:
    return lambda signature: one(signature, ds("SignedInfo"), ds("CanonicalizationMethod")).set("Algorithm", algorithm)


attack("B30 with comments", Reason.BAD_ALGORITHM)(lambda: _edited_form(_canonical(f"{EXC_C14N}WithComments")))
attack("B30 canonical XML 1.1", Reason.BAD_ALGORITHM)(lambda: _edited_form(_canonical("http://www.w3.org/2006/12/xml-c14n11")))


def _commented_transform(signature: Element) -> None:
    _transforms(signature)[1].set("Algorithm", f"{EXC_C14N}WithComments")


# The sheet of algorithms and the list of transforms both forbid it; the transforms are where it stands.
attack("B30 a transform with comments", Reason.BAD_TRANSFORM)(lambda: _edited_form(_commented_transform))


@attack("B31 a forged signature before the genuine one", Reason.WRAPPING)
def _() -> Element:
    good = build()
    after_issuer(one(good, ASSERTION), one(build(by="stranger"), ASSERTION, SIGNATURE))
    return good


changed("B32 name changed after signing", Reason.BAD_SIGNATURE, USER, EVIL)
changed("B32 name changed after signing, response signed", Reason.BAD_SIGNATURE, USER, EVIL, Signed.RESPONSE)
changed("B32 name changed after signing, both signed", Reason.BAD_SIGNATURE, USER, EVIL, Signed.BOTH)


@attack("B32 a stranger's assertion in a response that is signed well", Reason.BAD_SIGNATURE)
def _() -> Element:
    return sign(build(by="stranger"), key())


@attack("B32 a good assertion in a stranger's response", Reason.BAD_SIGNATURE)
def _() -> Element:
    return sign(build(), key("stranger"))


def _smuggled(place: str) -> Element:
    good = build()
    name_id(good).text = EVIL
    octets = etree.tostring(without_signatures(one(good, ASSERTION)), method="c14n", exclusive=True)
    holder = etree.Element(samlp(place))
    etree.SubElement(holder, ds("DigestValue")).text = encode_post(hashlib.sha256(octets).digest())
    if place == "Extensions":
        after_issuer(good, holder)
    else:
        one(good, samlp("Status")).append(holder)
    return good


attack("B33 a digest smuggled in Extensions", Reason.WRAPPING)(lambda: _smuggled("Extensions"))
attack("B33 a digest smuggled in StatusDetail", Reason.WRAPPING)(lambda: _smuggled("StatusDetail"))


# --- C: markup ----------------------------------------------------------------------------------------------------------------


def _commented(tag: str) -> bytes:
    """The comment cut into what was signed: canonicalization drops it, so the signature stays right."""
    good = build(name_id=f"{EVIL}.evil.test")
    text = text_of(good)
    start = text.index(f"<saml:{tag}", text.index("<saml:Assertion"))
    end = text.index("</", start)
    return f"{text[: end - 4]}<!---->{text[end - 4 :]}".encode()


for _tag in ("NameID", "Audience", "Issuer", "AttributeValue"):
    _name = f"{'C34' if _tag == 'NameID' else 'C35'} a comment in {_tag}"
    attack(_name, Reason.MARKUP_FORBIDDEN)(partial(_commented, _tag))


@attack("C34 a comment after the root", Reason.MARKUP_FORBIDDEN)
def _() -> bytes:
    return posted_bytes(build()) + b"<!-- -->"


@attack("C34 a comment before the root", Reason.MARKUP_FORBIDDEN)
def _() -> bytes:
    return b"<!-- -->" + posted_bytes(build())


changed("C36 a processing instruction in the name", Reason.MARKUP_FORBIDDEN, USER, f"{USER[:5]}<?x y?>{USER[5:]}")


def posted_bytes(root: Element) -> bytes:
    return text_of(root).encode()


# --- D: parsing ---------------------------------------------------------------------------------------------------------------


def _with_type(declared: str, name: str = USER) -> bytes:
    return f"<!DOCTYPE {declared}>".encode() + text_of(build()).replace(USER, name).encode()


_LAUGHS = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
for _name, _declared, _user in (
    ("D01 a document type", "samlp:Response", USER),
    ("D02 a default attribute", "samlp:Response [<!ATTLIST samlp:Response Consent CDATA 'yes'>]", USER),
    ("D03 an external subset", 'samlp:Response SYSTEM "http://127.0.0.1:9/x.dtd"', USER),
    ("D04 an entity in the name", f'samlp:Response [<!ENTITY u "{EVIL}">]', "&u;"),
    ("D05 a billion laughs", f"samlp:Response [{_LAUGHS}]", "&i;"),
    ("D06 a file", 'samlp:Response [<!ENTITY u SYSTEM "file:///etc/hostname">]', "&u;"),
    ("D06 a parameter entity", 'samlp:Response [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]', USER),
):
    attack(_name, Reason.DTD_FORBIDDEN)(partial(_with_type, _declared, _user))


@attack("D01 a document type after a declaration and white space", Reason.DTD_FORBIDDEN)
def _() -> bytes:
    return b"<?xml version='1.0' encoding='UTF-8'?>\r\n\t" + _with_type("samlp:Response")


@attack("D04 an entity that nobody declared", Reason.NOT_XML)
def _() -> bytes:
    return text_of(build()).replace(USER, "&u;").encode()


_INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname" parse="text"/>'
changed("D07 XInclude in the name", Reason.BAD_STRUCTURE, f"{USER}</saml:NameID>", f"{_INCLUDE}</saml:NameID>")
changed("D07 XInclude in the response", Reason.BAD_STRUCTURE, "<samlp:Status>", f"{_INCLUDE}<samlp:Status>")


def _declared_as(declaration: str, encoding: str) -> bytes:
    return (declaration + text_of(build())).encode(encoding)


for _name, _declaration, _encoding in (
    ("D08 UTF-16 declared as UTF-8", '<?xml version="1.0" encoding="utf-8"?>', "utf-16"),
    ("D08 UTF-16", '<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
    ("D08 UTF-16 without mark", "", "utf-16-le"),
    ("D08 UTF-32", "", "utf-32"),
    ("D08 UTF-7", '<?xml version="1.0" encoding="utf-7"?>', "ascii"),
    ("D08 Latin-1 declared", '<?xml version="1.0" encoding="iso-8859-1"?>', "ascii"),
    ("D08 a mark and another declaration", '<?xml version="1.0" encoding="iso-8859-1"?>', "utf-8-sig"),
    ("D08 a mark", "", "utf-8-sig"),
    ("D08 a declaration in the wrong version", '<?xml version="1.1"?>', "utf-8"),
):
    attack(_name, Reason.BAD_ENCODING)(partial(_declared_as, _declaration, _encoding))
attack("D08 UTF-7 that nobody declared", Reason.NOT_XML)(lambda: text_of(build()).replace("<", "+ADw-").encode())
attack("D08 a byte that is no UTF-8", Reason.BAD_ENCODING)(lambda: posted_bytes(build()).replace(b"Treasury", b"Tr\xe9sor"))
attack("D08 a NUL", Reason.BAD_ENCODING)(lambda: posted_bytes(build()).replace(b"Treasury", b"Treas\0ury"))
attack("D08 text before the root", Reason.NOT_XML)(lambda: b"x" + posted_bytes(build()))

changed("D07 text between elements", Reason.BAD_STRUCTURE, "<samlp:Status>", "x<samlp:Status>")
changed("D07 text in an element of elements", Reason.BAD_STRUCTURE, "<samlp:Status>", "<samlp:Status>x")
changed("D09 a relative namespace on the root", Reason.NS_FORBIDDEN, "<samlp:Response ", '<samlp:Response xmlns:a="b" ')
changed("D09 a relative namespace in the assertion", Reason.NS_FORBIDDEN, "<saml:Subject>", '<saml:Subject xmlns:a="b/c">')
# A signature in what is no Assertion for us is seen before the structure is.
changed("D10 the assertion in another namespace", Reason.WRAPPING, SAML, f"{SAML}x")


@attack("D10 an assertion of another namespace before the signed one", Reason.BAD_STRUCTURE)
def _() -> bytes:
    good = build()
    evil = text_of(forged(one(good, ASSERTION))).replace(SAML, SAML.upper())
    return text_of(good).replace("<saml:Assertion", f"{evil}<saml:Assertion", 1).encode()


changed("D10 a signature of another namespace", Reason.BAD_STRUCTURE, f'"{DS}"', f'"{DS}x"')
changed("D10 a namespace with a space", Reason.NOT_XML, f'"{DS}"', f'" {DS}"')
# The namespaces are looked at before the structure is.
changed("D10 no namespace at all", Reason.NS_FORBIDDEN, "<saml:Subject>", '<saml:Subject xmlns="">')
changed("D10 an element without namespace", Reason.NS_FORBIDDEN, "<saml:Subject>", "<saml:Subject><NameID>x</NameID>")


@attack("D10 a prefix bound anew around a forged assertion", Reason.BAD_STRUCTURE)
def _() -> bytes:
    """For who goes by prefix there are two assertions, the first one forged."""
    good = build()
    evil = text_of(forged(one(good, ASSERTION))).replace(f'xmlns:saml="{SAML}"', 'xmlns:saml="urn:other"')
    return text_of(good).replace("<saml:Assertion", f"{evil}<saml:Assertion", 1).encode()


for _name, _id in (("samlp:ID", f"{{{SAMLP}}}ID"), ("xml:id", "{http://www.w3.org/XML/1998/namespace}id"), ("Id", "Id")):

    @attack(f"D11 a second identifier, {_name}", Reason.DUPLICATE_ID)
    def _(attribute: str = _id) -> Element:
        good = build(signed=Signed.RESPONSE)
        one(good, ASSERTION).set(attribute, "_other")
        return good

    @attack(f"D12 the same identifier elsewhere as {_name}", Reason.DUPLICATE_ID)
    def _(attribute: str = _id) -> Element:
        good = build()
        one(good, samlp("Status")).set(attribute, one(good, ASSERTION).get("ID", ""))
        return good


@attack("D13 two assertions with one id", Reason.DUPLICATE_ID)
def _() -> Element:
    good = build()
    original = one(good, ASSERTION)
    original.addprevious(forged(original, original.get("ID", "")))
    return good


attack("D14 base64 with other characters", Reason.BAD_BASE64)(lambda: posted(build())[:40] + "*-\n" + posted(build())[40:])
attack("D14 base64 with a tab", Reason.BAD_BASE64)(lambda: "\t" + posted(build()))
attack("D14 nothing", Reason.BAD_BASE64)(lambda: "")
attack("D15 base64url", Reason.BAD_BASE64)(lambda: base64.urlsafe_b64encode(b"\xfb\xff\xbf" * 20).decode())
attack("D15 no padding", Reason.BAD_BASE64)(lambda: encode_post(b"<a/>").rstrip("="))
attack("D15 bits after the end", Reason.BAD_BASE64)(lambda: "PHg+PC94Pm==")

attack("D16 five megabytes of text", Reason.TOO_LARGE)(lambda: posted_bytes(build()).replace(b"Treasury", b"a" * 5_000_000))
attack("D16 just over the limit", Reason.TOO_LARGE)(lambda: posted_bytes(build()).ljust(131_073))
attack("D16 ten thousand deep", Reason.NS_FORBIDDEN)(lambda: b'<a xmlns="u:x">' + b"<a>" * 10_000 + b"</a>" * 10_001)
attack("D16 forty deep", Reason.NS_FORBIDDEN)(lambda: b'<a xmlns="u:x">' + b"<a>" * 40 + b"</a>" * 41)
attack("D16 many elements", Reason.NS_FORBIDDEN)(lambda: b'<a xmlns="u:x">' + b"<a/>" * 10_000 + b"</a>")
attack("D16 many attributes", Reason.NS_FORBIDDEN)(
    lambda: b'<a xmlns="u:x" ' + b" ".join(b'a%d=""' % number for number in range(9_000)) + b"/>"
)
attack("D16 many namespaces", Reason.NS_FORBIDDEN)(
    lambda: b'<a xmlns="u:x" ' + b" ".join(b'xmlns:a%d="u:%d"' % (number, number) for number in range(3_000)) + b"/>"
)
attack("D18 quotes that end a document type early for some", Reason.DTD_FORBIDDEN)(
    lambda: _with_type("""x [<!NOTATION a SYSTEM "'><!--"> <!ENTITY b "'-->">]""")
)
# For a reader that takes a namespace for an attribute this signature is in another namespace: here it is none at all.
changed("D18 a namespace given twice", Reason.NOT_XML, f'xmlns:ds="{DS}"', f'xmlns:ds="{DS}" xmlns:ds="urn:x"')
changed("D18 an attribute given twice", Reason.NOT_XML, 'Version="2.0"', """Version="2.0" Version='2.0'""")
changed(
    "D18 an attribute twice, by two prefixes",
    Reason.NOT_XML,
    "<saml:Subject>",
    '<saml:Subject xmlns:a="u:x" xmlns:b="u:x" a:c="" b:c="">',
)


# --- E: meaning ---------------------------------------------------------------------------------------------------------------


def _assertion(root: Element) -> Element:
    return one(root, ASSERTION)


def _conditions(root: Element) -> Element:
    return one(root, ASSERTION, saml("Conditions"))


def _data(root: Element) -> Element:
    return next(root.iter(saml("SubjectConfirmationData")))


def _statement(root: Element) -> Element:
    return one(root, ASSERTION, saml("AuthnStatement"))


def setting(find: Callable[[Element], Element], name: str, value: str | None) -> Edit:
    """An edit that sets an attribute, or takes it away."""

    def edit(root: Element) -> None:
        if value is None:
            del find(root).attrib[name]
        else:
            find(root).set(name, value)

    return edit


def texting(find: Callable[[Element], Element], text: str) -> Edit:
    def edit(root: Element) -> None:
        find(root).text = text

    return edit


def removing(find: Callable[[Element], Element]) -> Edit:
    def edit(root: Element) -> None:
        element = find(root)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    return edit


def doubling(find: Callable[[Element], Element]) -> Edit:
    return lambda root: find(root).addnext(deepcopy(find(root)))


def adding(find: Callable[[Element], Element], xml: str) -> Edit:
    return lambda root: find(root).append(etree.fromstring(xml))


def _audience(root: Element) -> Element:
    return next(root.iter(saml("Audience")))


def _root(root: Element) -> Element:
    return root


def _code(root: Element) -> Element:
    return one(root, samlp("Status"), samlp("StatusCode"))


_RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
_NS = f'xmlns:saml="{SAML}"'

said("E38 another audience", Reason.AUDIENCE_MISMATCH, texting(_audience, "https://elsewhere.test"))
said("E38 an audience with a slash more", Reason.AUDIENCE_MISMATCH, texting(_audience, f"{SP}/"))
said("E38 no audience", Reason.AUDIENCE_MISMATCH, removing(_audience))
said("E38 no restriction", Reason.AUDIENCE_MISMATCH, removing(lambda root: one(_conditions(root), saml("AudienceRestriction"))))
said("E39 another recipient", Reason.RECIPIENT_MISMATCH, setting(_data, "Recipient", "https://elsewhere.test/acs"))
said("E39 no recipient", Reason.RECIPIENT_MISMATCH, setting(_data, "Recipient", None))
said("E40 another destination", Reason.DESTINATION_MISMATCH, setting(_root, "Destination", "https://elsewhere.test/acs"))
said("E40 no destination, signed", Reason.DESTINATION_MISMATCH, setting(_root, "Destination", None), Signed.RESPONSE)
said("E41 a destination that begins like ours", Reason.DESTINATION_MISMATCH, setting(_root, "Destination", f"{ACS}.evil"))
said("E41 an empty destination", Reason.DESTINATION_MISMATCH, setting(_root, "Destination", ""))
said("E42 a recipient that contains ours", Reason.RECIPIENT_MISMATCH, setting(_data, "Recipient", f"https://evil.test/?{ACS}"))


def _answering(confirmed: str | None, responded: str | None) -> Edit:
    def edit(root: Element) -> None:
        for element, value in ((_data(root), confirmed), (root, responded)):
            if value is not None:
                element.set("InResponseTo", value)

    return edit


said("E43 an answer to another request", Reason.IRT_MISMATCH, _answering("_other", "_other"), expected=ANSWERING)
said("E43 an answer to a request of another browser", Reason.IRT_MISMATCH, _answering(ASKED.id, ASKED.id))
said("E43 only the response answers", Reason.IRT_MISMATCH, _answering(None, ASKED.id), expected=ANSWERING)
said("E43 only the confirmation answers", Reason.IRT_MISMATCH, _answering(ASKED.id, None), expected=ANSWERING)
said("E43 the two answer different requests", Reason.IRT_MISMATCH, _answering(ASKED.id, "_other"), expected=ANSWERING)
said("E43 an unknown request, in the response only", Reason.IRT_MISMATCH, _answering(None, "_other"))
said(
    "E44 nobody asked, and that is not allowed",
    Reason.UNSOLICITED_REFUSED,
    lambda root: None,
    trusted=lambda: trusting(unsolicited=False),
)
said("E44 an empty InResponseTo", Reason.UNSOLICITED_REFUSED, _answering("", ""))
# We did ask in this browser: what answers nothing is not the answer.
said("E44 nobody asked, though we did", Reason.IRT_MISMATCH, lambda root: None, expected=ANSWERING)
said("E44 an empty InResponseTo, though we asked", Reason.IRT_MISMATCH, _answering("", ""), expected=ANSWERING)


def _window(starts: int, ends: int) -> Edit:
    def edit(root: Element) -> None:
        _conditions(root).set("NotBefore", write_time(NOW + starts))
        _conditions(root).set("NotOnOrAfter", write_time(NOW + ends))

    return edit


for _name, _ago in (("one minute", MINUTE), ("six minutes", 6 * MINUTE), ("a day", DAY)):
    said(f"E45 conditions ended {_name} ago", Reason.EXPIRED, _window(-_ago - 5 * MINUTE, -_ago))
said("E45 conditions without an end", Reason.BAD_CONDITION, setting(_conditions, "NotOnOrAfter", None))
said("E45 conditions without a start", Reason.BAD_CONDITION, setting(_conditions, "NotBefore", None))
said("E45 conditions of two hours", Reason.BAD_CONDITION, _window(-HOUR, HOUR))
said("E45 conditions that end before they start", Reason.BAD_CONDITION, _window(0, -1))
said("E45 no conditions", Reason.BAD_CONDITION, removing(_conditions))
said("E45 two conditions", Reason.BAD_CONDITION, doubling(_conditions))
said("E45 a condition nobody knows", Reason.BAD_CONDITION, adding(_conditions, '<x:Condition xmlns:x="urn:x"/>'))
said(
    "E45 a condition of a type nobody knows",
    Reason.BAD_CONDITION,
    adding(
        _conditions, f'<saml:Condition {_NS} xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x" i:type="x:Y"/>'
    ),
)
said("E46 the confirmation ended", Reason.EXPIRED, setting(_data, "NotOnOrAfter", write_time(NOW - MINUTE)))
said("E46 a confirmation without an end", Reason.EXPIRED, setting(_data, "NotOnOrAfter", None))
said("E46 a confirmation with a start", Reason.EXPIRED, setting(_data, "NotBefore", write_time(NOW)))
said("E47 not valid for ten minutes", Reason.NOT_YET_VALID, _window(10 * MINUTE, 15 * MINUTE))
for _method_name in ("holder-of-key", "sender-vouches"):
    said(
        f"E48 {_method_name} only",
        Reason.NO_BEARER,
        setting(
            lambda root: next(root.iter(saml("SubjectConfirmation"))),
            "Method",
            f"urn:oasis:names:tc:SAML:2.0:cm:{_method_name}",
        ),
    )
said("E48 no confirmation", Reason.NO_BEARER, removing(lambda root: next(root.iter(saml("SubjectConfirmation")))))
said("E48 a bearer without data", Reason.NO_BEARER, removing(_data))
for _signed in Signed:
    said(f"E49 a failure with an assertion, {_signed} signed", Reason.IDP_STATUS, setting(_code, "Value", _RESPONDER), _signed)
said("E49 a failure with an assertion, no code", Reason.IDP_STATUS, setting(_code, "Value", None))


@attack("E49 a refusal", Reason.IDP_STATUS)
def _() -> Element:
    root = unsigned()
    root.remove(_assertion(root))
    _code(root).set("Value", _RESPONDER)
    return root


@attack("E49 success without assertion", Reason.BAD_STRUCTURE)
def _() -> Element:
    root = unsigned()
    root.remove(_assertion(root))
    return root


for _name, _text in (
    ("empty", ""),
    ("spaces", "  "),
    ("a space before it", f" {USER}"),
    ("a line break after it", f"{USER}\n"),
    ("zero width", "ali\u200bce@corp.test"),
    ("a soft hyphen", "ali\xadce@corp.test"),
    ("right to left", "\u202ealice@corp.test"),
    ("a Cyrillic letter among Latin ones", "\u0430lice@corp.test"),
    ("a Greek letter among Latin ones", "alic\u03b5@corp.test"),
    ("a full-width letter", "\uff41lice@corp.test"),
    ("a letter and its accent", "a\u0301lice@corp.test"),
    ("too long", "a" * 257),
    ("a control", "alice\x85@corp.test"),
):
    said(f"E50 a name: {_name}", Reason.BAD_NAMEID, texting(name_id, _text))
said("E50 no name", Reason.BAD_NAMEID, removing(name_id))
said("E50 two names", Reason.BAD_NAMEID, doubling(name_id))
said("E50 no subject", Reason.BAD_NAMEID, removing(lambda root: one(_assertion(root), saml("Subject"))))
said("E50 a name in another format", Reason.BAD_NAMEID, setting(name_id, "Format", "urn:x"))
said("E50 a name without format", Reason.BAD_NAMEID, setting(name_id, "Format", None))
said("E50 a name another one qualifies", Reason.BAD_NAMEID, setting(name_id, "NameQualifier", OTHER_IDP))
said("E50 a name for another service", Reason.BAD_NAMEID, setting(name_id, "SPNameQualifier", "https://elsewhere.test"))
said("E50 an element in the name", Reason.BAD_STRUCTURE, adding(name_id, f"<saml:NameID {_NS}>x</saml:NameID>"))
said(
    "E50 an encrypted name",
    Reason.BAD_STRUCTURE,
    adding(lambda root: one(_assertion(root), saml("Subject")), f"<saml:EncryptedID {_NS}/>"),
)
said("E51 two statements", Reason.BAD_AUTHN, doubling(_statement))
said("E51 no statement", Reason.BAD_AUTHN, removing(_statement))
said("E51 a sign-in to come", Reason.BAD_AUTHN, setting(_statement, "AuthnInstant", write_time(NOW + 2 * MINUTE)))
said("E51 a sign-in at no time", Reason.BAD_AUTHN, setting(_statement, "AuthnInstant", None))


def _attribute(root: Element) -> Element:
    return next(root.iter(saml("Attribute")))


said("E52 an attribute twice", Reason.BAD_ATTRIBUTE, doubling(_attribute))
said(
    "E52 two statements of attributes",
    Reason.BAD_ATTRIBUTE,
    doubling(lambda root: one(_assertion(root), saml("AttributeStatement"))),
)
said("E52 an attribute without a name", Reason.BAD_ATTRIBUTE, setting(_attribute, "Name", None))
said(
    "E52 XML for a value",
    Reason.BAD_ATTRIBUTE,
    adding(lambda root: next(root.iter(saml("AttributeValue"))), f"<saml:NameID {_NS}>x</saml:NameID>"),
)


@attack("E52 fifty-one attributes", Reason.BAD_ATTRIBUTE)
def _() -> Element:
    def many(root: Element) -> None:
        for number in range(48):
            _attribute(root).addnext(etree.Element(saml("Attribute"), {"Name": str(number)}))

    return build(many)


said("E54 the session ended", Reason.SESSION_EXPIRED, setting(_statement, "SessionNotOnOrAfter", write_time(NOW - MINUTE)))
_ANOTHER = f"<saml:AudienceRestriction {_NS}><saml:Audience>https://elsewhere.test</saml:Audience></saml:AudienceRestriction>"
said("E55 two restrictions, one ours", Reason.AUDIENCE_MISMATCH, adding(_conditions, _ANOTHER))

said("E57 version 1.1", Reason.NOT_A_RESPONSE, setting(_root, "Version", "1.1"))
said("E57 no id", Reason.NOT_A_RESPONSE, setting(_root, "ID", None))
said("E57 an id that is none", Reason.NOT_A_RESPONSE, setting(_root, "ID", "1 2"))
said("E57 the year 9999", Reason.NOT_A_RESPONSE, setting(_root, "IssueInstant", "9999-12-31T23:59:59Z"))
said("E57 no moment", Reason.NOT_A_RESPONSE, setting(_root, "IssueInstant", None))
said("E57 an assertion of version 1.1", Reason.BAD_STRUCTURE, setting(_assertion, "Version", "1.1"))
said("E57 an assertion in the year 9999", Reason.BAD_STRUCTURE, setting(_assertion, "IssueInstant", "9999-12-31T23:59:59Z"))
attack("E57 an assertion without id", Reason.BAD_STRUCTURE)(
    lambda: build(setting(_assertion, "ID", None), signed=Signed.RESPONSE)
)


@attack("E58 an expired certificate where those do not count", Reason.BAD_KEY, lambda: _expired(counts=False))
def _() -> Element:
    assertion = unsigned()
    assertion.replace(_assertion(assertion), sign(deepcopy(_assertion(assertion)), key("old", 1)))
    return assertion


def _expired(*, counts: bool) -> Mapping[str, TrustedIdp]:
    return {IDP: TrustedIdp(IDP, (key("old", 1).der,), expired_certificates=counts)}


attack("E58 a key that was retired", Reason.BAD_SIGNATURE, lambda: trusting("next", "active"))(build)
attack("E58 nobody's certificate", Reason.BAD_KEY, lambda: {IDP: TrustedIdp(IDP, ())})(build)


def _both_trusted() -> Mapping[str, TrustedIdp]:
    return {**trusting(), OTHER_IDP: TrustedIdp(OTHER_IDP, (key("other").der,))}


attack("E60 another identity provider in the name of ours", Reason.BAD_SIGNATURE, _both_trusted)(lambda: build(by="other"))
attack("E60 an identity provider of another tenant", Reason.ISSUER_MISMATCH)(lambda: build(by="other", issuer=OTHER_IDP))
attack("E60 another one answers than was asked", Reason.ISSUER_MISMATCH, _both_trusted, ANSWERING)(
    lambda: build(by="other", issuer=OTHER_IDP, in_response_to=ASKED.id)
)
attack("E60 another tenant's response", Reason.DESTINATION_MISMATCH)(
    lambda: build(acs_url="https://sp.test/other/acs", audience="https://sp.test/other")
)


def _issuer(root: Element) -> Element:
    return one(root, ISSUER)


for _signed in Signed:
    said(f"E60 another issuer of the response, {_signed} signed", Reason.ISSUER_MISMATCH, texting(_issuer, OTHER_IDP), _signed)
said("E60 an issuer that is no entity", Reason.ISSUER_MISMATCH, setting(_issuer, "Format", "urn:x"))


@attack("E60 a signed response without issuer", Reason.ISSUER_MISMATCH)
def _() -> Element:
    root = signed_as(unsigned(), Signed.RESPONSE)
    issuer = _issuer(root)
    signature = one(root, SIGNATURE)
    root.remove(issuer)
    octets = etree.tostring(without_signatures(root), method="c14n", exclusive=True)
    one(_reference(signature), ds("DigestValue")).text = encode_post(hashlib.sha256(octets).digest())
    return resigned(root)


_HEAD = f'ID="_m" Version="2.0" IssueInstant="{write_time(NOW)}" Destination="{ACS}"'
_LOGOUT = (
    f'<p:LogoutResponse xmlns:p="{SAMLP}" {_NS} {_HEAD}><saml:Issuer>{IDP}</saml:Issuer><p:Status>'
    f'<p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status></p:LogoutResponse>'
)
attack("E61 a signed logout response", Reason.NOT_A_RESPONSE)(lambda: sign(parse(_LOGOUT.encode()), key()))
attack("E61 a signed request", Reason.NOT_A_RESPONSE)(
    lambda: sign(parse(write_request(new_request(issuer=IDP, destination=ACS, acs_url=ACS, now=NOW))), key())
)
attack("E61 metadata", Reason.NOT_A_RESPONSE)(
    lambda: write_idp_metadata(IdpMetadata(IDP, (key().der,), {Binding.POST: "https://idp.test/sso"}))
)
attack("E61 a bare assertion", Reason.NOT_A_RESPONSE)(lambda: deepcopy(_assertion(build())))
