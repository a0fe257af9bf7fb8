"""Tokens changed over at a real centre while people are provisioned, and a centre that moves to another address."""

import asyncio
import threading
from typing import Any

from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions as instances
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.provisioning.run import Orders, Run, flow
from lockstep.kit.clock import now_ms
from tests.pair.both import Both
from tests.pair.rosters import small
from tests.support.center import Center, Tenant, served_center

DONE, PROBLEM = 0, 1
PEOPLE = " ".join(f"E{number:03}" for number in range(240))


def call(operation: Operation) -> Call:
    return instances.admin_call(operation, "test", now_ms())


def second_token(tenant: Tenant) -> Any:
    with tenant.database.write() as c:
        return instances.create_token(c, call(Operation.CREATE_BEARER), tenant.name)[1]


def delete_first(tenant: Tenant) -> None:
    with tenant.database.write() as c:
        oldest = min(instances.list_tokens(c, tenant.name), key=lambda one: one.created_at)
        instances.delete_token(c, call(Operation.DELETE_BEARER), tenant.name, oldest.token_id)


def run_with(both: Both, at_half: Any) -> dict[str, Any]:
    """A run by hand in this process; `at_half` happens after its first batch."""
    with both.idp.db.read() as c:
        app = apps.find_app(c, "aws")
    done: list[int] = []

    def report(sent: int, _of: int) -> None:
        if not done:
            done.append(sent)
            at_half()

    run = Run(both.idp.db, both.idp.engine.vault, app.id, Orders(), clock=now_ms, report=report)

    async def whole() -> dict[str, Any]:
        try:
            return await flow(run, Orders())
        finally:
            await run.close()

    return asyncio.run(whole())


def test_a_token_is_rotated_during_a_run_and_nothing_fails(both: Both) -> None:
    roster = small(PEOPLE, {"Readers": "E001 E002"})
    both.connect(roster)

    def rotate() -> None:
        made = second_token(both.tenant)
        with both.idp.changing() as c:
            app = apps.find_app(c, "aws")
            tokens.give(c, both.idp.engine.vault, app, made.token, now_ms(), spare=True, expires_at=made.expires_at)
        delete_first(both.tenant)

    result = run_with(both, rotate)
    assert (result["failed"], result["held"], result["waiting"], result["applied"]) == (0, 0, 0, 241)
    assert not [event for event in both.idp.events() if "failed" in event["type"]]
    assert [event["type"] for event in both.idp.events() if event["type"].startswith("token.")] == [
        "token.given",
        "token.refused",
        "token.taken_into_use",
    ]
    shown = both.command("app", "tokens", "aws", "--json").ended(DONE).out
    assert '"which":"current"' in shown
    assert shown.count('"refused":true') == 1
    writes = [one for one in both.tenant.writes() if not one.get("errorCode")]
    assert len(writes) == 241  # nothing was sent twice
    fresh = both.command("sync", "aws", "--json").ended(DONE).json
    assert fresh["requests"] == 0


def test_a_token_is_rotated_by_commands_while_a_server_works(both: Both) -> None:
    """The worker runs in a thread of this process; people come in all the time."""
    both.begin(small("E001 E002", {"Readers": "E001"}))
    stop = threading.Event()
    worker = threading.Thread(target=lambda: asyncio.run(both.idp.engine.serve(stop.is_set)))
    worker.start()
    try:
        made = second_token(both.tenant)
        path = both.folder / "second"
        path.write_text(made.token)
        both.command("app", "token", "aws", "--token-file", str(path), "--next").ended(DONE)
        found = both.command("app", "connect", "aws", "--json").ended(DONE).json
        assert [one["ok"] for one in found["tokens"]] == [True, True]
        delete_first(both.tenant)
        roster = small("E001 E002 E003", {"Readers": "E001 E003"})
        both.take(roster)
        assert both.command("sync", "aws", "--json").ended(DONE).json["failed"] == 0
        both.assert_equal(roster)
        both.command("app", "token", "aws", "--remove", "next").ended(DONE)
    finally:
        stop.set()
        worker.join(30)
    assert not [event for event in both.idp.events() if "failed" in event["type"]]


def test_a_centre_that_moved_is_the_same_tenant_and_another_one_is_not(both: Both, center: Center) -> None:
    """The same database is served at a second port: the same tenant at another address."""
    roster = small("E001 E002 E003", {"Readers": "E001 E002"})
    both.begin(roster)
    other = center.tenant()
    token = both.folder / "other"
    token.write_text(other.scim.token)
    refused = both.command("app", "url", "aws", other.url, "--token-file", str(token)).ended(PROBLEM)
    assert "this is another tenant: none of 4 linked users and groups is there" in refused.err
    folder = center.database.path.parent.parent  # type: ignore[attr-defined]  # SQLite here
    with served_center(folder) as moved:
        url = both.tenant.url.replace(center.server.url, moved.server.url)
        assert url != both.tenant.url
        shown = both.command("app", "url", "aws", url, "--json").ended(DONE).json
        assert (shown["tenant"], shown["found"], shown["linked"]) == ("same", 4, 4)
        assert both.command("sync", "aws", "--full", "--json").ended(DONE).json["requests"] == 0
        both.take(small("E001 E002 E003 E004", {"Readers": "E001 E002"}))
        assert both.command("sync", "aws", "--json").ended(DONE).json["requests"] == 1
    other.scim.close()
