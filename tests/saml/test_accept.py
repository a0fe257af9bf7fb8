"""What real identity providers send is accepted, as they mean it."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner

from lockstep.saml.accept import accept, response_issuer
from lockstep.saml.bindings import encode_post
from lockstep.saml.names import ASSERTION, DS, EXC_C14N, ISSUER, SIGNATURE, XSI, ds, saml
from lockstep.saml.problems import Reason
from lockstep.saml.records import Accepted, Attribute, Expected, Signed, TrustedIdp
from lockstep.saml.response import issue
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, parse
from tests.saml.documents import (
    ANSWER,
    ANSWERING,
    ASKED,
    DEPARTMENT,
    EXPECTED,
    IDP,
    MINUTE,
    NOW,
    USER,
    build,
    is_the_signed_one,
    key,
    one,
    posted,
    reason_of,
    resigned,
    signed_as,
    text_of,
    trusting,
    unsigned,
    without_signatures,
)


def good(document: Element | bytes | str, expected: Expected = EXPECTED, **trust: Any) -> Accepted:
    return accept(posted(document), trusting(**trust), expected)


@pytest.mark.parametrize("signed", Signed)
def test_a00_a_good_response_is_accepted(signed: Signed) -> None:
    accepted = good(issue(ANSWER, key(), signed=signed))
    assert is_the_signed_one(accepted)
    assert (accepted.authn_instant, accepted.session_index) == (ANSWER.authn_instant, ANSWER.session_index)
    assert (accepted.session_ends, accepted.keep_until) == (ANSWER.session_ends, NOW + 6 * MINUTE)
    assert (accepted.in_response_to, accepted.warnings) == (None, ())


@pytest.mark.parametrize("signed", Signed)
def test_a00_an_answer_to_our_request_is_accepted(signed: Signed) -> None:
    accepted = good(issue(replace(ANSWER, in_response_to=ASKED.id), key(), signed=signed), ANSWERING)
    assert is_the_signed_one(accepted)
    assert accepted.in_response_to == ASKED.id


def test_c37_a_cdata_section_is_text() -> None:
    document = text_of(build()).replace(USER, f"{USER[:5]}<![CDATA[{USER[5:]}]]>")
    assert is_the_signed_one(good(document.encode()))


def test_e53_names_are_compared_to_the_letter() -> None:
    """A slash more, another case: other attributes.  A NameFormat that is not one of SAML: nobody's, and said so."""
    names = [f"{DEPARTMENT}/", DEPARTMENT.lower()]
    attributes = (Attribute(names[0], ("a",)), Attribute(names[1], ("b",)), Attribute(DEPARTMENT, ("c",), name_format="urn:x"))
    accepted = good(build(attributes=attributes))
    assert accepted.attributes == {names[0]: ("a",), names[1]: ("b",)}
    assert len(accepted.warnings) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_e56_one_of_two_audiences_is_enough(place: int) -> None:
    other = etree.Element(saml("Audience"))
    other.text = "https://elsewhere.test"
    assert is_the_signed_one(good(build(lambda root: next(root.iter(saml("AudienceRestriction"))).insert(place, other))))


def test_e58_an_expired_certificate_counts_with_a_warning() -> None:
    """The key is what is trusted: its certificate ended weeks ago."""
    root = build()
    root.replace(one(root, ASSERTION), sign(without_signatures(one(root, ASSERTION)), key("old", 1)))
    accepted = accept(posted(root), {IDP: TrustedIdp(IDP, (key("old", 1).der,))}, EXPECTED)
    assert is_the_signed_one(accepted)
    assert accepted.warnings == ("signed with a certificate outside of its dates",)


def test_e63_what_a_profile_says_stays_a_value() -> None:
    evil = "x</saml:AttributeValue></saml:Attribute><saml:Attribute Name='role'><saml:AttributeValue>admin"
    attributes = (Attribute("title", (evil, "]]>", "&amp;<!--", "\x0bgone\ufffe", "a\r\nb\tc")), Attribute(evil, ("x",)))
    accepted = good(issue(replace(ANSWER, attributes=attributes), key()))
    assert accepted.attributes == {"title": (evil, "]]>", "&amp;<!--", "gone", "a\r\nb\tc"), evil: ("x",)}


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_every_hash_is_accepted(hash_name: str) -> None:
    assert is_the_signed_one(good(issue(ANSWER, key(), signed=Signed.BOTH, hash_name=hash_name)))


def _moments_in(form: Callable[[str], str]) -> Element:
    def edit(root: Element) -> None:
        for element in root.iter():
            for name in ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter"):
                if name in element.attrib:
                    element.set(name, form(str(element.get(name))))

    return build(edit)


@pytest.mark.parametrize("fraction", [".1", ".123", ".1234567", ".123456789"])
@pytest.mark.parametrize("zone", ["Z", "+00:00"])
def test_every_way_to_write_a_moment_is_accepted(fraction: str, zone: str) -> None:
    assert is_the_signed_one(good(_moments_in(lambda written: written.replace("Z", fraction + zone))))


def test_key_info_is_not_needed() -> None:
    root = build()
    one(root, ASSERTION, SIGNATURE).remove(next(root.iter(ds("KeyInfo"))))
    assert is_the_signed_one(good(root))


def test_key_info_is_not_read() -> None:
    root = build()
    info = next(root.iter(ds("KeyInfo")))
    for child in list(info):
        info.remove(child)
    info.append(deepcopy(next(build(by="stranger").iter(ds("X509Data")))))
    value = etree.fromstring(
        f'<ds:KeyValue xmlns:ds="{DS}"><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus>'
        "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )
    info.append(value)
    assert is_the_signed_one(good(root))


@pytest.mark.parametrize("names", [("idp", "next"), ("next", "idp")])
def test_during_a_roll_over_both_keys_count(names: tuple[str, str]) -> None:
    assert is_the_signed_one(accept(posted(build()), trusting(*names), EXPECTED))


def test_a_weak_certificate_beside_a_good_one_is_passed_over() -> None:
    trusted = {IDP: TrustedIdp(IDP, (b"not a certificate", key().der))}
    assert is_the_signed_one(accept(posted(build()), trusted, EXPECTED))


def test_prefixes_do_not_matter() -> None:
    root = unsigned()
    text = text_of(root).replace("<saml:", "<").replace("</saml:", "</").replace("xmlns:saml=", "xmlns=")
    text = text.replace("samlp:", "p2:").replace("xmlns:samlp=", "xmlns:p2=")
    assert is_the_signed_one(good(signed_as(parse(text.encode()))))


@pytest.mark.parametrize("signed", Signed)
def test_white_space_between_elements_does_not_matter(signed: Signed) -> None:
    root = unsigned()
    etree.indent(root)
    assert is_the_signed_one(good(signed_as(root, signed)))


def _elliptic(curve: ec.EllipticCurve) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    private = ec.generate_private_key(curve)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elliptic")])
    start = datetime.fromtimestamp(NOW // 1000, UTC)
    unsigned_one = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    dated = unsigned_one.not_valid_before(start - timedelta(days=1)).not_valid_after(start + timedelta(days=1))
    return private, dated.sign(private, hashes.SHA256())


@pytest.mark.parametrize(
    ("curve", "method", "reason"),
    [
        (ec.SECP256R1(), SignatureMethod.ECDSA_SHA256, None),
        (ec.SECP384R1(), SignatureMethod.ECDSA_SHA384, None),
        (ec.SECP521R1(), SignatureMethod.ECDSA_SHA256, Reason.BAD_KEY),
        (ec.SECP256R1(), SignatureMethod.ECDSA_SHA512, Reason.BAD_ALGORITHM),
    ],
)
def test_elliptic_curves(curve: ec.EllipticCurve, method: SignatureMethod, reason: Reason | None) -> None:
    private, certificate = _elliptic(curve)
    root = unsigned()
    assertion = one(root, ASSERTION)
    one(assertion, ISSUER).addnext(etree.Element(SIGNATURE, {"Id": "placeholder"}, nsmap={"ds": DS}))
    signer = XMLSigner(signature_algorithm=method, c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    root.replace(assertion, signer.sign(assertion, key=private, reference_uri=f"#{assertion.get('ID')}", id_attribute="ID"))
    trusted = {IDP: TrustedIdp(IDP, (certificate.public_bytes(Encoding.DER),))}
    assert reason_of(lambda: accept(posted(root), trusted, EXPECTED)) is reason


@pytest.mark.parametrize("prefixes", [["xs"], ["xs", "xsi"], ["#default", "xs"]])
def test_inclusive_namespaces_are_taken(prefixes: list[str]) -> None:
    """Who writes `xsi:type="xs:string"` has the namespace of `xs` signed this way."""
    root = build(typed_values)
    signature = next(root.iter(SIGNATURE))
    for holder in (one(signature, ds("SignedInfo"), ds("CanonicalizationMethod")), next(root.iter(ds("Transforms")))[1]):
        etree.SubElement(holder, f"{{{EXC_C14N}}}InclusiveNamespaces", {"PrefixList": " ".join(prefixes)})
    bare = without_signatures(one(root, ASSERTION))
    octets = etree.tostring(bare, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes)
    next(root.iter(ds("DigestValue"))).text = encode_post(hashlib.sha256(octets).digest())
    assert is_the_signed_one(good(resigned(root, prefixes=prefixes)))


def typed_values(root: Element) -> None:
    for value in list(root.iter(saml("AttributeValue"))):
        nsmap = {"xs": "http://www.w3.org/2001/XMLSchema", "xsi": XSI}
        typed = etree.Element(saml("AttributeValue"), {f"{{{XSI}}}type": "xs:string"}, nsmap=nsmap)
        typed.text = value.text
        parent = value.getparent()
        assert parent is not None
        parent.replace(value, typed)


def test_types_of_values_do_not_matter() -> None:
    assert is_the_signed_one(good(build(typed_values)))


@pytest.mark.parametrize("name", ["jürgen@x.test", "иван@x.test", "ελένη@x.test", "山田@x.test", "o'neil+x@x.test"])
def test_names_in_every_alphabet_are_taken(name: str) -> None:
    assert good(build(name_id=name)).name_id == name


def test_a_window_of_seventy_minutes_is_taken() -> None:
    """Microsoft's identity provider grants it."""
    assert is_the_signed_one(good(build(early_ms=5 * MINUTE, valid_ms=65 * MINUTE)))


@pytest.mark.parametrize(
    ("apart", "reason"),
    [(-MINUTE, None), (-MINUTE - 1, Reason.NOT_YET_VALID), (6 * MINUTE - 1, None), (6 * MINUTE, Reason.EXPIRED)],
)
def test_clocks_may_be_a_minute_apart(apart: int, reason: Reason | None) -> None:
    expected = replace(EXPECTED, now=NOW + apart)
    assert reason_of(lambda: accept(posted(build(early_ms=0)), trusting(), expected)) is reason


def test_clocks_are_never_believed_to_be_more_than_three_minutes_apart() -> None:
    late = replace(EXPECTED, now=NOW + 8 * MINUTE, skew_ms=60 * MINUTE)
    assert reason_of(lambda: accept(posted(build()), trusting(), late)) is Reason.EXPIRED


def test_a_second_confirmation_that_holds_is_enough() -> None:
    def edit(root: Element) -> None:
        confirmation = next(root.iter(saml("SubjectConfirmation")))
        confirmation.addprevious(deepcopy(confirmation))
        next(root.iter(saml("SubjectConfirmationData"))).set("Recipient", "https://elsewhere.test")

    assert is_the_signed_one(good(build(edit)))


def test_what_nobody_thought_of_is_a_refusal() -> None:
    assert reason_of(lambda: accept(None, trusting(), EXPECTED)) is Reason.BAD_STRUCTURE  # type: ignore[arg-type]


def test_a_session_need_not_be_named() -> None:
    def edit(root: Element) -> None:
        statement = next(root.iter(saml("AuthnStatement")))
        del statement.attrib["SessionIndex"], statement.attrib["SessionNotOnOrAfter"]

    accepted = good(build(edit))
    assert (accepted.session_index, accepted.session_ends) == (None, None)


def test_the_issuer_can_be_told_of_what_is_refused() -> None:
    assert response_issuer(posted(unsigned())) == IDP
    assert response_issuer("?") is None
    assert response_issuer(posted(b"<a xmlns='urn:x'/>")) is None
    assert response_issuer(posted(unsigned(issuer="x" * 2_000))) == "x" * 1_024
