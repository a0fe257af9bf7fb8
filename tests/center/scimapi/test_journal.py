"""What the trail says of reads, failures and requests without a token."""

import pytest

from tests.center.client import ABSENT, Client
from tests.center.conftest import Make


async def names(scim: Client) -> list[tuple[str, int]]:
    return [(record["eventName"], record["status"]) for record in await scim.trail()][3:]  # instance, provisioning, token


async def test_reads_that_succeed_are_not_recorded(scim: Client) -> None:
    await scim.get("/Users")
    await scim.get("/Schemas")
    assert await names(scim) == []


async def test_reads_are_recorded_by_setting(scim_with: Make) -> None:
    scim = scim_with(trail_reads=True)
    await scim.get("/Users")
    await scim.get("/ServiceProviderConfig")
    assert await names(scim) == [("ListUsers", 200), ("ServiceProviderConfig", 200)]


async def test_failures_are_always_recorded(scim: Client) -> None:
    await scim.get(f"/Users/{ABSENT}")
    await scim.find("/Users", "nonsense")
    await scim.post("/Users", b"{")
    await scim.post("/Groups", {})
    await scim.get("/nothing")
    await scim.delete(f"/Groups/{ABSENT}")
    assert sorted(await names(scim)) == [
        ("CreateGroup", 400),
        ("CreateUser", 400),
        ("DeleteGroup", 404),
        ("GetUser", 404),
        ("ListUsers", 400),
        ("UnknownOperation", 404),
    ]


async def test_a_record_names_the_exception(scim: Client) -> None:
    await scim.get(f"/Users/{ABSENT}")
    record = (await scim.trail())[-1]
    assert record["errorCode"] == "ResourceNotFoundException"
    assert record["responseElements"] == {"id": ABSENT}


async def test_a_request_without_a_valid_token_is_recorded_and_says_why(scim: Client, scim_with: Make) -> None:
    other = scim_with()
    await scim.with_token(other.token).get("/Users")
    await scim.with_token("nonsense").get("/Users")
    causes = [record["errorMessage"] for record in await scim.trail() if record["status"] == 401]
    assert causes == [
        "the token belongs to another tenant",
        "there is no bearer token, or it does not exist, or it has been deleted",
    ]
    assert scim.token not in repr(await scim.trail())


async def test_nobody_fills_the_disk_from_outside(scim: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.center.scimapi.journal._UNAUTHORIZED_A_SECOND", 1.0)
    stranger = scim.with_token("nonsense")
    for _ in range(100):
        await stranger.get("/Users")
    recorded = [record for record in await scim.trail() if record["status"] == 401]
    assert 0 < len(recorded) < 60


async def test_long_values_from_outside_are_cut(scim: Client) -> None:
    await scim("GET", "/Users/" + "x" * 5000, user_agent="y" * 5000)
    record = (await scim.trail())[-1]
    assert len(record["responseElements"]["id"]) == len(record["userAgent"]) == 256


async def test_a_huge_body_is_left_out(scim: Client) -> None:
    await scim.post("/Users", {f"attribute{number}": "x" for number in range(5000)})
    assert (await scim.trail())[-1]["requestParameters"]["httpBody"] == "OMITTED_BECAUSE_OF_ITS_SIZE"


async def test_who_was_put_into_a_group_can_be_read(scim: Client) -> None:
    user, group = await scim.user(), await scim.group()
    add = {"op": "add", "path": "members", "value": [{"value": user["id"], "display": "Babs"}]}
    await scim.patch(f"/Groups/{group['id']}", add)
    body = (await scim.trail())[-1]["requestParameters"]["httpBody"]
    assert body["Operations"][0]["value"] == [{"value": user["id"], "display": "HIDDEN_DUE_TO_SECURITY_REASONS"}]


async def test_a_trail_that_cannot_be_written_does_not_fail_the_answer(scim: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_named: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("lockstep.center.events.append", fails)
    assert (await scim.get(f"/Users/{ABSENT}")).status == 404
    await scim.app.settled()
