"""The last touch to a plan's order: names are freed before they are taken, managers are made before those they manage."""

from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import email_of, name_of
from lockstep.idp.provisioning.records import Change, Kind, Stage, State
from lockstep.kit.db import Connection

Managed = dict[str, tuple[str, int]]
"""employee_id → (the manager's employee_id, position of the change), for everyone whose change names a manager."""


def settle(c: Connection, plan: int, managed: Managed, made: set[str]) -> None:
    """Give changes the stages that their dependencies ask for, and block what cannot go.

    `made` are the people who are made in this plan.
    """
    depths = manager_depths({key: manager for key, (manager, _) in managed.items() if manager in made})
    ledger.set_stages(c, plan, [(managed[key][1], Stage.USERS + depth) for key, depth in depths.items()])
    _Names(c, plan).settle()


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
        self._blocked: dict[int, str] = {}
        self._stages: dict[int, int] = {}
        self._depths: dict[str, int] = {}

    def settle(self) -> None:
        for placed in ledger.with_needs(self._c, self._plan):
            if placed.change.state in (State.READY, State.LATER):
                self._free(placed, ())
        ledger.set_states(self._c, self._plan, [(position, State.BLOCKED, why) for position, why in self._blocked.items()])
        ledger.set_stages(self._c, self._plan, [one for one in self._stages.items() if one[0] not in self._blocked])

    def _free(self, taker: Placed, above: tuple[str, ...]) -> int:
        """Make sure that the name `taker` needs is free by then; how deep the chain under it is.  Blocks it if not."""
        change = taker.change
        if not change.needs:
            return 0
        if change.needs == change.key or change.needs in above:
            self._blocked[taker.position] = f"{change.name} and another person swap names: one of them needs another name first"
            return 0
        freeing = self._freeing(change)
        if freeing is None:
            self._blocked[taker.position] = (
                f"the userName or e-mail address of {change.name} is still held by another person ({change.needs})"
            )
            return 0
        if freeing.change.kind is Kind.DELETE:
            return 0
        depth = self._free(freeing, (*above, change.key))
        if freeing.position in self._blocked:
            self._blocked[taker.position] = f"waits for a name that {freeing.change.name} still holds"
            return 0
        if freeing.change.kind is not Kind.SWITCH_OFF:
            self._stages[freeing.position] = Stage.NAMES_FREED + min(depth, Stage.STEPS - 1)
        return depth + 1

    def _freeing(self, taker: Change) -> Placed | None:
        """The change by which the holder gives the name up, if it goes in this run."""
        wanted = taker.payload["document"]
        for placed in ledger.of_key(self._c, self._plan, "user", taker.needs):
            if placed.change.state is not State.READY:
                continue
            if placed.change.kind is Kind.DELETE:
                return placed
            after = placed.change.payload["document"]
            if name_of(after).casefold() != name_of(wanted).casefold() and not _same_email(after, wanted):
                return placed
        return None


def _same_email(one: dict[str, object], other: dict[str, object]) -> bool:
    return email_of(one) != "" and email_of(one).casefold() == email_of(other).casefold()
