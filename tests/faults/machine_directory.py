"""Rules of the state machine: what happens in the directory."""

import random
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.idp.directory.nesting import actions as nesting
from tests.faults.machine import PICK, Base, chosen
from tests.support.company import DEPARTMENTS

HAND = "a person"


class People(Base):
    """They come, change, leave and come back."""

    @rule(pick=PICK)
    def hire(self, pick: int) -> None:
        self.world.company.hire(random.Random(pick))
        self.bring()

    @precondition(lambda self: len(self.people) > 2)
    @rule(pick=PICK, by_hand=st.booleans())
    def leave(self, pick: int, by_hand: bool) -> None:
        key = chosen(self.people, pick)
        self.gone[key] = self.world.company.people[key]
        self.world.company.leave(key)
        if by_hand:
            with self.world.changing() as (c, _):
                directory.remove_user(c, find_user(c, key).id, actor=HAND, now=self.world.now())
        self.bring()

    @precondition(lambda self: self.gone)
    @rule(pick=PICK)
    def come_back(self, pick: int) -> None:
        key = chosen(sorted(self.gone), pick)
        self.world.company.people[key] = self.gone.pop(key)
        self.bring()

    @rule(pick=PICK, other=PICK)
    def change_person(self, pick: int, other: int) -> None:
        person = self.world.company.people[chosen(self.people, pick)]
        person.update(department=chosen(("", *DEPARTMENTS), other), manager_id=chosen(("", *self.people), other))
        self.bring()

    @rule(pick=PICK)
    def rename_person(self, pick: int) -> None:
        self.names += 1
        self.world.company.people[chosen(self.people, pick)]["user_name"] = f"name.{self.names}@company.example"
        self.bring()

    @precondition(lambda self: len(self.people) > 1)
    @rule(picks=st.lists(PICK, min_size=2, max_size=3))
    def pass_names_round(self, picks: list[int]) -> None:
        """Two or three people take each other's userNames."""
        company = self.world.company
        keys = sorted({chosen(self.people, pick) for pick in picks})
        names = [company.people[key]["user_name"] for key in keys]
        for key, name in zip(keys, [*names[1:], names[0]], strict=True):
            company.people[key]["user_name"] = name
        self.passed.update(keys)
        self.bill.owe("a name given up for a moment", 2)
        self.bring()

    @rule(pick=PICK)
    def suspend_or_not(self, pick: int) -> None:
        key = chosen(self.people, pick)
        change: Callable[..., object] = directory.reactivate if key in self.world.company.suspended else directory.suspend
        with self.world.changing() as (c, _):
            change(c, find_user(c, key).id, actor=HAND, now=self.world.now())
        self.world.company.suspended ^= {key}
        self.bill.changed()


class Roles(Base):
    """They come, go, are renamed, have people, and are put into each other."""

    @rule(same_name=st.booleans(), pick=PICK)
    def found_group(self, same_name: bool, pick: int) -> None:
        """A new role, perhaps with the name of another: both feed one group then."""
        name = self.world.company.groups[chosen(self.groups, pick)] if same_name and self.groups else ""
        key = self.world.company.found()
        self.world.company.groups[key] = name.swapcase() or self.world.company.groups[key]
        self.world.company.seats.add((key, chosen(self.people, pick)))
        self.bill.owe("spelling")
        self.bring()

    @precondition(lambda self: self.groups)
    @rule(pick=PICK, by_hand=st.booleans())
    def dissolve_group(self, pick: int, by_hand: bool) -> None:
        """With all that it contains, or that contains it; at the hand of a person, or by an import."""
        key = chosen(self.groups, pick)
        self.world.company.dissolve(key)
        if by_hand:
            with self.world.changing() as (c, _):
                directory.remove_role(c, find_role(c, key).id, actor=HAND, now=self.world.now())
        self.bill.owe("spelling")
        self.bring()

    @precondition(lambda self: self.groups)
    @rule(pick=PICK, other=PICK, take=st.booleans())
    def rename_group(self, pick: int, other: int, take: bool) -> None:
        """To a name that is free, or to one that another has."""
        self.names += 1
        names = [*self.world.company.groups.values()] if take else [f"Team {self.names}"]
        self.world.company.groups[chosen(self.groups, pick)] = chosen(sorted(names), other)
        self.bill.owe("spelling")
        self.bring()

    @precondition(lambda self: self.groups)
    @rule(picks=st.lists(st.tuples(PICK, PICK), min_size=1, max_size=5))
    def change_seats(self, picks: list[tuple[int, int]]) -> None:
        for group, person in picks:
            self.world.company.seats ^= {(chosen(self.groups, group), chosen(self.people, person))}
        self.bring()

    @precondition(lambda self: len(self.groups) > 1)
    @rule(pick=PICK, other=PICK)
    def nest(self, pick: int, other: int) -> None:
        """One role into another, unless it would be inside itself."""
        company = self.world.company
        parent, child = chosen(self.groups, pick), chosen(self.groups, other)
        if child in company.above(parent):
            return
        with self.world.changing() as (c, _):
            ids = (find_role(c, parent).id, find_role(c, child).id)
            nesting.nest_role(c, *ids, actor=HAND, now=self.world.now())
        company.nested.add((parent, child))
        self.bill.changed()

    @precondition(lambda self: self.world.company.nested)
    @rule(pick=PICK)
    def unnest(self, pick: int) -> None:
        parent, child = chosen(sorted(self.world.company.nested), pick)
        with self.world.changing() as (c, _):
            ids = (find_role(c, parent).id, find_role(c, child).id)
            nesting.unnest_role(c, *ids, actor=HAND, now=self.world.now())
        self.world.company.nested.discard((parent, child))
        self.bill.changed()
