"""Reads an account over real HTTP."""

from typing import Any

import pytest

from lockstep.idp.directory.sources.onelogin import lists, reading, wire
from lockstep.idp.directory.sources.onelogin.reader import OneLoginReader
from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings
from lockstep.idp.directory.sources.records import Group, Person, SourceProblem
from tests.support.fake_onelogin import CLIENT_ID, SECRET, FakeOneLogin

USERS, ROLES, TOKEN = "/api/2/users", "/api/2/roles", wire.TOKENS


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_PAUSES", (0.0, 0.0, 0.0))


def reader(account: FakeOneLogin, **changed: Any) -> OneLoginReader:
    usual: dict[str, Any] = {"url": account.url, "client_id": CLIENT_ID, "allow_loopback": True}
    return OneLoginReader(OneLoginSettings(**{**usual, **changed}), SECRET)


def by_key(found: Any) -> dict[str, Person]:
    return {one.key: one for one in found}


def by_name(found: Any) -> dict[str, Group]:
    return {one.name: one for one in found}


def asked(account: FakeOneLogin, path: str) -> list[str]:
    return [one for one in account.seen if one.split("?")[0] == path]


def test_everybody_is_read_with_roles_and_custom_fields(account: FakeOneLogin) -> None:
    found = reader(account).read()
    people = by_key(found.people)
    assert found.complete
    assert list(people) == [str(number) for number in range(101, 108)]
    second = people["102"].attributes
    assert second["custom_attribute_cost_center"] == ("R-100",)
    assert second["roles"] == ("Everybody", "Treasury")
    assert (second["manager_key"], second["group_name"]) == (("101",), ("Strict",))
    groups = by_name(found.groups)
    assert groups["Everybody"].members == tuple(people)
    assert (groups["Treasury"].key, groups["Treasury"].members) == ("2", ("102",))
    assert found.notes == ()
    assert found.requests == 7  # a token, the newest event, roles, groups, three pages of users


def test_where_lists_give_no_roles_each_role_is_asked(account: FakeOneLogin) -> None:
    account.gives_roles = False
    groups = by_name(reader(account).read().groups)
    assert len(groups["Everybody"].members) == 7
    assert groups["Treasury"].members == ("102",)


def test_another_key(account: FakeOneLogin) -> None:
    found = reader(account, key="external_id").read()
    people = by_key(found.people)
    assert people["E102"].attributes["manager_key"] == ("E101",)
    assert by_name(found.groups)["Treasury"].members == ("E102",)


def test_a_test_says_what_it_sees(account: FakeOneLogin) -> None:
    check = reader(account).check()
    assert check.ok
    assert check.sees == f"7 users and 2 roles at {account.url}"
    assert {"email", "login_name", "manager_key", "custom_attribute_cost_center"} <= set(reader(account).attributes())


@pytest.mark.parametrize(
    ("path", "fault", "problem", "fix"),
    [
        (TOKEN, "redirect", "redirect", "URL"),
        (USERS, "redirect", "redirect", "URL"),
        (USERS, "html", "not what OneLogin's API gives", "SUBDOMAIN"),
        (TOKEN, "html", "not what OneLogin's API gives", "SUBDOMAIN"),
    ],
)
def test_what_is_wrong_with_a_connection(account: FakeOneLogin, path: str, fault: str, problem: str, fix: str) -> None:
    account.faults = [(path, fault)]
    check = reader(account).check()
    assert not check.ok
    assert problem in check.problem
    assert fix in check.fix


def test_a_wrong_secret(account: FakeOneLogin) -> None:
    settings = OneLoginSettings(url=account.url, client_id=CLIENT_ID, allow_loopback=True)
    check = OneLoginReader(settings, "wrong").check()
    assert "refused the client ID or its secret (401: Authentication Failure)" in check.problem
    assert "API Credentials" in check.fix


def test_a_credential_whose_owner_was_deleted(account: FakeOneLogin) -> None:
    account.faults = [(TOKEN, "500")] * 4
    check = reader(account).check()
    assert "failed when asked for a token (500" in check.problem
    assert "make a new one" in check.fix


def test_nobody_there(account: FakeOneLogin) -> None:
    away = OneLoginSettings(url="http://127.0.0.1:1", client_id=CLIENT_ID, allow_loopback=True)
    assert "gave no answer" in OneLoginReader(away, SECRET).check().problem


@pytest.mark.parametrize("fault", ["500", "429", "cut", "expired"])
def test_what_passes_is_asked_again(account: FakeOneLogin, fault: str) -> None:
    account.faults = [(USERS, fault), (ROLES, fault)]
    found = reader(account).read()
    assert len(list(found.people)) == 7
    assert account.faults == []


@pytest.mark.parametrize(("fault", "says"), [("500", "failed (500: Internal Server Error)"), ("cut", "gave no answer")])
def test_a_failure_that_stays_names_the_page(account: FakeOneLogin, fault: str, says: str) -> None:
    account.fault_from = ("cursor=3", fault)
    with pytest.raises(SourceProblem) as found:
        reader(account).read()
    text = str(found.value)
    assert "page 2 of users, after 103: " in text
    assert says in text
    assert "nothing was taken over" in text


@pytest.mark.parametrize("key", ["id", "external_id"])
def test_a_page_that_comes_again_is_no_end(account: FakeOneLogin, key: str) -> None:
    account.fault_from = ("cursor=3", "repeat")
    with pytest.raises(SourceProblem, match="page 2 of users has 101 again, which came on an earlier page"):
        reader(account, key=key).read()


def test_a_list_that_ends_too_soon(account: FakeOneLogin) -> None:
    account.fault_from = ("cursor=3", "short")
    with pytest.raises(SourceProblem, match="the list ends after 6 rows, and the API says that there are 7"):
        reader(account).read()


@pytest.mark.parametrize("users", [7, 9])
def test_pages_of_which_nothing_is_said_are_counted(account: FakeOneLogin, monkeypatch: pytest.MonkeyPatch, users: int) -> None:
    """A proxy may take the headers away; a full page is no end then."""
    monkeypatch.setattr(reading, "PAGE", 3)
    account.paging = "numbers"
    for number in range(108, 101 + users):
        account.user(number, role_ids=[1])
    assert len(list(reader(account).read().people)) == users


def test_a_cursor_that_comes_again(account: FakeOneLogin) -> None:
    account.stuck = True
    with pytest.raises(SourceProblem, match="the cursor of the next page is one that came before"):
        reader(account).read()


def test_the_limit_on_requests_is_waited_for_and_no_longer_than_is_said(account: FakeOneLogin) -> None:
    account.reset = "1"
    account.faults = [(USERS, "429")]
    assert len(list(reader(account).read().people)) == 7
    account.reset = "2100"
    account.faults = [(USERS, "429")]
    with pytest.raises(
        SourceProblem, match=r"page 1 of users: the limit on requests of 5000 an hour is reached.* 2,100 seconds"
    ):
        reader(account).read()


def test_nobody_at_all_is_a_fault_and_not_a_departure(account: FakeOneLogin) -> None:
    account.users.clear()
    with pytest.raises(SourceProblem, match="There are no users"):
        reader(account).read()


def test_a_credential_that_sees_users_only(account: FakeOneLogin) -> None:
    account.scope = "Read Users"
    found = reader(account).read()
    assert len(list(found.people)) == 7
    assert found.watermark == ""
    assert ["scope Read All" in note for note in found.notes] == [True, True]


@pytest.mark.parametrize("key", ["id", "external_id"])
def test_changes_since_the_last_time(account: FakeOneLogin, key: str) -> None:
    own, keys = reader(account, key=key), {"id": "{}", "external_id": "E{}"}
    name = keys[key].format
    account.now = account.now.replace(hour=13)
    account.event(8, user_id=103)
    first = own.read()
    account.now = account.now.replace(hour=14)
    account.user(103, title="Chief", manager_user_id=104)
    account.delete(106)
    account.user(108, external_id="E108", role_ids=[2])
    account.users[107]["role_ids"] = [1, 2]
    account.event(147, user_id=107, role_id=2)
    account.event(5, user_id=101)
    account.seen.clear()
    then = own.read(first.watermark)
    people = by_key(then.people)
    assert not then.complete
    assert set(people) == {name(103), name(107), name(108)}
    assert people[name(103)].attributes["manager_key"] == (name(104),)
    if key == "id":
        assert (then.removed_people, then.present_people) == (("106",), None)
    else:
        assert then.removed_people == ()
        assert then.present_people == frozenset(map(name, (101, 102, 103, 104, 105, 107, 108)))
    assert [(one.name, set(one.members)) for one in then.groups] == [("Treasury", {name(102), name(107), name(108)})]
    assert then.present_groups == frozenset({"1", "2"})
    nothing = own.read(then.watermark)
    assert not nothing.complete
    assert (list(nothing.groups), nothing.removed_people) == ([], ())


def test_a_role_that_is_new_or_called_otherwise(account: FakeOneLogin) -> None:
    first = reader(account).read()
    account.roles = {1: "All", 3: "New"}
    then = reader(account).read(first.watermark)
    assert [(one.name, len(one.members)) for one in then.groups] == [("All", 7), ("New", 0)]
    assert then.present_groups == frozenset({"1", "3"})


def test_events_that_are_not_kept_any_more(account: FakeOneLogin) -> None:
    first = reader(account).read()
    account.user(103, title="Chief")
    del account.events[: len(account.events) - 1]
    assert reader(account).read(first.watermark).complete


def test_too_many_events_are_not_read_one_by_one(account: FakeOneLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    first = reader(account).read()
    monkeypatch.setattr(reading, "MOST_EVENTS", 3)
    for _ in range(5):
        account.user(103, title="Chief")
    assert reader(account).read(first.watermark).complete


def test_events_come_in_pages_by_the_link_of_the_page_before(account: FakeOneLogin) -> None:
    first = reader(account).read()
    for _ in range(120):
        account.event(8, user_id=101)
    account.seen.clear()
    then = reader(account).read(first.watermark)
    assert not then.complete
    assert len(asked(account, "/api/1/events")) == 3


def test_one_token_serves_a_reading(account: FakeOneLogin) -> None:
    reader(account).read()
    assert len(asked(account, TOKEN)) == 1


def test_what_to_ask_for_next() -> None:
    assert lists.following({"limit": "3", "fields": "id"}, "next", "") == {"fields": "id", "cursor": "next"}
    link = "https://elsewhere.example.com/p?limit=5&after_cursor=x"
    assert lists.following({}, "x", link) == {"limit": "5", "after_cursor": "x"}
