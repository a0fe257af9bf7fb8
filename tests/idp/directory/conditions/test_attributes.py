"""Attributes by name, and macros."""

import pytest

from lockstep.idp.directory.conditions.attributes import attribute_of, check_source, expanded, is_empty, macro_names
from lockstep.idp.directory.records import User
from lockstep.kit.problems import ValueProblem

ADA = User(
    employee_id="1",
    user_name="ada@example.com",
    given_name="Ada",
    family_name="Byron",
    email="ada.byron@math.example.com",
    custom={"site": "Oslo"},
    id=42,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firstname", "Ada"),
        ("given_name", "Ada"),
        ("firstinitial", "A"),
        ("lastinitial", "B"),
        ("email_name_part", "ada.byron"),
        ("email_domain_part", "math.example.com"),
        ("custom_attribute_site", "Oslo"),
        ("custom_attribute_none", ""),
        ("title", ""),
        ("onelogin_id", "42"),
    ],
)
def test_values(name: str, value: str) -> None:
    check_source(name)
    assert attribute_of(ADA, name) == value


def test_what_is_none() -> None:
    for name in ("id", "status", "shoe_size", ""):
        with pytest.raises(ValueProblem):
            check_source(name)


def test_macros() -> None:
    assert macro_names("{firstname}.{lastname} {}") == ["firstname", "lastname"]
    assert expanded(" {firstinitial}. {lastname} ({title}) ", ADA) == "A. Byron ()"
    assert is_empty("Dr. {title}", ADA) and not is_empty("{title} {lastname}", ADA) and not is_empty("fixed", ADA)
