"""Who is asking: the bearer token of a request.

A change made by any process (a token deleted at the command line, say) counts from the next request on: what is remembered of a
token is only believed while nothing at all has been committed since, and looked up again otherwise.
"""

from lockstep.center.directory.problems import Code, Refusal
from lockstep.center.instances import actions
from lockstep.center.instances.records import Instance, Token
from lockstep.center.instances.tokens import digest, looks_right
from lockstep.kit.runner import Runner

Bearer = tuple[Token, Instance]
_MOST_REMEMBERED = 10_000
_SCHEME = "bearer"
_DENIED = "Unauthorized: the bearer token is missing, invalid or expired, or it belongs to another tenant."


class Tokens:
    """Looks up bearer tokens."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._known: dict[bytes, tuple[int, Bearer]] = {}

    async def bearer(self, authorization: str, tenant_id: str, now: int) -> Bearer:
        """The token and instance of an `Authorization` header.  Raises Refusal unless it is valid for `tenant_id` at `now`.

        The cause in the refusal tells the reasons apart, for the trail; the client learns nothing but "no".
        """
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip()
        found = await self._look_up(secret) if scheme.lower() == _SCHEME else None
        if found is None:
            raise _unauthorized("there is no bearer token, or it does not exist, or it has been deleted")
        token, instance = found
        if instance.tenant_id != tenant_id:
            raise _unauthorized("the token belongs to another tenant")
        if token.expires_at <= now:
            raise _unauthorized(f"the token {token.token_id} has expired")
        return found

    async def _look_up(self, secret: str) -> Bearer | None:
        version = self._runner.version()
        key = digest(secret)
        known = self._known.get(key)
        if known is not None and known[0] == version:
            return known[1]
        if not looks_right(secret):
            return None
        found = await self._runner.read(lambda connection: actions.bearer(connection, secret))
        if found is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (version, found)
        return found


def _unauthorized(cause: str) -> Refusal:
    return Refusal(Code.UNAUTHORIZED, _DENIED, cause)
