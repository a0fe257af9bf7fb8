"""Drift: what somebody changes at the target behind our back is found at the floor of requests, reported, and put right."""

import time
from collections.abc import Callable

import pytest

from tests.pair.both import Both
from tests.pair.equality import differences
from tests.pair.floor import check_floor, sizes_of
from tests.pair.history import history
from tests.pair.rosters import Roster, small

DONE, WAITS = 0, 3


def company() -> Roster:
    """Reading memberships by group is cheaper here."""
    return small("E1 E2 E3 E4 E5 E6", {"Readers": "E1 E2 E3", "Writers": "E2", "Nobody": ""})


def few_people() -> Roster:
    """Reading memberships by person is cheaper here."""
    return small("E1 E2", {"Readers": "E1 E2", "Writers": "E1", "Nobody": "", "One": "E2", "Two": ""})


Meddling = Callable[[Both], None]


def user_id(both: Both, key: str) -> str:
    return both.held().user_ids()[key]


def group_path(both: Both, name: str) -> str:
    return f"/Groups/{both.held().group_ids()[name.casefold()]}"


def change_a_user(both: Both) -> None:
    both.tenant.scim.patch(f"/Users/{user_id(both, 'E1')}", {"op": "replace", "path": "title", "value": "Meddled"})


def switch_a_user_off(both: Both) -> None:
    both.tenant.scim.patch(f"/Users/{user_id(both, 'E1')}", {"op": "replace", "path": "active", "value": False})


def delete_a_user(both: Both) -> None:
    both.tenant.scim.good("DELETE", f"/Users/{user_id(both, 'E2')}")


def rename_a_group(both: Both) -> None:
    both.tenant.scim.patch(group_path(both, "Readers"), {"op": "replace", "path": "displayName", "value": "Meddled"})


def delete_a_group(both: Both) -> None:
    both.tenant.scim.good("DELETE", group_path(both, "Readers"))


def members(both: Both, op: str, *keys: str) -> None:
    """Members come into Readers, or go."""
    value = [{"value": user_id(both, key)} for key in keys]
    both.tenant.scim.patch(group_path(both, "Readers"), {"op": op, "path": "members", "value": value})


def take_a_member_out(both: Both) -> None:
    members(both, "remove", "E2")


def put_a_member_in(both: Both) -> None:
    path = group_path(both, "Nobody")
    both.tenant.scim.patch(path, {"op": "add", "path": "members", "value": [{"value": user_id(both, "E2")}]})


def put_a_stranger_in(both: Both) -> None:
    stranger = both.tenant.scim.create_user("stranger@x.example")
    both.tenant.scim.patch(group_path(both, "Nobody"), {"op": "add", "path": "members", "value": [{"value": stranger}]})


# What is done, what is reported of it, and how many requests put it right.
MEDDLING: dict[str, tuple[Meddling, tuple[str, str, str], int]] = {
    "a user changed": (change_a_user, ("user", "e1@x.example", "changed"), 1),
    "a user switched off": (switch_a_user_off, ("user", "e1@x.example", "changed"), 1),
    "a user deleted": (delete_a_user, ("user", "e2@x.example", "missing"), 3),
    "a group renamed": (rename_a_group, ("group", "Readers", "renamed"), 1),
    "a group deleted": (delete_a_group, ("group", "Readers", "missing"), 1),
    "a member taken out": (take_a_member_out, ("membership", "Readers", "member missing"), 1),
    "a member put in": (put_a_member_in, ("membership", "Nobody", "member extra"), 1),
    "a stranger put in": (put_a_stranger_in, ("membership", "Nobody", "member extra"), 1),
}


@pytest.mark.parametrize("roster", [company(), few_people()], ids=["by group", "by person"])
@pytest.mark.parametrize("what", MEDDLING)
def test_drift_is_reported_at_the_floor_and_put_right_on_demand(both: Both, roster: Roster, what: str) -> None:
    both.begin(roster)
    meddle, expected, cost = MEDDLING[what]
    meddle(both)
    both.writes()
    before, reads = both.held(), both.tenant.count(reads=True)

    report = both.idp.drift()
    assert [(one["object"], one["name"], one["kind"]) for one in report["differences"]] == [expected]
    wanted = check_floor(len(before.users), [len(group["members"]) for group in before.groups])
    assert report["requests"] == report["floor"] == wanted == reads_since(both, reads, wanted)
    assert both.writes() == 0
    assert both.held() == before

    assert both.idp.sync()["requests"] == 0  # a sync that does not look does not see it
    result = both.idp.sync(full=True)
    assert result["check"]["differences"] == 1
    assert result["requests"] == result["floor"] == both.writes() == cost
    after = both.held()
    after.users[:] = [user for user in after.users if user["userName"] != "stranger@x.example"]
    assert differences(roster, after) == []
    assert both.idp.drift()["differences"] == []


def reads_since(both: Both, before: int, wanted: int) -> int:
    """How many requests the centre has seen; it writes reads down a moment after their answer."""
    until = time.monotonic() + 5
    while both.tenant.count(reads=True) - before < wanted and time.monotonic() < until:
        time.sleep(0.01)
    return both.tenant.count(reads=True) - before


def test_strangers_are_neither_touched_nor_drift(both: Both) -> None:
    both.begin(company())
    stranger = both.tenant.scim.create_user("stranger@x.example")
    both.tenant.scim.create_group("Strangers", stranger, user_id(both, "E1"))
    both.writes()
    before = both.held()
    report = both.idp.drift()
    assert (report["differences"], report["unmatched"]) == ([], 1)
    assert both.idp.sync(full=True)["requests"] == 0
    assert both.held() == before


def test_a_group_deleted_behind_our_back_comes_back_with_its_members(both: Both) -> None:
    """Without anybody refreshing entitlements, and although its deletion is met only when something is sent there."""
    roster = company()
    both.begin(roster)
    delete_a_group(both)
    both.idp.unseat("Readers", "E1")
    both.idp.sync()
    roster.seats.remove(("R0", "E1"))
    both.assert_equal(roster)


def test_a_user_deleted_behind_our_back_comes_back_with_memberships(both: Both) -> None:
    roster = company()
    both.begin(roster)
    delete_a_user(both)
    both.idp.change("E2", title="Met by this")
    both.idp.sync()
    roster.people["E2"]["title"] = "Met by this"
    both.assert_equal(roster)
    assert both.idp.drift()["differences"] == []


def test_a_manager_deleted_behind_our_back_is_named_again(both: Both) -> None:
    roster = company()
    roster.people["E1"]["manager_id"] = "E2"
    both.begin(roster)
    delete_a_user(both)
    both.idp.sync(full=True)
    both.assert_equal(roster)


def test_one_member_more_than_a_page_holds_costs_one_read_more_and_the_floor_says_so(both: Both) -> None:
    people = [f"E{number:03d}" for number in range(102)]
    roster = small(" ".join(people), {"Readers": " ".join(people[:100])})
    both.begin(roster)
    members(both, "add", people[100])
    report = both.idp.drift()
    assert [one["kind"] for one in report["differences"]] == ["member extra"]
    assert report["requests"] == report["floor"] == check_floor(102, [101])


def test_so_many_gone_at_once_look_like_a_wrong_tenant_and_stop_the_app(both: Both) -> None:
    """Nothing is made again before a person has said so."""
    people = [f"E{number:02d}" for number in range(12)]
    roster = small(" ".join(people), {"Readers": " ".join(people)})
    both.begin(roster)
    for key in people[:6]:
        both.tenant.scim.good("DELETE", f"/Users/{user_id(both, key)}")
    both.writes()
    stopped = both.command("sync", "aws", "--full", "--json").ended(WAITS).json
    assert "6 of 13 linked objects are gone at the target" in stopped["quarantine"]
    assert both.writes() == 0
    both.idp.change("E11", title="Waits, too")
    assert both.idp.sync()["requests"] == both.writes() == 0
    both.idp.start()
    both.idp.sync()
    roster.people["E11"]["title"] = "Waits, too"
    both.assert_equal(roster)


def test_drift_and_its_repair_at_the_command_line(both: Both) -> None:
    roster = company()
    both.begin(roster)
    change_a_user(both)
    report = both.command("drift", "aws", "--json").ended(DONE).json
    [found] = report["differences"]
    assert (found["object"], found["name"], found["kind"]) == ("user", "e1@x.example", "changed")
    assert found["detail"] == {"title": {"before": roster.people["E1"]["title"] or None, "after": "Meddled"}}
    result = both.command("sync", "aws", "--full", "--json").ended(DONE).json
    assert (result["requests"], result["floor"]) == (1, 1)
    both.assert_equal(roster)


def differing(both: Both) -> list[tuple[str, str, str]]:
    return [(one["object"], one["name"], one["kind"]) for one in both.idp.drift()["differences"]]


@pytest.mark.parametrize("what", MEDDLING)
def test_what_is_only_reported_is_put_back_once_a_person_says_so(both: Both, what: str) -> None:
    roster = company()
    both.begin(roster, "drift=report")
    meddle, expected, cost = MEDDLING[what]
    meddle(both)
    both.writes()
    result = both.idp.sync(full=True)
    assert (result["requests"], result["check"]["undecided"], both.writes()) == (0, 1, 0)
    [one] = both.idp.drift()["differences"]
    assert ((one["object"], one["name"], one["kind"]), one["decision"]) == (expected, "")
    assert both.idp.say_of_drift("put-back", one["digest"]) == 1
    result = both.idp.sync()
    assert result["requests"] == result["floor"] == both.writes() == cost
    assert differing(both) == []
    after = both.held()
    after.users[:] = [user for user in after.users if user["userName"] != "stranger@x.example"]
    assert differences(roster, after) == []


@pytest.mark.parametrize("what", MEDDLING)
def test_what_is_taken_over_stands(both: Both, what: str) -> None:
    """By no sync, and by no check, is it touched; and when a person says so it is put back at the same cost."""
    roster = company()
    both.begin(roster)
    meddle, expected, cost = MEDDLING[what]
    meddle(both)
    both.writes()
    before = both.held()
    [one] = both.idp.drift()["differences"]
    assert (one["object"], one["name"], one["kind"]) == expected
    both.idp.say_of_drift("take-over", one["digest"])
    for orders in ({}, {"only": "E1"}, {"only": "E2"}, {"full": True}):
        result = both.idp.sync(**orders)
        assert (result["requests"], result["floor"], both.writes()) == (0, 0, 0), orders
    assert both.held() == before
    report = both.idp.drift()
    assert (report["differences"], {taken["digest"] for taken in report["taken_over"]}) == ([], {one["digest"]})
    assert report["requests"] == report["floor"]

    both.idp.say_of_drift("put-back", one["digest"])
    result = both.idp.sync()
    assert result["requests"] == result["floor"] == both.writes() == cost
    after = both.held()
    after.users[:] = [user for user in after.users if user["userName"] != "stranger@x.example"]
    assert differences(roster, after) == []


@pytest.mark.parametrize("what", MEDDLING)
def test_what_is_ignored_is_neither_reported_nor_changed(both: Both, what: str) -> None:
    both.begin(company())
    meddle, _, _ = MEDDLING[what]
    meddle(both)
    both.writes()
    before = both.held()
    [one] = both.idp.drift()["differences"]
    both.idp.say_of_drift("ignore", one["digest"])
    result = both.idp.sync(full=True)
    assert (result["requests"], result["check"]["differences"], both.writes()) == (0, 0, 0)
    report = both.idp.drift()
    assert (report["differences"], [it["digest"] for it in report["ignored"]]) == ([], [one["digest"]])
    assert both.held() == before
    both.idp.say_of_drift("put-back", one["digest"])
    both.idp.sync()
    assert both.idp.drift()["ignored"] == []


def test_what_was_taken_over_ends_when_our_side_moves(both: Both) -> None:
    """The person's own new title goes out; so does the role's new name."""
    roster = company()
    both.begin(roster)
    change_a_user(both)
    rename_a_group(both)
    both.writes()
    both.idp.drift()
    assert both.idp.say_of_drift("take-over") == 2
    both.idp.change("E1", department="Elsewhere")
    assert both.sync()["requests"] == 1
    assert both.held().user("E1")["title"] == "Meddled"
    both.idp.change("E1", title="Ours again")
    both.idp.rename("Readers", "Readers of ours")
    assert both.sync()["requests"] == 2
    roster.people["E1"] |= {"title": "Ours again", "department": "Elsewhere"}
    roster.groups["R0"] = "Readers of ours"
    both.assert_equal(roster)
    assert both.idp.drift()["taken_over"] == []


@pytest.mark.slow
def test_a_company_is_checked_at_the_floor(both: Both) -> None:
    roster = history()["splitting"]
    both.begin(roster)
    report = both.idp.drift()
    wanted = check_floor(len(roster.people), sizes_of(roster))
    assert (report["differences"], report["requests"], report["floor"]) == ([], wanted, wanted)
