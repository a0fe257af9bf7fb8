"""The tables of the guard, and their SQL."""

from dataclasses import asdict
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.installation.records import Installation, Place, Watch, Watched
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

# One row, made when a worker first starts.
installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("mark", sa.BigInteger, nullable=False),
    sa.Column("alive_at", sa.BigInteger, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
)
installation_apps = sa.Table(
    "installation_apps",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("watch", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    # Up to when this database knows of the target (ms).
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("compared_at", sa.BigInteger, nullable=False),
    sa.Column("comparison", sa.Text, nullable=False),
)
_i, _a = installation.c, installation_apps.c
_READ = Statement(sa.select(_i.number, _i.place, _i.mark, _i.alive_at, _i.since, _i.files))
_ADD = Statement(sa.insert(installation), columns=[column.name for column in _i])
_SET = Statement(sa.update(installation), columns=["place", "mark", "files"])
_RAISE = Statement(sa.update(installation).values(mark=_i.mark + 1).returning(_i.number, _i.mark))
_ALIVE = Statement(sa.update(installation), columns=["alive_at"])
_FIELDS = (_a.app_id, _a.watch, _a.reason, _a.since, _a.until, _a.compared_at, _a.comparison)
_WATCHED = Statement(sa.select(*_FIELDS).order_by(_a.app_id))
_OF_APP = Statement(sa.select(*_FIELDS).where(_a.app_id == sa.bindparam("app", type_=sa.Integer)))
_COLUMNS = [column.name for column in _a]
_WATCH = Statement(
    lambda insert: (
        insert(installation_apps)
        .values({name: sa.bindparam(name, type_=_a[name].type) for name in _COLUMNS})
        .on_conflict_do_update(
            index_elements=["app_id"],
            set_={name: sa.bindparam(name, type_=_a[name].type) for name in _COLUMNS if name != "app_id"},
        )
    )
)
_DROP = Statement(sa.delete(installation_apps).where(_a.app_id == sa.bindparam("app", type_=sa.Integer)))


def read(c: Connection) -> Installation | None:
    """What the database says of itself; None before a worker has ever started."""
    row = c.one(_READ)
    if row is None:
        return None
    number, place, mark, alive_at, since, files = row
    return Installation(number, Place(**msgspec.json.decode(place)), mark, alive_at, since, bool(files))


def add(c: Connection, one: Installation) -> None:
    """Write it down for the first time."""
    c.run(
        _ADD,
        id=1,
        number=one.id,
        place=_text(asdict(one.place)),
        mark=one.mark,
        alive_at=one.alive_at,
        since=one.since,
        files=int(one.files),
    )


def change(c: Connection, place: Place, mark: int, *, files: bool) -> None:
    """It is here now, and has come as far as this."""
    c.run(_SET, place=_text(asdict(place)), mark=mark, files=int(files))


def raise_mark(c: Connection) -> tuple[str, int]:
    """(id, mark) with the mark one higher; ("", 0) before a worker has ever started."""
    row = c.one(_RAISE)
    return ("", 0) if row is None else (str(row[0]), int(row[1]))


def set_alive(c: Connection, at: int) -> None:
    """A worker is at work here."""
    c.run(_ALIVE, alive_at=at)


def watched(c: Connection) -> list[Watched]:
    """Every app that the guard watches."""
    return [_watched(row) for row in c.all(_WATCHED)]


def of_app(c: Connection, app_id: int) -> Watched | None:
    """What the guard wants of one app."""
    row = c.one(_OF_APP, app=app_id)
    return None if row is None else _watched(row)


def watch(c: Connection, one: Watched) -> None:
    """Watch an app; what was wanted of it before is replaced."""
    c.run(_WATCH, **{**asdict(one), "watch": one.watch.value, "comparison": _text(one.comparison)})


def forget(c: Connection, app_id: int) -> None:
    """The guard wants nothing more of an app."""
    c.run(_DROP, app=app_id)


def _watched(row: Row) -> Watched:
    app_id, kind, reason, since, until, compared_at, comparison = row
    return Watched(app_id, Watch(kind), reason, since, until, compared_at, msgspec.json.decode(comparison))


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
