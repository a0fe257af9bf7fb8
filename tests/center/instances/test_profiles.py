"""Profiles: named settings."""

from typing import Any

import msgspec
import pytest

from lockstep.center.instances.profiles import PROFILES, Profile, profile_of, setting_of
from lockstep.kit.problems import Problem


def test_aws_is_the_defaults() -> None:
    assert PROFILES["aws"] == Profile() == profile_of("aws", {})


def test_rfc_differs_in_named_settings_only() -> None:
    aws, rfc = (msgspec.structs.asdict(PROFILES[name]) for name in ("aws", "rfc"))
    assert {name: value for name, value in rfc.items() if aws[name] != value} == {
        "name": "rfc",
        "put_user_status": 200,
        "scim_type": True,
        "retry_after_seconds": 1,
        "location_header": True,
        "unsupported_attributes": "drop",
        "unknown_attributes": "drop",
        "patch_roles": True,
        "scim_1_patch": True,
        "count_out_of_range": "clamp",
    }


def test_an_instance_overrides_single_settings() -> None:
    profile = profile_of("rfc", {"put_user_status": 201, "reserved_names": ["root"]})
    assert (profile.put_user_status, profile.scim_type, profile.reserved_names) == (201, True, ("root",))


@pytest.mark.parametrize(
    ("name", "settings"),
    [("okta", {}), ("aws", {"no_such": 1}), ("aws", {"put_user_status": "x"}), ("aws", {"unknown_attributes": "keep"})],
)
def test_what_there_is_not_is_a_problem(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(Problem):
        profile_of(name, settings)


@pytest.mark.parametrize(
    ("text", "setting"),
    [("a=200", ("a", 200)), ("a=true", ("a", True)), ("a=drop", ("a", "drop")), ("a=", ("a", "")), ('a=["x"]', ("a", ["x"]))],
)
def test_a_setting_is_written_key_equals_value(text: str, setting: tuple[str, Any]) -> None:
    assert setting_of(text) == setting


@pytest.mark.parametrize("text", ["a", "", "name=rfc"])
def test_anything_else_is_no_setting(text: str) -> None:
    with pytest.raises(Problem, match="KEY=VALUE"):
        setting_of(text)
