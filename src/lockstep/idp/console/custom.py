"""Users > Custom User Fields."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.profile import sentence
from lockstep.idp.console.words import counted
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.fields import actions
from lockstep.idp.directory.fields import store as fields
from lockstep.kit.db import Connection

HOME, WRONG = "/admin/users/fields", 422
_WORD = "delete"


async def custom_fields(desk: Desk) -> Response:
    """Every field, in the order of the pages."""
    return await _list(desk, {}, {})


async def add(desk: Desk) -> Response:
    """A new field, the last one."""
    typed = {"name": desk.value("name"), "shortname": desk.value("shortname")}

    def act(c: Connection) -> None:
        actions.create(c, typed["name"], typed["shortname"], actor=desk.actor, now=desk.now)

    try:
        await desk.write(act)
    except FieldProblem as problem:
        return await _list(desk, typed, {problem.field: sentence(problem)}, WRONG)
    return desk.go(HOME, f"The field {typed['name'][:80]} has been added.")


async def field(desk: Desk) -> Response:
    """One field."""
    return await _one(desk, "", "")


async def rename(desk: Desk) -> Response:
    """Call it otherwise."""
    name = desk.value("name")
    try:
        await desk.write(lambda c: actions.rename(c, number(desk.request), name, actor=desk.actor, now=desk.now))
    except FieldProblem as problem:
        return await _one(desk, name, sentence(problem), WRONG)
    return desk.go(HOME, "The field has been saved.")


async def move(desk: Desk) -> Response:
    """One place up or down."""
    field_id, step = number(desk.request), -1 if desk.value("to") == "up" else 1

    def act(c: Connection) -> None:
        known = [one.id for one in fields.everything(c)]
        place = known.index(actions.find(c, field_id).id) + 1
        actions.move(c, field_id, place + step, actor=desk.actor, now=desk.now)

    await desk.write(act)
    return desk.go(HOME)


async def remove_page(desk: Desk) -> Response:
    """Asks first, and says how many people have a value."""
    return await _remove(desk, "", "")


async def remove(desk: Desk) -> Response:
    """Delete the field, with everybody's value."""
    word = desk.value("word")
    if word.casefold() != _WORD:
        return await _remove(desk, word, f"Type the word {_WORD}.", WRONG)
    lost = await desk.write(lambda c: actions.remove(c, number(desk.request), actor=desk.actor, now=desk.now))
    return desk.go(HOME, f"The field has been deleted, with the values of {counted(lost, 'user')}.")


async def _list(desk: Desk, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    found = await desk.read(fields.everything)
    return desk.page("console/custom_fields.html", status, fields=found, typed=typed, errors=errors)


async def _one(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    found = await desk.read(lambda c: actions.find(c, number(desk.request)))
    return desk.page("console/custom_field.html", status, field=found, typed=typed, error=error)


async def _remove(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        found = actions.find(c, number(desk.request))
        return {"field": found, "count": fields.having(c, found.shortname)}

    return desk.page("console/custom_field_remove.html", status, typed=typed, error=error, **await desk.read(look))
