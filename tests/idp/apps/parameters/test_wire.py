"""Parameters as OneLogin's API writes them, there and back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors import CONNECTORS, PARAMETER_KEYS, check_parameter, parameters_of
from lockstep.idp.apps.parameters.wire import KEYS, all_to_wire, from_wire, is_built_in, number_of, to_wire
from lockstep.idp.apps.records import NAME_ID, TRANSFORMS, Parameter
from lockstep.idp.apps.settings import Settings
from lockstep.kit.problems import ValueProblem

TEXT = st.text(max_size=8)
FIXED = st.none() | TEXT | st.lists(TEXT, max_size=3).map(tuple)
PARAMETERS = st.builds(
    Parameter,
    st.sampled_from([*PARAMETER_KEYS, NAME_ID, "badge"]),
    st.sampled_from(["none", "given_name", "email", "custom_attribute_x", "manager_id", "external_id"]),
    st.just(False),
    st.booleans(),
    label=st.sampled_from(["", "A label"]),
    transform=st.sampled_from(list(TRANSFORMS)),
    values=FIXED,
    default_values=FIXED,
    skip_if_blank=st.booleans(),
    provisioned_entitlements=st.booleans(),
    safe_entitlements=st.booleans(),
    number=st.integers(1_001, 2_000),
) | st.builds(Parameter, st.just("title"), st.sampled_from(["{firstname} {lastname}", "x"]), st.just(True))


@given(PARAMETERS)
def test_there_and_back(parameter: Parameter) -> None:
    sent = json.loads(json.dumps(to_wire(parameter)))
    assert set(sent) == {*KEYS} - {"param_key_name"}
    assert from_wire(parameter.key, sent, None) == parameter
    assert from_wire(parameter.key, sent, parameter) == parameter
    assert from_wire(parameter.key, {}, parameter) == parameter


SOURCE = ("user_attribute_mappings", "user_attribute_macros")


@given(PARAMETERS, PARAMETERS)
def test_what_is_not_given_stays(before: Parameter, other: Parameter) -> None:
    sent, was = to_wire(replace(other, key=before.key, label=before.label)), to_wire(before)
    for name in set(sent) - {"id", *SOURCE}:
        assert to_wire(from_wire(before.key, {name: sent[name]}, before)) == {**was, name: sent[name]}
    both = {name: sent[name] for name in SOURCE}
    assert to_wire(from_wire(before.key, both, before)) == {**was, **both}


def test_as_terraform_and_the_sdk_write_them() -> None:
    """Facts 28 to 31."""
    made = from_wire("display", {"user_attribute_mappings": "_macro_", "user_attribute_macros": "{firstname} {lastname}"}, None)
    assert (made.source, made.macro) == ("{firstname} {lastname}", True)
    plain = from_wire("title", {"user_attribute_mappings": "firstname", "values": "a,b", "default_values": ["a", "b"]}, None)
    assert (plain.source, plain.macro, plain.values, plain.default_values) == ("given_name", False, "a,b", ("a", "b"))
    none = from_wire("title", {"user_attribute_mappings": None}, plain)
    assert none.source == "none"
    check_parameter(replace(made, include_in_saml_assertion=True))


def test_all_of_an_app() -> None:
    own = Parameter("badge", "email", False, True, number=1_007)
    found = all_to_wire(parameters_of(CONNECTORS["scim2"], [own]), Settings(groups=True, safe_entitlements=False))
    assert found["badge"]["id"] == 1_007
    assert (found["userName"]["label"], found["userName"]["user_attribute_mappings"]) == ("SCIM Username", "username")
    groups = found["groups"]
    assert (groups["provisioned_entitlements"], groups["safe_entitlements_enabled"], groups["label"]) == (True, False, "Groups")
    assert len({one["id"] for one in found.values()}) == len(found)
    assert [is_built_in(key) for key in ("userName", "groups", NAME_ID, "badge")] == [True, True, True, False]
    assert number_of(Parameter("title", "title", False)) == found["title"]["id"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"nothing": 1}, "nothing"),
        ({"label": "Other"}, "label"),
        ({"label": 3}, "label"),
        ({"user_attribute_mappings": 3}, "user_attribute_mappings"),
        ({"user_attribute_mappings": "_macro_"}, "user_attribute_macros"),
        ({"attributes_transformations": "amazon_roles"}, "attributes_transformations"),
        ({"values": 3}, "values"),
        ({"default_values": ["a", 3]}, "default_values"),
        ({"skip_if_blank": "yes"}, "skip_if_blank"),
    ],
)
def test_what_is_wrong_is_told_by_its_member(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueProblem) as raised:
        from_wire("title", sent, Parameter("title", "email", False))
    assert raised.value.field == field
