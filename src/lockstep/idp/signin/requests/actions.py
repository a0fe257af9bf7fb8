"""Keeps a service provider's request until its person has signed in."""

import re
import secrets

from lockstep.idp.signin.requests import store
from lockstep.idp.signin.requests.records import Pending
from lockstep.kit.db import Connection
from lockstep.kit.web.secrets import digest
from lockstep.saml.records import AuthnRequest

_ID = re.compile(r"[A-Za-z0-9_-]{32}")
LIFE_MS = 600_000
FORGET_MS = 2 * LIFE_MS + 60_000
"""A request is good for ten minutes around its own time, so its id is remembered for longer than it could come back."""


class UsedRequest(Exception):
    """The service provider's request was answered before, or belongs to another browser."""


def remember(
    c: Connection, app_id: int, request: AuthnRequest, *, acs_url: str, relay_state: str | None, browser: str, now: int
) -> Pending:
    """Keep a request for the browser that brought it.  Raises UsedRequest."""
    store.forget(c, now - FORGET_MS)
    one = Pending(secrets.token_urlsafe(24), app_id, request, acs_url, relay_state, now)
    if store.add(c, one, digest(browser)):
        return one
    again = store.same(c, one, digest(browser))  # the page was loaded again
    if again is None:
        raise UsedRequest
    return again


def find(c: Connection, number: str, browser: str | None, now: int) -> Pending | None:
    """The request that waits under this id for this browser."""
    return None if browser is None or _ID.fullmatch(number) is None else store.get(c, number, digest(browser), now - LIFE_MS)
