"""What the pages of sign-in share: who is asking, for which instance, and the cookies."""

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center import events
from lockstep.center.events import SIGNIN_SOURCE, Call, Operation
from lockstep.center.instances import store as instance_store
from lockstep.center.instances.idps import store as idp_store
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions, browser
from lockstep.center.signin.records import BrowserRecord, Session
from lockstep.kit.clock import Clock
from lockstep.kit.runner import Runner
from lockstep.kit.throttle import Throttle
from lockstep.kit.vault import Vault
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages
from lockstep.kit.web.secrets import digest

NOBODY = "unknown"
_NOT_FOUND = 404
_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages need.  `origin` is the configured one: nothing is ever compared with a Host header."""

    runner: Runner
    now: Clock
    origin: str
    vault: Vault
    pages: Pages
    refusals: Throttle

    async def instance(self, request: Request) -> Instance:
        """The instance whose identity store is in the path.  Raises HTTPException (404)."""
        store_id = _plain(request.path_params["store"])
        return _there(await self.runner.read(lambda connection: instance_store.by_identity_store(connection, store_id)))

    async def tenant(self, request: Request) -> Instance:
        """The instance whose tenant id is in the path.  Raises HTTPException (404)."""
        tenant = _plain(request.path_params["tenant"])
        return _there(await self.runner.read(lambda connection: instance_store.by_tenant(connection, tenant)))

    async def idps(self, instance: Instance) -> list[IdentityProvider]:
        """The identity providers that an instance trusts."""
        return await self.runner.read(lambda connection: idp_store.every(connection, instance.key))

    def session_cookie(self, instance: Instance) -> Cookie:
        """The cookie of a session: each instance has its own, so that nobody has to leave one to enter another."""
        return Cookie(f"lockstep-center-{instance.identity_store_id}", is_secure(self.origin))

    def browser_cookie(self, instance: Instance) -> Cookie:
        """The cookie that has to come along when an identity provider's page posts to us."""
        return Cookie(f"lockstep-center-signin-{instance.identity_store_id}", is_secure(self.origin), "none")

    def record(self, request: Request, instance: Instance) -> BrowserRecord:
        """What this browser carries."""
        value = request.cookies.get(self.browser_cookie(instance).full_name)
        return browser.unseal(self.vault, instance, value, self.now())

    def keep_record(self, response: Response, instance: Instance, record: BrowserRecord, max_age: int) -> None:
        """Let the browser carry `record` for `max_age` seconds."""
        self.browser_cookie(instance).set(response, browser.seal(self.vault, instance, record), max_age=max_age)

    async def session(self, request: Request, instance: Instance) -> Session | None:
        """The session of this browser, looked up anew: who was switched off or deleted has none from the next request on."""
        secret = self.session_cookie(instance).read(request)
        if secret is None:
            return None
        hashed, now = digest(secret), self.now()
        return await self.runner.read(lambda connection: actions.session_of(connection, instance, hashed, now))

    def call(self, request: Request, operation: Operation) -> Call:
        """The request, for the trail."""
        return Call(
            operation,
            SIGNIN_SOURCE,
            events.new_request_id(),
            self.now(),
            NOBODY,
            ip=request.client.host if request.client else None,
            agent=request.headers.get("user-agent"),
        )


def _plain(name: str) -> str:
    """What may be looked up.  PostgreSQL does not take every character.  Raises HTTPException (404)."""
    if _NAME.fullmatch(name) is None:
        raise HTTPException(_NOT_FOUND)
    return name


def _there(instance: Instance | None) -> Instance:
    if instance is None:
        raise HTTPException(_NOT_FOUND)
    return instance
