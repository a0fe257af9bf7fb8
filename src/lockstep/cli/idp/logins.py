"""`lockstep idp app login`: the values that one person's login has of its own."""

from typing import Annotated

import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.logins import actions, store
from lockstep.idp.directory.lookup import find_user
from lockstep.kit.clock import now_ms

Person = Annotated[str, typer.Option("--user", help="The person: user name (in any case) or employee_id.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A parameter's value for this login; given several times for one KEY, they are its values; KEY= sends nothing. "
        "groups=NAME puts them into a group besides.",
    ),
]
Remove = Annotated[list[str] | None, typer.Option("--remove", metavar="KEY", help="What the app gives holds again.")]


def mount() -> None:
    """The command is added to `lockstep idp app` as this module is read."""


@apps_app.command("login")
def login(
    name: AppName,
    user: Person,
    given: Set = None,
    remove: Remove = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show or change the values that the login of one person has of its own, in the place of what the app gives."""
    values = _values(given or [])
    both = set(values) & set(remove or ())
    if both:
        raise typer.BadParameter(f"{', '.join(sorted(both))}: either --set or --remove")
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app, person = apps.find_app(c, name), find_user(c, user)
        for key, several in values.items():
            actions.set_values(c, app, person, key, several, now_ms(), actor=apps.ADMIN)
        for key in remove or ():
            actions.remove_values(c, app, person, key, now_ms(), actor=apps.ADMIN)
        own = store.of_user(c, app.id, person.id)
    if json:
        shown = {key: list(several) for key, several in own.items()}
        print_json({"app": name, "user_name": person.user_name, "values": shown, "credentials": app.settings.credentials})
        return
    if not own:
        say(f"The login of {person.user_name} has what {name} gives, and nothing of its own.")
    for key, several in own.items():
        say(f"{key}: {', '.join(several) or 'nothing is sent'}")
    if own and app.settings.credentials == "shared":
        say(f"It does not hold while credentials are shared: lockstep idp app set {name} credentials=admin")


def _values(given: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"{one}: values are given as KEY=VALUE")
        found[key] = (*found.get(key, ()), value) if value else found.get(key, ())
    return found
