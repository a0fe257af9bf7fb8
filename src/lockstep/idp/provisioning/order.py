"""The last touch to a plan's order: names are freed before they are taken, managers are made before those they manage."""

from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import detour, email_of, name_of
from lockstep.idp.provisioning.records import Change, Kind, Stage, State, name_key
from lockstep.kit.db import Connection

MOST_ABOVE = 1_000
"""Managers above one another that are followed."""

Managed = dict[str, tuple[str, int]]
"""employee_id → (the manager's employee_id, position of the change), for everyone whose change names a manager."""


def settle(c: Connection, plan: int, managed: Managed, made: set[str]) -> list[Change]:
    """Give changes the stages that their dependencies ask for, and block what cannot go.

    `made` are the people who are made in this plan.  Returns what has to go before, so that people can swap names: they are to
    be put into the plan.
    """
    depths = manager_depths({key: manager for key, (manager, _) in managed.items() if manager in made})
    ledger.set_stages(c, plan, [(managed[key][1], Stage.USERS + depth) for key, depth in depths.items()])
    names = _settled_names(c, plan)
    freed = names.write()
    if freed:
        early = _Early(c, plan, managed, made, names)
        ledger.set_stages(c, plan, [(position, Stage.NAMES_FREED + depth) for position, depth in early.depths(freed).items()])
    _wait_for_managers(c, plan, managed, made)
    return [names.detour_of(placed) for placed in names.detours.values()]


def _settled_names(c: Connection, plan: int) -> "_Names":
    """Who goes after whom.  Nobody gives up a name for a moment who could not take the new one afterwards."""
    direct: set[int] = set()
    while True:
        names = _Names(c, plan, direct)
        names.settle()
        stuck = names.detours.keys() & names.blocked.keys()
        if not stuck:
            return names
        direct |= stuck


def _wait_for_managers(c: Connection, plan: int, managed: Managed, made: set[str]) -> None:
    """Who only gets a manager, and that manager is not made in this run, is left for the run that makes them."""
    states = ledger.states_of_creates(c, plan)
    for key, (manager, position) in managed.items():
        if manager not in made or states.get(manager) is State.READY:
            continue
        for placed in ledger.of_key(c, plan, "user", key):
            if placed.position == position and placed.change.state is State.READY and _only_manager(placed.change):
                ledger.set_states(c, plan, [(position, State.LATER, f"follows once the manager {manager} is at the target")])


def _only_manager(change: Change) -> bool:
    """Whether a change is an update of nothing but the manager."""
    return change.kind is Kind.UPDATE and {*change.before, *change.after} == {"manager"}


def manager_depths(manager_of: dict[str, str]) -> dict[str, int]:
    """How many made managers stand above each person (at most a stage's room); a circle is cut where it is met."""
    depths: dict[str, int] = {}
    for start in manager_of:
        chain: list[str] = []
        key = start
        while key in manager_of and key not in depths and len(chain) < Stage.STEPS:
            depths[key] = 0  # met: a circle ends here
            chain.append(key)
            key = manager_of[key]
        above = depths.get(key, 0)
        for key in reversed(chain):
            above = min(above + 1, Stage.STEPS - 1)
            depths[key] = above
    return depths


class _Names:
    """Orders the changes that take a userName or an e-mail address which somebody else still holds."""

    def __init__(self, c: Connection, plan: int, direct: set[int]) -> None:
        self._c = c
        self._plan = plan
        self._target = ledger.target_of_plan(c, plan)
        self._direct = direct
        """Positions of the changes that go in one request, or not at all."""
        self._settled: set[int] = set()
        """Positions of the changes that can go, once what they wait for has gone."""
        self.blocked: dict[int, str] = {}
        self.detours: dict[int, Placed] = {}
        """The changes before which a name is given up for a moment, by position: in each circle one."""
        self._freed: dict[int, Placed] = {}

    def settle(self) -> None:
        """Find out what cannot have its names, and which changes free names for others."""
        for placed in ledger.with_needs(self._c, self._plan):
            if placed.change.state in (State.READY, State.LATER):
                self._follow(placed)

    def write(self) -> dict[int, Placed]:
        """Block what cannot go; the changes that free names for others, by position."""
        ledger.set_states(self._c, self._plan, [(position, State.BLOCKED, why) for position, why in self.blocked.items()])
        return {position: one for position, one in self._freed.items() if position not in self.blocked}

    def detour_of(self, placed: Placed) -> Change:
        """The request by which a name is given up for a moment."""
        link = links.user_by_key(self._c, self._target, placed.change.key)
        if link is None:
            raise LookupError(placed.change.key)
        return detour(placed.change, link.value)

    def _follow(self, first: Placed) -> None:
        """Walk down from one change over those that it waits for, and settle them from the bottom up."""
        path = [(first, list(first.change.needs))]
        on_path = {first.position}
        while path:
            taker, needs = path[-1]
            if needs and taker.position not in self.blocked and taker.position not in self._settled:
                freeing = self.freeing(taker.change, needs.pop())
                if freeing is None:
                    self._block(taker, "the userName or e-mail address is still held by another person")
                elif freeing.position in self.detours:
                    pass  # the name is given up before everything else
                elif freeing.position in on_path and freeing.position not in self._direct:
                    self.detours[freeing.position] = freeing
                elif freeing.position in on_path:
                    self._block(taker, "swaps names with another person, who cannot take the new one yet")
                elif freeing.position not in self._settled and freeing.position not in self.blocked:
                    path.append((freeing, list(freeing.change.needs)))
                    on_path.add(freeing.position)
                continue
            path.pop()
            on_path.discard(taker.position)
            self._settle(taker)

    def _block(self, taker: Placed, why: str) -> None:
        self.blocked[taker.position] = f"{taker.change.name}: {why}"

    def _settle(self, taker: Placed) -> None:
        """Everything that `taker` waits for is settled."""
        if taker.position in self.blocked or taker.position in self._settled:
            return
        for key in taker.change.needs:
            freeing = self.freeing(taker.change, key)
            if freeing is not None and freeing.position in self.detours:
                continue
            if freeing is None or freeing.position in self.blocked:
                self._block(taker, "waits for a name that another person cannot give up yet")
                return
            if freeing.change.kind is Kind.UPDATE:
                self._freed[freeing.position] = freeing
        self._settled.add(taker.position)

    def freeing(self, taker: Change, holder: str) -> Placed | None:
        """The change by which `holder` gives up what `taker` wants, if it goes in this run."""
        wanted = taker.payload["document"]
        for placed in ledger.of_key(self._c, self._plan, "user", holder):
            if placed.change.state is not State.READY:
                continue
            if placed.change.kind is Kind.DELETE:
                return placed
            after = placed.change.payload["document"]
            if name_key(name_of(after)) != name_key(name_of(wanted)) and not _same_email(after, wanted):
                return placed
        return None


def _same_email(one: dict[str, object], other: dict[str, object]) -> bool:
    return email_of(one) != "" and name_key(email_of(one)) == name_key(email_of(other))


class _Early:
    """How early changes go that free names: after the names that they take themselves, and after the managers they are given.

    So a manager who is made in this plan may go before other people, and wait for a name first.  Where a name and a manager
    wait for each other, the name goes first, and the manager follows in a request of its own.
    """

    def __init__(self, c: Connection, plan: int, managed: Managed, made: set[str], names: _Names) -> None:
        self._c = c
        self._plan = plan
        self._managed = managed
        self._made = made
        self._names = names
        self._depths: dict[int, int] = {}

    def depths(self, freed: dict[int, Placed]) -> dict[int, int]:
        """Position → how many changes go before it, one after the other; for `freed` and all that they wait for."""
        for placed in freed.values():
            self._follow(placed)
        return self._depths

    def _follow(self, first: Placed) -> None:
        path = [(first, self._before(first))]
        while path:
            placed, waits_for = path[-1]
            below = next((one for one in waits_for if one.position not in self._depths), None)
            if below is not None and len(path) < MOST_ABOVE:
                path.append((below, self._before(below)))
                continue
            path.pop()
            under = [self._depths[one.position] + 1 for one in waits_for if one.position in self._depths]
            self._depths[placed.position] = min(max(under, default=0), Stage.STEPS - 1)

    def _before(self, placed: Placed) -> list[Placed]:
        """What has to go first.  A manager who waits for this very change does not."""
        found = self._names_of(placed)
        manager = self._manager_of(placed)
        if manager is not None and not self._waits_for(manager, placed):
            found.append(manager)
        return found

    def _names_of(self, placed: Placed) -> list[Placed]:
        """The updates that free names which it takes; deletions go before all of this."""
        freeing = (self._names.freeing(placed.change, key) for key in placed.change.needs)
        found = [one for one in freeing if one is not None and one.change.kind is Kind.UPDATE]
        return [one for one in found if one.position not in self._names.detours]

    def _manager_of(self, placed: Placed) -> Placed | None:
        """The create of the manager it names."""
        manager, position = self._managed.get(placed.change.key, ("", -1))
        if position != placed.position or manager not in self._made:
            return None
        made = ledger.of_key(self._c, self._plan, "user", manager)
        return next((one for one in made if one.change.kind is Kind.CREATE and one.change.state is State.READY), None)

    def _waits_for(self, first: Placed, other: Placed) -> bool:
        """Whether `first` waits for `other`, however far down."""
        met: set[int] = set()
        open_ = [first]
        while open_ and len(met) < MOST_ABOVE:
            one = open_.pop()
            if one.position == other.position:
                return True
            if one.position not in met:
                met.add(one.position)
                manager = self._manager_of(one)
                open_ += self._names_of(one) + ([] if manager is None else [manager])
        return False
