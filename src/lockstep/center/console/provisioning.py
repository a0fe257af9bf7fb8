"""Automatic provisioning: on and off, and its access tokens.  A token is shown on one page, once."""

from collections.abc import Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.admins import store as admins
from lockstep.center.console.inside import Inside, standing
from lockstep.center.console.site import Asking, path_of
from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.center.instances import store as instance_store
from lockstep.center.instances.records import Instance, NewToken, Token
from lockstep.kit.db import Connection
from lockstep.kit.vault import VaultError
from lockstep.kit.web.forms import field

DELETE, DISABLE = "DELETE", "DISABLE"
_UNPROCESSABLE, _NOT_FOUND = 422, 404


class _Handover(msgspec.Struct, frozen=True):
    """A new token, on its way to the page that shows it.  `first` says that it came with enabling."""

    identity_store_id: str
    token_id: str
    token: str
    expires_at: int
    first: bool


_decode = msgspec.json.Decoder(_Handover).decode


class Provisioning(Inside):
    """These pages."""

    async def overview(self, request: Request) -> Response:
        """The endpoint and its tokens."""
        asking, instance = await self.opened(request)
        tokens = await self._tokens(instance)
        return self.page(asking, instance, "settings", "provisioning.html", tokens=tokens, standing=standing)

    async def enable(self, request: Request) -> Response:
        """Enable acts at once; the next page shows the first token."""
        asking, _ = await self.site.posted(request)
        instance = await self.site.instance(request)
        call = self.site.call(asking, Operation.ENABLE_PROVISIONING, {"name": instance.name})

        def enabled(connection: Connection) -> None:
            _, made = actions.enable_provisioning(connection, call, instance.name)
            self._hand_over(connection, asking, instance, made, first=True)

        return await self._made(asking, instance, enabled)

    async def generate(self, request: Request) -> Response:
        """A further token; the next page shows it."""
        asking, _ = await self.site.posted(request)
        instance = await self.site.instance(request)
        call = self.site.call(asking, Operation.CREATE_BEARER)

        def generated(connection: Connection) -> None:
            _, made = actions.create_token(connection, call, instance.name)
            self._hand_over(connection, asking, instance, made, first=False)

        return await self._made(asking, instance, generated)

    async def new_token(self, request: Request) -> Response:
        """The one page that shows a token: what was handed over is gone before it is sent."""
        asking, instance = await self.opened(request)
        if request.method == "HEAD":  # whoever only looks whether the page is there does not use the token up
            return Response()
        sealed = await self.site.runner.write(lambda connection: admins.take_over(connection, asking.session.digest))
        made = self._opened_handover(asking, sealed)
        if made is None or made.identity_store_id != instance.identity_store_id:
            text = (
                "An access token is shown once, when it is made. If it was not kept, generate another one and delete this one."
            )
            return self.site.go(asking, path_of(instance, "provisioning"), "info", text)
        return self.page(asking, instance, "settings", "new_token.html", made=made)

    async def delete_page(self, request: Request) -> Response:
        """What deleting a token means."""
        asking, instance = await self.opened(request)
        return self._delete(asking, instance, await self._token(request, instance))

    async def delete(self, request: Request) -> Response:
        """The word was typed: the token is gone."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        token = await self._token(request, instance)
        typed = field(form, "word") or ""
        if typed.strip() != DELETE:
            return self._delete(asking, instance, token, typed, f"Type {DELETE}, in capitals.")
        call = self.site.call(asking, Operation.DELETE_BEARER)
        _, problem = await self.site.done(
            lambda connection: actions.delete_token(connection, call, instance.name, token.token_id)
        )
        there = path_of(instance, "provisioning")
        if problem:
            return self.site.go(asking, there, "error", problem)
        return self.site.go(asking, there, text=f"Access token {token.token_id} deleted. The next request with it is refused.")

    async def disable_page(self, request: Request) -> Response:
        """What disabling means."""
        asking, instance = await self.opened(request)
        return await self._disable(asking, instance)

    async def disable(self, request: Request) -> Response:
        """The word was typed: the endpoint is off."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        typed = field(form, "word") or ""
        if typed.strip() != DISABLE:
            return await self._disable(asking, instance, typed, f"Type {DISABLE}, in capitals.")
        call = self.site.call(asking, Operation.DISABLE_PROVISIONING, {"name": instance.name})
        _, problem = await self.site.done(lambda connection: actions.disable_provisioning(connection, call, instance.name))
        if problem:
            return await self._disable(asking, instance, typed, problem)
        return self.site.go(
            asking, path_of(instance, "settings"), text="Automatic provisioning is disabled. Users and groups stay."
        )

    async def _made(self, asking: Asking, instance: Instance, action: Callable[[Connection], None]) -> Response:
        _, problem = await self.site.done(action)
        if problem:
            return self.site.go(asking, path_of(instance, "provisioning"), "error", problem)
        return self.site.go(asking, path_of(instance, "provisioning", "token"))

    def _hand_over(self, connection: Connection, asking: Asking, instance: Instance, made: NewToken, *, first: bool) -> None:
        kept = _Handover(instance.identity_store_id, made.token_id, made.token, made.expires_at, first)
        sealed = self.site.vault.seal(msgspec.json.encode(kept).decode(), _where(asking))
        admins.hand_over(connection, asking.session.digest, sealed)

    def _opened_handover(self, asking: Asking, sealed: bytes | None) -> _Handover | None:
        if sealed is None:
            return None
        try:
            return _decode(self.site.vault.open(sealed, _where(asking)))
        except VaultError:  # sealed by a process that had another key, and is no more
            return None

    async def _tokens(self, instance: Instance) -> list[Token]:
        return await self.site.runner.read(lambda connection: instance_store.tokens_of(connection, instance))

    async def _token(self, request: Request, instance: Instance) -> Token:
        wanted = request.path_params["token"]
        found = next((token for token in await self._tokens(instance) if token.token_id == wanted), None)
        if found is None:
            raise HTTPException(_NOT_FOUND, "There is no such access token; it may have been deleted.")
        return found

    def _delete(self, asking: Asking, instance: Instance, token: Token, typed: str = "", problem: str = "") -> Response:
        status = _UNPROCESSABLE if problem else 200
        return self.page(
            asking,
            instance,
            "settings",
            "token_delete.html",
            status,
            token=token,
            word=DELETE,
            typed=typed[:100],
            problem=problem,
        )

    async def _disable(self, asking: Asking, instance: Instance, typed: str = "", problem: str = "") -> Response:
        tokens = await self._tokens(instance)
        status = _UNPROCESSABLE if problem else 200
        return self.page(
            asking,
            instance,
            "settings",
            "provisioning_disable.html",
            status,
            tokens=tokens,
            word=DISABLE,
            typed=typed[:100],
            problem=problem,
        )


def _where(asking: Asking) -> str:
    return f"admin_sessions|handover|{asking.session.digest.hex()}"
