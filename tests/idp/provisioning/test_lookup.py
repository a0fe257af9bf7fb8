"""Whether what is found at a target is what we made there."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.provisioning.lookup import TOLERANCE_MS, Wanted, is_ours, look_up, look_up_all
from tests.idp.provisioning.target import Target
from tests.idp.provisioning.values import document

NOW = 1_700_000_000_000
USER = Wanted("user", "ann", document("ann", externalId="E1", title="x"), NOW)
GROUP = Wanted("group", "Team", {}, NOW)


def made(text: str, **values: Any) -> dict[str, Any]:
    return {"id": "1", "meta": {"created": text}, **values}


@pytest.mark.parametrize(
    ("created", "ours"),
    [
        ("2023-11-14T22:13:20Z", True),
        ("2023-11-14T22:13:15Z", True),
        ("2023-11-14T22:13:14Z", False),
        ("2023-11-14T23:13:20+01:00", True),
        ("2023-11-14T22:13:20", True),
        ("2030-01-01T00:00:00.123456Z", True),
        ("2020-01-01T00:00:00Z", False),
    ],
)
def test_only_what_was_made_after_we_asked_is_ours(created: str, ours: bool) -> None:
    assert NOW == 1_700_000_000_000 and TOLERANCE_MS == 5_000
    assert is_ours(made(created, displayName="Team"), GROUP, 0) is ours
    assert is_ours(made(created, userName="ann"), USER, 0) is ours


@pytest.mark.parametrize(("skew_s", "ours"), [(0, False), (-60, True), (60, False)])
def test_the_target_s_clock_counts(skew_s: int, ours: bool) -> None:
    a_minute_early = made("2023-11-14T22:12:20Z", displayName="Team")
    assert is_ours(a_minute_early, GROUP, skew_s * 1000) is ours


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        ({"userName": "ANN"}, True),
        ({"userName": "bob"}, False),
        ({"userName": "bob", "externalId": "E1"}, True),
        ({"userName": "ann", "externalId": "E2"}, False),
    ],
)
def test_a_user_is_known_by_our_key_else_by_name(found: dict[str, str], ours: bool) -> None:
    assert is_ours(made("2024-01-01T00:00:00Z", **found), USER, 0) is ours


def test_a_group_is_known_by_its_name_to_the_letter() -> None:
    assert not is_ours(made("2024-01-01T00:00:00Z", displayName="TEAM"), GROUP, 0)


@pytest.mark.parametrize("meta", [None, {}, {"created": None}, {"created": "yesterday"}])
def test_where_a_target_does_not_say_when_only_the_same_user_is_ours(meta: Any) -> None:
    same = {"id": "1", "meta": meta, **USER.document}
    assert is_ours(same, USER, 0)
    assert not is_ours({**same, "title": "y"}, USER, 0)
    assert not is_ours({"id": "1", "meta": meta, "displayName": "Team"}, GROUP, 0)


async def found(target: Target, wanted: Wanted) -> str:
    resource = await look_up(target.client("https://x", "t"), wanted)
    return "" if resource is None else str(resource["id"])


async def test_a_user_is_looked_for_by_external_id_and_then_by_name() -> None:
    target = Target(lambda: NOW)
    assert await found(target, USER) == ""
    target.users["by name"] = {"id": "by name", "userName": "ANN"}
    assert await found(target, USER) == "by name"
    target.users["by key"] = {"id": "by key", "userName": "x", "externalId": "E1"}
    assert await found(target, USER) == "by key"
    assert [sent.query["filter"] for sent in target.log[:2]] == ['externalId eq "E1"', 'userName eq "ann"']


async def test_a_user_without_our_key_is_looked_for_by_name_only() -> None:
    target = Target(lambda: NOW)
    assert await found(target, Wanted("user", 'a"b', document('a"b'), NOW)) == ""
    assert [sent.query["filter"] for sent in target.log] == ['userName eq "a\\"b"']


async def test_a_group_is_looked_for_by_name() -> None:
    target = Target(lambda: NOW)
    target.groups["g"] = {"id": "g", "displayName": "Team"}
    assert await found(target, GROUP) == "g"
    assert [sent.path for sent in target.log] == ["/Groups"]


def looked_up(target: Target, *matches: str) -> tuple[list[str], int]:
    """The ids of all that is found for the user Ann, and the requests that took."""
    found = asyncio.run(look_up_all(target.client("https://x", "t"), USER, matches))
    return [str(one["id"]) for one in found], len(target.log)


@pytest.mark.parametrize(
    ("there", "found", "requests"),
    [
        ([], [], 2),
        ([("x", "ann", "E1")], ["x"], 1),
        ([("x", "ANN", "")], ["x"], 2),
        ([("x", "bob", "E1")], ["x"], 2),
        ([("y", "ann", "E2"), ("x", "bob", "E1")], ["x", "y"], 2),
    ],
)
def test_everything_that_is_called_so_is_found(there: list[tuple[str, str, str]], found: list[str], requests: int) -> None:
    target = Target(lambda: NOW)
    for number, name, external in there:
        target.users[number] = {"id": number, "userName": name, "externalId": external}
    assert looked_up(target, "externalId", "userName") == (found, requests)
