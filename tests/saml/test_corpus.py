"""Every attack document is refused, for its own reason."""

import base64
import zlib
from xml.etree import ElementTree

import pytest

from lockstep.saml.accept import accept
from lockstep.saml.bindings import decode_post, decode_redirect, single_parameter
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.xml import Element, parse
from tests.saml.corpus import ATTACKS, Attack
from tests.saml.documents import build, posted, reason_of


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_refused_for_its_own_reason(attack: Attack) -> None:
    value, trusted = attack.value, attack.trusted()
    with pytest.raises(SamlProblem) as refused:
        accept(value, trusted, attack.expected)
    assert refused.value.reason is attack.reason, refused.value.detail


def test_every_document_that_can_be_a_file_is_there() -> None:
    """C37, E53, E56 are good ones, D17 and E63 are below; E59, E62 and E64 need a database or a web server."""
    ids = {attack.id[:3] for attack in ATTACKS}
    a, b, c = range(1, 13), range(13, 34), range(34, 37)
    d, e = {*range(1, 19)} - {17}, {*range(38, 62)} - {53, 56, 59}
    families = zip("ABCDE", (a, b, c, d, e), strict=True)
    assert ids == {f"{family}{number:02}" for family, numbers in families for number in numbers}


def test_d15_two_parameters_are_refused() -> None:
    both = [("SAMLResponse", posted(build())), ("RelayState", "x"), ("SAMLResponse", posted(build()))]
    assert reason_of(lambda: single_parameter(both, "SAMLResponse")) is Reason.BAD_BINDING


def test_d17_what_inflates_without_end_is_refused() -> None:
    packer = zlib.compressobj(wbits=-15)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    assert reason_of(lambda: decode_redirect(base64.b64encode(packed[:90_000]).decode())) is Reason.TOO_LARGE


def _as_lxml(element: Element) -> object:
    return [element.tag, dict(element.attrib), element.text or "", element.tail or "", [_as_lxml(child) for child in element]]


def _as_expat(element: ElementTree.Element) -> object:
    return [element.tag, element.attrib, element.text or "", element.tail or "", [_as_expat(child) for child in element]]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_d18_two_parsers_see_the_same_tree_or_ours_refuses(attack: Attack) -> None:
    try:
        raw = decode_post(attack.value)
        root = parse(raw)
    except SamlProblem:
        return
    assert _as_lxml(root) == _as_expat(ElementTree.fromstring(raw))
