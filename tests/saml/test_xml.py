"""The one strict parse.  Attacks on it are in the corpus, family D."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lockstep.saml.problems import Reason
from lockstep.saml.xml import carried, check_id, children, flag, leaf_text, only_child, parse, serialize
from tests.saml.documents import reason_of

A = "{urn:x}a"


def test_a_declaration_and_white_space_may_come_first() -> None:
    for start in ("", "\n\t ", "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\r\n'):
        assert parse(f'{start}<a xmlns="urn:x">é</a>\n'.encode()).text == "é"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Reason.NOT_XML),
        (b"<a", Reason.NOT_XML),
        (b'<a xmlns="urn:x"/><a xmlns="urn:x"/>', Reason.NOT_XML),
        (b"<x:a/>", Reason.NOT_XML),
        (b"<a/>", Reason.NS_FORBIDDEN),
        (b"<!doctype a><a/>", Reason.DTD_FORBIDDEN),
        (b'<a xmlns="urn:x">&#0;</a>', Reason.NOT_XML),
        (b'<a xmlns="urn:x">\x0b</a>', Reason.NOT_XML),
        (b'<a xmlns="urn:x">\xff</a>', Reason.BAD_ENCODING),
        (b'<?xml version="1.0"?><?x?><a xmlns="urn:x"/>', Reason.MARKUP_FORBIDDEN),
        (b'<?xml encoding="utf-8"?><a xmlns="urn:x"/>', Reason.BAD_ENCODING),
        (b'<a xmlns="urn:x"/><?x?>', Reason.MARKUP_FORBIDDEN),
        (b'<a xmlns="urn:x" xmlns:b=""/>', Reason.NOT_XML),
        (b'<a xmlns="urn:x"><b xmlns="" xmlns:c="urn:c"/></a>', Reason.NS_FORBIDDEN),
    ],
)
def test_what_is_not_taken(raw: bytes, reason: Reason) -> None:
    assert reason_of(lambda: parse(raw)) is reason


def test_limits_are_met_exactly() -> None:
    deep = b'<a xmlns="urn:x">' + b"<a>" * 31 + b"</a>" * 32
    wide = b'<a xmlns="urn:x">' + b"<a/>" * 1_999 + b"</a>"
    rich = b'<a xmlns="urn:x" ' + b" ".join(b'a%d=""' % number for number in range(64)) + b"/>"
    for good, bad in (
        (deep, deep.replace(b"</a>", b"<a/></a>", 1)),
        (wide, wide.replace(b"<a/>", b"<a/><a/>", 1)),
        (rich, rich.replace(b"/>", b' b=""/>')),
    ):
        assert parse(good).tag == A
        assert reason_of(lambda bad=bad: parse(bad)) is Reason.NS_FORBIDDEN  # type: ignore[misc]
    assert reason_of(lambda: parse(wide, longest=len(wide) - 1)) is Reason.TOO_LARGE
    assert parse(wide, longest=len(wide)).tag == A


def test_comments_are_dropped_where_people_write_them() -> None:
    raw = b'\xef\xbb\xbf<?xml version="1.0"?><!-- a --> <!-- <b> --><a xmlns="urn:x">x<!-- - -->y</a><!-- c -->'
    root = parse(raw, comments=True)
    assert leaf_text(root) == "xy"
    assert reason_of(lambda: parse(b"<!-- a --><!DOCTYPE a><a/>", comments=True)) is Reason.DTD_FORBIDDEN
    assert reason_of(lambda: parse(b'<?x?><a xmlns="urn:x"/>', comments=True)) is Reason.MARKUP_FORBIDDEN
    assert reason_of(lambda: parse(b"<!-- a", comments=True)) is Reason.MARKUP_FORBIDDEN


def test_only_direct_children_of_that_name_count() -> None:
    root = parse(b'<a xmlns="urn:x"><b><a/></b><a xmlns="urn:y"/><a/></a>')
    assert children(root, A) == [root[2]]
    assert only_child(root, A) is root[2]
    assert reason_of(lambda: only_child(root, "{urn:x}c")) is Reason.BAD_STRUCTURE
    root.append(etree.Element(A))
    assert reason_of(lambda: only_child(root, A, Reason.BAD_AUTHN)) is Reason.BAD_AUTHN


def test_a_leaf_has_only_text() -> None:
    root = parse(b'<a xmlns="urn:x"><b> x </b><c/></a>')
    assert (leaf_text(root[0]), leaf_text(root[1])) == (" x ", "")
    assert reason_of(lambda: leaf_text(root, Reason.BAD_NAMEID)) is Reason.BAD_NAMEID


def test_flags() -> None:
    root = parse(b'<a xmlns="urn:x" a="true" b="1" c="false" d="0" e="yes"/>')
    assert [flag(root, name) for name in ("a", "b", "c", "d", "z")] == [True, True, False, False, False]
    assert reason_of(lambda: flag(root, "e")) is Reason.BAD_STRUCTURE


@pytest.mark.parametrize("value", [None, "", "1a", "-a", "a b", "a:b", "a" * 257, "a\n", "#a"])
def test_what_is_no_identifier(value: str | None) -> None:
    assert reason_of(lambda: check_id(value, Reason.NOT_A_REQUEST)) is Reason.NOT_A_REQUEST


@pytest.mark.parametrize("value", ["_a", "a.b-c", "é1", "pfx8f7e2b", "a" * 256])
def test_identifiers(value: str) -> None:
    assert check_id(value, Reason.NOT_A_REQUEST) == value


@given(st.text())
def test_carried_text_comes_through(text: str) -> None:
    root = etree.Element(A)
    root.text = carried(text)
    assert leaf_text(parse(serialize(root))) == carried(text)


@given(st.binary(max_size=200))
def test_other_octets_are_refused_for_a_reason(raw: bytes) -> None:
    assert reason_of(lambda: parse(raw)) is not None
