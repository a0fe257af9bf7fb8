"""The AWS access portal, as far as sign-in goes: where a person is sent to sign in, and what their session holds."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lockstep.center.events import SSO_SOURCE, Operation
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.origin import LOOPBACK
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions, browser, provider
from lockstep.center.signin.relay import is_path
from lockstep.center.signin.site import Site
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import read_form
from lockstep.kit.web.secrets import digest
from lockstep.saml.bindings import encode_post, redirect_url
from lockstep.saml.records import Binding
from lockstep.saml.requests import new_request, write_request

_SEE_OTHER = 303
_SMALL_FORM = 4_096


class Portal:
    """The pages below `/d-…/`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def start(self, request: Request) -> Response:
        """The portal of who is signed in; who is not is sent to their identity provider, or asked which one it is."""
        instance = await self._site.instance(request)
        elsewhere = _by_another_name(request, self._site.origin)
        if elsewhere is not None:
            return RedirectResponse(elsewhere, _SEE_OTHER)
        session = await self._site.session(request, instance)
        if session is not None:
            secret = self._site.session_cookie(instance).read(request) or ""
            token = csrf.token_of(secret)
            return self._site.pages.page(request, "portal.html", instance=instance, session=session, csrf=token)
        idps = await self._site.idps(instance)
        if len(idps) == 1:
            return self._begin(request, instance, idps[0])
        page = "choose.html" if idps else "no_idp.html"
        shown = [(idp.name, browser.idp_digest(idp.entity_id)) for idp in idps]
        return self._site.pages.page(request, page, instance=instance, idps=shown, to=_to(request, instance))

    async def begin(self, request: Request) -> Response:
        """Begin a sign-in at the identity provider that was chosen."""
        instance = await self._site.instance(request)
        chosen = request.query_params.get("idp")
        for idp in await self._site.idps(instance):
            if browser.idp_digest(idp.entity_id) == chosen:
                return self._begin(request, instance, idp)
        return RedirectResponse(instance.start_path, _SEE_OTHER)

    async def sign_out(self, request: Request) -> Response:
        """End the session of this browser."""
        instance = await self._site.instance(request)
        cookie = self._site.session_cookie(instance)
        secret = cookie.read(request)
        csrf.check(request, await read_form(request, _SMALL_FORM), secret=secret, origin=self._site.origin)
        session = await self._site.session(request, instance)
        if secret is not None and session is not None:
            call = self._site.call(request, Operation.SIGN_OUT)
            call.source, call.actor = SSO_SOURCE, session.user_id
            await self._site.runner.write(lambda connection: actions.sign_out(connection, instance, digest(secret), call))
        response = RedirectResponse(f"/{instance.identity_store_id}/signed-out", _SEE_OTHER)
        cookie.clear(response)
        self._site.browser_cookie(instance).clear(response)
        return response

    async def signed_out(self, request: Request) -> Response:
        """Say so, and how to come back: who went straight to the portal would be signed in again at once."""
        instance = await self._site.instance(request)
        return self._site.pages.page(request, "signed_out.html", instance=instance)

    async def metadata(self, request: Request) -> Response:
        """The service provider's metadata, at the address that is its name (SAML Metadata 4.1)."""
        instance = await self._site.instance(request)
        headers = {"Content-Disposition": f'attachment; filename="{instance.identity_store_id}.xml"'}
        document = provider.metadata(self._site.origin, instance)
        return Response(document, media_type="application/samlmetadata+xml", headers=headers)

    def _begin(self, request: Request, instance: Instance, idp: IdentityProvider) -> Response:
        now, origin = self._site.now(), self._site.origin
        binding = Binding.REDIRECT if Binding.REDIRECT in idp.sso else Binding.POST
        location = idp.sso[binding]
        asked_for = new_request(
            issuer=provider.entity_id(origin, instance),
            destination=location,
            acs_url=provider.acs_url(origin, instance),
            now=now,
        )
        asked = browser.new_asked(asked_for.id, idp.entity_id, _to(request, instance), now)
        response = self._sent(request, idp, binding, write_request(asked_for), asked.state)
        record = browser.with_asked(self._site.record(request, instance), asked)
        self._site.keep_record(response, instance, record, browser.PENDING_MS // 1000)
        return response

    def _sent(self, request: Request, idp: IdentityProvider, binding: Binding, document: bytes, state: str) -> Response:
        location = idp.sso[binding]
        if binding is Binding.REDIRECT:
            return RedirectResponse(redirect_url(location, document, state), _SEE_OTHER)
        return self._site.pages.post(
            request,
            location,
            {"SAMLRequest": encode_post(document), "RelayState": state},
            title="To your identity provider",
            text=f"You sign in at {idp.name}. If nothing happens, press the button.",
            button="Continue",
        )


def _by_another_name(request: Request, origin: str) -> str | None:
    """The same page at our origin, where this machine was called by another of its names: cookies would be lost on the way.

    Only on loopback: behind a proxy the name in a request may well be another one.
    """
    ours, asked = urlsplit(origin), urlsplit(f"//{request.headers.get('host', '')}")
    try:
        same = ours.hostname in LOOPBACK and asked.hostname in LOOPBACK and ours.port == asked.port
    except ValueError:
        return None
    if not same or ours.hostname == asked.hostname:
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{origin}{request.url.path}{query}"


def _to(request: Request, instance: Instance) -> str:
    """Where to go on to after the sign-in."""
    to = request.query_params.get("to", "")
    return to if is_path(to) else instance.start_path
