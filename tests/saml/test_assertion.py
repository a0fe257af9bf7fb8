"""What an identity provider vouches for, as a tree."""

import unicodedata
from dataclasses import replace

import pytest

from lockstep.saml.assertion import build_assertion
from lockstep.saml.names import ISSUER, saml
from lockstep.saml.problems import Reason
from lockstep.saml.records import BASIC_NAMES, Attribute
from tests.saml.documents import ANSWER, name_id, reason_of

DECOMPOSED = unicodedata.normalize("NFD", "é")


def test_its_parts_come_in_the_order_of_the_schema() -> None:
    parts = ["Subject", "Conditions", "AuthnStatement", "AttributeStatement"]
    assert [element.tag for element in build_assertion(ANSWER)] == [ISSUER, *map(saml, parts)]


def test_where_nothing_is_stated_there_is_no_statement() -> None:
    assert build_assertion(replace(ANSWER, attributes=()))[-1].tag == saml("AuthnStatement")


def test_an_attribute_has_one_element_for_each_value() -> None:
    answer = replace(ANSWER, attributes=(Attribute("x", ("a", ""), BASIC_NAMES), Attribute("y", ())))
    first, second = build_assertion(answer)[-1]
    assert (first.get("Name"), first.get("NameFormat")) == ("x", BASIC_NAMES)
    assert [value.text or "" for value in first] == ["a", ""]
    assert (second.get("Name"), len(second)) == ("y", 0)


def test_text_is_in_normal_form() -> None:
    answer = replace(ANSWER, name_id=f"{DECOMPOSED}@corp.test", attributes=(Attribute("x", (DECOMPOSED,)),))
    assertion = build_assertion(answer)
    assert name_id(assertion).text == "é@corp.test"
    assert next(assertion.iter(saml("AttributeValue"))).text == "é"


@pytest.mark.parametrize("name", ["", " ", "a\0", "a\x0b", "\ud800"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    """Nothing is taken out of it: what is left could be somebody else."""
    assert reason_of(lambda: build_assertion(replace(ANSWER, name_id=name))) is Reason.BAD_NAMEID


def test_a_nul_in_an_attribute_is_refused() -> None:
    answer = replace(ANSWER, attributes=(Attribute("x", ("a\0",)),))
    assert reason_of(lambda: build_assertion(answer)) is Reason.BAD_ATTRIBUTE
