"""`lockstep idp app …`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, note, print_json, say
from lockstep.idp import events
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.connectors import CONNECTORS, PARAMETER_KEYS
from lockstep.idp.apps.connectors.declared import MEMORY
from lockstep.idp.apps.records import TRANSFORMS, App, Fixed, Parameter
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.provisioning.actions import start as start_app
from lockstep.idp.provisioning.installation.records import NotComparedProblem
from lockstep.kit.clock import now_ms
from lockstep.kit.problems import Problem
from lockstep.scim.urls import is_same

AppName = Annotated[str, typer.Argument(metavar="NAME", help="The app's name.")]

apps_app = typer.Typer(no_args_is_help=True, help="Apps: targets that people are provisioned into.")


def mount(app: typer.Typer) -> None:
    """Add the commands of apps to `lockstep idp`."""
    app.add_typer(apps_app, name="app")


Expires = Annotated[
    str | None, typer.Option("--expires", metavar="DATE", help="When the token ends, such as 2027-11-24; unknown without it.")
]


def read_token(path: Path, expires: str | None, now: int) -> tuple[str, int]:
    """The token in a file, and when it ends (ms, 0 where that is not said).  Raises Problem, for an empty file too.

    The file may hold what `lockstep center token create --json` prints, which says both.
    """
    text = _text(path)
    if text.startswith("{"):
        try:
            found = msgspec.json.decode(text, type=_Made)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Problem(f"--token-file {path} is neither a token nor JSON with one: {error}") from None
        return tokens.check_token(found.token), tokens.expiry_of(expires or found.expires_at, now)
    return tokens.check_token(text), tokens.expiry_of(expires or "", now)


class _Made(msgspec.Struct):
    token: str
    expires_at: str = ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Problem(f"--token-file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"--token-file {path} is not text") from None


def _app_json(app: App) -> dict[str, object]:
    return {
        "name": app.name,
        "connector": app.connector,
        "scim_url": app.scim_url,
        "provisioning": app.settings.provisioning,
        "groups": app.settings.groups,
        "stopped": app.stopped,
        "quarantine": app.quarantine,
        "connect_problem": app.connect_problem,
    }


@apps_app.command("create")
def create(
    name: AppName,
    connector: Annotated[str, typer.Option(help=f"One of {', '.join(CONNECTORS)}.")],
    scim_url: Annotated[str, typer.Option("--scim-url", help="The target's SCIM endpoint.")] = "",
    token_file: Annotated[Path | None, typer.Option("--token-file", help="A file that holds the SCIM access token.")] = None,
    allow_loopback: Annotated[bool, typer.Option("--allow-loopback", help="The target is on this machine.")] = False,
    expires: Expires = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make an app for a target.  Nothing is sent there until provisioning is turned on."""
    kept_here = connector in CONNECTORS and CONNECTORS[connector].local
    if not kept_here and (not scim_url or token_file is None):
        raise typer.BadParameter(f"say where the target is: --scim-url and --token-file (but for {MEMORY.name})")
    token, expires_at = ("", 0) if token_file is None else read_token(token_file, expires, now_ms())
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = actions.create_app(
            c,
            engine.vault,
            now_ms(),
            name=name,
            connector=connector,
            scim_url=scim_url,
            token=token,
            allow_loopback=allow_loopback,
            expires_at=expires_at,
        )
        everyone = store.all_apps(c)
        others = [one.name for one in everyone if is_same(one.scim_url, app.scim_url) and one.id != app.id and not kept_here]
    if others:
        note(f"lockstep: {', '.join(others)} provisions into this URL already; two apps there undo each other's work")
    if json:
        print_json(_app_json(app))
        return
    say(f"{app.name} is made. Next: lockstep idp app connect {app.name}")
    say(f"Groups are not sent until you say so: lockstep idp app set {app.name} groups=on")


@apps_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the apps."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = store.all_apps(c)
        given = {app.id: actions.assigned(c, app) for app in found}
    for app in found:
        if json:
            print_json(_app_json(app) | {"assigned": given[app.id]})
            continue
        state = app.quarantine or ("stopped" if app.stopped else "on" if app.settings.provisioning else "off")
        who = ", ".join(given[app.id]) or "nobody"
        groups = "on" if app.settings.groups else "off"
        say(f"{app.name}\t{app.scim_url}\tprovisioning {state}, groups {groups}\tassigned to {who}")


@apps_app.command("assign")
def assign(
    name: AppName,
    everyone: Annotated[bool, typer.Option("--everyone", help="Everyone, now and later.")] = False,
    role: Annotated[str | None, typer.Option("--role", help="The members of this role (group_id or name).")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Say who has the app: a standing rule, now and later."""
    if everyone == (role is not None):
        raise typer.BadParameter("use either --everyone or --role")
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = actions.find_app(c, name)
        actions.assign(c, app, role, now_ms())
        given = actions.assigned(c, app)
    say(f"{name} is assigned to {'everyone' if everyone else f'the role {role}'}.")
    if len(given) > 1:
        say(f"In all, who has it: {', '.join(given)}.")


@apps_app.command("set")
def change(
    name: AppName,
    settings: Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="Settings, such as provisioning=on groups=on.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Change settings of the app."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        before = actions.find_app(c, name)
        app = actions.change_settings(c, before, settings, now_ms())
    if app.settings.provisioning and not app.settings.groups:
        say(f"Note: groups are not sent (groups=off). To include them: lockstep idp app set {name} groups=on")
    if before.settings.groups and not app.settings.groups:
        say("Groups are not managed any more: what is at the target stays as it is.")
    if before.settings.provisioning and not app.settings.provisioning:
        say("Provisioning is off: what is at the target stays as it is.")
    say(f"{name}: {' '.join(settings)}")


@apps_app.command("parameter")
def parameter(
    name: AppName,
    key: Annotated[
        str,
        typer.Argument(metavar="KEY", help=f"One of {', '.join(PARAMETER_KEYS)}, nameid, or any name for the SAML assertion."),
    ],
    attribute: Annotated[
        str | None, typer.Option(help="The user attribute it takes its value from; custom ones are custom_attribute_NAME.")
    ] = None,
    macro: Annotated[str | None, typer.Option(help="Text with attributes in braces, such as '{firstname} {lastname}'.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Send nothing for it.")] = False,
    include_in_saml_assertion: Annotated[
        bool | None,
        typer.Option("--include-in-saml-assertion/--not-in-saml-assertion", help="Whether the app is told at sign-in, too."),
    ] = None,
    multi_value: Annotated[
        bool | None, typer.Option("--multi-value/--single-value", help="Whether a;b;c are three values in the assertion.")
    ] = None,
    include_in_user_provisioning: Annotated[
        bool | None,
        typer.Option("--include-in-user-provisioning/--not-in-user-provisioning", help="Whether it goes over SCIM."),
    ] = None,
    default: Annotated[
        list[str] | None,
        typer.Option(help="Taken where the source has nothing; given several times, it is a list. '' for no default."),
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option(help="The same for everybody whose source has nothing, before the default.")
    ] = None,
    transform: Annotated[
        str | None, typer.Option(help=f"How one text becomes several values: {', '.join(TRANSFORMS)}.")
    ] = None,
    skip_if_blank: Annotated[
        bool | None, typer.Option("--skip-if-blank/--send-if-blank", help="Whether an empty value is left out, as at first.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="What it is called besides.")] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Forget what was said; a SCIM attribute is sent as at first.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Say where the value for one attribute comes from, and whether it goes into the SAML assertion."""
    given = (
        *(include_in_saml_assertion, multi_value, include_in_user_provisioning),
        *(default, value, transform, skip_if_blank, label),
    )
    flags = any(one is not None for one in given)
    sources = (attribute is not None) + (macro is not None) + none
    if sources > 1 or (remove and (sources or flags)) or not (sources or flags or remove):
        raise typer.BadParameter("use one of --attribute, --macro and --none, or --remove alone")
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = actions.find_app(c, name)
        if remove:
            actions.remove_parameter(c, app, key, now_ms())
            say(f"{name}: {key} is as it was at first")
            return
        before = actions.parameter_of(c, app, key)
        if before is None and not sources and value is None:
            raise typer.BadParameter(f"say where {key} comes from: --attribute or --macro")
        chosen = before or Parameter(key, "none", macro=False)
        if sources:
            chosen = replace(chosen, source="none" if none else attribute or macro or "", macro=macro is not None)
        said: dict[str, Any] = {
            "include_in_saml_assertion": include_in_saml_assertion,
            "multi_value": multi_value,
            "in_provisioning": include_in_user_provisioning,
            "transform": transform,
            "skip_if_blank": skip_if_blank,
            "label": label,
        }
        chosen = replace(chosen, **{name: one for name, one in said.items() if one is not None})
        chosen = replace(chosen, values=_fixed(value, chosen.values), default_values=_fixed(default, chosen.default_values))
        actions.set_parameter(c, app, chosen, now_ms())
    where = ", also in the SAML assertion" if chosen.include_in_saml_assertion else ""
    say(f"{name}: {key} comes from {chosen.source}{where}")


def _fixed(given: list[str] | None, before: Fixed) -> Fixed:
    """What was given, else what it was before: one text stays one, several are a list, an empty one is nothing."""
    if given is None:
        return before
    found = [one for one in given if one]
    return None if not found else found[0] if len(found) == 1 else tuple(found)


def _each(name: str | None, everything: bool) -> None:
    if (name is not None) == everything:
        raise typer.BadParameter("use either NAME or --all")


OptionalName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The app's name.")]
All = Annotated[bool, typer.Option("--all", help="Every app.")]


@apps_app.command("stop")
def stop(
    name: OptionalName = None,
    everything: All = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Stop everything that the engine does for an app, or for all."""
    _each(name, everything)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        for app in [actions.find_app(c, name)] if name is not None else store.all_apps(c):
            actions.stop(c, app, now_ms())
            say(f"{app.name} is stopped.")


@apps_app.command("start")
def start(
    name: OptionalName = None,
    everything: All = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Let the engine work on an app again, or on all; ends a quarantine, and lets go what was compared after a restore."""
    _each(name, everything)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        waiting = []
        for app in [actions.find_app(c, name)] if name is not None else store.all_apps(c):
            try:
                start_app(c, app, now_ms())
            except NotComparedProblem as problem:
                waiting.append(str(problem))
            else:
                say(f"{app.name} runs.")
    for problem_text in waiting:
        note(f"lockstep: {problem_text}")
    if waiting:
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)
