"""The assertion consumer service: takes a response, checks it, and begins a session.

Whatever is wrong, the browser learns a reference and what to do next; the reason goes to the trail under that reference.
"""

import asyncio
import logging
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from lockstep.center import events
from lockstep.center.events import Call, Operation
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions, browser, provider
from lockstep.center.signin.records import Arrival, Asked, BrowserRecord, Session
from lockstep.center.signin.refusals import told
from lockstep.center.signin.relay import is_path
from lockstep.center.signin.site import Site
from lockstep.kit.db import Connection
from lockstep.kit.groupcommit import savepoint
from lockstep.kit.web.forms import Form, read_form
from lockstep.kit.web.secrets import digest, new_secret
from lockstep.saml.accept import accept, response_issuer
from lockstep.saml.bindings import single_parameter
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Accepted, Expected, Pending

log = logging.getLogger(__name__)
_SEE_OTHER = 303
_TOO_LARGE = 413
_REFUSALS_A_SECOND = 20.0
"""How many refusals of one instance are written down: strangers can cause them, and must not fill the disk."""
_WARNINGS_A_SECOND = 0.1


class _Posted(NamedTuple):
    """What a browser posted, and the request of ours that it may answer."""

    value: str
    asked: Asked | None
    to: str


class Consumer:
    """`POST /platform/saml/acs/<tenant>`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, request: Request) -> Response:
        """Answer one response of an identity provider."""
        instance = await self._site.tenant(request)
        call = self._site.call(request, Operation.REFUSED_SIGN_IN)
        record, posted = BrowserRecord(), None
        try:
            form = await _form(request)
            call.at = self._site.now()  # a form may be sent slowly, and what is in it has to be good when it is there
            record = self._site.record(request, instance)
            posted = _posted(form, record, instance)
            accepted = await self._accepted(instance, posted, call)
        except SamlProblem as problem:
            await self._disbelieved(instance, call, problem, posted)
            return self._refusal(request, instance, call, problem)
        return await self._sign_in(request, instance, (accepted, posted, record), call)

    async def _accepted(self, instance: Instance, posted: _Posted, call: Call) -> Accepted:
        idps = await self._site.idps(instance)
        asked_idp = _asked_idp(idps, posted.asked)
        pending = None
        if posted.asked is not None:
            if asked_idp is None:
                raise SamlProblem(Reason.ISSUER_MISMATCH, "the identity provider that was asked is not trusted any more")
            pending = Pending(posted.asked.id, asked_idp.entity_id)
        expected = Expected(
            acs_url=provider.acs_url(self._site.origin, instance),
            audience=provider.entity_id(self._site.origin, instance),
            now=call.at,
            pending=pending,
        )
        trusted = {idp.entity_id: idp.trusted for idp in idps}
        return await asyncio.to_thread(accept, posted.value, trusted, expected)

    async def _sign_in(
        self, request: Request, instance: Instance, came: tuple[Accepted, _Posted, BrowserRecord], call: Call
    ) -> Response:
        accepted, posted, record = came
        secret = new_secret()
        old = None if record.session is None else bytes.fromhex(record.session)
        arrival = Arrival(accepted, posted.asked, digest(secret), old)
        call.parameters = actions.told_of(accepted.issuer, accepted.name_id)
        outcome = await self._site.runner.write(lambda connection: _attempt(connection, instance, arrival, call))
        if isinstance(outcome, SamlProblem):
            await self._note(instance, call, outcome)
            return self._refusal(request, instance, call, outcome)
        response = RedirectResponse(self._site.origin + posted.to, _SEE_OTHER)
        seconds = max(1, (outcome.expires_at - call.at) // 1000)
        self._site.session_cookie(instance).set(response, secret, max_age=seconds)
        left = browser.after_sign_in(record, posted.asked, digest(secret))
        self._site.keep_record(response, instance, left, seconds)
        return response

    async def _disbelieved(self, instance: Instance, call: Call, problem: SamlProblem, posted: _Posted | None) -> None:
        claimed = None if posted is None else await asyncio.to_thread(response_issuer, posted.value)
        call.parameters = actions.told_of(None, None) | {"ClaimedIdentityProvider": claimed}
        await self._note(instance, call, problem)

    async def _note(self, instance: Instance, call: Call, problem: SamlProblem) -> None:
        if self._site.refusals.takes(instance.key, _REFUSALS_A_SECOND):
            await self._site.runner.write(lambda connection: _append(connection, instance, call, problem))
        elif self._site.refusals.takes(-instance.key, _WARNINGS_A_SECOND):
            log.warning("too many sign-ins to %s are refused at once; the trail lacks some", instance.identity_store_id)

    def _refusal(self, request: Request, instance: Instance, call: Call, problem: SamlProblem) -> Response:
        return self._site.pages.page(
            request,
            "refused.html",
            problem.status,
            instance=instance,
            told=told(problem.reason),
            reference=call.request_id,
        )


async def _form(request: Request) -> Form:
    """The form that was posted.  Raises SamlProblem: bad_binding, too_large."""
    if request.method != "POST":
        raise SamlProblem(Reason.BAD_BINDING, f"a {request.method} request, where a POST is expected")
    try:
        return await read_form(request)
    except HTTPException as error:
        reason = Reason.TOO_LARGE if error.status_code == _TOO_LARGE else Reason.BAD_BINDING
        raise SamlProblem(reason, error.detail) from None
    except ClientDisconnect:
        raise SamlProblem(Reason.BAD_BINDING, "the browser went away") from None


def _posted(form: Form, record: BrowserRecord, instance: Instance) -> _Posted:
    """Which request is answered is told by the RelayState: whoever has to answer one has to return that, too.

    A RelayState that is no request of this browser's may name a path to go on to; anything else is passed over.
    """
    value = single_parameter(form, "SAMLResponse")
    states = [value for name, value in form if name == "RelayState"]
    state = states[0] if len(states) == 1 else ""
    for asked in record.asked:
        if asked.state == state:
            return _Posted(value, asked, asked.to)
    return _Posted(value, None, state if is_path(state) else instance.start_path)


def _asked_idp(idps: list[IdentityProvider], asked: Asked | None) -> IdentityProvider | None:
    return next((idp for idp in idps if asked is not None and browser.idp_digest(idp.entity_id) == asked.idp), None)


def _attempt(connection: Connection, instance: Instance, arrival: Arrival, call: Call) -> Session | SamlProblem:
    """The session with its event; or why there is none, with nothing written."""
    try:
        with savepoint(connection):
            return actions.sign_in(connection, instance, arrival, call)
    except SamlProblem as problem:
        return problem


def _append(connection: Connection, instance: Instance, call: Call, problem: SamlProblem) -> None:
    events.append(connection, instance.key, call, problem.status, error=(problem.reason.value, problem.detail))
