"""The SAML endpoints: where service providers send people, and the metadata that tells them so.

A request is checked, kept, and bound to the browser; the browser then comes back with a GET, because its session's cookie does
not come along when another site posts.  Until the service provider is known and its request is good, what is wrong is shown
here, and never sent to an address out of the request.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin.addresses import metadata_for, sso_url
from lockstep.idp.signin.asking import Asked, by_post, by_redirect, refusal, words_for
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.issuing import USED, Refused
from lockstep.idp.signin.people.records import Session
from lockstep.idp.signin.requests import actions as requests
from lockstep.idp.signin.requests.records import Pending
from lockstep.idp.signin.site.answering import answer, refuse, refused_page
from lockstep.idp.signin.site.context import Context, app_by_number, context_of, go_to
from lockstep.kit.db import Connection
from lockstep.kit.web.forms import parse_form, read_form
from lockstep.kit.web.secrets import new_secret
from lockstep.saml.metadata import write_idp_metadata
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import Status

_NOTE_EVERY_MS = 60_000
_NOT_FOUND = 404
_NO_PASSIVE = (Status.RESPONDER, Status.NO_PASSIVE, "Nobody is signed in here, and no page may be shown.")


async def metadata(request: Request) -> Response:
    """What the identity provider says of itself to one app's service provider."""
    context = context_of(request)
    _, config = await context.app(request)
    await context.ensure_certificate()
    listed = await context.runner.read(certificates.published)
    text = write_idp_metadata(metadata_for(context.origin, config, listed))
    return Response(text, media_type="application/samlmetadata+xml")


async def sso_by_redirect(request: Request) -> Response:
    """HTTP-Redirect: the request is in the address.  Without one, somebody has kept the address: they get their page."""
    context, raw = context_of(request), request.scope["query_string"]
    app, config = await context.app(request)
    pairs = parse_form(raw)
    if not any(name == "SAMLRequest" for name, _ in pairs):
        return go_to("/")
    destination, now = sso_url(context.origin, config), context.clock()
    try:
        asked = by_redirect(pairs, raw, config, destination=destination, now=now)
    except SamlProblem as problem:
        return await _bad(request, context, app, problem)
    return await _keep(request, context, app, asked)


async def sso_by_post(request: Request) -> Response:
    """HTTP-POST: the request is in a form of the service provider's page."""
    context = context_of(request)
    app, config = await context.app(request)
    pairs = await read_form(request)
    try:
        asked = by_post(pairs, config, destination=sso_url(context.origin, config), now=context.clock())
    except SamlProblem as problem:
        return await _bad(request, context, app, problem)
    return await _keep(request, context, app, asked)


async def _keep(request: Request, context: Context, app: App, asked: Asked) -> Response:
    known = context.browser_cookie.read(request)
    browser = known or new_secret()

    def keep(c: Connection) -> Pending:
        return requests.remember(
            c,
            app.id,
            asked.request,
            acs_url=asked.acs_url,
            relay_state=asked.relay_state,
            browser=browser,
            now=context.clock(),
        )

    try:
        pending = await context.runner.write(keep)
    except requests.UsedRequest:
        return refused_page(request, USED)
    response = go_to(f"/continue/{pending.id}")
    if known is None:
        context.browser_cookie.set(response, browser)
    return response


async def go_on(request: Request) -> Response:
    """A request that waits is answered, or the person logs in first."""
    if request.method == "HEAD":
        return Response()  # whoever only looks must not use it up
    context = context_of(request)
    browser, number = context.browser_cookie.read(request), request.path_params["number"]
    pending = await context.runner.read(lambda c: requests.find(c, number, browser, context.clock()))
    if pending is None:
        return refused_page(request, USED)
    app, config = await _app_of(context, pending)
    why = refusal(pending.request)
    if why is not None:
        return await refuse(request, context, app, config, pending, why)
    if _may_go_on(await context.session(request), pending):
        return await answer(request, context, app, config, pending)
    if pending.request.is_passive:
        return await refuse(request, context, app, config, pending, _NO_PASSIVE)
    return go_to(f"/login?to={pending.id}")


def _may_go_on(session: Session | None, pending: Pending) -> bool:
    """Whether the person is signed in, and has given the password since the request came, if it asks for that."""
    return session is not None and (not pending.request.force_authn or session.authn_at >= pending.created_at)


async def _app_of(context: Context, pending: Pending) -> tuple[App, SamlConfig]:
    found = await context.runner.read(lambda c: app_by_number(c, pending.app_id))
    if found is None:
        raise HTTPException(_NOT_FOUND)
    return found


async def _bad(request: Request, context: Context, app: App, problem: SamlProblem) -> Response:
    now = context.clock()
    if now - context.noted.get(app.id, 0) >= _NOTE_EVERY_MS:
        context.noted[app.id] = now
        event = Event(
            type=EventType.SIGN_IN_TO_APP_FAILED, app_id=app.id, app_name=app.name, error_description=str(problem)[:500]
        )
        await context.runner.write(lambda c: events.append(c, event, now))
    title = f"{app.name} asked for a sign-in that is refused"
    return refused_page(request, Refused(title, words_for(problem), problem.status))
