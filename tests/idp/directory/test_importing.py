"""Imports on both databases: what they change, what they leave, and what they say."""

from pathlib import Path

import pytest

from lockstep.idp.directory import actions, store
from lockstep.idp.directory.csv_folder import read_folder
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.records import FOLDER, Status, User
from lockstep.idp.directory.roster import Summary, Tally
from lockstep.idp.events import SERIAL, follow, latest
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from tests.idp.conftest import GROUPS, MEMBERSHIPS, PEOPLE, WriteFolder

NOTHING = Tally(0, 0, 0)


def _import(database: Database, folder: Path, now: int = 1) -> Summary:
    roster = read_folder(folder)
    with database.write(serial=SERIAL) as connection:
        return apply_roster(connection, roster, now)


def _events(connection: Connection, after: int) -> list[str]:
    """Each event as `type: who`."""
    return [f"{event.type.value}: {event.user_name}{event.role_name}" for event in follow(connection, after)]


def _seats(connection: Connection) -> list[str]:
    return sorted(
        f"{role.group_id}:{user.employee_id}"
        for role in store.roles(connection)
        for user in store.members_of_role(connection, role.id)
    )


def _user(connection: Connection, employee_id: str) -> User:
    user = store.user_by_employee_id(connection, employee_id)
    assert user is not None
    return user


def test_the_first_import_makes_everything(idp: Database, write_folder: WriteFolder) -> None:
    assert _import(idp, write_folder(), 7) == Summary(Tally(3, 0, 0), Tally(2, 0, 0), Tally(3, 0, 0))
    with idp.read() as connection:
        alice = _user(connection, "E1")
        assert (alice.user_name, alice.department, alice.status) == ("alice@x.example", "Research", Status.ACTIVE)
        assert (alice.source, alice.created_at, alice.updated_at) == (FOLDER, 7, 7)
        assert _seats(connection) == ["G1:E1", "G1:E2", "G2:E2"]
        assert _events(connection, 0) == [
            "user.created: alice@x.example",
            "user.created: bob@x.example",
            "user.created: charlie@x.example",
            "role.created: Readers",
            "role.created: Writers",
            "directory.imported: ",
        ]
        assert {event.actor for event in follow(connection, 0)} == {"import"}
        assert next(follow(connection, 0)).user_id == alice.id


def test_the_same_folder_again_changes_nothing_and_says_nothing(idp: Database, write_folder: WriteFolder) -> None:
    folder = write_folder(people=PEOPLE.replace("department", "badge"))
    _import(idp, folder)
    with idp.read() as connection:
        before = list(store.stream_users(connection)), latest(connection)
    assert _import(idp, folder, 99) == Summary(NOTHING, NOTHING, NOTHING)
    with idp.read() as connection:
        assert (list(store.stream_users(connection)), latest(connection)) == before


def test_joiners_movers_and_leavers(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.read() as connection:
        before, bob = latest(connection), _user(connection, "E2")
    people = PEOPLE.replace("E2,bob@x.example,Bob", "E2,robert@x.example,Robert").replace("E3,charlie", "E4,dora")
    folder = write_folder(
        people=people,
        groups="group_id,display_name\nG1,All readers\nG3,Owners\n",
        memberships="group_id,employee_id\nG1,E2\nG1,E4\nG3,E2\n",
    )
    assert _import(idp, folder, 2) == Summary(Tally(1, 1, 1), Tally(1, 1, 1), Tally(2, 0, 2))
    with idp.read() as connection:
        robert = _user(connection, "E2")
        assert (robert.id, robert.given_name, robert.created_at, robert.updated_at) == (bob.id, "Robert", 1, 2)
        assert store.user_by_employee_id(connection, "E3") is None
        assert store.user_by_user_name(connection, "bob@x.example") is None
        assert _seats(connection) == ["G1:E2", "G1:E4", "G3:E2"]
        assert _events(connection, before) == [
            "user.removed: charlie@x.example",
            "user.updated: robert@x.example",
            "user.created: dora@x.example",
            "role.removed: Writers",
            "role.renamed: All readers",
            "role.created: Owners",
            "role.members_changed: All readers",
            "user.roles_changed: alice@x.example",
            "user.roles_changed: robert@x.example",
            "directory.imported: ",
        ]


def test_only_memberships_change(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.read() as connection:
        before = latest(connection)
    assert _import(idp, write_folder(memberships="group_id,employee_id\nG1,E1\nG2,E2\nG2,E3\n")).memberships == Tally(1, 0, 1)
    with idp.read() as connection:
        assert _events(connection, before) == [
            "role.members_changed: Readers",
            "role.members_changed: Writers",
            "user.roles_changed: bob@x.example",
            "user.roles_changed: charlie@x.example",
            "directory.imported: ",
        ]


def test_all_seats_vacant(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    vacant = write_folder(memberships="group_id,employee_id\n")
    assert _import(idp, vacant) == Summary(NOTHING, NOTHING, Tally(0, 0, 3))
    with idp.read() as connection:
        assert _seats(connection) == []
        assert len(store.roles(connection)) == 2


def test_attributes_of_roles_and_memberships(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    folder = write_folder(
        groups="group_id,display_name,kind\nG1,Readers,open\nG2,Writers,\n",
        memberships="group_id,employee_id,rank\nG1,E1,1\nG1,E2,\nG2,E2,\n",
    )
    with idp.read() as connection:
        before = latest(connection)
    assert _import(idp, folder) == Summary(NOTHING, Tally(0, 1, 0), Tally(0, 1, 0))
    with idp.read() as connection:
        assert _events(connection, before) == ["role.updated: Readers", "directory.imported: "]
        role = store.role_by_group_id(connection, "G1")
        assert role is not None
        assert role.attributes == {"kind": "open"}
        found = store.membership(connection, role.id, _user(connection, "E1").id)
        assert found is not None
        assert (found.attributes, found.source) == ({"rank": "1"}, FOLDER)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("bob", "alice", "charlie"), id="two swap"),
        pytest.param(("bob", "charlie", "alice"), id="three in a circle"),
        pytest.param(("ALICE", "Bob", "charlie"), id="case only"),
        pytest.param(("dora", "alice", "bob"), id="a chain"),
    ],
)
def test_user_names_move_between_people(idp: Database, write_folder: WriteFolder, names: tuple[str, ...]) -> None:
    def people(*user_names: str) -> str:
        rows = [f"E{number},{name},,,,{name}@x.example" for number, name in enumerate(user_names, 1)]
        return "\n".join(("employee_id,user_name,given_name,family_name,display_name,email", *rows, ""))

    _import(idp, write_folder(people=people("alice", "bob", "charlie")))
    changed = sum(before != after for before, after in zip(("alice", "bob", "charlie"), names, strict=True))
    assert _import(idp, write_folder(people=people(*names))).people == Tally(0, changed, 0)
    with idp.read() as connection:
        assert tuple(user.user_name for user in store.stream_users(connection)) == names
        for number, name in enumerate(names, 1):
            found = store.user_by_user_name(connection, name.upper())
            assert found is not None
            assert found.employee_id == f"E{number}"


def test_a_leaver_hands_the_user_name_to_a_joiner(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    folder = write_folder(people=PEOPLE.replace("E1,alice", "E9,Alice"), memberships="group_id,employee_id\n")
    assert _import(idp, folder).people == Tally(1, 0, 1)
    with idp.read() as connection:
        assert store.user_by_employee_id(connection, "E1") is None
        assert _user(connection, "E9").user_name == "Alice@x.example"


def test_roles_swap_their_names(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.read() as connection:
        before = {role.group_id: role.id for role in store.roles(connection)}
    assert _import(idp, write_folder(groups="group_id,display_name\nG1,Writers\nG2,Readers\n")).roles == Tally(0, 2, 0)
    with idp.read() as connection:
        roles = store.roles(connection)
    assert [(role.group_id, role.name) for role in roles] == [("G1", "Writers"), ("G2", "Readers")]
    assert {role.group_id: role.id for role in roles} == before


def test_a_suspended_person_stays_suspended(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.write(serial=SERIAL) as connection:
        actions.suspend(connection, _user(connection, "E1").id, actor="bob", now=2)
    assert _import(idp, write_folder()) == Summary(NOTHING, NOTHING, NOTHING)
    _import(idp, write_folder(people=PEOPLE.replace("Research", "Treasury")))
    with idp.read() as connection:
        alice = _user(connection, "E1")
        assert (alice.department, alice.status) == ("Treasury", Status.SUSPENDED)


def test_what_was_changed_by_hand_becomes_what_the_roster_says(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.write(serial=SERIAL) as connection:
        alice = _user(connection, "E1")
        actions.change_user(connection, alice.id, {"department": "Attic"}, custom={"k": "v"}, actor="bob", now=2)
    assert _import(idp, write_folder()).people == Tally(0, 1, 0)
    with idp.read() as connection:
        assert (_user(connection, "E1").department, _user(connection, "E1").custom) == ("Research", {})


def _by_hand(database: Database) -> None:
    """Zoe and role Hand, made by hand; Alice and Zoe in Hand, Zoe in Readers."""
    with database.write(serial=SERIAL) as connection:
        zoe = actions.create_user(connection, {"employee_id": "H1", "user_name": "zoe"}, actor="bob", now=2)
        hand = actions.create_role(connection, "Hand", group_id="H", actor="bob", now=2)
        readers = store.role_by_group_id(connection, "G1")
        assert readers is not None
        actions.add_members(connection, hand.id, [_user(connection, "E1").id, zoe.id], actor="bob", now=2)
        actions.add_members(connection, readers.id, [zoe.id], actor="bob", now=2)


def test_what_was_made_by_hand_stays(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    _by_hand(idp)
    assert _import(idp, write_folder()) == Summary(NOTHING, NOTHING, NOTHING)
    with idp.read() as connection:
        assert _seats(connection) == ["G1:E1", "G1:E2", "G1:H1", "G2:E2", "H:E1", "H:H1"]


def test_what_was_made_by_hand_falls_with_whoever_leaves(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    _by_hand(idp)
    with idp.read() as connection:
        before = latest(connection)
    folder = write_folder(
        people=PEOPLE.replace("E1,alice", "E5,eve"),
        groups="group_id,display_name\nG2,Writers\n",
        memberships="group_id,employee_id\nG2,E2\n",
    )
    assert _import(idp, folder) == Summary(Tally(1, 0, 1), Tally(0, 0, 1), Tally(0, 0, 4))
    with idp.read() as connection:
        assert _seats(connection) == ["G2:E2", "H:H1"]
        assert "role.members_changed: Hand" not in _events(connection, before)  # Alice's own event covers her leaving


def test_a_roster_that_names_what_was_made_by_hand_takes_it_over(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    _by_hand(idp)
    folder = write_folder(
        people=PEOPLE + "H1,zoe,,,zoe,,\n", groups=GROUPS + "H,Hand\n", memberships=MEMBERSHIPS + "H,E1\nH,H1\n"
    )
    assert _import(idp, folder) == Summary(Tally(0, 1, 0), Tally(0, 1, 0), Tally(0, 2, 0))
    assert _import(idp, folder) == Summary(NOTHING, NOTHING, NOTHING)
    assert _import(idp, write_folder()) == Summary(Tally(0, 0, 1), Tally(0, 0, 1), Tally(0, 0, 3))


def test_a_user_name_that_belongs_to_somebody_made_by_hand(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    _by_hand(idp)

    with pytest.raises(Problem, match=r"employee_id 'E4' has user_name 'ZOE', .* made by hand \(employee_id 'H1'\)"):
        _import(idp, write_folder(people=PEOPLE.replace("E1,alice@x.example", "E4,ZOE"), memberships="group_id,employee_id\n"))
    with pytest.raises(Problem, match="employee_id 'E1' has user_name 'ZOE'"):
        _import(idp, write_folder(people=PEOPLE.replace("E1,alice@x.example", "E1,ZOE")))
    with idp.read() as connection:
        assert _user(connection, "E1").user_name == "alice@x.example"


def test_ids_are_never_given_again(idp: Database, write_folder: WriteFolder) -> None:
    _import(idp, write_folder())
    with idp.read() as connection:
        charlie = _user(connection, "E3")
    _import(idp, write_folder(people=PEOPLE.replace("E3,charlie", "E4,dora")))
    _import(idp, write_folder())
    with idp.read() as connection:
        assert _user(connection, "E3").id > charlie.id + 1
