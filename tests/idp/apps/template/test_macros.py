"""What can stand in braces, and what it gives for a person."""

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, NOTHING, parameters_of
from lockstep.idp.apps.recipe import nameable
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.template.macros import Macro, Unknown, macro_of, names, pieces
from lockstep.idp.directory.records import User

OWN = (
    Parameter("badge", "custom_attribute_badge", False, in_provisioning=True),
    Parameter("title", "title", False, in_provisioning=False),
    Parameter("told", "department", False, True),
    Parameter("teams", "custom_attribute_teams", False, transform="comma", in_provisioning=True),
)
KNOWN = nameable(parameters_of(CONNECTORS["scim2"], OWN))
ALICE = User(
    employee_id="E1",
    user_name="alice",
    given_name="Al",
    email="a@x.example",
    title="Trader",
    department="D",
    manager_id="E2",
    custom={"badge": "7", "city": "Rome", "teams": "x,y"},
)


def value(name: str) -> str:
    found = macro_of(name, KNOWN)
    assert isinstance(found, Macro), found
    return found.value(ALICE, NOTHING)


@pytest.mark.parametrize("name", names(KNOWN))
def test_every_macro_that_is_offered_is_one(name: str) -> None:
    assert isinstance(value(name), str)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("user.firstname", "Al"),
        ("user.given_name", "Al"),
        ("user.external_id", "E1"),
        ("user.email_domain_part", "x.example"),
        ("user.city", "Rome"),
        ("user.state", ""),
        ("user.custom_fields.badge", "7"),
        ("user.custom_fields.nothing", ""),
        ("parameters.badge", "7"),
        ("parameters.scimusername", "alice"),
        ("parameters.nameid", "alice"),
        ("parameters.external_manager_id", "E2"),
        ("parameters.name.givenName", "Al"),
        ("parameters.preferredLanguage", ""),
        ("parameters.title", ""),
        ("parameters.told", ""),
        ("parameters.teams", "x;y"),
    ],
)
def test_what_a_macro_gives(name: str, text: str) -> None:
    assert value(name) == text


def test_a_parameter_says_whether_it_can_have_several_values_and_whether_it_is_sent() -> None:
    found = {one: macro_of(f"parameters.{one}", KNOWN) for one in ("teams", "badge", "told", "title")}
    assert {key: (one.many, one.idle) for key, one in found.items() if isinstance(one, Macro)} == {
        "teams": (True, False),
        "badge": (False, False),
        "told": (False, True),  # for the assertion alone, and nobody said that it should be sent
        "title": (False, False),  # taken out on purpose
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("user.frstname", "did you mean {$user.firstname}?"),
        ("parameters.userNam", "did you mean {$parameters.userName}?"),
        ("firstname", "did you mean {$user.firstname}?"),
        ("user.custom_fields.", "a custom attribute is written {$user.custom_fields.SHORTNAME}"),
        ("user.manager_firstname", "a manager's name is read-only in SCIM"),
        ("", "there are {$user.…}, {$user.custom_fields.…} and {$parameters.…}"),
    ],
)
def test_another_name_is_told_the_nearest(name: str, words: str) -> None:
    found = macro_of(name, KNOWN)
    assert isinstance(found, Unknown)
    assert words in found.what


def test_a_text_is_cut_at_its_macros() -> None:
    assert pieces("Dr. {$user.lastname}, {$x}") == [
        ("text", "Dr. "),
        ("macro", "user.lastname"),
        ("text", ", "),
        ("macro", "x"),
    ]
    assert pieces("{firstname}") == [("text", "{firstname}")]
