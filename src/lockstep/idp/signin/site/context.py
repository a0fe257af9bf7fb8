"""What every page and endpoint of signing in shares."""

import asyncio
import re
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.certificates.records import Certificate
from lockstep.idp.signin.people import sessions
from lockstep.idp.signin.people import store as people
from lockstep.idp.signin.people.records import Session
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection
from lockstep.kit.runner import Runner
from lockstep.kit.vault import Vault
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.hashing import Hasher
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages
from lockstep.saml.keys import SigningKey

PAGES = Pages("Lockstep sign-in", "lockstep.idp.signin.site")
SEE_OTHER = 303
_NOT_FOUND = 404
_UUID = re.compile(r"[0-9a-f-]{36}")


@dataclass
class Context:
    """The database, the keys, and the public origin, which every address and cookie is made from."""

    runner: Runner
    vault: Vault
    clock: Clock
    origin: str
    hasher: Hasher = field(default_factory=Hasher)
    noted: dict[int, int] = field(default_factory=dict)
    """When a bad request to an app was last written down: a stranger must not fill the log."""
    _keys: dict[str, SigningKey] = field(default_factory=dict)

    @property
    def session_cookie(self) -> Cookie:
        """Holds the session's secret."""
        return Cookie("lockstep_idp_session", secure=is_secure(self.origin))

    @property
    def browser_cookie(self) -> Cookie:
        """Knows a browser again before anybody has signed in.  It comes along when a service provider posts a request."""
        return Cookie("lockstep_idp_browser", secure=is_secure(self.origin), same_site="none")

    @property
    def step_cookie(self) -> Cookie:
        """Holds the secret of a sign-in that is not finished; it opens nothing but the pages that finish it."""
        return Cookie("lockstep_idp_step", secure=is_secure(self.origin))

    async def session(self, request: Request) -> Session | None:
        """Who is signed in, asked anew for each request."""
        secret, now = self.session_cookie.read(request), self.clock()
        if secret is None:
            return None
        found = await self.runner.read(lambda c: self.session_in(c, secret, now))
        if found is not None and sessions.needs_touch(found, now):
            await self.runner.write(lambda c: people.seen(c, found.digest, now))
        return found

    def session_in(self, c: Connection, secret: str | None, now: int) -> Session | None:
        """Who is signed in, in a transaction."""
        return sessions.find(c, secret, now)

    async def app(self, request: Request) -> tuple[App, SamlConfig]:
        """The app that the address names.  Raises HTTPException (404)."""
        uuid = request.path_params["uuid"]
        found = await self.runner.read(lambda c: app_by_uuid(c, uuid)) if _UUID.fullmatch(uuid) else None
        if found is None:
            raise HTTPException(_NOT_FOUND)
        return found

    async def ensure_certificate(self) -> None:
        """Make the first certificate where there is none."""
        if await self.runner.read(certificates.active) is None:
            key = await asyncio.to_thread(certificates.make_key, self.clock())
            await self.runner.write(lambda c: certificates.add_first(c, self.vault, key, self.clock()))

    async def signing_key(self) -> None:
        """Have the active key at hand.  Raises VaultError if the vault's key is another one."""
        active = await self.runner.read(certificates.active)
        if active is not None:
            await self.key_of(active)

    async def key_of(self, certificate: Certificate) -> SigningKey:
        """The key that signs."""
        found = self._keys.get(certificate.fingerprint)
        if found is None:
            found = await asyncio.to_thread(certificates.key_of, certificate, self.vault)
            self._keys = {certificate.fingerprint: found}
        return found


def app_by_uuid(c: Connection, uuid: str) -> tuple[App, SamlConfig] | None:
    """The app whose addresses hold `uuid`."""
    config = saml.by_uuid(c, uuid)
    app = None if config is None else apps.app_by_id(c, config.app_id)
    return None if config is None or app is None else (app, config)


def app_by_number(c: Connection, app_id: int) -> tuple[App, SamlConfig] | None:
    """The app of that id, if people can sign in to it."""
    config, app = saml.of_app(c, app_id), apps.app_by_id(c, app_id)
    return None if config is None or app is None else (app, config)


def context_of(request: Request) -> Context:
    """What the site was made with."""
    found: Context = request.scope["lockstep.context"]
    return found


def go_to(path: str) -> Response:
    """Send the browser to a page of ours."""
    return RedirectResponse(path, SEE_OTHER)
