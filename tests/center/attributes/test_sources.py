"""Where a configured value may come from."""

from typing import Any

import pytest

from lockstep.center.attributes.sources import SOURCES, value_of
from lockstep.scim.messages import ENTERPRISE

DOCUMENTED = """
${path:userName} ${path:name.familyName} ${path:name.givenName} ${path:displayName} ${path:nickName}
${path:emails[primary_eq_true].value}
${path:addresses[type_eq_"work"].streetAddress}
${path:addresses[type_eq_"work"].locality} ${path:addresses[type_eq_"work"].region}
${path:addresses[type_eq_"work"].postalCode} ${path:addresses[type_eq_"work"].country}
${path:addresses[type_eq_"work"].formatted}
${path:phoneNumbers[type_eq_"work"].value} ${path:userType} ${path:title} ${path:locale} ${path:timezone}
${path:enterprise.employeeNumber} ${path:enterprise.costCenter} ${path:enterprise.organization} ${path:enterprise.division}
${path:enterprise.department} ${path:enterprise.manager.value}
"""
"""From AWS's page on attribute mappings, with `_` for the spaces inside a source."""

ADA = {
    "userName": "ada@example.com",
    "name": {"familyName": "Lovelace", "givenName": "Ada"},
    "displayName": "Ada L.",
    "nickName": "Ada",
    "emails": [{"value": "home@example.com"}, {"value": "ada@example.com", "primary": True}],
    "addresses": [
        {"type": "home", "locality": "Ockham"},
        {
            "type": "Work",
            "streetAddress": "12 St James's Square",
            "locality": "London",
            "region": "Westminster",
            "postalCode": "SW1Y 4JH",
            "country": "GB",
            "formatted": "12 St James's Square, London",
        },
    ],
    "phoneNumbers": [{"type": "work", "value": "+44 20"}],
    "userType": "Employee",
    "title": "Countess",
    "locale": "en-GB",
    "timezone": "Europe/London",
    ENTERPRISE: {
        "employeeNumber": "1815",
        "costCenter": "CC-7",
        "organization": "Engines",
        "division": "Analysis",
        "department": "Notes",
        "manager": {"value": "u-babbage"},
    },
}
VALUES = [
    "ada@example.com", "Lovelace", "Ada", "Ada L.", "Ada", "ada@example.com", "12 St James's Square", "London", "Westminster",
    "SW1Y 4JH", "GB", "12 St James's Square, London", "+44 20", "Employee", "Countess", "en-GB", "Europe/London", "1815",
    "CC-7", "Engines", "Analysis", "Notes", "u-babbage",
]  # fmt: skip


def test_the_sources_are_the_documented_ones() -> None:
    assert sorted(SOURCES) == sorted(word.replace("_", " ") for word in DOCUMENTED.split())


def test_each_source_finds_its_value() -> None:
    assert [value_of(ADA, source) for source in SOURCES] == VALUES


def test_nobody_has_values_who_has_no_attributes() -> None:
    assert {value_of({}, source) for source in SOURCES} == {None}


@pytest.mark.parametrize(
    ("user", "source"),
    [
        ({"title": ""}, "${path:title}"),
        ({"title": 7}, "${path:title}"),
        ({"title": ["a", "b"]}, "${path:title}"),
        ({"name": "Ada"}, "${path:name.givenName}"),
        ({"emails": [{"value": "a@example.com"}]}, "${path:emails[primary eq true].value}"),
        ({"emails": [{"value": "a@example.com", "primary": "true"}]}, "${path:emails[primary eq true].value}"),
        ({"emails": {"value": "a@example.com", "primary": True}}, "${path:emails[primary eq true].value}"),
        ({"phoneNumbers": [{"type": "home", "value": "1"}]}, '${path:phoneNumbers[type eq "work"].value}'),
        ({"phoneNumbers": ["1"]}, '${path:phoneNumbers[type eq "work"].value}'),
        ({ENTERPRISE: {"manager": "u-1"}}, "${path:enterprise.manager.value}"),
    ],
)
def test_what_has_another_form_is_no_value(user: dict[str, Any], source: str) -> None:
    assert value_of(user, source) is None
