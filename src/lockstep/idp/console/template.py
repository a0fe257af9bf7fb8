"""The SCIM JSON Template of an app, on the tab Configuration: written, previewed for a user, saved."""

from typing import Any

import msgspec
from starlette.responses import Response

from lockstep.idp.apps.template import actions
from lockstep.idp.apps.template.records import Fault
from lockstep.idp.console import configuration
from lockstep.idp.console.apps import WRONG, app_of
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.provisioning.template_preview import TemplatePreview, preview
from lockstep.kit.db import Connection
from lockstep.kit.problems import sentence

MOST_FAULTS = 20
SAVED = "The SCIM JSON Template has been saved. Everybody is looked at again: Plan shows what changes."
RESET = "The template of the connector is in force again. Everybody is looked at again: Plan shows what changes."


async def save(desk: Desk) -> Response:
    """Save what is typed, show what it makes of a user, or take the app's own template away."""
    app_id, do = number(desk.request), desk.value("do", "save")
    home = f"/admin/apps/{app_id}/configuration"
    if do == "reset":
        gone = await desk.write(lambda c: actions.reset_template(c, app_of(c, app_id), desk.now, actor=desk.actor))
        return desk.go(f"{home}#template", RESET if gone else "")
    text, user = desk.value("template").replace("\r\n", "\n"), desk.value("preview_user")
    typed: dict[str, Any] = {"text": text, "user": user, "typed": True}
    if do == "preview":
        return await _preview(desk, typed)
    try:
        await desk.write(lambda c: actions.set_template(c, app_of(c, app_id), f"{text}\n", desk.now, actor=desk.actor))
    except actions.TemplateProblem as problem:
        return await configuration.page(desk, None, {}, WRONG, template_form=typed | wrong(problem.faults))
    return desk.go(f"{home}#template", SAVED)


async def _preview(desk: Desk, typed: dict[str, Any]) -> Response:
    app_id = number(desk.request)

    def look(c: Connection) -> TemplatePreview:
        return preview(c, app_of(c, app_id), f"{typed['text']}\n", typed["user"])

    try:
        found = await desk.read(look)
    except actions.TemplateProblem as problem:
        return await configuration.page(desk, None, {}, WRONG, template_form=typed | wrong(problem.faults))
    except NotThereProblem as problem:
        typed["problem"] = sentence(str(problem)[:300])
        return await configuration.page(desk, None, {}, WRONG, template_form=typed)
    return await configuration.page(desk, None, {}, template_form=typed | {"preview": shown(found)})


def wrong(faults: tuple[Fault, ...]) -> dict[str, Any]:
    """The first faults in sentences, and how many more there are."""
    return {
        "faults": [(one.line, one.pointer, sentence(one.what)) for one in faults[:MOST_FAULTS]],
        "more": max(0, len(faults) - MOST_FAULTS),
    }


def shown(found: TemplatePreview) -> dict[str, Any]:
    """A preview as the page shows it."""
    return {
        "user": found.user,
        "has_app": found.has_app,
        "document": _json(found.document),
        "there": "" if found.there is None else _json(found.there),
        "changes": found.changes,
    }


def _json(document: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
