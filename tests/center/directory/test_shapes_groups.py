"""Groups and members as they are sent, read into the form in which they are kept."""

from typing import Any

import pytest

from lockstep.center.directory.problems import Code, Refusal
from lockstep.center.directory.shapes import checked_group, member_ids
from lockstep.center.instances.profiles import PROFILES
from lockstep.scim.messages import GROUP, USER

AWS = PROFILES["aws"]


def refused(body: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        checked_group(body, AWS)
    assert caught.value.code is Code.VALIDATION
    return caught.value


def test_a_group_and_its_members_are_kept_apart() -> None:
    body = {
        "DisplayName": "Team",
        "externalId": "g-1",
        "members": [{"value": "a"}, {"value": "b", "type": "User", "$ref": "x"}],
    }
    group, members = checked_group(body, AWS)
    assert list(group.items()) == [("externalId", "g-1"), ("displayName", "Team")]
    assert members == ["a", "b"]


@pytest.mark.parametrize("members", [None, []])
def test_a_group_without_members(members: Any) -> None:
    assert checked_group({"displayName": "Team", "members": members}, AWS) == ({"displayName": "Team"}, [])


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ([], "the group is not a JSON object"),
        ({"displayName": 1}, "displayName is not a string"),
        ({"displayName": "Team", "schemas": [USER]}, f"schemas does not hold {GROUP}"),
        ({"displayName": "Team", "owner": "ada"}, "attribute owner is not supported"),
        ({"displayName": "Team", "members": "ada"}, "members is not a list"),
        ({"displayName": "Team", "members": ["ada"]}, "a member is not a JSON object"),
        ({"displayName": "Team", "members": [{}]}, "members.value is not a user id"),
    ],
)
def test_groups_that_cannot_be_read(body: Any, cause: str) -> None:
    assert refused(body).cause == cause


def test_a_group_has_a_name() -> None:
    assert "'displayName'" in str(refused({}))
    assert "'displayName'" in str(refused({"displayName": ""}))


def test_how_many_members_a_group_may_begin_with() -> None:
    members = [{"value": str(number)} for number in range(101)]
    assert len(checked_group({"displayName": "Team", "members": members[:100]}, AWS)[1]) == 100
    refusal = refused({"displayName": "Team", "members": members})
    assert (refusal.cause, refusal.scim_type) == ("List attribute members exceeds allowed limit of 100", "tooMany")


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([], []),
        ({"value": "a"}, ["a"]),
        ([{"value": "a"}, {"VALUE": "b", "display": "B"}, {"value": "a"}], ["a", "b", "a"]),
        ([{"value": "a", "type": "user"}, {"value": "b", "type": None}], ["a", "b"]),
    ],
)
def test_member_ids(value: Any, ids: list[str]) -> None:
    assert member_ids(value, AWS) == ids


@pytest.mark.parametrize("member", [{"value": ""}, {"value": None}, {"value": 1}, {"value": ["a"]}, {"type": "User"}, None, []])
def test_what_is_no_member(member: Any) -> None:
    with pytest.raises(Refusal):
        member_ids([member], AWS)


@pytest.mark.parametrize("kind", ["Group", "", 1, ["User"]])
def test_groups_do_not_hold_groups(kind: Any) -> None:
    with pytest.raises(Refusal, match="groups do not hold groups"):
        member_ids([{"value": "a", "type": kind}], AWS)


@pytest.mark.parametrize("name", ["Administrator", "awsadministrators"])
def test_names_that_aws_keeps_for_itself(name: str) -> None:
    assert "reserved" in str(refused({"displayName": name}))
