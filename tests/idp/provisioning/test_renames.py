"""The order of renames: who gives up a name goes before who takes it; in a circle one is called something else for a moment."""

from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan_groups import rename
from lockstep.idp.provisioning.records import DesiredGroup, GroupLink, Stage
from lockstep.idp.provisioning.renames import Rename, ordered

NAMES = "abcdefgh"


def renames(called: dict[str, str]) -> list[Rename]:
    """Groups by the names they should have, each with the name that it has at the target."""
    found = []
    for number, (name, now) in enumerate(called.items()):
        link = GroupLink(number, name, now, f"g{number}", True, (name,), False)
        change = rename(DesiredGroup(name, name, (name,)), link)
        if change is not None:
            found.append(Rename(Placed(number, change), link))
    return found


def carried_out(called: dict[str, str]) -> tuple[dict[str, str], int]:
    """What comes of it at a target that refuses a name that is taken, and how many requests it took.  Raises AssertionError."""
    found = renames(called)
    stages, detours = ordered(found)
    names = dict(called)
    steps = [(change.stage, change) for change in detours]
    steps += [(stages[one.placed.position], one.placed.change) for one in found]
    for stage in sorted({stage for stage, _ in steps}):
        taken = {name.lower(): key for key, name in names.items()}  # in a stage, requests go in any order
        for _, change in (one for one in steps if one[0] == stage):
            name = change.payload["name"]
            key = next(key for key, link in ((one.link.key, one.link) for one in found) if link.id == change.link_id)
            assert taken.get(name.lower(), key) == key, f"{name} is taken"
            names[key] = name
    return names, len(steps)


@given(st.permutations(NAMES), st.integers(0, len(NAMES)))
def test_every_group_gets_its_name_with_one_request_more_for_each_circle(others: list[str], free: int) -> None:
    """Any permutation of names, of which some are names that nobody else wants."""
    called = {
        name: other if number < free else f"free {other}"
        for number, (name, other) in enumerate(zip(NAMES, others, strict=True))
    }
    names, requests = carried_out(called)
    assert names == {name: name for name in NAMES}
    assert requests == len(renames(called)) + circles(called)


def circles(called: dict[str, str]) -> int:
    holder = {now: name for name, now in called.items() if now != name}
    met: set[str] = set()
    count = 0
    for first in holder.values():
        chain: list[str] = []
        one: str | None = first
        while one is not None and one not in met:
            met.add(one)
            chain.append(one)
            one = holder.get(one)
        count += one in chain
    return count


def test_a_name_in_another_case_waits_for_nobody() -> None:
    [one] = renames({"a": "A"})
    assert ordered([one]) == ({one.placed.position: Stage.NAMES_FREED}, [])


def test_a_chain_goes_from_its_free_end() -> None:
    found = renames({"a": "b", "b": "c", "c": "free"})
    stages, detours = ordered(found)
    assert [stages[one.placed.position] - Stage.NAMES_FREED for one in found] == [0, 1, 2]
    assert detours == []
