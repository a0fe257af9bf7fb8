"""What is kept of drift, on both databases: pages by key, what is past, what was taken over."""

import pytest

from lockstep.idp.provisioning import drift_store, links
from lockstep.idp.provisioning.drift import Difference, TakenOver
from lockstep.idp.provisioning.drift_store import PAGE, Check
from lockstep.kit.db import Connection
from tests.idp.provisioning.world import World


def ready(world: World) -> World:
    world.make_app()
    return world


def difference(number: int, obj: str = "user", kind: str = "changed", member: str = "") -> Difference:
    return Difference(
        obj, f"N{number}", kind, number, f"K{number}", f"t-{number}", {"a": 1}, {"a": None}, member, "", made=False
    )


def test_a_difference_comes_back_as_it_was(each_world: World) -> None:
    world = ready(each_world)
    one, other = difference(1), difference(2, "membership", "member extra", "m")
    with world.write() as c:
        target = world.link_target(c)
        drift_store.add(c, target, [(one, ""), (other, "put-back")], 5)
        first, second = sorted(drift_store.open_differences(c, target), key=lambda found: found.difference.name)
        assert (first.difference, first.digest, first.decision, first.decided_at) == (one, one.digest, "", 0)
        assert (second.difference, second.decision, second.decided_at, second.first_seen) == (other, "put-back", 5, 5)
        assert drift_store.open_of(c, target, [other.digest, "feed"]) == [second]
        assert drift_store.counts(c, target) == {"": 1, "put-back": 1}
        drift_store.decide(c, [first.id], "take-over", "Kim", 7, settled=True)
        assert drift_store.counts(c, target) == {"put-back": 1}
        [past] = drift_store.settled(c, target, 1 << 50)
        assert (past.difference, past.decision, past.decided_by, past.settled_at) == (one, "take-over", "Kim", 7)


def test_pages_by_kind(each_world: World) -> None:
    world = ready(each_world)
    made = [difference(number, kind="changed" if number % 2 else "missing") for number in range(PAGE + 5)]
    made.append(difference(999, "group", "renamed"))
    with world.write() as c:
        target = world.link_target(c)
        drift_store.add(c, target, [(one, "") for one in made], 1)
        ignored = drift_store.open_of(c, target, [made[0].digest])
        drift_store.decide(c, [ignored[0].id], "ignore", "Kim", 2, settled=False)
        first = drift_store.page(c, target)
        assert len(first) == PAGE + 1
        last = first[PAGE - 1]
        rest = drift_store.page(c, target, (last.difference.object, last.difference.kind, last.id))
        names = [one.difference.name for one in (*first[:PAGE], *rest)]
        assert names == ["N999", *(one.name for one in made[1:-1:2]), *(one.name for one in made[2:-1:2])]
        assert [one.difference.name for one in drift_store.page(c, target, ignored=True)] == ["N0"]


def test_what_is_past_is_kept_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(world)
    monkeypatch.setattr(drift_store, "KEPT", 3)
    with world.write() as c:
        target = world.link_target(c)
        drift_store.add(c, target, [(difference(number), "") for number in range(6)], 1)
        open_ = [one.id for one in drift_store.open_differences(c, target)]
        drift_store.settle(c, target, open_[:5], 2)
        assert [one.difference.name for one in drift_store.settled(c, target, 1 << 50)] == ["N4", "N3", "N2"]
        assert [one.difference.name for one in drift_store.settled(c, target, open_[3])] == ["N2"]
        assert [one.difference.name for one in drift_store.open_differences(c, target)] == ["N5"]


def taken(c: Connection, world: World) -> list[TakenOver]:
    return list(drift_store.all_taken(c, world.link_target(c)))


def test_what_is_taken_over_again_takes_the_place_of_what_was(each_world: World) -> None:
    world = ready(each_world)
    one = TakenOver("value", "user", "A", "a", 0, "title", "x", None, "d1")
    with world.write() as c:
        target = world.link_target(c)
        drift_store.take_over(c, target, [one, TakenOver("value", "user", "A", "a", 0, "active", True, False, "d1")], "Kim", 3)
        drift_store.take_over(c, target, [TakenOver("value", "user", "A", "a", 0, "title", "x", "z", "d2")], "Kim", 4)
        assert [(it.attribute, it.ours, it.theirs, it.digest, it.at, it.by) for it in taken(c, world)] == [
            ("active", True, False, "d1", 3, "Kim"),
            ("title", "x", "z", "d2", 4, "Kim"),
        ]
        assert [it.attribute for it in drift_store.taken_of(c, target, ["d2"])] == ["title"]
        [first, second] = drift_store.taken_page(c, target, 0)
        assert drift_store.taken_page(c, target, first.id) == [second]
        drift_store.end_taken(c, [first.id])
        assert drift_store.count_taken(c, target) == 1


def test_what_hangs_on_a_group_goes_with_its_link(each_world: World) -> None:
    """A number is given again, and must not bring somebody else's exceptions along."""
    world = ready(each_world)
    with world.write() as c:
        target = world.link_target(c)
        link = links.put_group(c, target, "team", "Team", "t-Team", ["1"], made=True)
        drift_store.take_over(c, target, [TakenOver("in", "membership", "A", "a in Team", link, "t-A")], "Kim", 3)
        again = links.put_group(c, target, "team", "Team", "t-Team-2", ["1"], made=True)
        assert (again, drift_store.count_taken(c, target)) == (link, 1)
        links.drop_group(c, link)
        assert drift_store.count_taken(c, target) == 0


def test_of_one_person_what_is_theirs_or_of_groups_and_who_is_gone(world: World) -> None:
    ready(world)
    with world.write() as c:
        target = world.link_target(c)
        gone = [TakenOver("gone", "user", key, key) for key in "AB"]  # who can be nobody's manager
        drift_store.take_over(c, target, [*gone, TakenOver("gone", "group", "team", "Team", theirs=["1"])], "Kim", 3)
        everyone = frozenset("ABC")
        assert drift_store.overlay_of(c, target, everyone, "A").logins == frozenset("C")
        assert drift_store.overlay_of(c, target, everyone).logins == frozenset("C")


def test_the_last_check(each_world: World) -> None:
    world = ready(each_world)
    with world.write() as c:
        target = world.link_target(c)
        assert drift_store.last_check(c, target) is None
        for at in (3, 4):
            drift_store.set_check(c, target, Check(at, 111, 111, 2))
            assert drift_store.last_check(c, target) == Check(at, 111, 111, 2)
