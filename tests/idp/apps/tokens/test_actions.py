"""Tokens of an app: given, changed over, removed, and reminded of; never readable at rest, never in an event."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions, store
from lockstep.idp.apps.tokens.records import DAY_MS, Token
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault, VaultError

VAULT = Vault(bytes(KEY_BYTES))
NOW = 1_795_478_400_000  # 24 Nov 2026, 00:00
FIRST, SECOND, THIRD = "first-token", "second-token", "third-token"


@contextmanager
def write(database: Database) -> Iterator[Connection]:
    with database.write(serial=events.SERIAL) as c:
        yield c


def create(c: Connection, name: str = "aws", connector: str = "scim2", expires_at: int = 0) -> App:
    return apps.create_app(
        c,
        VAULT,
        NOW,
        name=name,
        connector=connector,
        scim_url="https://scim.example/scim",
        token=f" {FIRST}\n",
        allow_loopback=False,
        expires_at=expires_at,
    )


def secrets(c: Connection, app: App) -> list[str]:
    return [one.secret for one in actions.opened(c, VAULT, app.id)]


def happened(c: Connection) -> list[tuple[str, str]]:
    return [(one.type.value, one.notes or one.error_description) for one in events.follow(c, 0)]


def only(c: Connection, app: App) -> Token:
    [one] = store.of_app(c, app.id)
    return one


def test_a_token_is_stored_encrypted_and_bound_to_its_app(each: Database) -> None:
    with write(each) as c:
        assert not store.any_token(c)
        one, other = create(c), create(c, "other")
        assert store.any_token(c)
        assert FIRST.encode() not in only(c, one).sealed
        assert apps.token_of(c, VAULT, one) == FIRST
        store.remove(c, only(c, other).id)
        store.add(c, replace(only(c, one), app_id=other.id))
        with pytest.raises(VaultError, match="the key file does not open"):
            apps.token_of(c, VAULT, other)


def test_another_token_takes_the_place_of_the_one_in_use(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        actions.note_answers(c, VAULT, app, {FIRST: 401}, NOW)
        actions.give(c, VAULT, app, SECOND, NOW + 1)
        assert secrets(c, app) == [SECOND]
        assert (only(c, app).answer, only(c, app).added_at) == (0, NOW + 1)
        assert happened(c)[-1] == ("app.updated", "access token replaced")
        with pytest.raises(Problem, match="copy it again, whole"):
            actions.give(c, VAULT, app, "thi\u00a0rd", NOW)
        assert secrets(c, app) == [SECOND]


def test_the_next_one_is_kept_beside_it_and_an_app_has_no_third(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        actions.give(c, VAULT, app, SECOND, NOW, spare=True, actor="root")
        assert secrets(c, app) == [FIRST, SECOND]
        assert happened(c)[-1] == ("token.given", "next access token")
        actions.give(c, VAULT, app, THIRD, NOW, spare=True)
        assert secrets(c, app) == [FIRST, THIRD]
        actions.give(c, VAULT, app, SECOND, NOW)
        assert secrets(c, app) == [SECOND, THIRD]


def test_a_token_that_is_there_already_is_not_kept_twice(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        with pytest.raises(ValueProblem, match="this token is the one in use"):
            actions.give(c, VAULT, app, FIRST, NOW, spare=True)
        actions.give(c, VAULT, app, SECOND, NOW, spare=True)
        ends = NOW + 9 * DAY_MS
        assert actions.give(c, VAULT, app, SECOND, NOW, spare=True, expires_at=ends).expires_at == ends
        assert actions.give(c, VAULT, app, SECOND, NOW).which == "current"
        assert secrets(c, app) == [SECOND, FIRST]
        assert happened(c)[-1][0] == "token.taken_into_use"


def test_a_change_over(each: Database) -> None:
    """The one in use is refused and the other one taken: it is in use, and the refused one is marked, and can be removed."""
    with write(each) as c:
        app = create(c)
        actions.give(c, VAULT, app, SECOND, NOW, spare=True)
        actions.note_answers(c, VAULT, app, {FIRST: 401, SECOND: 200}, NOW + 5)
        assert secrets(c, app) == [SECOND, FIRST]
        assert [(one.which, one.answer, one.answered_at, one.refused) for one in store.of_app(c, app.id)] == [
            ("current", 200, NOW + 5, False),
            ("next", 401, NOW + 5, True),
        ]
        assert happened(c)[-2:] == [
            ("token.refused", "the target refused the current access token (401)"),
            ("token.taken_into_use", "the next access token is in use: the target refused the one before"),
        ]
        before = len(happened(c))
        actions.note_answers(c, VAULT, app, {FIRST: 401, SECOND: 200}, NOW + 6)  # said again, nothing has happened
        assert (secrets(c, app), len(happened(c))) == ([SECOND, FIRST], before)
        actions.remove_next(c, app, NOW)
        assert secrets(c, app) == [SECOND]
        with pytest.raises(Problem, match="aws has no next token"):
            actions.remove_next(c, app, NOW)
        assert [one for one in (FIRST, SECOND) if one not in str(happened(c))] == [FIRST, SECOND]


def test_both_refused_and_neither_changes_place(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        actions.give(c, VAULT, app, SECOND, NOW, spare=True)
        actions.note_answers(c, VAULT, app, {FIRST: 401, SECOND: 403}, NOW)
        assert secrets(c, app) == [FIRST, SECOND]
        assert [one.refused for one in store.of_app(c, app.id)] == [True, True]
        actions.note_answers(c, VAULT, app, {FIRST: 200}, NOW)
        assert [one.refused for one in store.of_app(c, app.id)] == [False, True]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        (" 2026-11-24 ", NOW + DAY_MS - 1000),
        ("2027-11-24T00:00:00Z", NOW + 365 * DAY_MS),
        ("2027-11-24T01:00:00+01:00", NOW + 365 * DAY_MS),
        ("2027-11-24T00:00:00", NOW + 365 * DAY_MS),
    ],
)
def test_when_a_token_ends_as_it_is_typed(text: str, at: int) -> None:
    assert actions.expiry_of(text, NOW) == at


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon", "write the date as year, month and day"),
        ("2027-02-30", "write the date"),
        ("24.11.2027", "write the date"),
        ("2026-11-23", "this date is over"),
        ("9999-12-31", "more than 100 years"),
    ],
)
def test_a_date_that_cannot_be(text: str, words: str) -> None:
    with pytest.raises(ValueProblem, match=words) as refused:
        actions.expiry_of(text, NOW)
    assert refused.value.field == "expires"


def test_the_end_is_entered_or_known_from_the_connector(each: Database) -> None:
    with write(each) as c:
        unknown, known = create(c), create(c, "known", "aws-iam-identity-center")
        entered = create(c, "entered", "aws-iam-identity-center", expires_at=NOW + 5 * DAY_MS)
        assert [(one.expires_at, one.expiry) for one in (only(c, unknown), only(c, known), only(c, entered))] == [
            (0, ""),
            (NOW + 365 * DAY_MS, "connector"),
            (NOW + 5 * DAY_MS, "entered"),
        ]
        actions.set_expiry(c, known, "current", NOW + 9 * DAY_MS, NOW, actor="root")
        assert (only(c, known).expires_at, only(c, known).expiry) == (NOW + 9 * DAY_MS, "entered")
        assert happened(c)[-1] == ("token.expiry_changed", "current access token: expires on 2026-12-03T00:00:00Z")
        before = len(happened(c))
        actions.set_expiry(c, known, "current", NOW + 9 * DAY_MS, NOW)
        assert len(happened(c)) == before
        actions.set_expiry(c, known, "current", 0, NOW)
        assert (only(c, known).expires_at, only(c, known).expiry) == (0, "")
        with pytest.raises(Problem, match="known has no next token"):
            actions.set_expiry(c, known, "next", 0, NOW)


def test_each_reminder_comes_once(each: Database) -> None:
    with write(each) as c:
        app, _ = create(c, expires_at=NOW + 100 * DAY_MS), create(c, "unknown")
        before = len(happened(c))
        for day in range(103):
            at = NOW + day * DAY_MS
            for _ in range(3):
                assert actions.anything_to_remind(c, at) is (day in (10, 70, 93, 99, 100) and _ == 0)
                actions.remind(c, at)
        new = happened(c)[before:]
        assert [kind for kind, _ in new] == ["token.expires"] * 4 + ["token.expired"]
        assert new[0][1] == "current access token: expires on 2027-03-04T00:00:00Z"
        assert new[-1][1] == "the current access token has expired"
        actions.set_expiry(c, app, "current", NOW + 200 * DAY_MS, NOW)
        actions.remind(c, NOW + 195 * DAY_MS)
        assert happened(c)[-1][0] == "token.expires"  # another end has reminders of its own


def test_no_reminder_once_the_next_one_is_there(each: Database) -> None:
    with write(each) as c:
        app = create(c, expires_at=NOW + 20 * DAY_MS)
        actions.give(c, VAULT, app, SECOND, NOW, spare=True, expires_at=NOW + 300 * DAY_MS)
        assert not actions.anything_to_remind(c, NOW)
        assert not actions.anything_to_remind(c, NOW + 21 * DAY_MS)
        assert actions.anything_to_remind(c, NOW + 299 * DAY_MS)


def test_the_tokens_of_an_app_go_with_it(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        c.script([f"DELETE FROM apps WHERE id = {app.id}"])
        assert not store.any_token(c)
