"""The table of the words of users, and its SQL.  Whoever writes or deletes a user says so here.

It does not refer to the users: PostgreSQL would look each word's user up, which were most of what an import of many costs.
"""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from lockstep.idp.directory.records import User
from lockstep.idp.directory.words.text import FOUND_BY, words_of
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement, among_numbers, numbered

_PIECE = 50_000
"""People whose words are sorted together: of a large table each page is then written once, and not again and again."""
_COPIED = 500

user_words = sa.Table(
    "user_words",
    metadata,
    sa.Column("word", KeyText, primary_key=True),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Index("user_words_by_user", "user_id"),
    sqlite_with_rowid=False,
)
w = user_words.c
# Lightly, because the table of users itself writes its words: it imports this module.
_users = sa.table("users", sa.column("id", sa.BigInteger), *(sa.column(name, sa.Text) for name in FOUND_BY))
_found_by = sa.select(_users.c.id, *(_users.c[name] for name in FOUND_BY))
_LAST = Statement(sa.select(sa.func.max(_users.c.id)))
_AFTER = Statement(_found_by.where(_users.c.id > sa.bindparam("after")).order_by(_users.c.id).limit(_PIECE))
_BEFORE = Statement(_found_by.where(among_numbers(_users.c.id, "ids")))
_ADD = Statement(user_words.insert().inline(), ("word", "user_id"))
_FORGET = Statement(sa.delete(user_words).where(among_numbers(w.user_id, "ids")))
_REMOVE = Statement(sa.delete(user_words).where(w.word == sa.bindparam("word"), w.user_id == sa.bindparam("user_id")))

Pair = tuple[str, int]


def write(c: Connection, user: User, user_id: int) -> None:
    """Write the words of somebody who has none yet, under the id that was just given."""
    _add(c, [(word, user_id) for word in _words(user)])


def last_user(c: Connection) -> int:
    """The highest id of a user; those who come later have higher ones."""
    return int(c.value(_LAST) or 0)


def write_after(c: Connection, user_id: int) -> None:
    """Write the words of everybody with a higher id, who have none yet."""
    while rows := c.all(_AFTER, after=user_id):
        _add(c, [(word, row[0]) for row in rows for word in words_of(row[1:])])
        user_id = rows[-1][0]


def change(c: Connection, users: Sequence[User]) -> None:
    """Write what is new in the words of users who are about to be written, and take away what is not theirs any more."""
    before = {row[0]: words_of(row[1:]) for row in c.all(_BEFORE, ids=numbered(user.id for user in users))}
    come: list[Pair] = []
    go: list[Pair] = []
    for user in users:
        had, has = before.get(user.id, []), _words(user)
        if had != has:
            come += ((word, user.id) for word in has if word not in had)
            go += ((word, user.id) for word in had if word not in has)
    c.many(_REMOVE, ({"word": word, "user_id": number} for word, number in go))
    _add(c, come)


def forget(c: Connection, user_ids: Iterable[int]) -> None:
    """Take away the words of users who are deleted."""
    c.run(_FORGET, ids=numbered(user_ids))


def _words(user: User) -> list[str]:
    return words_of(getattr(user, name) for name in FOUND_BY)


def _add(c: Connection, pairs: list[Pair]) -> None:
    pairs.sort()  # in the order of the table, which a database takes faster
    if c.dialect == "sqlite" or len(pairs) < _COPIED:
        c.many(_ADD, _rows(pairs))
        return
    with c.raw.cursor() as cursor, cursor.copy("COPY user_words (word, user_id) FROM STDIN") as copy:
        for pair in pairs:
            copy.write_row(pair)


def _rows(pairs: Iterable[Pair]) -> Iterator[dict[str, str | int]]:
    return ({"word": word, "user_id": number} for word, number in pairs)
