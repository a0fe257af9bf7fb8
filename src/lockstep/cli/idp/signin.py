"""`lockstep idp password | metadata | settings | app saml | app check-saml`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.certificates import ensure_certificate, warn
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.apps.saml.records import Empty, SamlConfig
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import Status
from lockstep.idp.signin import settings as signin_settings
from lockstep.idp.signin.addresses import entity_id, metadata_for, sso_url
from lockstep.idp.signin.check import check_app
from lockstep.idp.signin.people.passwords import check_password, set_password
from lockstep.kit.clock import now_ms
from lockstep.kit.passwords import hash_password
from lockstep.kit.problems import Problem
from lockstep.kit.web.origins import checked_public_url
from lockstep.saml.records import Signed, SpMetadata

ACTOR = "command line"
LONGEST_METADATA = 300_000
SHOWN = 50

PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--public-url", help="The origin under which browsers reach this identity provider, such as https://login.x.com."
    ),
]


def mount(app: typer.Typer) -> None:
    """Add the commands of signing in to `lockstep idp`."""
    app.command("password")(password)
    app.command("metadata")(metadata)
    app.command("settings")(settings)


def password(
    user: Annotated[str, typer.Argument(metavar="USER", help="User name (in any case) or employee_id.")],
    password_file: Annotated[Path, typer.Option("--password-file", help="A file whose first line is the password.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Give a person a password, and end the sessions that they have here."""
    text = _first_line(password_file)
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            check_password(c, find_user(c, user), text)
        stored = hash_password(text)
        with engine.db.write(serial=events.SERIAL) as c:
            found = set_password(c, user, stored, actor=ACTOR, now=now_ms())
    if json:
        print_json({"user_name": found.user_name})
        return
    say(f"{found.user_name} has a new password; the sessions that they had here have ended.")
    if found.status != Status.ACTIVE:
        say(f"Note: the status is {Status(found.status).name.lower()}, and only active people can sign in.")


def _first_line(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"--password-file {file}: {error}") from None
    return text.partition("\n")[0].removesuffix("\r")


def settings(
    given: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]…", help="Such as session-minutes=480 idle-minutes=60.")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show how long people stay signed in here, or change it."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        now = signin_settings.change(c, given or [], now_ms())
    if json:
        shown = {"session_minutes": now.session_minutes, "idle_minutes": now.idle_minutes, "public_url": now.public_url}
        print_json(shown)
        return
    say(f"session-minutes={now.session_minutes} idle-minutes={now.idle_minutes}")
    say(f"public URL: {now.public_url or 'not known yet: lockstep idp serve --public-url URL'}")


def metadata(
    name: AppName,
    public_url: PublicUrl = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Print the SAML metadata of this identity provider for one app, to be given to its service provider."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs
    from lockstep.saml.metadata import write_idp_metadata

    given = None if public_url is None else checked_public_url(public_url)
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            config = saml.find(c, find_app(c, name))
            origin = given or signin_settings.read(c).public_url
        if not origin:
            raise Problem("no server has run on this data yet, so its address is not known: give --public-url URL")
        ensure_certificate(engine)
        with engine.db.read() as c:
            listed = certificates.published(c)
            warn(certificates.active(c))
    say(write_idp_metadata(metadata_for(origin, config, listed)).decode().rstrip("\n"))


@apps_app.command("saml")
def configure_saml(
    name: AppName,
    metadata_file: Annotated[
        Path | None, typer.Option("--metadata", help="The service provider's metadata, as a file.")
    ] = None,
    acs_url: Annotated[
        str | None, typer.Option("--acs-url", help="AWS SSO ACS URL (SAML Consumer URL), without metadata.")
    ] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="AWS SSO Issuer URL (audience), without metadata.")] = None,
    sign: Annotated[
        Signed | None, typer.Option("--sign", help="What is signed; the assertion until you say otherwise.")
    ] = None,
    session_minutes: Annotated[
        int | None, typer.Option("--session-minutes", help="The longest session that the app is told; 480 at first.")
    ] = None,
    empty: Annotated[
        str | None,
        typer.Option("--empty", metavar="omit|send", help="What becomes of an attribute without a value; omit at first."),
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Say which service provider an app's people sign in to, and how; without options, show it."""
    sp = _service_provider(metadata_file, acs_url, issuer)
    chosen = _empty(empty)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        if sp is None and sign is None and session_minutes is None and chosen is None:
            config = saml.find(c, app)
        else:
            config = saml.configure(c, app, now_ms(), sp=sp, signed=sign, session_minutes=session_minutes, empty=chosen)
        origin = signin_settings.read(c).public_url
    shown = _saml_json(config, origin)
    if json:
        print_json(shown)
        return
    for key, value in shown.items():
        say(f"{key:<16}{', '.join(value) if isinstance(value, list) else value or '(known once a server has run)'}")
    first = "" if origin else "lockstep idp serve; "
    say(f"Next: {first}lockstep idp metadata {name}; lockstep idp app check-saml {name}")


def _service_provider(file: Path | None, acs_url: str | None, issuer: str | None) -> SpMetadata | None:
    if (acs_url is None) != (issuer is None) or (file is not None and acs_url is not None):
        raise typer.BadParameter("use either --metadata FILE, or --acs-url URL together with --issuer URL")
    if acs_url is not None and issuer is not None:
        return saml.sp_from_urls(acs_url, issuer)
    if file is None:
        return None
    try:
        with file.open("rb") as opened_file:
            raw = opened_file.read(LONGEST_METADATA + 1)
    except OSError as error:
        raise Problem(f"--metadata {file}: {error.strerror}") from None
    if len(raw) > LONGEST_METADATA:
        raise Problem(f"--metadata {file}: larger than {LONGEST_METADATA} bytes")
    return saml.sp_from_metadata(raw)


_EMPTY: dict[str, Empty] = {"omit": "omit", "send": "send"}


def _empty(text: str | None) -> Empty | None:
    if text is None:
        return None
    if text not in _EMPTY:
        raise typer.BadParameter("use --empty omit or --empty send")
    return _EMPTY[text]


def _saml_json(config: SamlConfig, origin: str) -> dict[str, Any]:
    return {
        "uuid": config.uuid,
        "issuer": config.sp.entity_id,
        "acs_urls": [one.location for one in config.sp.consumers],
        "sign": config.signed.value,
        "session_minutes": config.session_minutes,
        "empty": config.empty,
        "entity_id": entity_id(origin, config) if origin else "",
        "sso_url": sso_url(origin, config) if origin else "",
    }


@apps_app.command("check-saml")
def check_saml(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """List who has the app and could not sign in to it, and why."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = find_app(c, name)
        saml.find(c, app)
        checked = check_app(c, app)
    problems = [{"user_name": one.user_name, "problem": one.trouble.problem, "fix": one.trouble.fix} for one in checked.found]
    if json:
        shown = {"ok": not problems, "people": checked.people, "problems": problems}
        print_json({**shown, "without_password": checked.without_password})
    else:
        for one in problems[:SHOWN]:
            say(f"{one['user_name']}: {one['problem']} {one['fix']}")
        if len(problems) > SHOWN:
            say(f"… and {len(problems) - SHOWN} more (all with --json)")
        say(f"{counted(checked.people, 'active user')} with the app, {counted(len(problems), 'problem')}")
        if checked.without_password:
            say(f"{checked.without_password} of them have no password yet: lockstep idp password USER --password-file FILE")
    if problems:
        raise typer.Exit(Exit.PROBLEM)
