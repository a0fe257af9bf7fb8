"""Whether a person may sign in to an app now, and what the app is told: decided and written down in one transaction."""

from dataclasses import dataclass

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.apps.template.actions import recipe_of
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin.addresses import entity_id
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.certificates.records import Certificate
from lockstep.idp.signin.check import given_by_rules
from lockstep.idp.signin.claims import ClaimProblem, claims_for
from lockstep.idp.signin.people.records import Session
from lockstep.idp.signin.requests import store as requests
from lockstep.idp.signin.requests.records import Pending
from lockstep.kit.db import Connection
from lockstep.saml.records import Answer
from lockstep.saml.requests import new_id

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be signed, and with what."""

    answer: Answer
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no sign-in, for the person; `status` is the HTTP status."""

    title: str
    text: str
    status: int = 403


USED = Refused(
    "This sign-in is too old",
    "It was used already, took more than ten minutes, or began in another browser. Go back to the application and start again.",
    400,
)


def decide(
    c: Connection, app: App, config: SamlConfig, session: Session, *, origin: str, now: int, pending: Pending | None
) -> Ready | Refused:
    """Sign `session`'s person in to `app`: for a request that waits, or without one.

    The caller has found the session in this transaction.  Whatever comes out, an event says it.
    """
    if pending is not None and not requests.use(c, pending.id):
        return USED
    user = session.user
    if not apps.has_app(c, app.id, user.id):
        _event(c, EventType.SIGN_IN_TO_APP_FAILED, app, session, now, "the app is not assigned to this person")
        text = f"{app.name} has not been given to you. Ask your administrator if you need it."
        return Refused("You do not have this app", text)
    try:
        claims = claims_for(recipe_of(c, app, asked=True), user, given_by_rules(c, app, user), empty=config.empty)
    except ClaimProblem as problem:
        trouble = problem.trouble
        _event(c, EventType.SIGN_IN_TO_APP_FAILED, app, session, now, f"{trouble.problem} {trouble.fix}")
        text = f"You cannot be signed in to {app.name}, because your account is not set up for it. {trouble.problem}"
        return Refused("Your account needs your administrator", f"{text} Your administrator can see this in the events.")
    certificate = certificates.active(c)
    if certificate is None:
        return Refused("Not now", "The key that signs was taken away just now. Try again.", 503)
    answer = Answer(
        issuer=entity_id(origin, config),
        acs_url=default_acs(config) if pending is None else pending.acs_url,
        audience=config.sp.entity_id,
        name_id=claims.name_id,
        attributes=claims.attributes,
        now=now,
        authn_instant=session.authn_at,
        session_index=new_id(),
        session_ends=min(session.expires_at, now + config.session_minutes * _MINUTE_MS),
        in_response_to=None if pending is None else pending.request.id,
    )
    _event(c, EventType.SIGNED_IN_TO_APP, app, session, now)
    return Ready(answer, certificate)


def default_acs(config: SamlConfig) -> str:
    """Where the service provider takes answers that it has not asked for."""
    consumers = config.sp.consumers
    return next((one for one in consumers if one.default), consumers[0]).location


def _event(c: Connection, what: EventType, app: App, session: Session, now: int, problem: str = "") -> None:
    user = session.user
    event = Event(
        type=what,
        actor=user.user_name,
        actor_user_id=user.id,
        user_id=user.id,
        user_name=user.user_name,
        app_id=app.id,
        app_name=app.name,
        error_description=problem,
    )
    events.append(c, event, now)
