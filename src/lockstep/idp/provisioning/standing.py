"""How it stands with people's logins in an app: link, failure, and what the last plan has for them.  Reads, decides nothing."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.provisioning import ledger, links, troubles
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Kind, Planned, Standing, State, Trouble
from lockstep.idp.provisioning.source import source_of
from lockstep.idp.provisioning.tables import changes
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

BATCH = 500
_k = changes.c
_OF_PEOPLE = Statement(
    # Without an order: with one, SQLite would rather go through the whole plan than use the index of keys.
    sa.select(_k.key, _k.state, _k.kind, _k.action, _k.reason, _k.digest, _k.after).where(
        _k.plan_id == sa.bindparam("plan", type_=sa.BigInteger), _k.object == "user", among(_k.key, "keys")
    )
)


def standings(c: Connection, app: App, keys: Iterable[str]) -> dict[str, Standing]:
    """How it stands with some people, by employee_id."""
    people = list(keys)
    target = links.find_target(c, app.id, app.scim_url)
    plan, last = ledger.newest_whole(c, app.id), ledger.newest(c, app.id)
    known = {link.key: link for link in links.users_by_keys(c, target, people)} if target else {}
    failed = troubles.of_keys(c, target, "user", people) if target else {}
    planned = {} if plan is None else _planned_of(c, plan.id, people)
    if last is not None and last.scope in people:  # a later plan of one person alone
        planned[last.scope] = _planned_of(c, last.id, [last.scope]).get(last.scope, [])
    return {
        key: Standing(known.get(key), _newest(failed.get(key, [])), planned.get(key, []), last is not None) for key in people
    }


def _newest(found: list[Trouble]) -> Trouble | None:
    return max(found, key=lambda trouble: trouble.at, default=None)


def _planned_of(c: Connection, plan: int, keys: Iterable[str]) -> dict[str, list[Planned]]:
    found: dict[str, list[Planned]] = {}
    for key, state, kind, action, reason, digest, after in c.all(_OF_PEOPLE, plan=plan, keys=listed(keys)):
        enables = kind == Kind.UPDATE.value and msgspec.json.decode(after).get("active") is True
        found.setdefault(key, []).append(Planned(State(state), Kind(kind), action, reason, digest, enables))
    return found


def everybody(c: Connection, app: App) -> Iterator[tuple[str, Standing]]:
    """(userName, how it stands) of everyone who has the app, by employee_id; then of those who had it and are at the target."""
    logins = source_of(c, app).logins
    have = ((user.employee_id, user.user_name) for user in directory.stream_users(c) if user.employee_id in logins)
    target = links.find_target(c, app.id, app.scim_url)
    had = ((link.key, name_of(link.value)) for link in links.users(c, target) if link.key not in logins) if target else ()
    for people in (have, iter(had)):
        while batch := list(islice(people, BATCH)):
            found = standings(c, app, [key for key, _ in batch])
            for key, name in batch:
                yield name, found[key]
