"""SQL of the targets: under which SCIM URL the links of an app are kept, and a sample of them."""

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.tables import decisions, group_links, targets, user_links
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_target = sa.bindparam("target", type_=sa.Integer)
_SET_URL = Statement(sa.update(targets).where(targets.c.id == _target), columns=["scim_url"])
_FORGET_DECISIONS = Statement(sa.delete(decisions).where(decisions.c.app_id == sa.bindparam("app", type_=sa.Integer)))


def _spread(table: sa.Table, value: sa.ColumnElement[str]) -> Statement:
    """Every `step`-th link of a target, in the order of their keys."""
    place = sa.func.row_number().over(order_by=table.c.key).label("place")
    found = (
        sa.select(table.c.target_id, value.label("value"), place)
        .where(table.c.target == _target, table.c.missing == 0)
        .subquery()
    )
    step, most = sa.bindparam("step", type_=sa.Integer), sa.bindparam("most", type_=sa.Integer)
    return Statement(
        sa.select(found.c.target_id, found.c.value).where((found.c.place - 1) % step == 0).order_by(found.c.place).limit(most)
    )


_USERS = _spread(user_links, user_links.c.value)
_GROUPS = _spread(group_links, group_links.c.name)


def user_sample(c: Connection, target: int, most: int) -> list[tuple[str, str]]:
    """(target's id, userName) of at most `most` linked users, spread over the order of their keys."""
    step = max(1, -(-links.count_users(c, target) // most))
    rows = c.all(_USERS, target=target, step=step, most=most)
    return [(target_id, name_of(msgspec.json.decode(value))) for target_id, value in rows]


def group_sample(c: Connection, target: int, most: int) -> list[tuple[str, str]]:
    """(target's id, displayName) of at most `most` linked groups, spread over the order of their keys."""
    step = max(1, -(-links.count_groups(c, target) // most))
    return [(target_id, name) for target_id, name in c.all(_GROUPS, target=target, step=step, most=most)]


def move(c: Connection, target: int, url: str) -> None:
    """Keep the links of a target under this URL from now on.  No other target of the app may have it."""
    c.run(_SET_URL, target=target, scim_url=url)


def set_aside(c: Connection, target: int, url: str) -> None:
    """Keep the links of a target under no URL that an app can have."""
    c.run(_SET_URL, target=target, scim_url=f"{url}#{target}")


def forget_decisions(c: Connection, app_id: int) -> None:
    """Forget what people said about single changes: it was about another target."""
    c.run(_FORGET_DECISIONS, app=app_id)
