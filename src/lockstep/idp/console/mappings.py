"""Users > Mappings: their order, what is saved and not in force, a test with one person, whom they would change."""

import threading
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.rules.typed import role_names
from lockstep.idp.apps.rules.words import condition_words
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.mapping_form import HOME
from lockstep.idp.console.words import FIELD_NAMES, RULE_SOURCES
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.groups.store import all_groups
from lockstep.idp.directory.housekeeping import keep_house
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.mappings import actions
from lockstep.idp.directory.mappings.records import Mapping
from lockstep.idp.directory.mappings.run import Outcome
from lockstep.idp.directory.mappings.words import action_words, label_of, value_words
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

LABELS = dict(RULE_SOURCES)
LOOKED_AT = 5_000
"""People whom the preview looks at before somebody asks for all: a fifth of a second."""


class Words:
    """What roles and groups are called, looked up once for a page."""

    def __init__(self, c: Connection) -> None:
        self.roles = role_names(c)
        self.groups = {str(one.id): one.name for one in all_groups(c)}

    def row(self, mapping: Mapping) -> dict[str, Any]:
        """A mapping as the table shows it."""
        joint = " and " if mapping.match == "all" else " or "
        who = joint.join(condition_words(one, LABELS, self.roles) for one in mapping.conditions)
        what = [action_words(one, FIELD_NAMES, self.roles, self.groups) for one in mapping.actions]
        return {"mapping": mapping, "who": who or "Everyone", "what": "; ".join(what)}

    def changes(self, outcome: Outcome) -> list[str]:
        """What would change of somebody, in words."""
        values = [
            f"{label_of(name, FIELD_NAMES)}: {self._value(name, before)} → {self._value(name, after)}"
            for name, before, after in outcome.fields
        ]
        gets = [f"gets the role {self.roles.get(str(one), one)}" for one in outcome.entered]
        return [*values, *gets, *(f"loses the role {self.roles.get(str(one), 'that is deleted')}" for one in outcome.left)]

    def _value(self, name: str, value: str) -> str:
        return value_words(name, value, self.groups) or "(nothing)"


async def mappings(desk: Desk) -> Response:
    """The list, and (`?user=`) what the mappings say of one person."""
    who = desk.query("user")

    def look(c: Connection) -> dict[str, Any]:
        found, words = actions.mappings_of(c), Words(c)
        rows = [words.row(one) for one in found.edited]
        shown: dict[str, Any] = {"rows": rows, "found": found, "tested": None, "problem": ""}
        if who:
            try:
                shown["tested"] = _tested(c, words, found, who)
            except NotThereProblem as problem:
                shown["problem"] = sentence(str(problem)[:300])
        return shown

    return desk.page("console/mappings.html", who=who, **await desk.read(look))


def _tested(c: Connection, words: Words, found: actions.Mappings, who: str) -> dict[str, Any]:
    [(user, verdicts, outcome)] = actions.check_with(c, [find_user(c, who).employee_id], found.edited)
    lines = [
        {
            "mapping": one.mapping,
            "applies": one.applies,
            "conditions": [
                (condition_words(condition, LABELS, words.roles), so)
                for condition, so in zip(one.mapping.conditions, one.holds, strict=True)
            ],
        }
        for one in verdicts
    ]
    return {"user": user, "lines": lines, "changes": words.changes(outcome)}


async def preview_page(desk: Desk) -> Response:
    """Whom the mappings would change if they were in force: of the first people, or (`?all=1`) of all, which takes longer."""
    most = 0 if desk.query("all") else LOOKED_AT

    def look(c: Connection) -> dict[str, Any]:
        found, words = actions.mappings_of(c), Words(c)
        shown = actions.preview(c, found.edited, most=most)
        return {"found": found, "preview": shown, "examples": [(one.person.user, words.changes(one)) for one in shown.examples]}

    return desk.page("console/mappings_preview.html", **await desk.read(look))


async def apply(desk: Desk) -> Response:
    """Reapply All Mappings: those that were shown are in force, and everybody is brought to them."""
    shown = desk.value("digest")

    def act(c: Connection) -> bool:
        if actions.mappings_of(c).digest != shown:
            return False
        actions.apply(c, desk.now, actor=desk.actor)
        return True

    if not await desk.write(act):
        return desk.go(f"{HOME}/preview", "The mappings have changed since you looked. Look again.", "warning")
    context = desk.context

    def finish() -> None:
        keep_house(context.engine.db, context.clock, lambda: context.news.closed)

    threading.Thread(target=finish, name="lockstep mappings", daemon=True).start()
    return desk.go(HOME, "Mappings are being reapplied")


async def discard(desk: Desk) -> Response:
    """Throw away what was saved and is not in force."""
    await desk.write(lambda c: actions.discard(c, desk.now, actor=desk.actor))
    return desk.go(HOME, "The changes have been thrown away. These are the mappings in force.")


async def move(desk: Desk) -> Response:
    """One place up or down."""
    mapping_id, up = number(desk.request), desk.value("to") == "up"

    def act(c: Connection) -> Mapping:
        ids = [one.id for one in actions.mappings_of(c).edited]
        place = ids.index(mapping_id) + 1 if mapping_id in ids else 0
        return actions.move(c, mapping_id, place + (-1 if up else 1), desk.now, actor=desk.actor)

    moved = await _known(desk, act)
    return desk.go(
        HOME, f"“{moved.name}” has been moved {'up' if up else 'down'}. Where two set one field, the later one wins."
    )


async def enable(desk: Desk) -> Response:
    """Switch a mapping on or off."""
    mapping_id, on = number(desk.request), desk.value("to") == "on"
    mapping = await _known(desk, lambda c: actions.enable(c, mapping_id, on, desk.now, actor=desk.actor))
    return desk.go(HOME, f"“{mapping.name}” is {'enabled' if on else 'disabled'}, which is not in force yet.")


async def delete_page(desk: Desk) -> Response:
    """Asks first."""
    mapping_id = number(desk.request)

    def look(c: Connection) -> dict[str, Any]:
        try:
            return Words(c).row(actions.mapping_of(c, mapping_id))
        except Problem:
            raise HTTPException(NOT_FOUND) from None

    return desk.page("console/mapping_delete.html", row=await desk.read(look))


async def delete(desk: Desk) -> Response:
    """Delete a mapping."""
    mapping_id = number(desk.request)
    gone = await _known(desk, lambda c: actions.remove(c, mapping_id, desk.now, actor=desk.actor))
    return desk.go(f"{HOME}/preview", f"“{gone.name}” has been deleted, which is not in force yet.")


async def _known(desk: Desk, act: Any) -> Any:
    """The result of an action on a mapping that the address names.  Raises HTTPException (404) where it is gone."""
    try:
        return await desk.write(act)
    except Problem:
        raise HTTPException(NOT_FOUND) from None
