"""Attribute definitions, their look-up, and the schemas as RFC 7643 renders them."""

from typing import Any

import pytest
from scim2_models import EnterpriseUser, Group, ListResponse, ResourceType, Schema, User

from lockstep.scim.definitions import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from lockstep.scim.messages import CORE_1, ENTERPRISE, GROUP, USER
from lockstep.scim.paths import parse_path
from lockstep.scim.schemas import ALL, case_key, compare_key, definition, find, resource_type_json, schema_json, schemas_json
from lockstep.scim.syntax import AttrPath
from tests.scim.strategies import Json

COMPARED = ("type", "multiValued", "required", "mutability", "returned", "uniqueness", "caseExact", "referenceTypes")


def flattened(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for attribute in schema["attributes"]:
        for name, item in [("", attribute), *((f".{sub['name']}", sub) for sub in attribute.get("subAttributes", []))]:
            found[attribute["name"] + name] = {
                key: item.get(key) for key in COMPARED if item.get(key) not in (None, False, "none")
            }
    return found


DIFFERENCES: dict[str, Json] = {
    # RFC 7643 4.3 recommends both; scim2-models requires them
    "manager.value": {"required": True},
    "manager.$ref": {"required": True},
    # a group may hold groups: RFC 7643 8.7.1 lists both
    "groups.$ref": {"referenceTypes": ["Group"]},
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(USER_SCHEMA, User), (GROUP_SCHEMA, Group), (ENTERPRISE_SCHEMA, EnterpriseUser)],
    ids=["User", "Group", "EnterpriseUser"],
)
def test_the_definitions_are_those_of_scim2_models(ours: Any, theirs: Any) -> None:
    mine, other = flattened(schema_json(ours)), flattened(theirs.to_schema().model_dump())
    assert mine.keys() == other.keys()
    for name, attribute in mine.items():
        differing = {key: other[name].get(key) for key in COMPARED if attribute.get(key) != other[name].get(key)}
        assert differing == DIFFERENCES.get(name, {}), name


def test_rendered_schemas_are_valid() -> None:
    body = schemas_json("https://example.com/scim/v2/")
    schemas = ListResponse[Schema].model_validate(body).resources
    assert schemas is not None
    assert [schema.id for schema in schemas] == [USER, GROUP, ENTERPRISE]
    assert body["Resources"][0]["meta"] == {"resourceType": "Schema", "location": f"https://example.com/scim/v2/Schemas/{USER}"}
    assert body["totalResults"] == len(ALL)
    assert "meta" not in schema_json(USER_SCHEMA)


def test_user_name_as_rfc_7643_section_8_7_1_renders_it() -> None:
    (attribute,) = (item for item in schema_json(USER_SCHEMA)["attributes"] if item["name"] == "userName")
    assert attribute | {"description": ""} == {
        "name": "userName",
        "type": "string",
        "multiValued": False,
        "description": "",
        "required": True,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server",
    }


def test_resource_types() -> None:
    user = ResourceType.model_validate(resource_type_json(USER_SCHEMA, "https://example.com/scim/v2"))
    assert (user.endpoint, user.schema_) == ("/Users", USER)
    body = resource_type_json(USER_SCHEMA, extension_required=True)
    assert body["schemaExtensions"] == [{"schema": ENTERPRISE, "required": True}]
    group = resource_type_json(GROUP_SCHEMA)
    assert (group["endpoint"], group["schema"], group["description"]) == ("/Groups", GROUP, "Group")
    assert "schemaExtensions" not in group


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("USERNAME", "userName"),
        ("name.GIVENNAME", "givenName"),
        ("members.$REF", "$ref"),
        ("id", "id"),
        ("meta.created", "created"),
        ("schemas", "schemas"),
        (f"{USER}:title", "title"),
        (f"{USER}:externalId", "externalId"),
        (f"{GROUP}:members", "members"),
        (f"{CORE_1}:members", "members"),
        (f"{ENTERPRISE}:Department", "department"),
        ("urn:scim:schemas:extension:enterprise:1.0:manager", "manager"),
        (ENTERPRISE, ENTERPRISE),
        ("department", None),
        (f"{USER}:members", None),
        (f"{ENTERPRISE}:title", None),
        ("urn:acme:hr:title", None),
        ("urn:acme:hr:2.0:User", None),
        ("userName.x", None),
        ("shoeSize", None),
    ],
)
def test_definitions_are_found_by_path(text: str, name: str | None) -> None:
    found = definition(parse_path(text))
    assert (found.name if found else None) == name


def test_a_selection_is_looked_up_by_its_attribute() -> None:
    assert definition(parse_path('emails[type eq "work"].primary')) == find("emails", "primary")
    assert definition(AttrPath("emails")) == find("Emails")


def test_what_identifies_is_case_exact_and_names_are_not() -> None:
    exact = [
        "id",
        "externalId",
        "schemas",
        "meta.version",
        "groups.value",
        "members.value",
        "password",
        f"{ENTERPRISE}:manager.value",
    ]
    assert all(found is not None and found.case_exact for found in map(definition, map(parse_path, exact)))
    folded = ["userName", "displayName", "emails.value", "name.givenName", f"{ENTERPRISE}:department"]
    assert not any(found is None or found.case_exact for found in map(definition, map(parse_path, folded)))


def test_keys_to_compare_by() -> None:
    assert case_key("BJensen") == "bjensen"
    assert case_key("RENE\u0301E") == case_key("ren\u00e9e") == "ren\u00e9e"
    assert case_key("İ") == case_key(case_key("İ"))
    assert compare_key("Ab", find("id")) == "Ab"
    assert compare_key("Ab", find("userName")) == compare_key("Ab", None) == "ab"
