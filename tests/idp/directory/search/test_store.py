"""The search says what a plain look at everybody says, however many fulfil a condition, as people come, change and go."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from lockstep.idp.directory import actions, bulk, store
from lockstep.idp.directory.records import BY_HAND, FOLDER, Membership, State, Status, User, folded
from lockstep.idp.directory.removed.actions import restore
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.directory.words import store as words
from lockstep.idp.directory.words.text import FOUND_BY, terms_of, words_of
from lockstep.idp.events import SERIAL
from lockstep.kit.db import Connection, Database
from lockstep.kit.sql import Statement

BY: Any = {"actor": "a test", "now": 1}
FIRST, LAST = ("Anna", "Ben", "Zoë", "Annabel"), ("Smith", "Smithers", "Özil", "Ng")


def people(rng: random.Random, count: int) -> Iterator[User]:
    for number in range(count):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        name = f"{first}.{last}{number}@example.com".lower()
        yield User(
            employee_id=f"E{number}",
            user_name=name,
            email=name,
            display_name=f"{first} {last}",
            status=rng.choice((1, 1, 1, 2, 3)),
            state=rng.choice((1, 1, 1, 0)),
            group_id=rng.choice((None, None, 7)),
            source=rng.choice((0, FOLDER, FOLDER)),
        )


def filled(c: Connection, rng: random.Random, count: int) -> list[int]:
    bulk.add_users(c, people(rng, count))
    ids = sorted(bulk.user_ids(c).values())
    for name in ("All", "Half", "Few"):
        actions.create_role(c, name, **BY)
    bulk.add_members(c, ((1, number, "{}") for number in ids), FOLDER)
    bulk.add_members(c, ((2, number, "{}") for number in ids if number % 2), FOLDER)
    bulk.add_members(c, ((3, number, "{}") for number in ids if number % 40 == 0), BY_HAND)
    c.script(["UPDATE role_members SET mapped = 9 WHERE user_id % 3 = 0 AND role_id = 2"])
    return ids


def plainly(c: Connection, asked: Filter) -> list[User]:
    """Everybody is looked at."""
    seats: dict[int, set[int]] = {}
    givers: dict[str, Callable[[Any], bool]] = {
        "": lambda _: True,
        "hand": lambda one: one.source == BY_HAND,
        "source": lambda one: one.source > BY_HAND,
        "mapping": lambda one: one.mapped > 0,
    }
    for role_id in (1, 2, 3):
        for user in store.members_of_role(c, role_id):
            if givers[asked.giver](store.membership(c, role_id, user.id)):
                seats.setdefault(user.id, set()).add(role_id)

    def fits(user: User) -> bool:
        has = words_of(getattr(user, name) for name in FOUND_BY)
        return (
            all(any(word.startswith(term) for word in has) for term in terms_of(asked.text))
            and asked.status in (None, user.status)
            and asked.state in (None, user.state)
            and asked.group_id in (None, user.group_id)
            and asked.source in (None, user.source)
            and (asked.ids is None or user.id in asked.ids)
            and all(set(some) & seats.get(user.id, set()) for some in asked.roles)
        )

    return sorted(filter(fits, store.stream_users(c)), key=lambda user: folded(user.user_name))


def every_page(c: Connection, asked: Filter, limit: int) -> list[User]:
    found: list[User] = []
    while page := search.page(c, asked, after=folded(found[-1].user_name) if found else "", limit=limit):
        assert len(page) <= limit
        found += page
    return found


def some_filters(rng: random.Random) -> Iterator[Filter]:
    texts = ("", "", "anna", "smith", "ben smith", "example.com", "anna zoe", "nobody", "ng1", "e1", "ÖZIL")
    for _ in range(40):
        yield Filter(
            text=rng.choice(texts),
            status=rng.choice((None, None, 1, 2, 3, 5)),
            state=rng.choice((None, None, 0, 1)),
            group_id=rng.choice((None, None, 7, 8)),
            source=rng.choice((None, None, 0, 1, 2)),
            roles=rng.choice(((), (), ((1,),), ((2,), (3,)), ((2, 3),), ((),))),
            giver=rng.choice(("", "", "hand", "source", "mapping")),
            ids=rng.choice((None, None, None, tuple(range(1, 30)), ())),
        )


@pytest.mark.parametrize(("few", "walk"), [(5_000, 20_000), (4, 10), (1, 3)])
def test_it_finds_whom_a_look_at_everybody_finds(idp: Database, monkeypatch: pytest.MonkeyPatch, few: int, walk: int) -> None:
    rng = random.Random(few)
    with idp.write(serial=SERIAL) as c:
        filled(c, rng, 200)
    # What is compiled holds these figures.
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "_FAR", search.far(walk))
    search.forget_statements()
    try:
        with idp.read() as c:
            for asked in (Filter(), *some_filters(rng)):
                expected = plainly(c, asked)
                assert every_page(c, asked, 7) == expected, asked
                assert search.count(c, asked) == len(expected)
                assert list(search.ids(c, asked)) == sorted(user.id for user in expected)
    finally:
        search.forget_statements()


def test_words_follow_whatever_writes_a_user(idp: Database) -> None:
    def found(c: Connection, text: str) -> list[str]:
        return [user.user_name for user in search.page(c, Filter(text=text), after="", limit=10)]

    with idp.write(serial=SERIAL) as c:
        ann = actions.create_user(c, {"user_name": "ann", "display_name": "Ann Old"}, **BY)
        assert found(c, "old") == ["ann"]
        actions.change_user(c, ann.id, {"display_name": "Ann New", "nickname": "Shorty"}, **BY)
        assert (found(c, "old"), found(c, "new shorty")) == ([], ["ann"])
        after = store.user_by_id(c, ann.id)
        assert after is not None
        bulk.change_users(c, [replace(after, display_name="Ann Newest")])
        assert (found(c, "newest"), found(c, "new")) == (["ann"], ["ann"])
        actions.set_status(c, ann.id, Status.SUSPENDED, **BY)
        actions.set_state(c, ann.id, State.REJECTED, **BY)
        assert found(c, "newest") == ["ann"]
        actions.remove_user(c, ann.id, **BY)
        assert found(c, "ann") == []
        assert c.value(Statement(sa.select(sa.func.count()).select_from(words.user_words))) == 0
        restore(c, ann.id, **BY)
        assert found(c, "newest") == ["ann"]
        bulk.remove_users(c, [ann.id])
        assert c.value(Statement(sa.select(sa.func.count()).select_from(words.user_words))) == 0
        bulk.add_users(c, [User(employee_id="E9", user_name="zed", display_name="Zed Last")])
        assert (found(c, "ann"), found(c, "last")) == ([], ["zed"])


def test_writing_somebody_as_they_are_writes_no_words(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with idp.write(serial=SERIAL) as c:
        ann = actions.create_user(c, {"user_name": "ann"}, **BY)
        monkeypatch.setattr(words, "_add", lambda _c, pairs: pairs and pytest.fail(f"written: {pairs}"))
        bulk.change_users(c, [replace(ann, title="Cook")])
        store.change_user(c, replace(ann, department="Kitchen"))


def test_a_membership_is_seen_at_once(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann = actions.create_user(c, {"user_name": "ann"}, **BY)
        role = actions.create_role(c, "Cooks", **BY)
        asked = Filter(roles=((role.id,),))
        assert search.count(c, asked) == 0
        store.add_member(c, Membership(role_id=role.id, user_id=ann.id))
        assert search.count(c, asked) == 1
