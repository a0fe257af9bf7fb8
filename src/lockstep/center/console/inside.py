"""Pages within one instance: the navigation knows where they are; what needs an administrator's attention is said on them."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.attributes import actions as attributes
from lockstep.center.attributes.records import Configuration
from lockstep.center.console.site import Asking, Site, path_of
from lockstep.center.instances import store as instance_store
from lockstep.center.instances.idps import store as idp_store
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance, Token
from lockstep.kit.db import Connection

_DAY_MS = 86_400_000
TOKEN_WARN_DAYS = 90
"""From how many days before a token's end on it is spoken of (AWS user guide, "Rotate an access token")."""
_INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class State:
    """What an instance is set to, as several pages show it."""

    tokens: list[Token]
    idps: list[IdentityProvider]
    configuration: Configuration | None


def state_of(connection: Connection, instance: Instance) -> State:
    """What an instance is set to."""
    return State(
        instance_store.tokens_of(connection, instance),
        idp_store.every(connection, instance.key),
        attributes.configuration_of(connection, instance),
    )


def days_left(until: int, now: int) -> int:
    """Whole days until an instant; negative once it is past."""
    return (until - now) // _DAY_MS


def standing(until: int, now: int, warn: int = TOKEN_WARN_DAYS) -> tuple[str, str]:
    """How something stands that ends: the kind of status, and its words."""
    left = days_left(until, now)
    if left < 0:
        return "error", "Expired"
    days = "1 day left" if left == 1 else f"{left} days left"
    return ("warning" if left <= warn else "success"), days


class Inside:
    """What the pages within an instance are made with."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def opened(self, request: Request) -> tuple[Asking, Instance]:
        """Who opens a page of which instance."""
        return await self.site.asking(request), await self.site.instance(request)

    def page(
        self, asking: Asking, instance: Instance, section: str, template: str, status: int = 200, **context: Any
    ) -> Response:
        """A page of `instance`; `section` is the entry of the navigation that it is under ("" is the dashboard)."""
        here = path_of(instance)
        current = f"{here}/{section}" if section else here
        return self.site.page(
            asking, template, status, instance=instance, here=here, current=current, origin=self.site.origin, **context
        )
