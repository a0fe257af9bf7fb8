"""The table of waiting requests, and its SQL."""

import msgspec
import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.idp.signin.requests.records import Pending
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

pending = sa.Table(
    "signin_requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False),
    sa.Column("request_id", KeyText, nullable=False),
    sa.Column("browser", sa.LargeBinary, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False, index=True),
    sa.UniqueConstraint("app_id", "request_id", name="signin_requests_once"),
)
_P = pending.c
_NAMES = [column.name for column in _P]
_ADD = Statement(lambda insert: insert(pending).values({name: sa.bindparam(name) for name in _NAMES}).on_conflict_do_nothing())
_GET = Statement(
    sa.select(_P.content).where(
        _P.id == sa.bindparam("id"),
        _P.browser == sa.bindparam("browser"),
        _P.created_at > sa.bindparam("since"),
        _P.used == 0,
    )
)
_SAME = Statement(
    sa.select(_P.content).where(
        _P.app_id == sa.bindparam("app_id"),
        _P.request_id == sa.bindparam("request_id"),
        _P.browser == sa.bindparam("browser"),
        _P.used == 0,
    )
)
_USE = Statement(sa.update(pending).where(_P.id == sa.bindparam("number"), _P.used == 0).values(used=1))
_FORGET = Statement(sa.delete(pending).where(_P.created_at <= sa.bindparam("before")))


def add(c: Connection, one: Pending, browser: bytes) -> bool:
    """Keep a request for a browser (its digest); False if the app has sent this request before."""
    content = msgspec.json.encode(one).decode()
    row = {"id": one.id, "app_id": one.app_id, "request_id": one.request.id, "browser": browser}
    return c.run(_ADD, **row, content=content, used=0, created_at=one.created_at) > 0


def get(c: Connection, number: str, browser: bytes, since: int) -> Pending | None:
    """A request that waits for this browser, made after `since` and not used yet."""
    return _decoded(c.value(_GET, id=number, browser=browser, since=since))


def same(c: Connection, one: Pending, browser: bytes) -> Pending | None:
    """The same request, that waits for the same browser already."""
    return _decoded(c.value(_SAME, app_id=one.app_id, request_id=one.request.id, browser=browser))


def use(c: Connection, number: str) -> bool:
    """Use up a request; False if that was done before."""
    return c.run(_USE, number=number) > 0


def forget(c: Connection, before: int) -> None:
    """Delete those made at `before` or earlier."""
    c.run(_FORGET, before=before)


def _decoded(content: str | None) -> Pending | None:
    return None if content is None else msgspec.json.decode(content, type=Pending)
