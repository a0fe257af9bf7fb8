"""What may be done with credentials and tokens: check, write, append the event, in the caller's transaction."""

import contextlib
import hmac
import secrets

from lockstep.idp.api.credentials import store
from lockstep.idp.api.credentials.records import TOKEN_SECONDS, Credential, NewCredential, Scope, Token
from lockstep.idp.events import Event, EventType, append
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import Vault, VaultError
from lockstep.kit.web.secrets import LONGEST, digest, new_secret

LONGEST_NAME = 200
MOST = 1_000
_SECRET_BYTES = 32
RATE_LIMIT = "rate-limit"
CALLS_PER_HOUR = 5_000
"""Calls that the account has in an hour where nobody has said otherwise, as at OneLogin."""
MOST_CALLS = 1_000_000_000
_NOBODY = bytes(32)


class NoCredentialProblem(Problem):
    """A credential that is asked for and is not there."""


def create(c: Connection, name: str, scope: str, *, actor: str, now: int) -> NewCredential:
    """A new credential; its secret is in what comes back and nowhere else.  Raises ValueProblem."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        what = f"a credential needs a name of 1 to {LONGEST_NAME} printable characters, without blanks around it"
        raise ValueProblem("name", what, what)
    if scope not in {one.value for one in Scope}:
        what = f"choose one of {', '.join(Scope)}"
        raise ValueProblem("scope", what, f"--scope {scope[:40]}: {what}")
    if store.by_name(c, name) is not None:
        raise ValueProblem("name", "another credential has this name", f"there is a credential {name!r} already")
    if len(store.everything(c)) >= MOST:
        what = f"there are {MOST} credentials already: delete one first"
        raise ValueProblem("name", what, what)
    made = Credential(secrets.token_hex(_SECRET_BYTES), name, Scope(scope), now, actor)
    secret = secrets.token_hex(_SECRET_BYTES)
    store.add(c, made, digest(secret))
    append(c, _about(EventType.CREDENTIAL_CREATED, made, actor, f"scope {scope}"), now)
    return NewCredential(made, secret)


def remove(c: Connection, name: str, *, actor: str, now: int) -> None:
    """Delete a credential; its tokens are good for nothing from this transaction on.  Raises NoCredentialProblem."""
    found = store.by_name(c, name)
    if found is None:
        known = ", ".join(one.name for one in store.everything(c)) or "none yet"
        raise NoCredentialProblem(f"no API credential is called {name}; there are: {known}")
    store.remove(c, found.client_id)
    append(c, _about(EventType.CREDENTIAL_DELETED, found, actor), now)


def authenticate(c: Connection, client_id: str, secret: str) -> Credential | None:
    """The credential whose id and secret these are.  Takes as long for an id that is nobody's."""
    if "\0" in client_id:  # nobody's, and PostgreSQL would not look for it
        client_id = ""
    found = store.by_client_id(c, client_id)
    right = hmac.compare_digest(digest(secret), _NOBODY if found is None else found[1])
    return found[0] if right and found is not None else None


def token_for(c: Connection, vault: Vault, credential: Credential, now: int) -> Token:
    """The token that the credential has, or a new one where that has ended or was revoked."""
    store.forget_tokens(c, now)
    store.used(c, credential.client_id, now)
    kept = store.newest_token(c, credential.client_id, now)
    if kept is not None:
        found, sealed, created_at, expires_at = kept
        with contextlib.suppress(VaultError):  # sealed with a key that is gone: it stays good, and nobody can say it again
            return Token(vault.open(sealed, _place(found)), created_at, expires_at)
    text = new_secret()
    made = Token(text, now, now + TOKEN_SECONDS * 1_000)
    store.add_token(c, digest(text), credential.client_id, vault.seal(text, _place(digest(text))), now, made.expires_at)
    return made


def holder_of(c: Connection, token: str, now: int) -> Credential | None:
    """Whose token this is, if it is good."""
    return store.holder(c, digest(token), now) if 0 < len(token) <= LONGEST else None


def revoke(c: Connection, credential: Credential, token: str) -> bool:
    """End a token of this credential; False where it has no such token."""
    return store.remove_token(c, digest(token), credential.client_id)


def calls_per_hour(c: Connection) -> int:
    """How many calls the account has in an hour; 0 for any number."""
    found = store.setting(c, RATE_LIMIT)
    return CALLS_PER_HOUR if found is None else found


def set_calls_per_hour(c: Connection, calls: int, *, actor: str, now: int) -> None:
    """Give the account so many calls in an hour, 0 for any number.  Raises ValueProblem."""
    if not 0 <= calls <= MOST_CALLS:
        what = f"use a whole number from 0 (no limit) to {MOST_CALLS}"
        raise ValueProblem(RATE_LIMIT, what)
    if calls != calls_per_hour(c):
        store.set_setting(c, RATE_LIMIT, calls)
        notes = f"{RATE_LIMIT}={calls}"
        append(c, Event(type=EventType.API_SETTINGS_CHANGED, actor=actor, object="api", notes=notes), now)


def _place(found: bytes) -> str:
    """Where a sealed token lies."""
    return f"api_tokens|sealed|{found.hex()}"


def _about(what: EventType, credential: Credential, actor: str, notes: str = "") -> Event:
    return Event(type=what, actor=actor, object="API credential", object_name=credential.name, notes=notes)
