"""`lockstep idp app template`: what an app sends for a person, as one JSON object with macros in it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.apps.records import App
from lockstep.idp.apps.template import actions as templates
from lockstep.idp.apps.template.records import LONGEST
from lockstep.idp.provisioning.template_preview import TemplatePreview, preview
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

TemplateFile = Annotated[
    Path | None,
    typer.Option("--file", help="A file with the template to use: SCIM JSON with {$user.…} and {$parameters.…}."),
]
Reset = Annotated[bool, typer.Option("--reset", help="Take the app's own template away: the connector's is in force again.")]
ForUser = Annotated[
    str | None,
    typer.Option("--user", help="Show what the template (with --file: that one) makes of a person; nothing is saved."),
]


def mount() -> None:
    """The command is added to `lockstep idp app` as this module is read."""


@apps_app.command("template")
def template(
    name: AppName,
    file: TemplateFile = None,
    reset: Reset = False,
    user: ForUser = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show, set or reset the SCIM JSON Template of an app, or show what it makes of a person."""
    if reset and (file is not None or user is not None):
        raise typer.BadParameter("use --reset alone")
    text = "" if file is None else _text(file)
    with opened(data, database_url, key_file) as engine:
        if user is not None:
            with engine.db.read() as c:
                _show_person(preview(c, actions.find_app(c, name), text, user), json=json)
            return
        with engine.db.write(serial=events.SERIAL) as c:
            app = actions.find_app(c, name)
            changed = _change(c, app, text, reset=reset)
            shown, own = templates.template_of(c, app)
    if json:
        print_json({"app": name, "own": own, "template": shown, "changed": changed})
    elif file is None and not reset:
        say(shown.rstrip("\n"))
    elif changed:
        word = "has the template of its connector again" if reset else "has this template now"
        say(f"{name} {word}; everybody is looked at. Next: lockstep idp plan {name}")
    else:
        say(f"{name} has {'no template of its own' if reset else 'this template already'}.")


def _change(c: Connection, app: App, text: str, *, reset: bool) -> bool:
    if reset:
        return templates.reset_template(c, app, now_ms(), actor=actions.ADMIN)
    return bool(text) and templates.set_template(c, app, text, now_ms(), actor=actions.ADMIN)


def _text(path: Path) -> str:
    """The text of a template file.  Raises Problem, for an empty one too."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            found = file.read(LONGEST + 1)
    except OSError as error:
        raise Problem(f"--file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"--file {path} is not text in UTF-8") from None
    if not found.strip():
        raise Problem(f"--file {path} is empty; to use the connector's own template: --reset")
    return found


def _show_person(found: TemplatePreview, *, json: bool) -> None:
    if json:
        print_json(
            {
                "user_name": found.user.user_name,
                "has_app": found.has_app,
                "document": found.document,
                "at_target": found.there,
                "changes": [{"attribute": one, "before": before, "after": after} for one, before, after in found.changes],
            }
        )
        return
    say(msgspec.json.format(msgspec.json.encode(found.document), indent=2).decode())
    if not found.has_app:
        say(f"{found.user.user_name} does not have the app, so nothing is sent.")
    if found.there is None:
        say("Not at the target yet, as far as is remembered.")
    elif not found.changes:
        say("At the target it is just that, as far as is remembered.")
    for name, before, after in found.changes if found.there is not None else ():
        say(f"  {name}: {before or 'nothing'} → {after or 'nothing'}")
