"""The last touch to a plan's order: names are freed before they are taken, managers are made before those they manage."""

from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import email_of, name_of
from lockstep.idp.provisioning.records import Change, Kind, Stage, State, name_key
from lockstep.kit.db import Connection

MOST_ABOVE = 1_000
"""Managers above one another that are followed."""

Managed = dict[str, tuple[str, int]]
"""employee_id → (the manager's employee_id, position of the change), for everyone whose change names a manager."""


def settle(c: Connection, plan: int, managed: Managed, made: set[str]) -> None:
    """Give changes the stages that their dependencies ask for, and block what cannot go.

    `made` are the people who are made in this plan.
    """
    depths = manager_depths({key: manager for key, (manager, _) in managed.items() if manager in made})
    ledger.set_stages(c, plan, [(managed[key][1], Stage.USERS + depth) for key, depth in depths.items()])
    freed = _Names(c, plan).settle()
    _managers_of_freed(c, plan, managed, made, freed)
    _wait_for_managers(c, plan, managed, made)


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


def _managers_of_freed(c: Connection, plan: int, managed: Managed, made: set[str], freed: set[int]) -> None:
    """Who frees a name goes early, and takes along a manager who is made in this plan and needs nobody's name."""
    stages: list[tuple[int, int]] = []
    for manager, position in managed.values():
        if position not in freed or manager not in made:
            continue
        chain = _makers(c, plan, managed, made, manager)
        if not any(placed.change.needs for placed in chain):
            early = [(placed.position, Stage.EARLY_MANAGERS + step) for step, placed in enumerate(reversed(chain))]
            stages.extend(early)
    ledger.set_stages(c, plan, stages)


def _makers(c: Connection, plan: int, managed: Managed, made: set[str], manager: str) -> list[Placed]:
    """The creates of a manager and of everyone above them who is made in this plan."""
    chain: list[Placed] = []
    met: set[str] = set()
    while manager in made and manager not in met and len(chain) < MOST_ABOVE:
        met.add(manager)
        chain.extend(one for one in ledger.of_key(c, plan, "user", manager) if one.change.kind is Kind.CREATE)
        manager = managed.get(manager, ("", 0))[0]
    return chain


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

    def __init__(self, c: Connection, plan: int) -> None:
        self._c = c
        self._plan = plan
        self._depths: dict[int, int] = {}
        """Position → how many changes stand under it, of every change that was looked at."""
        self._blocked: dict[int, str] = {}
        self._stages: dict[int, int] = {}

    def settle(self) -> set[int]:
        """Put every change where its names are free; the positions of the changes that free names for others."""
        for placed in ledger.with_needs(self._c, self._plan):
            if placed.change.state in (State.READY, State.LATER):
                self._follow(placed)
        ledger.set_states(self._c, self._plan, [(position, State.BLOCKED, why) for position, why in self._blocked.items()])
        ledger.set_stages(self._c, self._plan, [one for one in self._stages.items() if one[0] not in self._blocked])
        return {position for position in self._stages if position not in self._blocked}

    def _follow(self, first: Placed) -> None:
        """Walk down from one change over those that it waits for, and settle them from the bottom up."""
        path = [(first, list(first.change.needs))]
        on_path = {first.position}
        while path:
            taker, needs = path[-1]
            if needs and taker.position not in self._blocked and taker.position not in self._depths:
                freeing = self._freeing(taker.change, needs.pop())
                if freeing is None:
                    self._block(taker, "the userName or e-mail address is still held by another person")
                elif freeing.position in on_path:
                    self._block(taker, "swaps names with another person: one of them needs another name first")
                elif freeing.position not in self._depths and freeing.position not in self._blocked:
                    path.append((freeing, list(freeing.change.needs)))
                    on_path.add(freeing.position)
                continue
            path.pop()
            on_path.discard(taker.position)
            self._settle(taker)

    def _block(self, taker: Placed, why: str) -> None:
        self._blocked[taker.position] = f"{taker.change.name}: {why}"

    def _settle(self, taker: Placed) -> None:
        """Everything that `taker` waits for is settled."""
        if taker.position in self._blocked or taker.position in self._depths:
            return
        depth = 0
        for key in taker.change.needs:
            freeing = self._freeing(taker.change, key)
            if freeing is None or freeing.position in self._blocked:
                self._block(taker, "waits for a name that another person cannot give up yet")
                return
            if freeing.change.kind is Kind.UPDATE:
                below = self._depths.get(freeing.position, 0)
                self._stages[freeing.position] = Stage.NAMES_FREED + min(below, Stage.STEPS - 1)
                depth = max(depth, below + 1)
        self._depths[taker.position] = depth

    def _freeing(self, taker: Change, holder: str) -> Placed | None:
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
