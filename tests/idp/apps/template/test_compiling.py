"""What a template writes: values stay values, what is empty is left out, several values make several entries."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors import CONNECTORS, PARAMETER_KEYS, Given, parameters_of, render
from lockstep.idp.apps.recipe import nameable
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.template.compiling import compiled, is_urn, schemas_of
from lockstep.idp.apps.template.reading import read
from lockstep.idp.apps.template.standard import standard
from lockstep.idp.apps.template.target import RFC, UserSchemas
from lockstep.idp.directory.records import PROFILE, User
from lockstep.scim.definitions import Attribute
from lockstep.scim.messages import ENTERPRISE, USER

SCIM2 = CONNECTORS["scim2"]
OWN_URN = "urn:example:User"
OWN = UserSchemas(
    RFC.core,
    {
        **RFC.extensions,
        OWN_URN: {
            one.name: one
            for one in (
                Attribute("level", type="integer"),
                Attribute("share", type="decimal"),
                Attribute("vip", type="boolean"),
            )
        },
    },
    "own",
)
ALICE = User(
    employee_id="E1",
    user_name="alice@x.example",
    given_name="Alice",
    family_name='Ada"ms}',
    email="alice@x.example",
    title="Trader",
    custom={"teams": "a,b", "level": "7", "share": "0.5", "vip": "TRUE", "odd": "seven"},
)
TEAMS = Parameter("teams", "custom_attribute_teams", False, transform="comma", in_provisioning=True)


def written(
    template: dict[str, Any], user: User = ALICE, *own: Parameter, active: bool = True, said: Given | None = None
) -> Any:
    write = compiled(template, nameable(parameters_of(SCIM2, own)), OWN)
    document = write(user, active, said or {})
    assert document.pop("schemas") == [USER, *sorted(name for name in document if is_urn(name))]
    assert document.pop("active") is active
    return document


def test_a_value_stays_a_value() -> None:
    assert written({"displayName": "{$user.lastname}, {$user.firstname}"}) == {"displayName": 'Ada"ms}, Alice'}
    evil = User(employee_id="E1", user_name='x", "admin": "{$user.email}')
    assert written({"userName": "{$user.username}"}, evil) == {"userName": 'x", "admin": "{$user.email}'}


@pytest.mark.parametrize("active", [True, False])
def test_active_alone_is_a_truth_value_and_inside_a_text_a_word(active: bool) -> None:
    told = written(
        {
            "active": "{$user.active}",
            "userType": "on:{$user.active}",
            "emails": [{"value": "{$user.email}", "primary": "{$user.active}"}],
        },
        active=active,
    )
    assert told == {
        "userType": f"on:{str(active).lower()}",
        "emails": [{"value": "alice@x.example", "primary": active}],
    }


@pytest.mark.parametrize(
    ("template", "document"),
    [
        ({"nickName": "{$user.nickname}"}, {}),
        ({"nickName": "{$user.nickname} {$user.suffix}"}, {}),
        ({"nickName": "id-{$user.nickname}"}, {}),
        ({"nickName": "{$user.nickname} {$user.title}"}, {"nickName": "Trader"}),
        ({"nickName": "always"}, {"nickName": "always"}),
        ({"phoneNumbers": [{"value": "{$user.phone}", "type": "work"}]}, {}),
        ({"phoneNumbers": [{"type": "{$user.title}", "value": "{$user.phone}"}]}, {}),
        ({"name": {"middleName": "{$user.middle_name}", "formatted": "{$user.nickname}"}}, {}),
        ({"addresses": [{"type": "work", "locality": "{$user.city}"}]}, {}),
        ({"addresses": [{"type": "work", "country": "IT"}]}, {"addresses": [{"type": "work", "country": "IT"}]}),
        ({ENTERPRISE: {"manager": {"value": "{$user.manager_id}"}}}, {}),
        ({"roles": []}, {}),
    ],
)
def test_what_is_empty_is_left_out(template: dict[str, Any], document: dict[str, Any]) -> None:
    assert written(template) == document


def test_several_values_make_several_entries_and_one_of_them_is_primary() -> None:
    template = {"roles": [{"value": "{$parameters.teams}", "type": "team", "primary": True}, {"value": "fixed"}]}
    assert written(template, ALICE, TEAMS)["roles"] == [
        {"value": "a", "type": "team", "primary": True},
        {"value": "b", "type": "team"},
        {"value": "fixed"},
    ]
    assert written({"tags": ["{$parameters.teams}", "x"]}, ALICE, TEAMS) == {"tags": ["a", "b", "x"]}
    assert written({"title": "{$parameters.teams}"}, ALICE, TEAMS) == {"title": "a;b"}


def test_what_rules_and_logins_give_stands_in_the_place_of_a_parameter() -> None:
    template = {
        "title": "{$parameters.title}",
        "nickName": "{$user.title}",
        "roles": [{"value": "{$parameters.teams}"}],
        "emails": [{"value": "{$parameters.emails}", "primary": True}],
    }
    given_values: Given = {"title": ("Boss",), "teams": (), "emails": ("1@x.example", "2@x.example")}
    assert written(template, ALICE, TEAMS, said=given_values) == {
        "title": "Boss",
        "nickName": "Trader",
        "emails": [{"value": "1@x.example", "primary": True}, {"value": "2@x.example"}],
    }


def test_a_text_becomes_what_the_schema_says_and_stays_one_where_it_cannot() -> None:
    fields = {name: f"{{$user.custom_fields.{name}}}" for name in ("level", "share", "vip")}
    assert written({OWN_URN: fields}) == {OWN_URN: {"level": 7, "share": 0.5, "vip": True}}
    odd = dict.fromkeys(("level", "share", "vip"), "{$user.custom_fields.odd}")
    assert written({OWN_URN: odd}) == {OWN_URN: dict.fromkeys(("level", "share", "vip"), "seven")}


TEXT = st.text(max_size=8)
USERS = st.builds(
    lambda fields, manager: User(employee_id="E1", user_name="u", **{**fields, "manager_id": manager}),
    st.dictionaries(st.sampled_from([one for one in PROFILE if one not in ("employee_id", "user_name")]), TEXT),
    st.sampled_from(["", "E2"]),
)
PARAMETERS = st.lists(
    st.builds(
        Parameter,
        st.sampled_from(PARAMETER_KEYS),
        st.sampled_from(["none", "title", "custom_attribute_x", "firstname"]),
        st.just(False),
        transform=st.sampled_from(["none", "semicolon"]),
        default_values=st.sampled_from([None, "d", ("d", "e")]),
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)


@given(
    USERS,
    PARAMETERS,
    st.booleans(),
    st.dictionaries(st.sampled_from(PARAMETER_KEYS), st.lists(TEXT, max_size=2).map(tuple), max_size=2),
)
def test_the_connectors_own_template_says_what_its_parameters_say(
    user: User, own: list[Parameter], active: bool, said: Given
) -> None:
    parameters = parameters_of(SCIM2, own)
    said = {key: values for key, values in said.items() if key in {one.key for one in parameters}}
    write = compiled(read(standard()).value, nameable(parameters), RFC)
    one, other = write(user, active, said), render(parameters, user, active=active, given=said)
    assert one == other


@given(st.text())
def test_whatever_a_value_holds_the_document_holds_it(text: str) -> None:
    user = User(employee_id="E1", user_name="u", title=text)
    found = written({"title": "{$user.title}", "userType": "<{$user.title}>"}, user)
    assert found == ({"title": text, "userType": f"<{text}>".strip()} if text else {})
    assert json.loads(json.dumps(found)) == found


def test_the_schemas_of_a_document() -> None:
    assert schemas_of({ENTERPRISE: {}, "x": 1, "urn:b": {}}) == [USER, "urn:b", ENTERPRISE]
