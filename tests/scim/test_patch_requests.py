"""PATCH bodies: read, or refused in the words of RFC 7644; and no JSON at all that crashes."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.scim.messages import ENTERPRISE, PATCH_OP, USER, ScimError
from lockstep.scim.patch import Operation, apply, parse_patch
from lockstep.scim.paths import Path
from tests.scim import strategies


def test_parse_patch_reads_every_part() -> None:
    body = {
        "SCHEMAS": [PATCH_OP.upper()],
        "operations": [{"OP": "Add", "Path": "title", "VALUE": "x"}, {"op": "remove", "path": "title"}],
    }
    assert parse_patch(body) == [Operation("add", Path("title"), "x"), Operation("remove", Path("title"), None)]


def test_an_empty_path_is_none() -> None:
    body = {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "add", "path": "", "value": {"title": "x"}}, {"op": "add", "path": None, "value": {}}],
    }
    assert parse_patch(body) == [Operation("add", None, {"title": "x"}), Operation("add", None, {})]


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        (None, "invalidSyntax"),
        ([], "invalidSyntax"),
        ({}, "invalidSyntax"),
        ({"Operations": [{"op": "remove", "path": "title"}]}, "invalidSyntax"),
        ({"schemas": PATCH_OP, "Operations": [{"op": "remove", "path": "title"}]}, "invalidSyntax"),
        ({"schemas": [USER], "Operations": [{"op": "remove", "path": "title"}]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": []}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": {}}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": ["x"]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"path": "title"}]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "move", "path": "title"}]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": 1, "path": "title"}]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "remove"}]}, "noTarget"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": ""}]}, "noTarget"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": 1}]}, "invalidPath"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": "a b"}]}, "invalidPath"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "title"}]}, "invalidValue"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": None}]}, "invalidValue"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title"}]}, "invalidValue"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": "x"}]}, "invalidValue"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": [{"title": "x"}]}]}, "invalidValue"),
    ],
)
def test_malformed_bodies(body: object, scim_type: str) -> None:
    with pytest.raises(ScimError) as caught:
        parse_patch(body)
    assert (caught.value.status, caught.value.scim_type) == (400, scim_type)


PATHS = st.sampled_from(
    [
        "userName",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        "emails[primary eq true].primary",
        "members",
        "roles",
        "pets",
        "pets.x",
        'pets[value eq "a"]',
        ENTERPRISE,
        f"{ENTERPRISE}:manager",
        f"{ENTERPRISE}:department",
        strategies.UNVERSIONED,
        f"{strategies.UNVERSIONED}:level",
        "id",
        "schemas",
        USER,
        "",
        "a b",
    ]
)
VALUES = strategies.json_values | st.fixed_dictionaries(
    {}, optional={"value": strategies.json_values, "type": st.just("work"), "primary": st.booleans()}
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "Add"])},
    optional={"path": PATHS, "value": VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(PATHS, VALUES, max_size=3)},
)
BODIES = strategies.json_values | st.fixed_dictionaries(
    {"schemas": st.just([PATCH_OP]), "Operations": st.lists(OPERATIONS | strategies.json_values, max_size=4)}
)


@settings(max_examples=300, deadline=None)
@given(BODIES, strategies.users() | strategies.groups() | st.dictionaries(st.text(max_size=5), strategies.json_values))
def test_any_json_is_a_patch_that_applies_or_a_scim_error(body: Any, resource: dict[str, Any]) -> None:
    before = copy.deepcopy(resource)
    try:
        operations = parse_patch(body)
        after = apply(resource, operations)
    except ScimError as error:
        assert error.status == 400
        assert error.scim_type in {"invalidSyntax", "invalidPath", "invalidValue", "invalidFilter", "noTarget", "mutability"}
    else:
        assert apply(after, []) == after
    assert resource == before
