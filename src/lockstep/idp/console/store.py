"""Lists for the pages, cut by key.  SQL and nothing else."""

import sqlalchemy as sa

from lockstep.idp.directory.nesting.store import load, within
from lockstep.idp.directory.records import BY_HAND, FOLDER, Role, User, folded
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter, Giver
from lockstep.idp.directory.store import members_table, roles_table, users_table
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.tables import changes
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

PAGE = 50
u, r, m, k = users_table.c, roles_table.c, members_table.c, changes.c


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


_ANY = Statement(sa.select(u.id).limit(1))
_NEXT_SOURCE = Statement(
    # By the index of those who do not come from the folder.
    sa.select(sa.func.min(u.source)).where(u.source > _number("after"), u.source != sa.literal_column("1"))
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
_IN_ROLE = within(sa.select(r.id.label("role_id")).where(r.id == _number("role")))
_ALL_COUNT = Statement(sa.select(sa.func.count(sa.distinct(m.user_id))).where(m.role_id.in_(sa.select(_IN_ROLE.c.role_id))))
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


def users_page(c: Connection, asked: Filter, *, after: str) -> tuple[list[User], str]:
    """People by user name, and the key to go on after ("" at the end)."""
    found = search.page(c, asked, after=after, limit=PAGE + 1)
    return found[:PAGE], folded(found[PAGE - 1].user_name) if len(found) > PAGE else ""


def any_user(c: Connection) -> bool:
    """Whether there is anybody at all."""
    return c.value(_ANY) is not None


def sources_in_use(c: Connection) -> list[int]:
    """Where users come from: by hand and from the folder, and the ids of the sources that anybody comes from."""
    return [BY_HAND, FOLDER, *_each(c, _NEXT_SOURCE, FOLDER)]


def _each(c: Connection, following: Statement, last: int) -> list[int]:
    """One look into the index for each value."""
    found = []
    while (value := c.value(following, after=last)) is not None:
        last = int(value)
        found.append(last)
    return found


def members_page(
    c: Connection, role_id: int, *, after: str, text: str = "", giver: Giver = "", inside: bool = False
) -> tuple[list[User], str]:
    """The members of a role, by user name, as far as `giver` put them there; `inside` with those of all roles in it."""
    roles = load(c).below(role_id) if inside else (role_id,)
    return users_page(c, Filter(text=text, roles=(roles,), giver=giver), after=after)


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
