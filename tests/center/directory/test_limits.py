"""Lengths and characters."""

import sys
import unicodedata

import pytest

from lockstep.center.directory.limits import EXTERNAL_ID, TEXT, USER_NAME, Findings
from lockstep.center.directory.problems import Refusal
from lockstep.center.instances.profiles import Profile

CATEGORIES = "LMSNP"
SPACES = "\t\n\r \u00a0\u3000"


def is_fine(value: str, limit: object, **settings: object) -> bool:
    findings = Findings(Profile(**settings))  # type: ignore[arg-type]
    findings.text("x", value, limit)  # type: ignore[arg-type]
    return not findings.texts


def test_every_character_of_unicode_is_judged_by_its_category() -> None:
    fits = Findings(Profile())._fits
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        in_pattern = unicodedata.category(character)[0] in CATEGORIES
        if fits(character, USER_NAME) != in_pattern or fits(character, TEXT) != (in_pattern or character in SPACES):
            pytest.fail(f"U+{number:04X} {unicodedata.category(character)}")


def test_the_plain_space_fits_where_spaces_do() -> None:
    assert is_fine("a b", TEXT)
    assert not is_fine("a b", EXTERNAL_ID)
    assert is_fine("a b", USER_NAME, user_name_spaces=True)


def test_one_answer_names_everything_in_cloudtrails_form() -> None:
    findings = Findings(Profile())
    findings.text("title", "", TEXT)
    findings.missing("displayName")
    with pytest.raises(Refusal) as caught:
        findings.refuse_if_any()
    assert caught.value.detail.startswith("3 validation errors detected: Value at 'title' failed to satisfy constraint: ")
    assert caught.value.detail.endswith("; Value at 'displayName' failed to satisfy constraint: Member must not be null")


def test_nothing_wrong_raises_nothing() -> None:
    findings = Findings(Profile())
    findings.text("title", "Guide", TEXT)
    findings.refuse_if_any()


@pytest.mark.parametrize("name", ["Administrator", "ADMINISTRATOR", "AWSAdministrators"])
def test_reserved_names(name: str) -> None:
    findings = Findings(Profile())
    findings.reserved("userName", name)
    assert findings.texts
