"""The console as an ASGI application: its routes below `/console`."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from lockstep.center.console.access import Access
from lockstep.center.console.attributes import Attributes
from lockstep.center.console.deletions import Deletions
from lockstep.center.console.home import Home
from lockstep.center.console.idps import Idps
from lockstep.center.console.people import People
from lockstep.center.console.provisioning import Provisioning
from lockstep.center.console.settings import Settings
from lockstep.center.console.site import BASE, SignInFirst, Site
from lockstep.center.console.trail import Activity, Trail
from lockstep.kit.clock import Clock, iso
from lockstep.kit.runner import Runner
from lockstep.kit.vault import Vault
from lockstep.kit.web.hashing import Hasher
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages
from lockstep.kit.web.site import build_site

Handler = Callable[[Request], Awaitable[Response]]
Made = TypeVar("Made")
NAME = "Identity center console"


def is_console(path: str) -> bool:
    """Whether a request is for the console."""
    return path == BASE or path.startswith(f"{BASE}/")


def stamp(moment: str) -> Markup:
    """An instant of a document, `2026-11-24T07:22:45Z`, as a person reads it."""
    return Markup('<time datetime="{}">{}</time>').format(moment, moment.replace("T", " ").replace("Z", " UTC"))


def build_console(runner: Runner, *, now: Clock, origin: str, vault: Vault, hasher: Hasher) -> ASGIApp:
    """The application for HTTP requests at and below `/console`.  `vault` seals what one page hands to the next."""
    pages = Pages(NAME, "lockstep.center.console")
    pages.environment.filters.update(moment=lambda ms: stamp(iso(ms)), stamp=stamp)
    site = Site(runner, now, origin, vault, pages, hasher)
    access = Access(site)

    def route(path: str, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        found = [("GET", get), ("POST", post)]
        return [Route(BASE + path, guarded(handler), methods=[method]) for method, handler in found if handler is not None]

    def guarded(handler: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except SignInFirst:
                return await access.needed(request)

        return handle

    routes = routes_of(site, access, route)
    return build_site(routes, pages, secure=is_secure(origin))


def routes_of(site: Site, access: Access, route: Callable[..., list[Made]]) -> list[Made]:
    """Every page and form of the console: what `route(path, get, post)` makes of each; `path` is the part after `/console`."""
    home, settings, idps, provisioning = Home(site), Settings(site), Idps(site), Provisioning(site)
    attributes, people, deletions, trail = Attributes(site), People(site), Deletions(site), Trail(site)
    activity = Activity(site)
    here, tab = "/{store:str}", "/{store:str}/settings"
    return [
        *route("", home.instances),
        *route("/sign-in", access.form, access.sign_in),
        *route("/sign-out", None, access.sign_out),
        *route("/activity", activity.list),
        *route("/activity/{key:str}", activity.one),
        *route(here, home.dashboard),
        *route(f"{here}/users", people.users),
        *route(f"{here}/users/{{user:str}}", people.user),
        *route(f"{here}/users/{{user:str}}/end-sessions", people.end_sessions_page, people.end_sessions),
        *route(f"{here}/users/{{user:str}}/delete", deletions.user_page, deletions.user),
        *route(f"{here}/groups", people.groups),
        *route(f"{here}/groups/{{group:str}}", people.group),
        *route(f"{here}/groups/{{group:str}}/delete", deletions.group_page, deletions.group),
        *route(f"{here}/trail", trail.list),
        *route(f"{here}/trail/{{key:str}}", trail.one),
        *route(tab, settings.source),
        *route(f"{tab}/authentication", settings.authentication, settings.set_duration),
        *route(f"{tab}/attributes", attributes.overview),
        *route(f"{tab}/attributes/enable", None, attributes.enable),
        *route(f"{tab}/attributes/precedence", None, attributes.precedence),
        *route(f"{tab}/attributes/manage", attributes.manage, attributes.save),
        *route(f"{tab}/attributes/disable", attributes.disable_page, attributes.disable),
        *route(f"{tab}/identity-source/change", idps.change, idps.accept),
        *route(f"{tab}/identity-source/review", None, idps.review),
        *route(f"{tab}/identity-source/remove", idps.remove_page, idps.remove),
        *route(f"{here}/provisioning", provisioning.overview),
        *route(f"{here}/provisioning/enable", None, provisioning.enable),
        *route(f"{here}/provisioning/token", provisioning.new_token),
        *route(f"{here}/provisioning/tokens", None, provisioning.generate),
        *route(f"{here}/provisioning/tokens/{{token:str}}/delete", provisioning.delete_page, provisioning.delete),
        *route(f"{here}/provisioning/disable", provisioning.disable_page, provisioning.disable),
    ]
