"""One request and its answer: what is repeated, what is found out, what is said."""

from collections.abc import Callable
from typing import Any

import pytest

from lockstep.idp.provisioning import exchange
from lockstep.idp.provisioning.exchange import Exchange, Outcome, TargetProblem
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.records import Change, Kind, ObjectKind
from lockstep.idp.provisioning.sending import Request
from lockstep.scim import client
from lockstep.scim.client import Answer
from lockstep.scim.messages import PATCH_OP
from tests.idp.provisioning.target import Fault, Faults, Sent, Target
from tests.idp.provisioning.values import document

NOW = 1_700_000_000_000
ANN = document("ann", externalId="E1")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def target() -> Target:
    return Target(lambda: NOW)


def request(kind: Kind, method: str, path: str, body: Any = None, about: ObjectKind = "user", **more: Any) -> Request:
    change = Change(kind=kind, object=about, key="E1", name="ann" if about == "user" else "Team", stage=0)
    return Request(Placed(0, change), method, path, body, **more)


CREATE = request(Kind.CREATE, "POST", "/Users", ANN, document=ANN)
TEAM = request(Kind.CREATE, "POST", "/Groups", {"displayName": "Team"}, about="group")
PATCH = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": "x"}]}
UPDATE = request(Kind.UPDATE, "PATCH", "/Users/u9", PATCH)
DELETE = request(Kind.DELETE, "DELETE", "/Users/u9")


def adding(*ids: str) -> Request:
    values = [{"value": one} for one in ids]
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": values}]}
    return request(Kind.MEMBERS, "PATCH", "/Groups/g9", body, about="group", add=[(one, "") for one in ids])


async def send(target: Target, what: Request) -> Outcome:
    ended = await Exchange(target.client("https://x", "t"), lambda: NOW).send(what)
    assert isinstance(ended, Outcome), ended
    return ended


def first(number: int, fault: Fault, method: str = "") -> Faults:
    """The first `number` requests (of a method) go wrong."""
    left = [number]

    def faults(sent: Sent) -> Fault | None:
        if left[0] == 0 or method not in ("", sent.method):
            return None
        left[0] -= 1
        return fault

    return faults


def methods(target: Target) -> list[str]:
    return [sent.method for sent in target.log]


def there(target: Target, **values: Any) -> None:
    target.users["u9"] = {"id": "u9", "userName": "ann", **values}
    target.groups["g9"] = {"id": "g9", "displayName": "Team", "members": []}


async def test_a_create_gives_the_id(target: Target) -> None:
    done = await send(target, CREATE)
    assert (done.ok, done.target_id, done.found, done.doubt) == (True, "u1", None, False)
    assert methods(target) == ["POST"]


@pytest.mark.parametrize("fault", [Fault(500), Fault(502), Fault(0)])
async def test_a_create_that_did_nothing_is_looked_for_and_sent_again(target: Target, fault: Fault) -> None:
    target.faults = first(1, fault, "POST")
    done = await send(target, CREATE)
    assert (done.ok, done.target_id, done.ours) == (True, "u1", False)
    assert methods(target) == ["POST", "GET", "GET", "POST"]
    assert len(target.users) == 1


@pytest.mark.parametrize("fault", [Fault(500, done=True), Fault(504, done=True), Fault(0, done=True)])
@pytest.mark.parametrize("what", [CREATE, TEAM])
async def test_a_create_whose_answer_was_lost_is_found_and_never_made_twice(
    target: Target, fault: Fault, what: Request
) -> None:
    target.faults = first(1, fault, "POST")
    done = await send(target, what)
    assert (done.ok, done.ours, done.doubt) == (True, True, False)
    assert methods(target) == ["POST", "GET"]
    assert len(target.users) + len(target.groups) == 1


async def test_a_create_that_never_gets_an_answer_stays_in_doubt(target: Target) -> None:
    target.faults = lambda _sent: Fault(0)
    lost = await send(target, CREATE)
    assert (lost.ok, lost.unreachable, lost.doubt) == (False, True, True)
    assert lost.error == "no answer from the target: the connection broke"
    assert methods(target).count("POST") == exchange.TRIES


async def test_a_create_that_fails_at_every_try_stays_in_doubt(target: Target) -> None:
    target.faults = lambda _sent: Fault(500)
    lost = await send(target, CREATE)
    assert (lost.ok, lost.unreachable, lost.doubt) == (False, False, True)
    assert lost.error == "the target failed (500): made up by a test"


async def test_a_refused_create_is_final(target: Target) -> None:
    target.faults = lambda _sent: Fault(400, detail="userName is too long")
    refused = await send(target, CREATE)
    assert (refused.ok, refused.doubt, refused.error) == (False, False, "the target refused it (400): userName is too long")
    assert methods(target) == ["POST"]


async def test_what_is_there_already_is_shown_and_is_not_ours(target: Target) -> None:
    there(target)
    found = await send(target, CREATE)
    assert (found.ok, found.ours, found.target_id, found.doubt) == (False, False, "u9", False)
    assert found.found is not None
    assert found.error == "exists at the target already"


async def test_in_doubt_a_stranger_who_was_there_before_is_not_ours(target: Target) -> None:
    there(target, meta={"created": "2020-01-01T00:00:00Z"})
    target.faults = first(1, Fault(500), "POST")
    found = await send(target, CREATE)
    assert (found.ok, found.ours, found.target_id) == (False, False, "u9")


async def test_a_conflict_with_something_that_is_not_shown(target: Target) -> None:
    target.faults = lambda sent: Fault(409, detail="taken") if sent.method == "POST" else None
    assert (await send(target, CREATE)).error == (
        "the target holds another object with the same userName, e-mail address or externalId, and does not show it (taken)"
    )
    assert (await send(target, TEAM)).error == (
        "the target holds another object with the same name, and does not show it (taken)"
    )


@pytest.mark.parametrize("what", [CREATE, TEAM])
async def test_a_target_without_such_a_list_stops_everything(target: Target, what: Request) -> None:
    target.faults = lambda _sent: Fault(404)
    with pytest.raises(TargetProblem, match=f"the target knows no {what.path} below this URL"):
        await send(target, what)
    assert len(target.log) == 1


async def test_a_conflict_with_what_an_earlier_try_has_made(target: Target) -> None:
    """The first try was done, nobody could be asked, the second try is in the way of the first."""
    target.faults = lambda _sent: {1: Fault(500, done=True), 2: Fault(400), 3: Fault(400)}.get(len(target.log))
    done = await send(target, CREATE)
    assert (done.ok, done.ours, done.doubt, len(target.users)) == (True, True, False, 1)
    assert methods(target) == ["POST", "GET", "GET", "POST", "GET"]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("what", [CREATE, UPDATE, DELETE])
async def test_a_refused_token_stops_everything(target: Target, status: int, what: Request) -> None:
    target.faults = lambda _sent: Fault(status)
    with pytest.raises(TargetProblem, match=rf"the target refused the access token \({status}\)"):
        await send(target, what)
    assert len(target.log) == 1


async def test_a_change(target: Target) -> None:
    there(target)
    assert await send(target, UPDATE) == Outcome(UPDATE, ok=True)
    assert target.users["u9"]["title"] == "x"


@pytest.mark.parametrize("fault", [Fault(500), Fault(500, done=True), Fault(0), Fault(0, done=True)])
@pytest.mark.parametrize("what", [UPDATE, DELETE])
async def test_a_change_whose_answer_was_lost_is_said_again(target: Target, fault: Fault, what: Request) -> None:
    there(target)
    target.faults = first(exchange.TRIES - 1, fault)
    assert (await send(target, what)).ok
    assert len(target.log) == exchange.TRIES


async def test_a_change_that_never_gets_through(target: Target) -> None:
    target.faults = lambda _sent: Fault(0)
    assert (await send(target, UPDATE)).unreachable
    target.faults = lambda _sent: Fault(500)
    assert (await send(target, UPDATE)).error == "the target failed (500): made up by a test"


async def test_a_change_that_is_refused_is_final(target: Target) -> None:
    target.faults = lambda _sent: Fault(400, detail="title is too long")
    assert (await send(target, UPDATE)).error == "the target refused it (400): title is too long"
    target.faults = lambda _sent: Fault(400, detail="")
    assert (await send(target, UPDATE)).error == "the target refused it (400): no explanation"
    assert len(target.log) == 2


async def test_what_is_gone_is_deleted_already(target: Target) -> None:
    assert (await send(target, DELETE)).ok


async def test_a_user_who_is_gone(target: Target) -> None:
    gone = await send(target, UPDATE)
    assert (gone.ok, gone.missing, gone.error) == (False, True, "gone at the target")
    assert methods(target) == ["PATCH", "GET"]


async def test_a_404_is_looked_into_before_it_is_believed(target: Target) -> None:
    """Else somebody might be made a second time."""
    there(target)
    target.faults = first(1, Fault(404, detail="try again"))
    puzzling = await send(target, UPDATE)
    assert (puzzling.ok, puzzling.missing, puzzling.error) == (False, False, "the target refused it (404): try again")


async def test_a_group_that_is_gone(target: Target) -> None:
    target.users["u9"] = {"id": "u9", "userName": "ann"}
    gone = await send(target, adding("u9"))
    assert (gone.missing, gone.missing_members) == (True, [])


async def test_members_who_are_gone_are_named(target: Target) -> None:
    there(target)
    gone = await send(target, adding("u7", "u9", "u8"))
    assert (gone.missing, gone.missing_members) == (False, ["u7", "u8"])
    assert gone.error == "members are gone at the target"


async def test_members_who_are_gone_when_a_group_is_made(target: Target) -> None:
    target.faults = lambda sent: Fault(400, detail="no such member") if sent.method == "POST" else None
    target.users["u9"] = {"id": "u9", "userName": "ann"}
    what = request(Kind.CREATE, "POST", "/Groups", {}, about="group", add=[("u8", "E8"), ("u9", "E9")])
    assert (await send(target, what)).missing_members == ["u8"]


async def test_a_404_that_nothing_explains_is_shown_as_it_is(target: Target) -> None:
    there(target)
    target.faults = lambda sent: Fault(404, detail="resource not found") if sent.method == "PATCH" else None
    puzzling = await send(target, adding("u9"))
    assert (puzzling.missing, puzzling.missing_members) == (False, [])
    assert puzzling.error == "the target refused it (404): resource not found"


async def test_who_cannot_be_asked_about_is_not_gone(target: Target) -> None:
    """A target in trouble is no reason to make somebody anew."""
    there(target)
    target.faults = lambda sent: Fault(404) if sent.method == "PATCH" else Fault(500)
    assert (await send(target, adding("u7"))).missing_members == []


def says(body: Any, status: int = 200, content_type: str = "text/html") -> Callable[[Sent], Answer]:
    return lambda _sent: Answer(status, None, content_type, str(body))


@pytest.mark.parametrize("what", [CREATE, UPDATE, DELETE])
async def test_a_web_page_with_a_200_is_no_success(target: Target, monkeypatch: pytest.MonkeyPatch, what: Request) -> None:
    monkeypatch.setattr(target, "answer", says("<html>sign in</html>"))
    with pytest.raises(TargetProblem, match=r"something else than SCIM answered \(200, text/html\): check the URL and proxies"):
        await send(target, what)


async def test_a_create_that_says_done_without_an_id_is_in_doubt(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "answer", lambda _sent: Answer(201, {"userName": "ann"}, "application/json", "{}"))
    outcome = await send(target, CREATE)
    assert (outcome.ok, outcome.doubt) == (False, True)
