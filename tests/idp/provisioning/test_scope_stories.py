"""Plans of a few people where a plan of everybody used to be made: by rules, for a pilot, with what was taken over.

Each story is drawn by its number.  That every plan of a few says what a plan of everybody says, `doubled` demands (see
`conftest`); here it is demanded that nearly all of them were made of a few.
"""

from collections.abc import Callable
from random import Random

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.conditions.records import LAST_LOGIN, ROLE, Condition
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.provisioning import ledger, scope
from lockstep.idp.provisioning.planner import make_plan
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.test_drift_actions import look, say
from tests.idp.provisioning.test_scope import of
from tests.idp.provisioning.world import DAY, World

KEYS = [f"E{one}" for one in range(9)]
NAMES = ["Team", "Crew", "Cooks", "TEAM", "Pilots"]
DEPARTMENTS = ["Sales", "Kitchen", "Bar", ""]


class Story:
    """A directory that moves, and its target."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.random = Random(number)
        self.people: dict[str, dict[str, str]] = {key: self._fields() for key in KEYS[:6]}
        self.roles: dict[str, tuple[str, set[str]]] = {
            "P": ("Pilots", set(KEYS[:3])),
            "G": ("Team", set(KEYS[1:4])),
            "H": ("Crew", {KEYS[4]}),
        }
        self.few = self.plans = 0

    def _fields(self) -> dict[str, str]:
        manager = self.random.choice([*KEYS[:5], "", ""])
        return {"title": f"T{self.random.randrange(3)}", "department": self.random.choice(DEPARTMENTS), "manager_id": manager}

    def arrive(self) -> None:
        """The directory becomes what the story says."""
        for _, members in self.roles.values():
            members.intersection_update(self.people)
        self.world.become(self.people, {key: (name, sorted(members)) for key, (name, members) in self.roles.items()})

    def edit(self) -> None:
        """Somebody has other attributes."""
        key = self.random.choice(sorted(self.people))
        self.people[key] = self._fields()

    def come_or_go(self) -> None:
        """Somebody is hired, or leaves."""
        key = self.random.choice(KEYS)
        if key in self.people and len(self.people) > 3:
            del self.people[key]
        else:
            self.people[key] = self._fields()

    def move(self) -> None:
        """Somebody comes into a role, or goes."""
        if self.roles:
            _, members = self.roles[self.random.choice(sorted(self.roles))]
            members.symmetric_difference_update({self.random.choice(sorted(self.people))})

    def change_role(self) -> None:
        """A role is made, renamed or removed; removed by hand, too."""
        key = self.random.choice(["P", "G", "H", "I"])
        if key not in self.roles:
            self.roles[key] = self.random.choice(NAMES), set(self.random.sample(sorted(self.people), 2))
        elif self.random.random() < 0.5:
            self.roles[key] = self.random.choice(NAMES), self.roles[key][1]
        else:
            del self.roles[key]
            if self.random.random() < 0.5:
                with self.world.write() as c:
                    directory.remove_role(c, find_role(c, key).id, actor="somebody", now=self.world.now)

    def log_in(self) -> None:
        """Somebody comes by."""
        with self.world.write() as c:
            user = store.user_by_employee_id(c, self.random.choice(sorted(self.people)))
            if user is not None:  # else they come with the next plan only
                activity.write(c, user.id, Activity(last_login=self.world.now))

    def wait(self) -> None:
        """Days pass."""
        self.world.now += self.random.randint(1, 3) * DAY

    def lose(self) -> None:
        """Something is gone at the target, and the next run meets it."""
        there = [*self.world.target.users, *self.world.target.groups]
        if there:
            self.world.target.lose(self.random.choice(there))

    def fail(self) -> None:
        """Some of the next run fails."""
        method = self.random.choice(["POST", "PATCH", "DELETE"])
        self.world.target.faults = lambda sent: Fault(400) if sent.method == method and self.random.random() < 0.6 else None

    def meddle(self) -> None:
        """Somebody changes the target, and that is taken over."""
        groups = [one for one in self.world.target.groups.values() if one.get("members")]
        if groups and self.random.random() < 0.5:
            self.random.choice(groups)["members"].pop()
        elif self.world.target.users:
            self.random.choice(list(self.world.target.users.values()))["title"] = "theirs"
        found = [one["digest"] for one in look(self.world)["differences"] if one["kind"] in ("changed", "member missing")]
        if found:
            say(self.world, self.random.choice(("take-over", "put-back")), found[:1])

    def plan(self, *, sync: bool) -> None:
        """One plan or run, which is counted."""
        self.plans += 1
        self.few += not of(self.world).everything
        if sync:
            self.world.sync()
        else:
            self.world.plan()
        self.world.target.faults = lambda _sent: None
        self.world.now += 60_000

    def one_group(self) -> None:
        """A plan of one group says the same of it, whoever is asked."""
        app = self.world.app()
        for key in ("team", "crew", "kitchen"):
            with self.world.write() as c:
                made = make_plan(c, app, self.world.now, group=key)
                few = [placed.change.digest for placed in ledger.all_changes(c, made.id)]
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(scope, "of_what_happened", lambda c, _app, target, _now: scope.of_everything(c, target))
                    made = make_plan(c, app, self.world.now, group=key)
                assert few == [placed.change.digest for placed in ledger.all_changes(c, made.id)], key

    def told(self, steps: list[Callable[[], None]], length: int = 12) -> None:
        """Live through it."""
        self.arrive()
        self.world.sync()
        self.world.changes()
        for _ in range(length):
            for _ in range(self.random.randint(1, 2)):
                self.random.choice(steps)()
            self.arrive()
            self.plan(sync=self.random.random() < 0.7)


def put_rules(world: World, *given: Rule) -> None:
    app = world.app()
    with world.write() as c:
        for rule in given:
            rules.save(c, app, rule, world.now, actor="root")
        rules.apply(c, app, world.now, actor="root")


NUMBERS = range(12)
UNLIMITED = ("limit-deletions=1000", "limit-deletions-share=1")


@pytest.mark.parametrize("number", NUMBERS)
def test_by_rules(world: World, number: int) -> None:
    world.make_app(*UNLIMITED)
    story = Story(world, number)
    story.arrive()
    with world.write() as c:
        team = Condition(ROLE, "equals", str(find_role(c, "G").id))
    put_rules(
        world,
        Rule("roles", (Mapped("role", "(.*)"),)),
        Rule("departments", (Mapped("department", "(.*)"),), conditions=(Condition("title", "equals", "T1"),)),
        *([Rule("named", (Existing(("Kitchen", "Named")),), conditions=(team,))] if number % 2 else []),
    )
    if number % 3 == 2:
        world.sync()
        world.set("approve-create=on")
    story.told([story.edit, story.come_or_go, story.move, story.change_role, story.lose, story.fail])
    story.one_group()
    assert story.few >= story.plans - 1


@pytest.mark.parametrize("number", NUMBERS)
def test_by_rules_that_set_other_parameters(world: World, number: int) -> None:
    """Roles are groups by their names meanwhile, unless a rule sets Groups, too."""
    world.make_app(*UNLIMITED)
    story = Story(world, number)
    story.arrive()
    with world.write() as c:
        team = Condition(ROLE, "equals", str(find_role(c, "G").id))
        crew = Condition(ROLE, "does not equal", str(find_role(c, "H").id))
    put_rules(
        world,
        Rule("titles", (Mapped("role", "^.(.*)", "title"), Macro("{title}-{department}", "nickName"))),
        Rule("team", (Existing(("Team",), "department"), Existing(("T",), "userType")), conditions=(team,)),
        *([Rule("names", (Macro("{employee_id}@crew.example", "userName"),), conditions=(crew,))] if number % 2 else []),
        *([Rule("groups", (Mapped("role", "(.*)"), Existing(("X",), "title")))] if number % 3 == 0 else []),
    )
    story.told([story.edit, story.come_or_go, story.move, story.change_role, story.lose, story.fail])
    story.one_group()
    assert story.few >= story.plans - 1


@pytest.mark.parametrize("number", NUMBERS)
def test_by_rules_that_ask_about_days(world: World, number: int) -> None:
    world.make_app(*UNLIMITED)
    story = Story(world, number)
    story.arrive()
    gone = Condition(LAST_LOGIN, "is greater than", "2|5")
    new = Condition(LAST_LOGIN, "is less than", "1")
    never = Condition(LAST_LOGIN, "equals", "")
    put_rules(
        world,
        Rule("gone", (Existing(("Gone",), "title"), *([Existing(("Gone",))] if number % 2 else [])), conditions=(gone,)),
        Rule("new", (Existing(("New",), "userType"),), conditions=(new,)),
        Rule("never", (Existing(("Never",), "nickName"),), "any", (never,)),
    )
    story.told([story.log_in, story.log_in, story.wait, story.edit, story.come_or_go, story.move], 16)
    story.one_group()
    assert story.few >= story.plans - 1


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("pilot", [("pilot-role=Pilots",), ("pilot-people=3",), ("pilot-role=Pilots", "pilot-people=2")])
def test_for_a_pilot(world: World, number: int, pilot: tuple[str, ...]) -> None:
    world.make_app(*UNLIMITED, *(["creates-only=on"] if number % 4 == 3 else []), everyone=number % 2 == 0)
    story = Story(world, number)
    story.arrive()
    if number % 2:
        with world.write() as c:
            apps.assign(c, apps.find_app(c, "aws"), "G", world.now)
            apps.assign(c, apps.find_app(c, "aws"), "P", world.now)
    if number % 3 == 0:
        world.sync()
    world.set(*pilot)
    story.told([story.edit, story.come_or_go, story.move, story.change_role, story.lose, story.fail])
    assert story.few >= story.plans - 1


@pytest.mark.parametrize("number", NUMBERS)
def test_with_what_was_taken_over(world: World, number: int) -> None:
    world.make_app(*UNLIMITED)
    story = Story(world, number)
    if number % 3 == 0:
        story.arrive()
        put_rules(world, Rule("roles", (Mapped("role", "(.*)"),)))
    story.told([story.edit, story.come_or_go, story.move, story.change_role])
    story.meddle()
    story.plan(sync=True)
    story.few = story.plans = 0
    story.told([story.edit, story.come_or_go, story.move, story.change_role, story.lose])
    assert story.few >= story.plans - 1
