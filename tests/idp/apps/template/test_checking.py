"""What is wrong with a template is said with its place; what can be used is taken."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.recipe import nameable
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.template.checking import MOST, faults_of
from lockstep.idp.apps.template.standard import standard
from lockstep.idp.apps.template.target import RFC, UserSchemas, of_connector
from lockstep.scim.messages import CORE_1, ENTERPRISE, USER

AWS, SCIM2 = CONNECTORS["aws-iam-identity-center"], CONNECTORS["scim2"]
OWN = (
    Parameter("mails", "custom_attribute_mails", False, transform="comma", in_provisioning=True),
    Parameter("told", "title", False, True),
)
KNOWN = nameable(parameters_of(AWS, OWN))
NAME = {"schemas": [USER, ENTERPRISE], "userName": "{$parameters.scimusername}"}


def said(template: Any, schemas: UserSchemas = RFC) -> list[str]:
    text = template if isinstance(template, str) else json.dumps({**NAME, **template})
    return [f"{one.pointer} {one.what}" for one in faults_of(text, KNOWN, schemas)]


@pytest.mark.parametrize("connector", [AWS, SCIM2])
def test_the_connectors_own_template_has_no_fault(connector: Any) -> None:
    assert said(standard(), of_connector(connector)) == []


def test_the_template_of_the_field_is_taken_but_for_what_is_read_only() -> None:
    """As vendors' guides print it (facts 104), with the manager's name."""
    manager = {"value": "{$user.manager_id}", "displayName": "{$user.manager_firstname} {$user.manager_lastname}"}
    template = {
        "name": {"givenName": "{$user.firstname}", "familyName": "{$user.lastname}", "formatted": "{$user.display_name}"},
        "displayName": "{$user.display_name}",
        "active": "{$user.active}",
        "emails": [{"value": "{$user.email}", "type": "work", "primary": True}],
        "addresses": [{"locality": "{$user.city}", "region": "{$user.state}", "country": "{$user.country}", "type": "work"}],
        "title": "{$user.title}",
        ENTERPRISE: {"department": "{$user.department}", "organization": "{$user.company}", "manager": manager},
    }
    assert said(template) == [f"/{ENTERPRISE}/manager/displayName the target says this itself (read-only): leave it out"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("[]", " a template is one JSON object"),
        ("{", " the name of an attribute, in double quotes, is missing"),
        ({"schemas": None}, f'/schemas name the schemas: "schemas": ["{USER}"]'),
        ({"schemas": [CORE_1]}, f"/schemas/0 that is SCIM 1.1; write {USER}"),
        ({"schemas": [ENTERPRISE]}, f"/schemas {USER} is missing"),
        ({"schemas": [USER, "urn:x:y"]}, "/schemas/1 urn:x:y is no schema of a user here"),
        (
            {"schemas": [USER], ENTERPRISE: {"division": "x"}},
            f"/{ENTERPRISE} its attributes are here, and schemas does not name it",
        ),
        ({"urn:x:y": {}}, "/urn:x:y urn:x:y is no extension of a user here"),
        ({USER: {"title": "x"}}, f"/{USER} the attributes of User stand at the top, not under its URN"),
        ({ENTERPRISE: "x"}, "an extension is an object"),
        ({"userName": "same"}, "/userName without a macro everybody would have the same name"),
        ({"active": True}, '/active write "{$user.active}", or leave it out'),
        (
            {"tilte": "{$user.title}"},
            "/tilte tilte is no attribute there (RFC 7643: User and the enterprise extension); did you mean title?",
        ),
        ({"Title": "{$user.title}"}, "/Title it is spelt title"),
        ({"title": "{$user.titel}"}, "/title {$user.titel} is not known; did you mean {$user.title}?"),
        ({"title": "{$user.title"}, "/title a macro has no closing brace"),
        ({"title": "{$parameters.told}"}, "/title the parameter told is not sent: tick “Include in User Provisioning” there"),
        ({"title": ""}, "/title an empty text says nothing"),
        ({"title": None}, "/title null is no value: leave it out"),
        ({"title": 3}, "/title title is a text"),
        ({"title": ["x"]}, "/title title is one value, not a list"),
        ({"title": "{$user.active}"}, "/title alone in its quotes {$user.active} is a truth value, and title is a text"),
        ({"id": "{$user.title}"}, "/id the target says this itself (read-only)"),
        ({"password": "x"}, "/password passwords are not sent"),
        ({"name": "{$user.display_name}"}, "/name name is an object here"),
        ({"name": {}}, "/name an object with nothing in it says nothing"),
        (
            {"emails": {"value": "{$user.email}"}},
            '/emails emails is a list here (multi-valued), even of one: [ { "value": … } ]',
        ),
        ({"emails": [["x"]]}, "/emails/0 a list inside a list is nothing that SCIM knows"),
        (
            {"emails": [{"value": "{$user.email}", "primary": "true"}]},
            "/emails/0/primary primary is true or false, without quotes",
        ),
        ({"emails": [{"value": "{$user.email}", "primary": 1}]}, "/emails/0/primary primary is true or false"),
        (
            {ENTERPRISE: {"manager": {"value": "{$user.email}"}}},
            "manager/value write {$parameters.manager} or {$user.manager_id} alone",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(template: Any, words: str) -> None:
    assert any(words in one for one in said(template)), said(template)


def test_the_name_is_missing() -> None:
    assert said(json.dumps({"schemas": [USER]})) == [
        ' userName is missing: every user has one, "userName": "{$parameters.userName}"'
    ]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"photos": [{"value": "x"}]}, "/photos photos is no attribute there (AWS IAM Identity Center)"),
        ({"emails": [{"value": "{$user.email}"}]}, "/emails/0 AWS IAM Identity Center wants it marked as the primary one"),
        (
            {"emails": [{"value": "x", "primary": True}] * 2},
            "/emails AWS IAM Identity Center takes one of emails, and there are 2",
        ),
        (
            {"phoneNumbers": [{"value": "{$parameters.mails}"}]},
            "/phoneNumbers/0 AWS IAM Identity Center takes one of phoneNumbers",
        ),
        ({"phoneNumbers": [{"value": "1", "primary": True}]}, "/phoneNumbers/0/primary primary is no attribute there"),
        ({"roles": [{"value": "x", "display": "y"}]}, "/roles/0/display display is no attribute there"),
    ],
)
def test_aws_takes_less(template: Any, words: str) -> None:
    assert any(words in one for one in said(template, of_connector(AWS))), said(template, of_connector(AWS))
    assert not any(words in one for one in said(template))


def test_faults_come_by_line_and_not_without_end() -> None:
    lines = ",\n".join(f'"x{number}": 1' for number in range(MOST + 9))
    found = faults_of("{" + lines + "}", KNOWN, RFC)
    assert len(found) == MOST
    assert [one.line for one in found] == sorted(one.line for one in found)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    )
)
def test_any_json_is_judged(value: Any) -> None:
    for name in ("emails", "name", "title", "schemas", ENTERPRISE, "active", "userName"):
        faults_of(json.dumps({**NAME, name: value}), KNOWN, of_connector(AWS))
    faults_of(json.dumps(value), KNOWN, RFC)


@pytest.mark.parametrize("connector", [AWS, SCIM2])
def test_the_example_of_the_documentation_can_be_used(connector: Any) -> None:
    page = (Path(__file__).parents[4] / "docs" / "templates.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    assert said(example, of_connector(connector)) == []
