"""Signatures: their form, and what they cover.  Attacks on them are in the corpus, families A and B."""

import pytest
from lxml import etree

from lockstep.saml.algorithms import RSA_METHODS
from lockstep.saml.names import ASSERTION, EXC_C14N, ISSUER, SIGNATURE, ds
from lockstep.saml.problems import Reason
from lockstep.saml.records import Signed
from lockstep.saml.signature import check_form, verified_root, verify
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, parse
from tests.saml.documents import EVIL, USER, build, key, name_id, one, posted, reason_of, unsigned

IN_ASSERTION = f"./{ASSERTION}/"


def form_of(root: Element) -> Reason | None:
    signature = next(root.iter(SIGNATURE))
    ids = frozenset(str(element.get("ID")) for element in root.iter() if element.get("ID"))
    return reason_of(lambda: check_form(signature, ids))


@pytest.mark.parametrize("hash_name", RSA_METHODS)
def test_what_is_signed_is_verified_and_given_back(hash_name: str) -> None:
    element = parse(f'<a xmlns="urn:x" ID="_1"><b xmlns="{ISSUER[1:-7]}"/></a>'.encode())
    element[0].tag = ISSUER
    signed = sign(element, key(), hash_name)
    assert form_of(signed) is None
    found, der = verify(signed, "./", [key("other").der, key().der])
    assert (found.tag, found.get("ID"), der) == ("{urn:x}a", "_1", key().der)
    assert [child.tag for child in found] == [ISSUER]
    assert verified_root(signed, [key().der]).tag == "{urn:x}a"


def test_only_what_the_signature_covers_is_given_back() -> None:
    root = build()
    root.append(etree.Element("{urn:x}a"))
    found, _ = verify(root, IN_ASSERTION, [key().der])
    assert found.tag == ASSERTION
    assert found.getparent() is None
    name_id(root).text = EVIL
    assert name_id(found).text == USER


def test_the_signature_at_the_place_is_verified_and_no_other() -> None:
    root = build(signed=Signed.RESPONSE)
    assert reason_of(lambda: verify(root, IN_ASSERTION, [key().der])) is Reason.BAD_SIGNATURE
    assert reason_of(lambda: verify(build(), "./", [key().der])) is Reason.BAD_SIGNATURE


def test_without_a_key_nothing_is_verified() -> None:
    for certificates in ([], [b"x"]):
        assert reason_of(lambda c=certificates: verify(build(), IN_ASSERTION, c)) is Reason.BAD_KEY  # type: ignore[misc]


def test_the_form_of_what_others_sign() -> None:
    """Values may be cut into lines."""
    root = build()
    for name in ("SignatureValue", "DigestValue"):
        value = next(root.iter(ds(name)))
        value.text = f"\n{(value.text or '')[:20]}\r\n {(value.text or '')[20:]}\n"
    assert form_of(root) is None


@pytest.mark.parametrize(
    ("name", "text"), [("DigestValue", "*"), ("SignatureValue", ""), ("DigestValue", "_-"), ("SignatureValue", "é")]
)
def test_values_are_base64(name: str, text: str) -> None:
    root = build()
    next(root.iter(ds(name))).text = text
    assert form_of(root) is Reason.BAD_STRUCTURE


@pytest.mark.parametrize(
    ("place", "added"),
    [
        ("SignedInfo", "Object"),
        ("Reference", "Object"),
        ("Signature", "Object"),
        ("Signature", "KeyInfo"),
        ("DigestValue", "a"),
    ],
)
def test_a_signature_has_no_other_parts(place: str, added: str) -> None:
    root = build()
    next(root.iter(ds(place))).append(etree.Element(ds(added)))
    assert form_of(root) is Reason.BAD_STRUCTURE


def test_a_signature_follows_the_issuer() -> None:
    root = build()
    assertion = one(root, ASSERTION)
    assertion.append(one(assertion, SIGNATURE))
    assert form_of(root) is Reason.WRAPPING


def test_a_message_without_signature_has_none_verified() -> None:
    assert reason_of(lambda: verified_root(unsigned(), [key().der])) is Reason.WRAPPING
    assert posted(unsigned()) != posted(build())


@pytest.mark.parametrize(
    ("place", "number", "reason"),
    [
        ("CanonicalizationMethod", 0, Reason.BAD_ALGORITHM),
        ("Transforms", 0, Reason.BAD_TRANSFORM),
        ("Transform", 0, Reason.BAD_TRANSFORM),
        ("Transform", 1, Reason.BAD_TRANSFORM),
    ],
)
def test_canonicalization_has_no_other_parameters(place: str, number: int, reason: Reason) -> None:
    root = build()
    list(root.iter(ds(place)))[number].append(etree.Element(ds("XPath"), {"Algorithm": EXC_C14N}))
    assert form_of(root) is reason


def test_a_transform_has_its_own_name() -> None:
    root = build()
    next(root.iter(ds("Transform"))).tag = ds("Other")
    assert form_of(root) is Reason.BAD_TRANSFORM
