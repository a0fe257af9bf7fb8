"""Answers to service providers, which the browser carries."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin.addresses import entity_id
from lockstep.idp.signin.issuing import USED, Ready, Refused, decide
from lockstep.idp.signin.requests import store as requests
from lockstep.idp.signin.requests.records import Pending
from lockstep.idp.signin.site.context import PAGES, Context, go_to
from lockstep.kit.db import Connection
from lockstep.kit.vault import VaultError
from lockstep.saml.bindings import encode_post
from lockstep.saml.records import Status
from lockstep.saml.response import issue, issue_refusal

_NO_KEY = Refused("Not now", "Nobody can be signed in at the moment. Your administrator can see why in the events.", 503)


async def answer(request: Request, context: Context, app: App, config: SamlConfig, pending: Pending | None) -> Response:
    """Sign the person in to the app, or say why not."""
    await context.ensure_certificate()
    try:
        await context.signing_key()  # before anything is written down that only a signature makes true
    except VaultError as lost:
        problem = str(lost)
        await context.runner.write(lambda c: _key_is_lost(c, app, problem, context.clock()))
        return refused_page(request, _NO_KEY)
    secret, now = context.session_cookie.read(request), context.clock()

    def work(c: Connection) -> Ready | Refused | None:
        session = context.session_in(c, secret, now)
        if session is None:
            return None
        return decide(c, app, config, session, origin=context.origin, now=now, pending=pending)

    found = await context.runner.write(work)
    if found is None:
        return go_to(f"/login?to={pending.id}" if pending else "/login")
    if isinstance(found, Refused):
        return refused_page(request, found)
    key = await context.key_of(found.certificate)
    xml = await asyncio.to_thread(issue, found.answer, key, signed=config.signed)
    return _post(request, app, found.answer.acs_url, xml, pending)


def _key_is_lost(c: Connection, app: App, problem: str, now: int) -> None:
    kind = EventType.SIGN_IN_TO_APP_FAILED
    events.append(c, Event(type=kind, actor="server", app_id=app.id, app_name=app.name, error_description=problem), now)


async def refuse(
    request: Request, context: Context, app: App, config: SamlConfig, pending: Pending, why: tuple[Status, Status, str]
) -> Response:
    """Tell the service provider that what it asks for cannot be."""
    if not await context.runner.write(lambda c: requests.use(c, pending.id)):
        return refused_page(request, USED)
    status, second, words = why
    xml = issue_refusal(
        issuer=entity_id(context.origin, config),
        acs_url=pending.acs_url,
        in_response_to=pending.request.id,
        status=status,
        substatus=second,
        message=words,
        now=context.clock(),
    )
    return _post(request, app, pending.acs_url, xml, pending)


def refused_page(request: Request, refused: Refused) -> Response:
    """Why there is no sign-in, for the person."""
    return PAGES.page(request, "signin/refused.html", refused.status, title=refused.title, text=refused.text)


def _post(request: Request, app: App, acs_url: str, xml: bytes, pending: Pending | None) -> Response:
    fields = {"SAMLResponse": encode_post(xml)}
    if pending is not None and pending.relay_state is not None:
        fields["RelayState"] = pending.relay_state
    title = f"Signing in to {app.name}"
    text = "You are being sent to the application. If nothing happens, press the button."
    return PAGES.post(request, acs_url, fields, title=title, text=text, button="Continue")
