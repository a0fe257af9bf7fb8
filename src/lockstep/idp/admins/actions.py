"""What may be done with administrators, and what they do to get in and out.

`by` is what the actor may: nobody gives more than they have, nobody touches who is above them, and nobody touches
themselves.  Whoever can read the data folder acts as the installation's owner (OWNER).
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from lockstep.idp.admins import store
from lockstep.idp.admins.permissions import ABOUT, NAMES, OWNER, SCOPED, Grant, Permission, Privilege, Rights, who_may
from lockstep.idp.admins.records import ABSOLUTE_MS, Admin, AdminSession
from lockstep.idp.events import Event, EventType, Wanted, append, is_automatic, page
from lockstep.kit.db import Connection
from lockstep.kit.passwords import LONGEST, SHORTEST
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.web.secrets import digest, new_secret

LONGEST_NAME = 200
SEEN_EVERY_MS = 60_000
"""A session that is in use is written down as such no more often than this."""


SIGN_INS = 200
"""Sign-ins that are looked through for those who have no session any more."""


class NoAdminProblem(Problem):
    """An administrator who is asked for and is not there."""


class LastAdminProblem(Problem):
    """Without this administrator nobody could get in, or nobody would own the account."""


class NotAllowedProblem(Problem):
    """The actor may not do it; the text says who may."""


ITSELF = "nobody changes what they themselves may, or removes themselves: another administrator has to do it"
OWN_ACCOUNT = "this is your own account: another administrator has to do this"
ABOVE = "this person is an administrator above you: {who} has to do this"
MOST_GRANTS = 1_000
RESERVED = ("command line", "import", "server")
PROGRAM = "api:"
"""Actors of events that are no administrators, and how the names of programs begin that come in by the API."""


def check(name: str, password: str) -> None:
    """Raise ValueProblem for a name or a password that cannot be an administrator's."""
    check_name(name)
    check_password(password)


def check_name(name: str) -> None:
    """Raise ValueProblem for a name that cannot be an administrator's."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        what = f"an administrator needs a name of 1 to {LONGEST_NAME} printable characters, without blanks around it"
        raise ValueProblem("name", what, what)
    if name.casefold() in RESERVED or is_automatic(name.casefold()) or name.casefold().startswith(PROGRAM):
        what = f"{name!r} is what the events call another actor; choose another name"
        raise ValueProblem("name", what, what)


def check_password(password: str) -> None:
    """Raise ValueProblem for a password that cannot be an administrator's."""
    if not SHORTEST <= len(password) <= LONGEST:
        what = f"a password has {SHORTEST} to {LONGEST} characters"
        raise ValueProblem("password", what, what)


def create(
    c: Connection,
    name: str,
    stored: str,
    *,
    actor: str,
    now: int,
    grants: Iterable[Grant] | None = None,
    employee_id: str = "",
    by: Rights = OWNER,
) -> None:
    """A new administrator; `stored` is the hashed password, name and password having been checked.

    `grants` None: the first administrator owns the account, any later one only sees.  Raises ValueProblem for a taken name
    and for privileges that cannot be, NotAllowedProblem for more than the actor may give.
    """
    if store.password_of(c, name) is not None:
        raise ValueProblem("name", "another administrator has this name", f"there is an administrator {name!r} already")
    first = Privilege.READ_ONLY if store.exist(c) else Privilege.ACCOUNT_OWNER
    wanted = frozenset({Grant(first)} if grants is None else grants)
    _check_grants(wanted)
    _check_covers(by, wanted)
    store.add(c, name, stored, now, employee_id)
    store.set_grants(c, name, wanted)
    append(c, _of(EventType.ADMIN_CREATED, name, actor), now)
    _say_grants(c, name, frozenset(), wanted, actor, now)
    if employee_id:
        append(c, _of(EventType.ADMIN_LINKED, name, actor), now)


def change(c: Connection, name: str, grants: Iterable[Grant], employee_id: str, *, actor: str, now: int, by: Rights) -> bool:
    """Give an administrator these privileges, in the place of all others, and say which user of the directory they are.

    Whether anything changed; the administrator's sessions end then, and the next one has the new rights.  Raises
    NoAdminProblem, NotAllowedProblem, ValueProblem, and LastAdminProblem where nobody would own the account.
    """
    before, wanted = find_admin(c, name), frozenset(grants)
    if (before.grants, before.employee_id) == (wanted, employee_id):
        return False
    _check_grants(wanted)
    _check_touch(name, before.grants, actor, by)
    _check_covers(by, wanted)
    if before.rights.is_owner and not Rights(wanted).is_owner:
        _check_not_last(c, name)
    store.set_grants(c, name, wanted)
    store.link(c, name, employee_id)
    store.end_sessions_of(c, name)
    _say_grants(c, name, before.grants, wanted, actor, now)
    if before.employee_id != employee_id:
        append(c, _of(EventType.ADMIN_LINKED, name, actor), now)
    return True


def remove(c: Connection, name: str, *, actor: str, now: int, by: Rights) -> None:
    """Remove an administrator, whose sessions end with this transaction.

    Raises NoAdminProblem for a name that is nobody's, NotAllowedProblem, and LastAdminProblem.
    """
    found = find_admin(c, name)
    _check_touch(name, found.grants, actor, by)
    if found.rights.is_owner or len(store.everyone(c)) == 1:
        _check_not_last(c, name)
    store.remove(c, name)
    append(c, _of(EventType.ADMIN_REMOVED, name, actor), now)


def find_admin(c: Connection, name: str) -> Admin:
    """The administrator of that name.  Raises NoAdminProblem."""
    for one in store.everyone(c):
        if one.name == name:
            return one
    raise NoAdminProblem(f"there is no administrator {name!r}")


def rights_of(c: Connection, name: str) -> Rights:
    """What an administrator may at this moment; nothing for a name that is nobody's."""
    return Rights(store.grants_of(c, name))


def check_person(c: Connection, employee_id: str, own: str, by: Rights) -> None:
    """Whether an administrator (`own` is the employee_id that they are) may do something to a user of the directory.

    Raises NotAllowedProblem for themselves, whose attributes and roles feed what they get, and for who is an administrator
    above them, whose account would open what is not theirs.
    """
    if own and own == employee_id:
        raise NotAllowedProblem(OWN_ACCOUNT)
    above = Rights(store.grants_of_person(c, employee_id))
    if above.rank > by.rank:
        who = "an account owner" if above.is_owner else "an account owner or a super user"
        raise NotAllowedProblem(ABOVE.format(who=who))


def _check_grants(grants: frozenset[Grant]) -> None:
    if not grants:
        what = f"choose at least one privilege: {', '.join(one.value for one in ABOUT)}"
        raise ValueProblem("privilege", "choose at least one privilege", what)
    if len(grants) > MOST_GRANTS:
        what = f"an administrator has at most {MOST_GRANTS} privileges: a super user administers every role and app"
        raise ValueProblem("privilege", what, what)
    for one in grants:
        if (one.privilege in SCOPED) != (one.scope > 0):
            kind = SCOPED.get(one.privilege)
            what = f"{one.privilege.value} " + (f"needs the {kind} that it is for" if kind else "is for everything")
            raise ValueProblem("privilege", what, what)


def _check_covers(by: Rights, grants: frozenset[Grant]) -> None:
    if not by.everywhere(Permission.ADMINISTRATORS_MANAGE):
        raise NotAllowedProblem(who_may(Permission.ADMINISTRATORS_MANAGE).rstrip("."))
    if not by.covers(grants):
        raise NotAllowedProblem("only account owners make account owners, or touch them")


def _check_touch(name: str, grants: frozenset[Grant], actor: str, by: Rights) -> None:
    if name == actor:
        raise NotAllowedProblem(ITSELF)
    _check_covers(by, grants)


def _check_not_last(c: Connection, name: str) -> None:
    if len(store.everyone(c)) == 1:
        raise LastAdminProblem(f"{name} is the last administrator: make another one first")
    if store.owners(c) == [name]:
        raise LastAdminProblem(f"{name} is the last account owner: make another one first")


def _say_grants(c: Connection, name: str, before: frozenset[Grant], after: frozenset[Grant], actor: str, now: int) -> None:
    """One event for each privilege that came or went; a role or an app is named by its id."""
    for what, grants in (
        (EventType.ADMIN_PRIVILEGE_GIVEN, after - before),
        (EventType.ADMIN_PRIVILEGE_TAKEN, before - after),
    ):
        for one in sorted(grants):
            role, app = (one.scope if SCOPED.get(one.privilege) == kind else None for kind in ("role", "app"))
            event = msgspec.structs.replace(_of(what, name, actor), notes=NAMES[one.privilege], role_id=role, app_id=app)
            append(c, event, now)


def _of(what: EventType, name: str, actor: str) -> Event:
    return Event(type=what, actor=actor, object="administrator", object_name=name)


def everyone(c: Connection) -> list[Admin]:
    """Every administrator, by name; last seen in a session, or else at one of the last sign-ins of all."""
    entered, _ = page(c, Wanted(type=EventType.ADMIN_SIGNED_IN.value), limit=SIGN_INS)
    last = {event.actor: event.at for event in reversed(entered)}
    return [replace(one, seen_at=max(one.seen_at, last.get(one.name, 0))) for one in store.everyone(c)]


def sign_in(c: Connection, name: str, old: str | None, now: int) -> str:
    """A new session for an administrator whose password was right: the cookie's new value.  `old` is the one until now."""
    store.forget_sessions(c, now)
    if old is not None:
        store.end_session(c, digest(old))
    secret = new_secret()
    store.add_session(c, digest(secret), name, now, now + ABSOLUTE_MS)
    append(c, _event(EventType.ADMIN_SIGNED_IN, name), now)
    return secret


def failed(c: Connection, name: str, now: int) -> None:
    """Somebody gave a wrong password.  A name that is nobody's is not written down: it may be a password in the wrong field."""
    known = store.password_of(c, name) is not None
    notes = "wrong password" if known else "no such administrator"
    event = Event(type=EventType.ADMIN_SIGN_IN_FAILED, object="administrator", object_name=name if known else "", notes=notes)
    append(c, event, now)


def find(c: Connection, secret: str | None, now: int) -> AdminSession | None:
    """The session of the cookie's value, if it is alive."""
    return None if secret is None else store.session(c, digest(secret), now)


def needs_touch(session: AdminSession, now: int) -> bool:
    """Whether it should be written down that the session is in use."""
    return now - session.seen_at >= SEEN_EVERY_MS


def sign_out(c: Connection, session: AdminSession, now: int) -> None:
    """End the session."""
    if store.end_session(c, session.digest):
        append(c, _event(EventType.ADMIN_SIGNED_OUT, session.name), now)


def _event(what: EventType, name: str) -> Event:
    return Event(type=what, actor=name, object="administrator", object_name=name)
