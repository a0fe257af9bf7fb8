"""A good response, spoilt at random: whoever is let in is the one who was signed, with what was signed about them."""

import random
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lockstep.saml.accept import accept
from lockstep.saml.names import ASSERTION, DS, MD, RESPONSE, SAML, SAMLP, SIGNATURE, ds, saml, samlp
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import Signed
from lockstep.saml.response import issue
from lockstep.saml.times import write_time
from lockstep.saml.xml import Element, serialize
from tests.saml.documents import (
    ANSWER,
    DAY,
    EVIL,
    EXPECTED,
    NOW,
    SESSION,
    USER,
    is_the_signed_one,
    key,
    posted,
    trusting,
)

Tree = Callable[[Element, random.Random], None]
Text = Callable[[bytes, random.Random], bytes]

_TAGS: Final = [
    ASSERTION,
    RESPONSE,
    SIGNATURE,
    ds("Object"),
    ds("Reference"),
    saml("Advice"),
    saml("NameID"),
    saml("AttributeStatement"),
    samlp("Extensions"),
    samlp("StatusDetail"),
]
_NAMES: Final = [
    "ID",
    "Id",
    "id",
    f"{{{SAMLP}}}ID",
    "{http://www.w3.org/XML/1998/namespace}id",
    "URI",
    "Name",
    "Value",
    "Algorithm",
]


@cache
def good(signed: Signed) -> bytes:
    return issue(ANSWER, key(), signed=signed)


def _any(root: Element, pick: random.Random) -> Element:
    return pick.choice(list(root.iter("*")))


def _put(root: Element, element: Element, pick: random.Random) -> None:
    """Somewhere that is not inside itself."""
    places = [place for place in root.iter("*") if element not in (place, *place.iterancestors())]
    if places:
        parent = pick.choice(places)
        parent.insert(pick.randint(0, len(parent)), element)


def move(root: Element, pick: random.Random) -> None:
    element = _any(root, pick)
    if element is not root:
        _put(root, element, pick)


def copy(root: Element, pick: random.Random) -> None:
    _put(root, deepcopy(_any(root, pick)), pick)


def copy_forged(root: Element, pick: random.Random) -> None:
    """What an attacker really does: a copy about somebody else, sometimes with another id, sometimes without its signature."""
    copied = deepcopy(pick.choice([root, *root.iter(ASSERTION)]))
    for element in list(copied.iter("*")):
        if element.text == USER:
            element.text = EVIL
        if element.tag == SIGNATURE and pick.random() < 0.5 and element.getparent() is not None:
            element.getparent().remove(element)  # type: ignore[union-attr]
    if pick.random() < 0.7:
        copied.set("ID", "_forged")
    _put(root, copied, pick)


def wrap(root: Element, pick: random.Random) -> None:
    element = _any(root, pick)
    parent = element.getparent()
    if parent is not None:
        around = etree.Element(pick.choice(_TAGS))
        parent.replace(element, around)
        around.append(element)


def delete(root: Element, pick: random.Random) -> None:
    element = _any(root, pick)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def rename(root: Element, pick: random.Random) -> None:
    _any(root, pick).tag = pick.choice(_TAGS)


def rename_namespace(root: Element, pick: random.Random) -> None:
    element = _any(root, pick)
    element.tag = f"{{{pick.choice([SAML, SAMLP, DS, MD, 'urn:other'])}}}{etree.QName(element).localname}"


def set_attribute(root: Element, pick: random.Random) -> None:
    known = [str(value) for element in root.iter("*") for value in element.attrib.values()]
    moments = [write_time(NOW + DAY), write_time(NOW - DAY)]
    _any(root, pick).set(pick.choice(_NAMES), pick.choice([*known, *moments, "_forged", ""]))


def change_attribute(root: Element, pick: random.Random) -> None:
    element = pick.choice([element for element in root.iter("*") if element.attrib])
    name = pick.choice(list(element.attrib))
    element.set(name, pick.choice(["_forged", "", write_time(NOW + DAY), f"{element.get(name)}x"]))


def swap_texts(root: Element, pick: random.Random) -> None:
    one, other = _any(root, pick), _any(root, pick)
    one.text, other.text = other.text, one.text


def change_text(root: Element, pick: random.Random) -> None:
    _any(root, pick).text = pick.choice([EVIL, "", " ", "Research", SESSION])


def add_comment(root: Element, pick: random.Random) -> None:
    element = _any(root, pick)
    comment = etree.Comment("x")
    half = len(element.text or "") // 2
    comment.tail, element.text = (element.text or "")[half:], (element.text or "")[:half]
    element.insert(0, comment)


TREES: Final[list[Tree]] = [
    move,
    copy,
    copy_forged,
    wrap,
    delete,
    rename,
    rename_namespace,
    set_attribute,
    change_attribute,
    swap_texts,
    change_text,
    add_comment,
]


def rename_user(raw: bytes, pick: random.Random) -> bytes:
    return raw.replace(USER.encode(), EVIL.encode())


def double_a_piece(raw: bytes, pick: random.Random) -> bytes:
    start, end = sorted(pick.randint(0, len(raw)) for _ in range(2))
    return raw[:end] + raw[start:]


def cut_a_piece(raw: bytes, pick: random.Random) -> bytes:
    start = pick.randint(0, len(raw))
    return raw[:start] + raw[start + pick.randint(1, 8) :]


def change_a_byte(raw: bytes, pick: random.Random) -> bytes:
    place = pick.randrange(len(raw))
    return raw[:place] + bytes([pick.randrange(256)]) + raw[place + 1 :]


def insert(raw: bytes, pick: random.Random) -> bytes:
    place = pick.choice([0, raw.index(USER.encode()) if USER.encode() in raw else 0, pick.randint(0, len(raw))])
    what = [
        b"<!---->",
        b"<?x?>",
        b"<![CDATA[",
        b"]]>",
        b"<!DOCTYPE x>",
        b"&amp;",
        b"\0",
        b' xmlns="urn:other"',
        b' ID="_forged"',
    ]
    return raw[:place] + pick.choice(what) + raw[place:]


def bind_a_prefix_anew(raw: bytes, pick: random.Random) -> bytes:
    prefix = pick.choice([b"saml", b"samlp", b"ds"])
    return raw.replace(b"xmlns:" + prefix + b"=", b'xmlns:other="urn:other" xmlns:' + pick.choice([b"x", prefix]) + b"=")


TEXTS: Final[list[Text]] = [rename_user, double_a_piece, cut_a_piece, change_a_byte, insert, bind_a_prefix_anew]


def spoil(raw: bytes, trees: list[Tree], texts: list[Text], pick: random.Random) -> bytes:
    root = etree.fromstring(raw)
    for tree in trees:
        tree(root, pick)
    raw = serialize(root)
    for text in texts:
        raw = text(raw, pick)
    return raw


def let_in(raw: bytes) -> bool:
    """Whether somebody is; never somebody else, and never an error of another kind."""
    try:
        accepted = accept(posted(raw), trusting(), EXPECTED)
    except SamlProblem:
        return False
    assert is_the_signed_one(accepted)
    assert (accepted.session_index, accepted.session_ends) == (SESSION, ANSWER.session_ends)
    return True


@settings(max_examples=1_000)
@given(
    st.sampled_from(Signed),
    st.lists(st.sampled_from(TREES), max_size=3),
    st.lists(st.sampled_from(TEXTS), max_size=1),
    st.randoms(use_true_random=False),
)
def test_nobody_else_is_let_in(signed: Signed, trees: list[Tree], texts: list[Text], pick: random.Random) -> None:
    let_in(spoil(good(signed), trees, texts, pick))


@pytest.mark.parametrize("signed", Signed)
def test_what_is_not_spoilt_is_let_in(signed: Signed) -> None:
    assert let_in(spoil(good(signed), [], [], random.Random(0)))


@pytest.mark.parametrize("edit", [*TREES, *TEXTS], ids=lambda edit: edit.__name__)
def test_every_edit_spoils(edit: Callable[..., object]) -> None:
    """None of them leaves the document as it is each time, or makes something that no parser takes each time."""
    raw = good(Signed.BOTH)
    pick = random.Random(1)
    trees, texts = ([edit], []) if edit in TREES else ([], [edit])
    assert any(spoil(raw, trees, texts, pick) != raw for _ in range(20))  # type: ignore[arg-type]
