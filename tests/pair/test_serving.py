"""The identity provider's server: what is saved arrives by itself, and commands work beside it and right after its death."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.pair.both import Both
from tests.pair.equality import differences
from tests.pair.floor import floor
from tests.pair.history import history
from tests.pair.rosters import Roster, small
from tests.support.processes import Command, Server, served

PROMISED_SECONDS = 2.0
PATIENCE_SECONDS = 30.0
DONE = 0


@contextmanager
def serving(both: Both) -> Iterator[Server]:
    """`lockstep idp serve` on the data of `both`."""
    with served(both.folder / "idp.log", "idp", "serve", "--data", str(both.idp.folder)) as server:
        yield server


def seconds_until(arrived: Callable[[], bool]) -> float:
    """How long it takes from now."""
    began = time.monotonic()
    while not arrived():
        assert time.monotonic() - began < PATIENCE_SECONDS, "it never arrived"
        time.sleep(0.01)
    return time.monotonic() - began


def test_an_edit_arrives_within_two_seconds(both: Both) -> None:
    roster = small("E1 E2 E3", {"Readers": "E1 E2", "Writers": "E1"})
    both.begin(roster)
    scim, ids = both.tenant.scim, both.held().user_ids()
    group = both.held().group_ids()["readers"]

    def member() -> bool:
        found = scim.every("/Users", where=f'groups.value eq "{group}"')
        return ids["E3"] in [user["id"] for user in found]

    def found(path: str, **values: str) -> bool:
        status, answer = scim.request("GET", path)
        return status == 200 and values.items() <= answer.items()

    with serving(both):
        settle(both)
        waited = []
        both.idp.change("E1", title="Edited")
        waited.append(seconds_until(lambda: found(f"/Users/{ids['E1']}", title="Edited")))
        both.idp.seat("Readers", "E3")
        waited.append(seconds_until(member))
        both.idp.rename("R0", "Readers and more")
        waited.append(seconds_until(lambda: found(f"/Groups/{group}", displayName="Readers and more")))
        both.idp.suspend("E2")
        waited.append(seconds_until(lambda: scim.good("GET", f"/Users/{ids['E2']}")["active"] is False))
        both.idp.remove("E1")
        waited.append(seconds_until(lambda: scim.good("GET", f"/Users/{ids['E1']}")["active"] is False))
    assert max(waited) <= PROMISED_SECONDS, waited


def settle(both: Both) -> None:
    """The server has begun to work: a first edit has arrived."""
    both.idp.change("E2", title="First")
    ids = both.held().user_ids()
    seconds_until(lambda: both.tenant.scim.good("GET", f"/Users/{ids['E2']}").get("title") == "First")


def test_nothing_arrives_while_an_app_is_stopped(both: Both) -> None:
    both.begin(small("E1 E2", {}))
    with serving(both):
        settle(both)
        both.command("app", "stop", "aws").ended(DONE)
        both.writes()
        both.idp.change("E1", title="Not yet")
        time.sleep(1.0)
        assert both.writes() == 0
        both.command("app", "start", "aws").ended(DONE)
        seconds_until(lambda: both.held().user("E1").get("title") == "Not yet")


def test_sync_beside_a_server_gives_its_result(both: Both) -> None:
    roster = small("E1 E2 E3", {"Readers": "E1 E2"})
    both.connect(roster, "provisioning=off")
    with serving(both):
        both.idp.set("provisioning=on")
        result = both.command("sync", "aws", "--json").ended(DONE).json
        both.assert_equal(roster)  # whoever did it, it is done when the command ends
        assert result["failed"] == result["held"] == result["waiting"] == 0
        assert both.command("sync", "aws", "--json").ended(DONE).json["requests"] == 0
        report = both.command("drift", "aws", "--json").ended(DONE).json
        assert report["differences"] == []
    assert both.writes() == floor(Roster(), roster).requests


def test_commands_at_once_do_the_work_once(both: Both) -> None:
    roster = history()["founding"]
    both.connect(roster)
    commands = [Command("idp", "sync", "aws", "--json", "--data", str(both.idp.folder)) for _ in range(2)]
    requests = [command.finish().ended(DONE).json["requests"] for command in commands]
    assert sorted(requests) == [0, both.writes()] == [0, floor(Roster(), roster).requests]
    both.assert_equal(roster)


def test_a_server_that_is_stopped_in_the_middle_ends_well_and_leaves_the_rest(both: Both) -> None:
    roster = history()["founding"]
    both.connect(roster, "provisioning=off", "rate=100")
    with serving(both):
        both.idp.set("provisioning=on")
        seconds_until(lambda: len(both.tenant.users()) >= 20)
    assert len(both.tenant.users()) < len(roster.people)
    both.idp.sync()
    both.assert_equal(roster)
    assert both.writes() == floor(Roster(), roster).requests


@pytest.mark.slow
def test_sync_straight_after_the_server_was_killed(both: Both) -> None:
    roster = history()["founding"]
    both.connect(roster, "provisioning=off", "rate=150")
    with serving(both) as server:
        both.idp.set("provisioning=on")
        seconds_until(lambda: len(both.tenant.users()) >= 40)
        server.kill()
    assert len(both.tenant.users()) < len(roster.people)
    both.command("sync", "aws", "--json").ended(DONE)
    assert differences(roster, both.held()) == []
    assert both.command("sync", "aws", "--json").ended(DONE).json["requests"] == 0
    # What was under way when it died is asked for again, never made again.
    made = [record for record in both.tenant.writes() if record["status"] == 201]
    assert len(made) == len(both.tenant.users()) + len(both.tenant.groups())
