"""Steps of the second wire: metadata both ways, attributes for access control, a sign-in, and a tag that follows a change."""

import os
import secrets
from pathlib import Path
from typing import Any

from lockstep.cli.demo.browser import Browser
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.records import Session
from lockstep.cli.demo.screen import Lines, counted, strong
from lockstep.cli.demo.walk import APP, INSTANCE, Chapter, Step, Walk, value

ATTRIBUTE = "cost_center"
KEY = "CostCenter"
PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
FROM_DIRECTORY = {"Department": "${path:enterprise.department}"}
ANOTHER = "CC-4200"


def exchange_metadata(walk: Walk) -> Lines:
    """Give each side the other's SAML metadata."""
    center, idp = walk.home.folder / "center-metadata.xml", walk.home.folder / "idp-metadata.xml"
    center.write_text(walk.center("metadata", INSTANCE, json=False).out, encoding="utf-8")
    configured = walk.idp("app", "saml", APP, "--metadata", str(center)).json()
    idp.write_text(walk.idp("metadata", APP, json=False).out, encoding="utf-8")
    trusted = walk.center("idp", "trust", INSTANCE, "--metadata", str(idp), "--idp-name", "Lockstep").json()
    return [
        f"The app answers to {strong(value(configured, 'acs_urls')[0])}",
        f"The centre trusts {strong(value(trusted, 'entity_id'))}",
    ]


def access_control(walk: Walk) -> Lines:
    """Enable attributes for access control, one from each wire."""
    walk.center("attributes", "enable", INSTANCE)
    walk.center("attributes", "set", INSTANCE, *(f"{key}={source}" for key, source in FROM_DIRECTORY.items()))
    words = ("--attribute", ATTRIBUTE, "--include-in-saml-assertion")
    walk.idp("app", "parameter", APP, f"{PREFIX}{KEY}", *words, json=False)
    return [
        f"{strong(KEY)} comes in the assertion, from the identity provider's {ATTRIBUTE}",
        f"{strong('Department')} comes from the centre's directory, where SCIM has put it",
    ]


def password(walk: Walk) -> Lines:
    """Give one person a password, and see who could not sign in."""
    walk.result.session = Session(_person(walk)["user_name"], {})
    descriptor = os.open(password_file(walk), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(12))
    walk.idp("password", walk.result.session.user_name, "--password-file", str(password_file(walk)), json=False)
    checked = walk.idp("app", "check-saml", APP, codes=(0, 1)).json()
    problems = value(checked, "problems")
    if any(one["user_name"] == walk.result.session.user_name for one in problems):
        raise StepFailed("\n".join(f"{one['user_name']}: {one['problem']} {one['fix']}" for one in problems[:5]))
    able = counted(value(checked, "people") - len(problems), "person", "people")
    return [f"{strong(able)} can sign in: what the assertion names is the user name that SCIM has sent"]


def sign_in(walk: Walk) -> Lines:
    """Sign in at the portal, by way of the identity provider."""
    _sign_in(walk)
    return [*_session(walk), f"The portal: {strong(walk.portal)}"]


def change_and_sign_in_again(walk: Walk) -> Lines:
    """Change the person's cost center at the identity provider, and sign in again."""
    session = _known(walk)
    before = session.tags.get(KEY, "")
    after = ANOTHER if before != ANOTHER else f"{ANOTHER}-2"
    walk.idp("user", "change", session.user_name, f"{ATTRIBUTE}={after}")
    _sign_in(walk)
    lines = _session(walk)
    if _known(walk).tags.get(KEY) != after:
        raise StepFailed(f"the session's {KEY} should be {after}, and its tags are {_known(walk).tags}")
    return [f"{strong(KEY)}: {strong(before or 'no tag')} → {strong(after)}; the session before keeps what it had", *lines]


def password_file(walk: Walk) -> Path:
    """Where the person's password is kept, for whoever wants to sign in by hand."""
    return walk.home.folder / "password"


def _person(walk: Walk) -> dict[str, Any]:
    """Whose department was changed, so that one person is followed all the way."""
    name = walk.result.change.user_name if walk.result.change else ""
    return next(one for one in walk.listed if name in ("", one["user_name"]))


def _known(walk: Walk) -> Session:
    if walk.result.session is None:
        raise StepFailed("nobody was chosen to sign in")
    return walk.result.session


def _sign_in(walk: Walk) -> None:
    """As a person does it, in a fresh browser: the portal sends them to the identity provider, and that sends them back."""
    browser = Browser()
    login = browser.visit(walk.portal)
    secret = password_file(walk).read_text(encoding="utf-8")
    answered = browser.submit(login, login.form("password"), user_name=_known(walk).user_name, password=secret)
    portal = browser.submit(answered, answered.form("SAMLResponse"))
    if not portal.url.startswith(walk.portal):
        raise StepFailed(f"the sign-in ended at {portal.url.partition('?')[0]}, which says: {portal.text}")


def _session(walk: Walk) -> list[str]:
    """The newest session of the person, as the centre has it."""
    mine = [one for one in walk.center("sessions", INSTANCE).lines() if one["user_name"] == _known(walk).user_name]
    if not mine:
        raise StepFailed(f"the centre has no session of {_known(walk).user_name}")
    newest = mine[-1]  # they are listed oldest first; their times are of whole seconds, and two may begin within one
    walk.result.session = Session(value(newest, "user_name"), value(newest, "tags"))
    sources = value(newest, "tag_sources")
    tags = [f"{strong(f'{key} = {text}')}, {_whence(sources[key])}" for key, text in walk.result.session.tags.items()]
    return [f"{strong(walk.result.session.user_name)} is signed in until {newest['expires_at']}", *tags]


def _whence(source: dict[str, str]) -> str:
    """Where a tag came from."""
    return f"from the directory: {source['source']}" if source["kind"] == "directory" else "from the assertion"


CHAPTER = Chapter(
    "Sign-in, and attributes for access control",
    (
        Step("saml-metadata", "Exchange SAML metadata, both ways", exchange_metadata),
        Step("access-control", "Enable attributes for access control", access_control),
        Step("password", "Give one person a password", password),
        Step("sign-in", "Sign in", sign_in),
        Step("tag-changes", "Change their cost center, and sign in again", change_and_sign_in_again),
    ),
)
