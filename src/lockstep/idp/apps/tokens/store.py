"""The table of access tokens, and its SQL."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from lockstep.idp.apps.tokens.records import Expiry, Token
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

app_tokens = sa.Table(
    "app_tokens",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id", ondelete="CASCADE"), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    # 0 for the one in use, 1 for the one beside it: an app has no third one.
    sa.Column("spare", sa.Integer, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    # When it ends (ms), 0 where nobody knows; and how that is known.
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("expiry", sa.Text, nullable=False),
    # The target's last known answer to it: when (ms), and its HTTP status.
    sa.Column("answered_at", sa.BigInteger, nullable=False),
    sa.Column("answer", sa.Integer, nullable=False),
    # The last reminder that it ends: days before, 0 for none, -1 once it has ended.
    sa.Column("reminded", sa.Integer, nullable=False),
    sa.UniqueConstraint("app_id", "spare", name="app_tokens_spare"),
)

_t = app_tokens.c
_COLUMNS = [column.name for column in _t]
_OF_APP = Statement(sa.select(*_t).where(_t.app_id == sa.bindparam("app_id")).order_by(_t.spare))
_ENDING = Statement(
    sa.select(*_t).where(
        _t.app_id.in_(
            sa.select(_t.app_id).where(_t.expires_at > 0, _t.expires_at <= sa.bindparam("until", type_=sa.BigInteger))
        )
    )
)
_ANY = Statement(sa.select(_t.id).limit(1))
_ADD = Statement(sa.insert(app_tokens), columns=[name for name in _COLUMNS if name != "id"])
_ONE = _t.id == sa.bindparam("token")
_SET_SPARE = Statement(sa.update(app_tokens).where(_ONE), columns=["spare"])
_SET_EXPIRY = Statement(sa.update(app_tokens).where(_ONE), columns=["expires_at", "expiry", "reminded"])
_SET_ANSWER = Statement(sa.update(app_tokens).where(_ONE), columns=["answered_at", "answer"])
_SET_REMINDED = Statement(sa.update(app_tokens).where(_ONE), columns=["reminded"])
_REMOVE = Statement(sa.delete(app_tokens).where(_ONE))
_ON_THE_WAY = 2


def of_app(c: Connection, app_id: int) -> list[Token]:
    """The tokens of an app, the one in use first."""
    return [_token(row) for row in c.all(_OF_APP, app_id=app_id)]


def ending(c: Connection, until: int) -> list[Token]:
    """All tokens of the apps that have one which is known to end by an instant."""
    return [_token(row) for row in c.all(_ENDING, until=until)]


def any_token(c: Connection) -> bool:
    """Whether there is a token at all."""
    return c.one(_ANY) is not None


def add(c: Connection, token: Token) -> None:
    """A new row for `token`, whose id is not looked at."""
    c.run(_ADD, **{**asdict(token), "spare": int(token.spare)})


def remove(c: Connection, token_id: int) -> None:
    """Forget a token."""
    c.run(_REMOVE, token=token_id)


def change_over(c: Connection, current: Token, spare: Token) -> None:
    """The spare one is in use from now on, and the other one is beside it."""
    for token, place in ((current, _ON_THE_WAY), (spare, 0), (current, 1)):
        c.run(_SET_SPARE, token=token.id, spare=place)


def set_expiry(c: Connection, token_id: int, expires_at: int, expiry: Expiry) -> None:
    """When a token ends; reminders begin anew."""
    c.run(_SET_EXPIRY, token=token_id, expires_at=expires_at, expiry=expiry, reminded=0)


def set_answer(c: Connection, token_id: int, status: int, at: int) -> None:
    """What the target last said to a token."""
    c.run(_SET_ANSWER, token=token_id, answer=status, answered_at=at)


def set_reminded(c: Connection, token_id: int, reminded: int) -> None:
    """Which reminder was the last."""
    c.run(_SET_REMINDED, token=token_id, reminded=reminded)


def _token(row: tuple[Any, ...]) -> Token:
    number, app_id, sealed, spare, *rest = row
    return Token(number, app_id, bytes(sealed), bool(spare), *rest)
