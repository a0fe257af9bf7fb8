"""Sign-in as an ASGI application: the portal's pages, and the place that takes responses."""

from starlette.routing import Route
from starlette.types import ASGIApp

from lockstep.center.signin.consumer import Consumer
from lockstep.center.signin.portal import Portal
from lockstep.center.signin.site import Site
from lockstep.kit.clock import Clock, iso
from lockstep.kit.runner import Runner
from lockstep.kit.throttle import Throttle
from lockstep.kit.vault import Vault
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages
from lockstep.kit.web.site import build_site


def build_signin(runner: Runner, *, now: Clock, origin: str, vault: Vault) -> ASGIApp:
    """The application for HTTP requests below `/d-…/` and `/platform/saml/`.  `vault` seals what browsers carry."""
    pages = Pages("AWS access portal", "lockstep.center.signin")
    pages.environment.filters["moment"] = lambda ms: iso(ms).replace("T", " ").replace("Z", " UTC")
    site = Site(runner, now, origin, vault, pages, Throttle())
    portal = Portal(site)
    store = "/{store:str}"
    routes = [
        Route("/platform/saml/acs/{tenant:str}", Consumer(site).__call__, methods=["GET", "POST"]),
        Route(f"/platform/saml{store}", portal.metadata, methods=["GET"]),
        Route(f"{store}/start", portal.start, methods=["GET"]),
        Route(f"{store}/start/", portal.start, methods=["GET"]),
        Route(f"{store}/sign-in", portal.begin, methods=["GET"]),
        Route(f"{store}/sign-out", portal.sign_out, methods=["POST"]),
        Route(f"{store}/signed-out", portal.signed_out, methods=["GET"]),
    ]
    return build_site(routes, pages, secure=is_secure(origin))
