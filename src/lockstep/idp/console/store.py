"""Lists for the pages, cut by key.  SQL and nothing else."""

from typing import Any

import sqlalchemy as sa

from lockstep.idp.apps.store import app_assignments
from lockstep.idp.directory.nesting.store import within
from lockstep.idp.directory.records import Role, User, folded
from lockstep.idp.directory.records import State as UserState
from lockstep.idp.directory.store import members_table, roles_table, user_by_id, users_table
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.tables import changes
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

PAGE = 50
u, r, m, a, k = users_table.c, roles_table.c, members_table.c, app_assignments.c, changes.c


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


_MATCHES = sa.or_(
    _text("like") == "",
    u.user_name_key.like(_text("like"), escape="\\"),
    u.email_key.like(_text("like"), escape="\\"),
    u.employee_id.like(_text("like"), escape="\\"),
    sa.func.lower(u.display_name).like(_text("like"), escape="\\"),
)
_USERS = Statement(
    sa.select(u.id)
    .where(
        _MATCHES,
        sa.or_(_number("status") < 0, u.status == _number("status")),
        u.user_name_key > _text("after"),
    )
    .order_by(u.user_name_key)
    .limit(PAGE + 1)
)
_GIVING = within(
    sa.select(sa.cast(a.role_id, sa.BigInteger).label("role_id")).where(a.app_id == _number("app"), a.role_id.is_not(None))
)
_HAS_APP = sa.and_(
    u.state == int(UserState.APPROVED),
    sa.or_(
        sa.exists().where(a.app_id == _number("app"), a.role_id.is_(None)),
        sa.exists().where(_GIVING.c.role_id == m.role_id, m.user_id == u.id),
    ),
)
_LOGINS = Statement(
    sa.select(u.id).where(_HAS_APP, _MATCHES, u.user_name_key > _text("after")).order_by(u.user_name_key).limit(PAGE + 1)
)
_ROLES = Statement(
    sa.select(r.id, r.group_id, r.name)
    .where(
        sa.or_(_text("like") == "", sa.func.lower(r.name).like(_text("like"), escape="\\"), r.group_id == _text("text")),
        sa.or_(r.name > _text("after"), sa.and_(r.name == _text("after"), r.id > _number("after_id"))),
    )
    .order_by(r.name, r.id)
    .limit(PAGE + 1)
)
_MEMBER_COUNT = Statement(sa.select(sa.func.count()).select_from(members_table).where(m.role_id == _number("role")))
_MEMBERS = Statement(
    sa.select(u.id)
    .select_from(members_table.join(users_table, m.user_id == u.id))
    .where(m.role_id == _number("role"), u.user_name_key > _text("after"))
    .order_by(u.user_name_key)
    .limit(PAGE + 1)
)
_IN_ROLE = within(sa.select(r.id.label("role_id")).where(r.id == _number("role")))
_WITHIN = members_table.join(users_table, m.user_id == u.id)
_ALL_COUNT = Statement(sa.select(sa.func.count(sa.distinct(m.user_id))).where(m.role_id.in_(sa.select(_IN_ROLE.c.role_id))))
_ALL_MEMBERS = Statement(
    sa.select(u.id, u.user_name_key)
    .distinct()
    .select_from(_WITHIN)
    .where(m.role_id.in_(sa.select(_IN_ROLE.c.role_id)), u.user_name_key > _text("after"))
    .order_by(u.user_name_key)
    .limit(PAGE + 1)
)
_LEFT = Statement(
    # By the index of states: most changes of a plan are done.
    sa.select(k.state, k.kind, sa.func.count(), sa.func.sum(k.weight))
    .where(k.plan_id == _number("plan"), among(k.state, "states"))
    .group_by(k.state, k.kind)
)
_DIGESTS = Statement(
    sa.select(k.object, k.digest).where(k.plan_id == _number("plan"), k.state == _text("state")).order_by(k.stage, k.position)
)


def left_to_a_person(c: Connection, plan: int) -> list[tuple[State, str, int, int]]:
    """(state, kind, changes, weight) of a plan's changes that wait for approval, are held, or were dropped."""
    rows = c.all(_LEFT, plan=plan, states=listed(one.value for one in (State.WAITING, State.HELD, State.DROPPED)))
    return [(State(state), kind, int(count), int(weight)) for state, kind, count, weight in rows]


def digests(c: Connection, plan: int, state: State) -> list[tuple[str, str]]:
    """(kind of object, digest) of every change of a plan in one state, in the order of the run."""
    return [(obj, digest) for obj, digest in c.all(_DIGESTS, plan=plan, state=state.value)]


def _like(text: str) -> str:
    if not text:
        return ""
    escaped = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _people(c: Connection, ids: list[tuple[Any, ...]]) -> tuple[list[User], str]:
    """The people of one page, and the key to go on after ("" at the end)."""
    found = [user for number, *_ in ids[:PAGE] if (user := user_by_id(c, number)) is not None]
    return found, folded(found[-1].user_name) if len(ids) > PAGE and found else ""


def users_page(c: Connection, *, text: str, status: int, after: str) -> tuple[list[User], str]:
    """People by user name whose user name, e-mail, employee_id or display name holds `text`; `status` -1 for any."""
    return _people(c, c.all(_USERS, like=_like(text), status=status, after=after))


def logins_page(c: Connection, app_id: int, *, text: str, after: str) -> tuple[list[User], str]:
    """The same, of those who have an app."""
    return _people(c, c.all(_LOGINS, app=app_id, like=_like(text), after=after))


def members_page(c: Connection, role_id: int, *, after: str) -> tuple[list[User], str]:
    """The members of a role, by user name."""
    return _people(c, c.all(_MEMBERS, role=role_id, after=after))


def all_members_page(c: Connection, role_id: int, *, after: str) -> tuple[list[User], str]:
    """The same, with the members of all roles in it."""
    return _people(c, c.all(_ALL_MEMBERS, role=role_id, after=after))


def roles_page(c: Connection, *, text: str, after: str, after_id: int) -> list[Role]:
    """Roles by name, after the role of that name and id; one more than a page where there are more."""
    rows = c.all(_ROLES, like=_like(text), text=text, after=after, after_id=after_id)
    return [Role(id=row[0], group_id=row[1], name=row[2]) for row in rows]


def member_count(c: Connection, role_id: int) -> int:
    """How many are in a role."""
    return int(c.value(_MEMBER_COUNT, role=role_id) or 0)


def all_member_count(c: Connection, role_id: int) -> int:
    """How many are in a role, or in a role in it."""
    return int(c.value(_ALL_COUNT, role=role_id) or 0)
