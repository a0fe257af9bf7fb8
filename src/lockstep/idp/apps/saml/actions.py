"""What an administrator may do with an app's SAML configuration."""

import uuid
from dataclasses import replace

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store
from lockstep.idp.apps.saml.records import SESSION_MINUTES, Empty, SamlConfig
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.saml.locations import check_location
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import AssertionConsumer, Signed, SpMetadata

LONGEST_SESSION_MINUTES = 30 * 24 * 60
_LONGEST_ENTITY_ID = 1_024
_IDP_INSTEAD = (
    "this is the metadata of an identity provider; the service provider's is needed. IAM Identity Center offers it where an "
    "external identity provider is configured, as “Download metadata file” of “Service provider metadata”"
)


class NoServiceProviderProblem(Problem):
    """The app does not know yet whom its people sign in to."""


def sp_from_metadata(raw: bytes) -> SpMetadata:
    """The service provider that a metadata document describes.  Raises ValueProblem, saying what is wrong with it."""
    from lockstep.saml.metadata import read_sp_metadata  # slow to import, and commands about apps seldom need it

    try:
        return read_sp_metadata(raw)
    except SamlProblem as problem:
        what = _IDP_INSTEAD if _is_of_an_idp(raw) else problem.detail.rstrip(".")
        raise ValueProblem("metadata", what, f"--metadata: {what} ({problem.reason})") from None


def _is_of_an_idp(raw: bytes) -> bool:
    from lockstep.saml.metadata import read_idp_metadata

    try:
        read_idp_metadata(raw)
    except SamlProblem:
        return False
    return True


def sp_from_urls(acs_url: str, issuer: str) -> SpMetadata:
    """The service provider that is known by its two values alone: the ACS URL, and the issuer URL (its entity id).

    Raises ValueProblem.
    """
    try:
        location = check_location(acs_url)
    except SamlProblem:
        what = "use an https address, or http on this machine"
        raise ValueProblem("acs_url", what, f"--acs-url {acs_url[:200]!r}: {what}") from None
    if not issuer or issuer != issuer.strip() or len(issuer) > _LONGEST_ENTITY_ID or not issuer.isprintable():
        raise ValueProblem("issuer", f"the issuer URL has 1 to {_LONGEST_ENTITY_ID} characters, no blanks around it")
    consumers = (AssertionConsumer(location, 0, True),)
    return SpMetadata(entity_id=issuer, consumers=consumers, want_assertions_signed=False)


def configure(
    c: Connection,
    app: App,
    now: int,
    *,
    sp: SpMetadata | None = None,
    signed: Signed | None = None,
    session_minutes: int | None = None,
    empty: Empty | None = None,
    actor: str = "admin",
) -> SamlConfig:
    """Set what is given; the rest stays as it is.  Raises NoServiceProviderProblem or ValueProblem, and changes nothing."""
    before = store.of_app(c, app.id)
    after = changed(app, before, sp=sp, signed=signed, session_minutes=session_minutes, empty=empty)
    if after != before:
        store.put(c, after)
        events.append(c, Event(type=EventType.SAML_CHANGED, actor=actor, app_id=app.id, app_name=app.name), now)
    return after


def changed(
    app: App,
    before: SamlConfig | None,
    *,
    sp: SpMetadata | None = None,
    signed: Signed | None = None,
    session_minutes: int | None = None,
    empty: Empty | None = None,
) -> SamlConfig:
    """What `configure` would make of `before`.  Raises as it does."""
    if before is not None:
        start = before
    elif sp is not None:
        start = SamlConfig(app.id, str(uuid.uuid4()), sp, session_minutes=SESSION_MINUTES)
    else:
        raise NoServiceProviderProblem(
            f"{app.name} knows no service provider yet: give --metadata FILE, or --acs-url URL and --issuer URL"
        )
    if session_minutes is not None and not 1 <= session_minutes <= LONGEST_SESSION_MINUTES:
        raise ValueProblem("session_minutes", f"use 1 to {LONGEST_SESSION_MINUTES}")
    after = replace(
        start,
        sp=sp or start.sp,
        signed=signed or start.signed,
        session_minutes=session_minutes or start.session_minutes,
        empty=empty or start.empty,
    )
    if after.sp.want_assertions_signed and after.signed is Signed.RESPONSE:
        what = "the service provider's metadata wants assertions signed; use assertion or both"
        raise ValueProblem("sign", what, f"--sign response: {what}")
    return after


def find(c: Connection, app: App) -> SamlConfig:
    """The app's configuration.  Raises NoServiceProviderProblem if it has none."""
    config = store.of_app(c, app.id)
    if config is None:
        raise NoServiceProviderProblem(
            f"{app.name} has no SAML configuration: lockstep idp app saml {app.name} --metadata FILE"
        )
    return config
