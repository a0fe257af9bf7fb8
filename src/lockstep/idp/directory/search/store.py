"""SQL of the search, and nothing else (`docs/decisions/0033-search.md`).

What is asked for is a list of conditions.  Of each it is counted, up to a few thousand, how many people fulfil it.  Are
they few, these are gathered and the other conditions looked at for them; else people are walked in the order of the
page, where the next that fit come soon.  Fit they seldom all the same, they are gathered after all.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lockstep.idp.directory.records import BY_HAND, User
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.directory.store import m, u, users_by_ids, users_table
from lockstep.idp.directory.words.store import w
from lockstep.idp.directory.words.text import terms_of
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement, among_numbers, numbered

FEW = 5_000
"""As many are gathered and sorted in a few milliseconds."""
WALK = 5_000
"""People who are looked at in the order of the page before another way is taken."""
_END = "\U0010ffff"

_UNUSUAL = {name: f"{name} <> 1" for name in ("status", "state", "source")}
"""Nearly everybody is Active and approved and comes from the folder: of the others there are indexes, which a statement has
to name in the same words."""
_INDEXES = [
    sa.Index(f"users_by_{name}", u[name], sqlite_where=sa.text(few), postgresql_where=sa.text(few))
    for name, few in (*_UNUSUAL.items(), ("group_id", "group_id IS NOT NULL"))
]


class _Condition(NamedTuple):
    """`kind`: word, roles, or the name of a column, `id` for a list of people."""

    kind: str
    number: int = 0
    giver: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}{self.number}"


_Shape = tuple[_Condition, ...]
_FEW = _Condition("few")
"""Those who are listed, in the place of the condition that they fulfil."""


def page(c: Connection, asked: Filter, *, after: str, limit: int) -> list[User]:
    """The next people after a `user_name_key`, in its order, at most `limit`."""
    conditions, params = _conditions(asked)
    params.update(after=after, limit=limit)
    rarest, few = _rarest(c, conditions, params)
    if rarest is None:
        rows = c.all(_walk(conditions, bounded=False), **params)
    else:
        rows, enough = ([], False) if few else _walked(c, conditions, params, limit)
        if few:
            rows = _of_few(c, conditions, rarest, params)
        elif not enough:
            rows = c.all(_gathered(conditions, rarest), **params)
    found = {user.id: user for user in users_by_ids(c, (row[0] for row in rows))}
    return [found[number] for (number,) in rows]


def count(c: Connection, asked: Filter) -> int:
    """How many there are: all of them are looked at."""
    conditions, params = _conditions(asked)
    return int(c.value(_counted(conditions, _rarest(c, conditions, params)[0]), **params) or 0)


def ids(c: Connection, asked: Filter) -> Iterator[int]:
    """The ids of everybody, one after the other."""
    conditions, params = _conditions(asked)
    statement = _everybody(conditions, _rarest(c, conditions, params)[0])
    return (row[0] for row in c.stream(statement, **params))


def _conditions(asked: Filter) -> tuple[_Shape, dict[str, Any]]:
    found: list[_Condition] = []
    params: dict[str, Any] = {}
    for number, term in enumerate(terms_of(asked.text)):
        found.append(_Condition("word", number))
        params |= {f"from_word{number}": term, f"to_word{number}": term + _END}
    for number, roles in enumerate(asked.roles):
        found.append(_Condition("roles", number, asked.giver))
        params[f"roles{number}"] = numbered(roles)
    if asked.ids is not None:
        found.append(_Condition("id"))
        params["id"] = numbered(asked.ids)
    for column in ("status", "state", "group_id", "source"):
        value = getattr(asked, column)
        if value is not None:
            # What nearly everybody has is a condition, and never the one to begin with.
            found.append(_Condition(column, int(column in _UNUSUAL and value == 1)))
            params[column] = value
    return tuple(found), params


def _rarest(c: Connection, conditions: _Shape, params: dict[str, Any]) -> tuple[_Condition | None, bool]:
    """The condition that the fewest fulfil, and whether these are few."""
    counted = {
        one: int(c.value(_upto_few(one), **_of(one, params)))
        for one in conditions
        if one.kind in ("word", "roles") or not one.number
    }
    if not counted:
        return None, False
    rarest = min(counted, key=lambda one: counted[one])
    return rarest, counted[rarest] < FEW


def _of(one: _Condition, params: dict[str, Any]) -> dict[str, Any]:
    names = {"word": (f"from_{one.name}", f"to_{one.name}"), "roles": (one.name,)}.get(one.kind, (one.kind,))
    return {name: params[name] for name in names}


def _walked(c: Connection, conditions: _Shape, params: dict[str, Any], limit: int) -> tuple[list[Row], bool]:
    """Who of the next WALK people fits, and whether these are enough: as many as were asked for, or all there are."""
    until = c.value(_FAR, after=params["after"])
    if until is None:
        return c.all(_walk(conditions, bounded=False), **params), True
    rows = c.all(_walk(conditions, bounded=True), **params, until=until)
    return rows, len(rows) >= limit


def _of_few(c: Connection, conditions: _Shape, rarest: _Condition, params: dict[str, Any]) -> list[Row]:
    """The page, of those few who fulfil a condition: they are listed first, so that no planner has to guess their number."""
    few = numbered(row[0] for row in c.all(_listed(rarest), **_of(rarest, params)))
    return c.all(_gathered(tuple(one for one in conditions if one != rarest), _FEW), **params, few=few)


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def _between(word: sa.ColumnElement[str], one: _Condition) -> tuple[sa.ColumnElement[bool], ...]:
    return word >= _text(f"from_{one.name}"), word < _text(f"to_{one.name}")


def _any(found: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """EXISTS, as no planner turns it into a join: each person is asked, by the index of people."""
    return found.limit(1).scalar_subquery().is_not(None)


def _seated(one: _Condition) -> sa.ColumnElement[bool]:
    givers = {"hand": m.source == BY_HAND, "source": m.source > BY_HAND, "mapping": m.mapped > 0}
    given = [givers[one.giver]] if one.giver else []
    return sa.and_(among_numbers(m.role_id, one.name), *given)


def _holds(one: _Condition) -> sa.ColumnElement[bool]:
    """The condition, asked of one person; worded so that no index of it is begun with."""
    if one.kind == "word":
        word = sa.func.coalesce(w.word, "")
        return _any(sa.select(w.user_id).where(w.user_id == u.id, *_between(word, one)))
    if one.kind == "roles":
        return _any(sa.select(m.user_id).where(m.user_id == u.id, _seated(one)))
    if one.kind == "id":
        return among_numbers(u.id, "id")
    return u[one.kind] + sa.literal_column("0") == _number(one.kind)


def _who(one: _Condition) -> sa.Select[Any]:
    """The ids of those who fulfil a condition, by its index."""
    if one.kind == "word":
        return sa.select(w.user_id).where(*_between(w.word, one))
    if one.kind == "roles":
        return sa.select(m.user_id).where(_seated(one))
    other = users_table.alias()
    if one.kind == "id":
        return sa.select(other.c.id).where(among_numbers(other.c.id, "id"))
    found = sa.select(other.c.id).where(other.c[one.kind] == _number(one.kind))
    return found.where(sa.literal_column(_UNUSUAL[one.kind])) if one.kind in _UNUSUAL else found


def _fitting(conditions: _Shape, first: _Condition | None) -> list[sa.ColumnElement[bool]]:
    begin = [] if first is None else [among_numbers(u.id, "few") if first == _FEW else u.id.in_(_who(first))]
    return [*begin, *(_holds(one) for one in conditions if one != first)]


# By an expression, so that no database walks an index in the order of the page instead.
_KEY = sa.func.coalesce(u.user_name_key, "")


def far(walk: int) -> Statement:
    """The `user_name_key` as many people after another one: a fixed number of keys of the index is read."""
    keys = sa.select(u.user_name_key).where(u.user_name_key > _text("after")).order_by(u.user_name_key)
    return Statement(keys.offset(walk).limit(1))


_FAR = far(WALK)


@cache
def _upto_few(one: _Condition) -> Statement:
    return Statement(sa.select(sa.func.count()).select_from(_who(one).limit(FEW).subquery()))


@cache
def _listed(one: _Condition) -> Statement:
    return Statement(_who(one).limit(FEW))


@cache
def _gathered(conditions: _Shape, first: _Condition) -> Statement:
    fits = _fitting(conditions, first)
    return Statement(sa.select(u.id).where(*fits, _text("after") < _KEY).order_by(_KEY).limit(sa.bindparam("limit")))


@cache
def _walk(conditions: _Shape, *, bounded: bool) -> Statement:
    until = [u.user_name_key <= _text("until")] if bounded else []
    found = sa.select(u.id).where(u.user_name_key > _text("after"), *until, *_fitting(conditions, None))
    return Statement(found.order_by(u.user_name_key).limit(sa.bindparam("limit")))


@cache
def _counted(conditions: _Shape, first: _Condition | None) -> Statement:
    return Statement(sa.select(sa.func.count()).select_from(users_table).where(*_fitting(conditions, first)))


@cache
def _everybody(conditions: _Shape, first: _Condition | None) -> Statement:
    return Statement(sa.select(u.id).where(*_fitting(conditions, first)).order_by(u.id))


def forget_statements() -> None:
    """Compile anew: for tests that change the figures."""
    for made in (_upto_few, _listed, _gathered, _walk, _counted, _everybody):
        made.cache_clear()
