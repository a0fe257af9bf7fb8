"""Users > Users > one action on many: what will happen, the confirmation, and how far it is."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.admins.actions import NotAllowedProblem
from lockstep.idp.admins.permissions import Permission, who_may
from lockstep.idp.admins.store import everyone
from lockstep.idp.console.context import LARGEST, NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.finding import FILTERS, Asked, address, understood
from lockstep.idp.console.touching import MEANS, Touched, touched
from lockstep.idp.console.words import BATCHES, counted
from lockstep.idp.directory.batches import actions, work
from lockstep.idp.directory.batches.records import Action, Batch
from lockstep.idp.directory.groups.actions import group_meant
from lockstep.idp.directory.groups.records import Group
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.directory.store import user_by_employee_id
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

HOME, CONFLICT, WRONG = "/admin/users", 409, 422
NAMED = 10
"""Users whom the confirmation names."""
_MOST_TICKED = 1_000
_WORD = "delete"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for: an action, with whom, and with what role or group (as typed)."""

    do: str = ""
    scope: str = ""
    given: dict[str, str] = field(default_factory=dict)
    ids: tuple[int, ...] = ()
    typed: str = ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The fields of a form that asks for the same, but for what is typed."""
        fields = [("do", self.do), ("scope", self.scope), *self.given.items()]
        return [*fields, *(("id", str(one)) for one in self.ids)] if self.scope == "ticked" else fields


@dataclass(slots=True)
class Plan:
    """What would be done: to how many, the first of them, and which apps hear of it.  `asks` is what has to be typed."""

    do: str
    scope: str
    filter: Filter = field(default_factory=Filter)
    count: int = 0
    first: list[User] = field(default_factory=list)
    asks: str = ""
    typed: str = ""
    error: str = ""
    argument: int = 0
    role: Role | None = None
    group: Group | None = None
    touched: list[Touched] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether there is nothing left to be asked."""
        return not self.asks or bool(self.typed and not self.error)

    @property
    def sentence(self) -> str:
        """What is asked, in words."""
        who, what = counted(self.count, "user"), BATCHES[self.do]
        if self.role is not None:
            return f"{what} {self.role.name[:80]}: {who}?"
        if self.asks == "group":
            return f"{what} {self.group.name[:80]}: {who}?" if self.group is not None else f"Take {who} out of their groups?"
        return f"{what} {who}?"

    @property
    def means(self) -> str:
        """What it means for each of them."""
        return MEANS[Action(self.do)]


async def ask_page(desk: Desk) -> Response:
    """Shows what would happen, and asks."""
    numbers = desk.request.query_params.getlist("id")
    given = {name: value for name in FILTERS if (value := desk.query(name))}
    return await _page(desk, Wish(desk.query("do"), desk.query("scope"), given, _ids(numbers), desk.query("with")))


async def do(desk: Desk) -> Response:
    """Do it: a few at once, many in pieces."""
    given = {name: value for name in FILTERS if (value := desk.value(name))}
    wish = Wish(desk.value("do"), desk.value("scope"), given, _ids(desk.value("ids").split()), desk.value("with"))
    if wish.do == Action.DELETE and desk.value("word").casefold() != _WORD:
        return await _page(desk, wish, WRONG, word=desk.value("word"), word_error=f"Type the word {_WORD}.")
    shown = desk.value("count")

    def act(c: Connection) -> Batch:
        plan = _plan(c, wish)
        if not plan.ready:
            raise _NotSaid
        users = list(search.ids(c, plan.filter))
        _check_allowed(c, desk, plan, users)
        batch = actions.ask(
            c,
            Action(wish.do),
            users,
            argument=plan.argument,
            shown=int(shown) if _is_number(shown) else -1,
            actor=desk.actor,
            now=desk.now,
        )
        return actions.do_piece(c, batch.id, now=desk.now) if batch.total <= actions.PIECE else batch

    try:
        batch = await desk.write(act)
    except _NotSaid:
        return await _page(desk, wish, WRONG)
    except Problem as problem:
        return await _page(desk, wish, WRONG, problem=sentence(problem.text))
    if batch.finished_at and not batch.refused:
        return desk.go(address(HOME, given), _said(batch))
    if not batch.finished_at:
        _go_on(desk, batch)
    return desk.go(f"{HOME}/bulk/{batch.id}")


def _check_allowed(c: Connection, desk: Desk, plan: Plan, users: Collection[int]) -> None:
    """Raise NotAllowedProblem for a role that this administrator may not fill, or people whom they must not touch."""
    if plan.role is not None and not desk.may(Permission.ROLES_MEMBERS, role=plan.role.id):
        raise NotAllowedProblem(who_may(Permission.ROLES_MEMBERS))
    chosen = set(users)
    for one in everyone(c):
        person = user_by_employee_id(c, one.employee_id) if one.employee_id else None
        if person is not None and person.id in chosen:
            desk.check_person(c, person.employee_id)


class _NotSaid(Exception):
    """A role or a group is missing, or is none."""


async def batch_page(desk: Desk) -> Response:
    """How far it is; with script the page follows it to its end."""
    shown = await desk.read(lambda c: state_of(c, number(desk.request)))
    return desk.page("console/users_batch.html", batches=BATCHES, now=desk.now, **shown)


def state_of(c: Connection, batch_id: int) -> dict[str, Any]:
    """What `users_batch_state.html` shows.  Raises NotThereProblem."""
    batch = actions.find(c, batch_id)
    return {"batch": batch, "over": batch.finished_at > 0}


async def _page(
    desk: Desk, wish: Wish, status: int = 200, *, problem: str = "", word: str = "", word_error: str = ""
) -> Response:
    plan = Plan(wish.do, wish.scope)
    if not problem:
        try:
            plan = await desk.read(lambda c: _plan(c, wish))
            if not plan.count:
                problem, status = "Nobody is left to whom it could be done.", max(status, CONFLICT)
        except Problem as found:
            problem, status = sentence(found.text), max(status, CONFLICT)
    ids = " ".join(map(str, wish.ids))
    fields = {**dict(wish.kept), "count": str(plan.count), "with": wish.typed, **({"ids": ids} if ids else {})}
    fields.pop("id", None)
    return desk.page(
        "console/users_bulk.html",
        status,
        plan=plan,
        problem=problem,
        batches=BATCHES,
        kept=wish.kept,
        fields=fields,
        back=address(HOME, wish.given),
        typed=word,
        error=word_error,
    )


def _plan(c: Connection, wish: Wish) -> Plan:
    """What a wish means.  Raises Problem."""
    if wish.do not in BATCHES:
        raise Problem("choose what to do with the users")
    if wish.scope == "ticked" and not wish.ids:
        raise Problem("nobody is ticked: tick users in the list, or go on with all that match")
    asked = Asked(Filter(ids=wish.ids)) if wish.scope == "ticked" else understood(c, wish.given)
    for name, what in asked.problems.items():
        raise Problem(f"{FILTERS[name]}: {what}")
    plan = Plan(wish.do, wish.scope, asked.filter, typed=wish.typed)
    _read_argument(c, plan)
    plan.count = search.count(c, plan.filter)
    plan.first = search.page(c, plan.filter, after="", limit=NAMED)
    if plan.ready:
        plan.touched = touched(c, Action(wish.do), plan.filter, plan.role)
    return plan


def _read_argument(c: Connection, plan: Plan) -> None:
    """The role or the group that was typed."""
    if plan.do in actions.WITH_ROLE:
        plan.asks = "role"
        if plan.typed:
            try:
                plan.role = find_role(c, plan.typed)
                plan.argument = plan.role.id
            except Problem as problem:
                plan.error = sentence(str(problem)[:300])
    elif plan.do == Action.SET_GROUP:
        plan.asks = "group"
        if plan.typed and plan.typed != actions.NO_GROUP:
            try:
                plan.group = group_meant(c, plan.typed)
                plan.argument = plan.group.id
            except Problem as problem:
                plan.error = sentence(str(problem)[:300])


def _ids(numbers: list[str]) -> tuple[int, ...]:
    """The ids that were ticked.  Raises HTTPException (404) for what no page has."""
    if len(numbers) > _MOST_TICKED or not all(_is_number(one) for one in numbers):
        raise HTTPException(NOT_FOUND)
    return tuple(sorted({int(one) for one in numbers}))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(LARGEST))


def _said(batch: Batch) -> str:
    what = BATCHES[batch.action.value]
    rest = batch.total - batch.changed
    same = f" {counted(rest, 'user was', 'users were')} like that already." if rest else ""
    return f"{what}: {counted(batch.changed, 'user')} changed.{same}"


def _go_on(desk: Desk, batch: Batch) -> None:
    """In a thread of its own, until the end or until the server stops; then another one goes on."""
    context = desk.context

    def finish() -> None:
        work.finish(context.engine.db, batch.id, context.clock, stopped=lambda: context.news.closed)

    threading.Thread(target=finish, name=f"lockstep batch {batch.id}", daemon=True).start()
