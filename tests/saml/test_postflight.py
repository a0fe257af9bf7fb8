"""What a response means, step by step.  What must not pass is in the corpus, family E."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from lxml import etree

from lockstep.saml.attributes import read_attributes
from lockstep.saml.conditions import valid_until
from lockstep.saml.confirmation import confirmed_until
from lockstep.saml.name_ids import read_name
from lockstep.saml.names import ASSERTION, UNSPECIFIED_NAMES, saml
from lockstep.saml.postflight import Proven, check_meaning
from lockstep.saml.problems import Reason
from lockstep.saml.records import BASIC_NAMES, EMAIL_FORMAT, UNSPECIFIED_FORMAT, Attribute, TrustedIdp
from lockstep.saml.xml import Element
from tests.saml.documents import (
    ANSWERING,
    ASKED,
    ATTRIBUTES,
    EXPECTED,
    IDP,
    MINUTE,
    NOW,
    SP,
    USER,
    key,
    name_id,
    one,
    reason_of,
    unsigned,
)

TRUSTED = TrustedIdp(IDP, (key().der,))


def proven(root: Element, *, response_signed: bool = False) -> Proven:
    return Proven(root, one(root, ASSERTION), response_signed)


def test_everything_that_is_said_is_given_back() -> None:
    root = unsigned(in_response_to=ASKED.id)
    accepted = check_meaning(proven(root), TRUSTED, ANSWERING)
    assert (accepted.name_id, accepted.name_id_format, accepted.attributes) == (USER, EMAIL_FORMAT, ATTRIBUTES)
    assert (accepted.response_id, accepted.assertion_id) == (root.get("ID"), one(root, ASSERTION).get("ID"))
    assert (accepted.in_response_to, accepted.keep_until) == (ASKED.id, NOW + 6 * MINUTE)


def test_ids_are_kept_as_long_as_any_part_counts() -> None:
    root = unsigned()
    next(root.iter(saml("SubjectConfirmationData"))).set("NotOnOrAfter", "2026-09-21T14:23:20Z")
    assert check_meaning(proven(root), TRUSTED, EXPECTED).keep_until == NOW + 11 * MINUTE


def test_what_an_unsigned_response_leaves_out_is_not_missed() -> None:
    root = unsigned()
    del root.attrib["Destination"]
    root.remove(root[0])
    assert check_meaning(proven(root), TRUSTED, EXPECTED).name_id == USER
    assert reason_of(lambda: check_meaning(proven(root, response_signed=True), TRUSTED, EXPECTED)) is Reason.ISSUER_MISMATCH


def test_a_name_may_be_qualified_by_those_who_know_it() -> None:
    root = unsigned()
    name_id(root).set("NameQualifier", IDP)
    name_id(root).set("SPNameQualifier", SP)
    assert read_name(one(root, ASSERTION, saml("Subject")), TRUSTED, EXPECTED) == (USER, EMAIL_FORMAT)


def test_a_name_without_format_is_of_any_kind() -> None:
    root = unsigned()
    del name_id(root).attrib["Format"]
    any_kind = replace(TRUSTED, name_id_formats=(EMAIL_FORMAT, UNSPECIFIED_FORMAT))
    assert read_name(one(root, ASSERTION, saml("Subject")), any_kind, EXPECTED) == (USER, UNSPECIFIED_FORMAT)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("Anna-Мария@x.test", True),  # each word in its own alphabet
        ("anna_мария", True),
        ("annaМария", False),
        ("ΑΒΓ1", True),
        ("pаypal", False),
        ("a" * 256, True),
        ("two words", True),
        ("a\tb", False),
        ("a\u2028b", False),
        ("\ue000", False),
        ("👩", True),
    ],
)
def test_names_that_look_like_others(name: str, taken: bool) -> None:
    root = unsigned()
    name_id(root).text = name
    subject = one(root, ASSERTION, saml("Subject"))
    assert reason_of(lambda: read_name(subject, TRUSTED, EXPECTED)) is (None if taken else Reason.BAD_NAMEID)


def test_the_end_of_a_confirmation_and_of_the_conditions() -> None:
    root = unsigned()
    assertion = one(root, ASSERTION)
    assert confirmed_until(one(assertion, saml("Subject")), root, TRUSTED, EXPECTED) == NOW + 5 * MINUTE
    assert valid_until(assertion, EXPECTED) == NOW + 5 * MINUTE


@pytest.mark.parametrize("name", ["OneTimeUse", "ProxyRestriction"])
def test_conditions_that_hold_in_any_case(name: str) -> None:
    assertion = one(unsigned(), ASSERTION)
    etree.SubElement(one(assertion, saml("Conditions")), saml(name))
    assert valid_until(assertion, EXPECTED) == NOW + 5 * MINUTE


@pytest.mark.parametrize("name_format", [None, BASIC_NAMES, UNSPECIFIED_NAMES])
def test_names_of_attributes_in_every_format_of_saml(name_format: str | None) -> None:
    assertion = one(unsigned(attributes=(Attribute("x", ("", "a")),)), ASSERTION)
    attribute = next(assertion.iter(saml("Attribute")))
    del attribute.attrib["NameFormat"]
    if name_format is not None:
        attribute.set("NameFormat", name_format)
    expected: Mapping[str, tuple[str, ...]] = {"x": ("", "a")}
    assert read_attributes(assertion) == (expected, ())


def test_fifty_attributes_are_taken() -> None:
    attributes = tuple(Attribute(str(number), ("x",)) for number in range(50))
    assert len(read_attributes(one(unsigned(attributes=attributes), ASSERTION))[0]) == 50


def test_a_second_statement_of_other_attributes_is_refused() -> None:
    assertion = one(unsigned(), ASSERTION)
    statement = etree.SubElement(assertion, saml("AttributeStatement"))
    etree.SubElement(statement, saml("Attribute"), {"Name": "another"})
    assert reason_of(lambda: read_attributes(assertion)) is Reason.BAD_ATTRIBUTE


def test_an_assertion_without_attributes_has_none() -> None:
    assert read_attributes(one(unsigned(attributes=()), ASSERTION)) == ({}, ())
