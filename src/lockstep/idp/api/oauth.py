"""Below /auth: access tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4), and the rate limit (facts 58, 63)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from lockstep.idp.api.authorization import client_of
from lockstep.idp.api.bodies import read_json
from lockstep.idp.api.call import Answer, done, enveloped
from lockstep.idp.api.context import Context
from lockstep.idp.api.credentials import actions
from lockstep.idp.api.credentials.records import Credential, Token
from lockstep.idp.api.filters import moment
from lockstep.idp.api.problems import BAD, UNAUTHORIZED, ApiProblem
from lockstep.kit.db import Connection

TOKEN, REVOKE, RATE_LIMIT = "/auth/oauth2/v2/token", "/auth/oauth2/revoke", "/auth/rate_limit"
ACCOUNT = 1
"""OneLogin's number of the account; there is one here."""
_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A request below /auth: its Authorization and Content-Type, and what it sends."""

    authorization: str
    content_type: str
    body: bytes

    def fields(self) -> Mapping[str, str]:
        """The texts of a form or a JSON object; none for anything else."""
        if self.content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            try:
                return dict(parse_qsl(self.body.decode(), max_num_fields=_FIELDS))
            except ValueError:
                return {}
        found = read_json(self.body)
        return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


async def token(context: Context, asked: Asked) -> Answer:
    """The token that the credential has, or a new one."""
    fields = asked.fields()
    client_id, secret = _client(asked, fields)
    if fields.get("grant_type", "client_credentials") != "client_credentials":
        raise ApiProblem(BAD, "Bad Request: grant_type has to be client_credentials")
    now = context.clock()

    def act(c: Connection) -> Token:
        found = _known(actions.authenticate(c, client_id, secret))
        return actions.token_for(c, context.engine.vault, found, now)

    await context.read(lambda c: _known(actions.authenticate(c, client_id, secret)))  # strangers never wait for the writer
    made = await context.write(act)
    return Answer(
        {
            "access_token": made.text,
            "created_at": moment(made.created_at),
            "expires_in": (made.expires_at - now) // 1_000,
            "refresh_token": "",
            "token_type": "bearer",
            "account_id": ACCOUNT,
        }
    )


async def revoke(context: Context, asked: Asked) -> Answer:
    """End a token at once (RFC 7009: whoever asks is authenticated, and a token that is none is no error)."""
    fields = asked.fields()
    client_id, secret = _client(asked, fields)
    ended = fields.get("access_token") or fields.get("token") or ""
    if not ended:
        raise ApiProblem(BAD, "Bad Request: access_token is missing")
    await context.read(lambda c: _known(actions.authenticate(c, client_id, secret)))
    await context.write(lambda c: actions.revoke(c, _known(actions.authenticate(c, client_id, secret)), ended))
    return done()


def rate_limit(headers: Mapping[str, str]) -> Answer:
    """The same numbers that each answer has in its headers."""
    return enveloped({name: int(value) for name, value in headers.items()})


def _client(asked: Asked, fields: Mapping[str, str]) -> tuple[str, str]:
    """(client id, secret), from the header or, without one, from the fields."""
    if asked.authorization:
        found = client_of(asked.authorization)
    else:
        found = (fields.get("client_id", ""), fields.get("client_secret", ""))
    if found is None or not all(found):
        raise _failure()
    return found


def _known(found: Credential | None) -> Credential:
    if found is None:
        raise _failure()
    return found


def _failure() -> ApiProblem:
    return ApiProblem(UNAUTHORIZED, "Authentication Failure", headers={"WWW-Authenticate": 'Basic realm="lockstep"'})
