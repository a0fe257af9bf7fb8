"""Small companies that change at random, over and over: names collide, merge, split and pass on far more than they ever do.

Every day is held against the independent floor, as in the replay; a seed that fails is a case to keep (67, 72, 79: a new
manager who takes a leaver's name).
"""

from random import Random

import pytest

from tests.pair.both import Both
from tests.pair.floor import floor
from tests.pair.rosters import Roster, person

DAYS = 8
NAMES = ("Red", "Green", "Blue", "Straße", "Ω", "White")
KEYS = [f"E{number}" for number in range(7)]
ROLES = [f"R{number}" for number in range(6)]
FREE = "leavers=delete", "limit-deletions=100000", "limit-deletions-share=1"


def spelt(random: Random, name: str) -> str:
    """The name, in one case or another."""
    return random.choice([name, name.upper(), name.lower()])


def next_day(random: Random, before: Roster) -> Roster:
    """What becomes of a roster in a day."""
    after = before.copy()
    for key in random.sample(KEYS, 2):
        toggle_person(random, after, before, key)
    for key in after.people:
        if random.random() < 0.3:
            after.people[key]["title"] = random.choice(["", "One", "Two"])
        if random.random() < 0.2:
            after.people[key]["manager_id"] = random.choice([other for other in [*KEYS, ""] if other > key or not other])
    pass_names_on(random, after, before)
    for role in random.sample(ROLES, 3):
        if role in after.groups and random.random() < 0.3:
            del after.groups[role]
        else:
            after.groups[role] = spelt(random, random.choice(NAMES))
    flip_seats(random, after)
    return after


def toggle_person(random: Random, after: Roster, before: Roster, key: str) -> None:
    """Somebody leaves; or comes, under a name that a leaver of the same day had, or a new one."""
    if key in after.people:
        if len(after.people) > 1:
            del after.people[key]
        return
    taken = {one["user_name"].casefold() for one in after.people.values()}
    freed = [one["user_name"] for one in before.people.values() if one["user_name"].casefold() not in taken]
    names = [name for name in (*freed, f"{key}.{random.randrange(1000)}@x.example") if name.casefold() not in taken]
    name = random.choice(names)
    after.people[key] = person(key, user_name=name, email=name)


def pass_names_on(random: Random, after: Roster, before: Roster) -> None:
    """A chain of people, each of whom takes the name of the next; the last has a new one.  Nobody swaps."""
    chain = random.sample(sorted(after.people.keys() & before.people.keys()), min(3, len(after.people.keys() & before.people)))
    if len(chain) < 2 or random.random() < 0.5:
        return
    fresh = f"fresh.{random.randrange(10**6)}@x.example"
    for taker, giver in zip(chain, [*chain[1:], ""], strict=True):
        name = before.name_of(giver) if giver else fresh
        after.people[taker] |= {"user_name": name, "email": name}


def flip_seats(random: Random, after: Roster) -> None:
    """A third of all possible seats change."""
    for role in ROLES:
        for key in KEYS:
            if random.random() < 0.33:
                after.seats ^= {(role, key)}
    after.seats = {(role, key) for role, key in after.seats if role in after.groups and key in after.people}


@pytest.mark.parametrize("seed", [*range(12), 67, 72, 79])
def test_random_days_cost_the_floor(both: Both, seed: int) -> None:
    random = Random(seed)
    before = Roster({"E0": person("E0")}, {"R0": "Red"}, {("R0", "E0")})
    both.begin(before, *FREE)
    for day in range(DAYS):
        after, held = next_day(random, before), both.held()
        wanted = floor(before, after)
        both.take(after)
        result = both.idp.sync()
        assert result["failed"] == result["held"] == result["waiting"] == 0, (seed, day)
        assert (result["requests"], result["floor"], both.writes()) == (wanted.requests,) * 3, (seed, day, result)
        both.assert_equal(after)
        now = both.held()
        old_ids, ids = held.group_ids(), now.group_ids()
        assert {key: ids[key] for key in wanted.heirs} == {key: old_ids[past] for key, past in wanted.heirs.items()}
        old_ids, ids = held.user_ids(), now.user_ids()
        assert all(ids[key] == old_ids[key] for key in old_ids.keys() & ids.keys())
        assert both.sync()["requests"] == 0
        before = after
    report = both.idp.drift()
    assert (report["differences"], report["requests"]) == ([], report["floor"])
