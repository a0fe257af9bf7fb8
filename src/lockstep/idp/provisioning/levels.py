"""How many managers stand above each person, where everybody is made: managers are made before those they manage.

Only managers are remembered, each asked for once, so that a first plan of a million people does not hold them all.
"""

from collections.abc import Callable

from lockstep.idp.directory import store as directory
from lockstep.idp.provisioning.plan import manager_of
from lockstep.idp.provisioning.records import Document, Stage
from lockstep.idp.provisioning.source import Source, given_to
from lockstep.kit.db import Connection


class Levels:
    """The level of everyone in a plan that makes everybody."""

    def __init__(self, above: Callable[[str], str]) -> None:
        self._above = above
        self._known: dict[str, int] = {}

    def of(self, key: str, document: Document) -> int:
        """How many made managers stand above a person, at most a stage's room; a circle is cut where it is met."""
        manager = manager_of(document)
        if not manager:
            return 0
        return self._known[key] if key in self._known else min(self._level(manager) + 1, Stage.STEPS - 1)

    def _level(self, key: str) -> int:
        chain: list[str] = []
        while key and key not in self._known and len(chain) < Stage.STEPS:
            self._known[key] = 0  # met: a circle ends here
            chain.append(key)
            key = self._above(key)
        level = self._known[key] + 1 if key in self._known else 0
        for one in reversed(chain):
            self._known[one] = min(level, Stage.STEPS - 1)
            level += 1
        return self._known[chain[0]] if chain else level - 1


def levels_of(c: Connection, source: Source) -> Levels:
    """Of everyone who has the app, and whom it is limited to."""

    def above(key: str) -> str:
        user = directory.user_by_employee_id(c, key)
        if user is None:
            return ""
        manager = manager_of(source.recipe.writer(user, True, given_to(c, source.rules, user)))
        made = manager in source.logins and (source.pilot is None or manager in source.pilot)
        return manager if made and manager != key else ""

    return Levels(above)
