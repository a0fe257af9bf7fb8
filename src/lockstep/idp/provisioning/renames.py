"""The order of renames of groups: a name is given up before another group takes it.  Pure.

Our groups want each other's names only where somebody changed them at the target: a link belongs to the name it has here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import SWAP
from lockstep.idp.provisioning.records import Change, GroupLink, Stage, digested, name_key

LONGEST_NAME = 1024
"""Characters of a displayName at AWS."""


@dataclass(frozen=True, slots=True)
class Rename:
    """One rename in a plan, and the group as it is known to be called at the target."""

    placed: Placed
    link: GroupLink


def ordered(renames: Sequence[Rename]) -> tuple[dict[int, int], list[Change]]:
    """Stages by position, and the requests before them by which, in each circle, one group gives up its name for a moment."""
    holders = {name_key(one.link.name): one for one in renames}
    stages: dict[int, int] = {}
    detours: list[Change] = []
    for first in renames:
        chain: dict[int, Rename] = {}
        one: Rename | None = first
        while one is not None and one.placed.position not in stages and one.placed.position not in chain:
            chain[one.placed.position] = one
            one = _holder(holders, one)
        depth = 0
        if one is not None and one.placed.position in chain:
            detours.append(_detour(one))
        elif one is not None:
            depth = stages[one.placed.position] - Stage.NAMES_FREED + 1
        for depth_in_chain, position in enumerate(reversed(chain), start=depth):
            stages[position] = Stage.NAMES_FREED + min(depth_in_chain, Stage.STEPS - 1)
    return stages, detours


def _holder(holders: Mapping[str, Rename], taker: Rename) -> Rename | None:
    """Who has the name that another group is to get."""
    found = holders.get(name_key(taker.placed.change.name))
    return None if found is taker else found


def _detour(one: Rename) -> Change:
    change, link = one.placed.change, one.link
    name = f"{SWAP}{change.digest[:8]}-{link.name}"[:LONGEST_NAME]
    return digested(
        replace(
            change,
            key=link.key,
            name=name,
            stage=Stage.NAMES_LENT,
            after=name,
            payload={"name": name, "feeders": link.feeders},
            reason="for a moment: it swaps names with another group",
            digest="",
        )
    )
