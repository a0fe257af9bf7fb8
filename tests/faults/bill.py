"""What an example of the state machine may have cost: the floor of what was changed, and what each fault costs at most.

Counted are all requests but those that read the whole target, which is held to a floor of its own (`World.assert_quiet`).

- What somebody wants otherwise: one request for each person who comes or is another, two for one who goes (switched off
  first, deleted later); one for each group that comes, goes or is spelt otherwise, and one for each membership, since any
  of them may wait, fail or be found missing alone.
- Where people take each other's names, one of them is another for a moment: one request more; and one more for who is
  switched off, which goes before the names move.
- A fault: itself, and two look-ups for what became of a create.
- A request that the target refused although no fault was drawn, as what it names is gone, or somebody has its name: itself,
  and the reads that explain it: the object, each member it names.
- A crash: for each request in flight, the same as a fault.
- A create of which nobody heard again is looked for at the start of each run, until the target answers: three reads.
- Something done behind our back: what makes it good.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.world import World
from tests.support.company import Held
from tests.support.fault_plan import Mischief
from tests.support.faulty_target import Seen
from tests.support.scim_rules import ENTERPRISE, ScimStore

PER_FAULT = 3
READS_EVERYTHING = ("cursor=", "filter=groups.", "filter=members.", "filter=member.")


@dataclass(slots=True)
class Bill:
    """The bill of one world."""

    world: World
    owed: Counter[str] = field(default_factory=Counter)
    """Requests that there may be, by their reason."""
    _wanted: Held = field(default_factory=Held)
    _ruled: bool = False

    def owe(self, why: str, requests: int = 1) -> None:
        """There may be so many more."""
        self.owed[why] += requests

    def changed(self) -> None:
        """Something may be wanted otherwise now."""
        before, after = self._wanted, self.world.expected()
        ruled = self.world.rules.sets_groups
        self.owe("people", _people(before, after))
        self.owe("groups", _groups(before, after, respelt=ruled != self._ruled))
        self._wanted, self._ruled = after, ruled

    def meddled(self, kind: Mischief) -> None:
        """Somebody is about to do this at the target; nobody knows yet to whom."""
        self.owe("mischief", _repairs(self.world.target.store, kind))

    def assert_paid(self) -> None:
        """There were not more requests."""
        sent = [one for one in self.world.target.seen if not _reads_everything(one)]
        faults = sum(one.fault is not None for one in sent)
        refused = [one for one in sent if one.fault is None and one.status >= 400 and one.method != "GET"]
        explained = sum(2 + (len(self.world.company.people) + 2 if "/Groups" in one.path else 2) for one in refused)
        owed = self.owed.total() + PER_FAULT * faults + explained
        how = Counter(f"{one.method} {one.path.split('/')[1].split('?')[0]} {one.fault or one.status}" for one in sent)
        assert len(sent) <= owed, f"{len(sent)} requests, {owed} owed: {dict(self.owed)}, {faults} faults, {explained}: {how}"


def _reads_everything(one: Seen) -> bool:
    return one.method == "GET" and any(part in one.path for part in READS_EVERYTHING)


def _people(before: Held, after: Held) -> int:
    gone = len(before.people.keys() - after.people.keys())
    return 2 * gone + sum(before.people.get(key) != person for key, person in after.people.items())


def _groups(before: Held, after: Held, *, respelt: bool) -> int:
    were = {name.casefold(): (name, members) for name, members in before.groups.items()}
    are = {name.casefold(): (name, members) for name, members in after.groups.items()}
    cost = len(were.keys() ^ are.keys())
    for key, (name, members) in are.items():
        past, had = were.get(key, (name, frozenset()))
        cost += (past != name or (respelt and key in were)) + len(members ^ had)
    return cost


def _repairs(store: ScimStore, kind: Mischief) -> int:
    """What makes it good at most: a user comes back into all groups, and is the manager of some."""
    if kind is Mischief.LOSE_USER:
        managed = Counter(
            (kept.document.get(ENTERPRISE) or {}).get("manager", {}).get("value") for kept in store.users.values()
        )
        return 1 + len(store.groups) + max(managed.values(), default=0)
    if kind is Mischief.LOSE_GROUP:
        return 1 + max((len(members) for members in store.members.values()), default=0)
    return 1
