"""Administrators: made, signed in, signed out, on both databases."""

import pytest

from lockstep.idp import events
from lockstep.idp.admins import actions, store
from lockstep.idp.admins.permissions import OWNER, Grant, Privilege, Rights
from lockstep.idp.admins.records import ABSOLUTE_MS, IDLE_MS
from lockstep.idp.directory import actions as directory
from lockstep.idp.events import EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem, ValueProblem

NOW = 1_800_000_000_000


def types(db: Database) -> list[str]:
    with db.read() as c:
        return [event.type.value for event in events.follow(c, 0)]


def test_an_administrator_is_made_once(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        assert not store.exist(c)
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        assert store.exist(c)
        assert store.password_of(c, "root") == "stored"
    with idp.write(serial=events.SERIAL) as c, pytest.raises(Problem, match="already"):
        actions.create(c, "root", "other", actor="a test", now=NOW)
    assert types(idp) == ["admin.created", "admin.privilege_given"]


@pytest.mark.parametrize("name", ["", " ", " root", "a\nb", "x" * 201])
def test_a_name_has_printable_characters(name: str) -> None:
    with pytest.raises(Problem, match="name"):
        actions.check(name, "long enough")


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(Problem, match="password"):
        actions.check("root", password)


def test_a_session_lives_for_a_while(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        first = actions.sign_in(c, "root", None, NOW)
        second = actions.sign_in(c, "root", first, NOW)
        assert actions.find(c, first, NOW) is None
        found = actions.find(c, second, NOW + IDLE_MS - 1)
        assert found is not None
        assert found.name == "root"
        assert actions.find(c, second, NOW + IDLE_MS) is None
        assert actions.needs_touch(found, NOW + 60_000)
        for step in range(1, 20):
            store.seen(c, found.digest, NOW + step * IDLE_MS // 2)
        assert actions.find(c, second, NOW + ABSOLUTE_MS - 1) is not None
        assert actions.find(c, second, NOW + ABSOLUTE_MS) is None
        assert actions.find(c, None, NOW) is None
        actions.sign_out(c, found, NOW)
        actions.sign_out(c, found, NOW)
        assert actions.find(c, second, NOW) is None
    assert types(idp) == [
        *("admin.created", "admin.privilege_given"),
        *("admin.signed_in", "admin.signed_in", "admin.signed_out"),
    ]


def test_a_failure_names_nobody_who_is_nobody(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        actions.failed(c, "root", NOW)
        actions.failed(c, "my password", NOW)
    with idp.read() as c:
        found = [event for event in events.follow(c, 0) if event.type is events.EventType.ADMIN_SIGN_IN_FAILED]
    assert [(one.object_name, one.notes) for one in found] == [("root", "wrong password"), ("", "no such administrator")]


def test_an_administrator_is_removed_with_every_session(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        for name in ("root", "ada"):
            actions.create(c, name, "stored", actor="a test", now=NOW)
        first, second = actions.sign_in(c, "ada", None, NOW), actions.sign_in(c, "ada", None, NOW)
        kept = actions.sign_in(c, "root", None, NOW)
        actions.remove(c, "ada", actor="root", now=NOW, by=OWNER)
        assert actions.find(c, first, NOW) is actions.find(c, second, NOW) is None
        assert actions.find(c, kept, NOW) is not None
        assert [one.name for one in store.everyone(c)] == ["root"]
    with idp.read() as c:
        removed = [event for event in events.follow(c, 0) if event.type is EventType.ADMIN_REMOVED]
    assert [(event.actor, event.object_name) for event in removed] == [("root", "ada")]


def test_nobody_and_the_last_one_are_not_removed(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        with pytest.raises(actions.NoAdminProblem, match="no administrator 'ada'"):
            actions.remove(c, "ada", actor="a test", now=NOW, by=OWNER)
        with pytest.raises(Problem, match="root is the last administrator: make another one first"):
            actions.remove(c, "root", actor="a test", now=NOW, by=OWNER)
        assert store.exist(c)


def test_who_was_last_seen_when(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        for name in ("never", "out", "in"):
            actions.create(c, name, "stored", actor="a test", now=NOW)
        out = actions.sign_in(c, "out", None, NOW + 1)
        session = actions.find(c, out, NOW + 1)
        assert session is not None
        actions.sign_out(c, session, NOW + 2)
        actions.sign_in(c, "out", None, NOW + 3)
        inside = actions.find(c, actions.sign_in(c, "in", None, NOW + 4), NOW + 4)
        assert inside is not None
        store.seen(c, inside.digest, NOW + 9)
        store.forget_sessions(c, NOW + 5)
        seen = {one.name: one.seen_at for one in actions.everyone(c)}
    assert seen == {"in": NOW + 9, "never": 0, "out": NOW + 3}


GRANTS = {
    "owner": Grant(Privilege.ACCOUNT_OWNER),
    "super": Grant(Privilege.SUPER_USER),
    "people": Grant(Privilege.USER_ADMIN),
    "viewer": Grant(Privilege.READ_ONLY),
}


def several(c: Connection) -> None:
    """An account owner, a super user, a user admin, and one who only sees."""
    for name, grant in GRANTS.items():
        actions.create(c, name, "stored", actor="a test", now=NOW, grants=[grant], employee_id=f"E-{name}")


def test_the_first_owns_the_account_and_the_next_only_sees(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        for name in ("root", "ada"):
            actions.create(c, name, "stored", actor="a test", now=NOW)
        assert store.grants_of(c, "root") == {GRANTS["owner"]}
        assert store.grants_of(c, "ada") == {GRANTS["viewer"]}
        assert actions.rights_of(c, "nobody") == Rights(frozenset())


def test_privileges_change_with_an_event_each_and_end_the_sessions(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        several(c)
        role = directory.create_role(c, "Readers", actor="a test", now=NOW)
        session = actions.sign_in(c, "viewer", None, NOW)
        wanted = frozenset({GRANTS["people"], Grant(Privilege.ROLE_ADMIN, role.id)})
        assert actions.change(c, "viewer", wanted, "E-other", actor="super", now=NOW, by=Rights(frozenset({GRANTS["super"]})))
        assert actions.find(c, session, NOW) is None
        found = actions.find_admin(c, "viewer")
        assert (found.grants, found.employee_id) == (wanted, "E-other")
        assert store.holders_of(c, Grant(Privilege.ROLE_ADMIN, role.id)) == ["viewer"]
        assert not actions.change(c, "viewer", wanted, "E-other", actor="super", now=NOW, by=OWNER)
    with idp.read() as c:
        said = [(one.type.value, one.notes, one.role_id) for one in events.follow(c, 0) if one.actor == "super"]
    assert said == [
        ("admin.privilege_given", "Role admin", role.id),
        ("admin.privilege_given", "User admin", None),
        ("admin.privilege_taken", "Read only", None),
        ("admin.linked", "", None),
    ]


def test_a_privilege_for_a_role_falls_with_the_role(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        several(c)
        role = directory.create_role(c, "Readers", actor="a test", now=NOW)
        actions.change(c, "viewer", [Grant(Privilege.ROLE_ADMIN, role.id)], "", actor="a test", now=NOW, by=OWNER)
        directory.remove_role(c, role.id, actor="a test", now=NOW)
        assert store.grants_of(c, "viewer") == frozenset()


@pytest.mark.parametrize("actor", list(GRANTS))
@pytest.mark.parametrize("target", list(GRANTS))
@pytest.mark.parametrize("wanted", list(GRANTS))
def test_nobody_raises_themselves_or_anybody_above_themselves(
    sqlite_idp: Database, actor: str, target: str, wanted: str
) -> None:
    """Every actor, everybody, every privilege: only owners touch owners and make them, super users do all else, others none."""
    may = actor != target and (actor == "owner" or (actor == "super" and "owner" not in (target, wanted)))
    with sqlite_idp.write(serial=events.SERIAL) as c:
        several(c)
        actions.create(c, "other", "stored", actor="a test", now=NOW, grants=[GRANTS["owner"]])
        by = actions.rights_of(c, actor)
        if may:
            actions.change(c, target, [GRANTS[wanted]], "E-new", actor=actor, now=NOW, by=by)
            actions.create(c, "new", "stored", actor=actor, now=NOW, grants=[GRANTS[wanted]], by=by)
            actions.remove(c, target, actor=actor, now=NOW, by=by)
            return
        with pytest.raises(actions.NotAllowedProblem):
            actions.change(c, target, [GRANTS[wanted]], "E-new", actor=actor, now=NOW, by=by)
        assert store.grants_of(c, target) == {GRANTS[target]}
        if target in (actor, "owner") or actor in ("people", "viewer"):
            with pytest.raises(actions.NotAllowedProblem):
                actions.remove(c, target, actor=actor, now=NOW, by=by)
        if actor in ("people", "viewer") or (actor == "super" and wanted == "owner"):
            with pytest.raises(actions.NotAllowedProblem):
                actions.create(c, "new", "stored", actor=actor, now=NOW, grants=[GRANTS[wanted]], by=by)


def test_the_last_owner_is_neither_removed_nor_lowered(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        several(c)
        for act in (
            lambda: actions.remove(c, "owner", actor="a test", now=NOW, by=OWNER),
            lambda: actions.change(c, "owner", [GRANTS["super"]], "", actor="a test", now=NOW, by=OWNER),
        ):
            with pytest.raises(actions.LastAdminProblem, match="owner is the last account owner: make another one first"):
                act()
        actions.change(c, "super", [GRANTS["owner"]], "", actor="a test", now=NOW, by=OWNER)
        actions.remove(c, "owner", actor="a test", now=NOW, by=OWNER)
        assert store.owners(c) == ["super"]


@pytest.mark.parametrize(
    "grants",
    [
        [],
        [Grant(Privilege.ROLE_ADMIN)],
        [Grant(Privilege.SUPER_USER, 1)],
        [Grant(Privilege.APP_ADMIN, n) for n in range(1, 1002)],
    ],
)
def test_privileges_that_cannot_be_are_refused(sqlite_idp: Database, grants: list[Grant]) -> None:
    with sqlite_idp.write(serial=events.SERIAL) as c, pytest.raises(ValueProblem) as raised:
        actions.create(c, "root", "stored", actor="a test", now=NOW, grants=grants)
    assert raised.value.field == "privilege"


@pytest.mark.parametrize("name", [*actions.RESERVED, "Mapping", "source HR", "api:robot"])
def test_nobody_is_called_what_the_events_call_another_actor(name: str) -> None:
    with pytest.raises(ValueProblem, match="choose another name"):
        actions.check(name, "long enough")


@pytest.mark.parametrize("actor", list(GRANTS))
@pytest.mark.parametrize("target", list(GRANTS))
def test_nobody_touches_their_own_user_or_that_of_who_is_above(sqlite_idp: Database, actor: str, target: str) -> None:
    order = ["viewer", "people", "super", "owner"]
    with sqlite_idp.write(serial=events.SERIAL) as c:
        several(c)
        by = actions.rights_of(c, actor)
        actions.check_person(c, "E-stranger", f"E-{actor}", by)
        if actor != target and order.index(actor) >= order.index(target):
            actions.check_person(c, f"E-{target}", f"E-{actor}", by)
            return
        with pytest.raises(actions.NotAllowedProblem, match="your own account" if actor == target else "has to do this"):
            actions.check_person(c, f"E-{target}", f"E-{actor}", by)


def test_an_administrator_without_a_user_is_nobody_s_own(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        actions.check_person(c, "", "", Rights(frozenset({GRANTS["people"]})))
