"""Reading a roster folder: what is kept to the letter, and everything that is refused."""

import pytest

from lockstep.idp.directory import store
from lockstep.idp.directory.csv_folder import read_folder
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.directory.roster import Seat
from lockstep.idp.events import latest
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from tests.idp.conftest import GROUPS, MEMBERSHIPS, PEOPLE, WriteFolder

HEAD = "employee_id,user_name,given_name,family_name,display_name,email"


def _people(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows, ""))


def test_reads_a_folder_in_the_order_of_its_keys(write_folder: WriteFolder) -> None:
    folder = write_folder(
        people=_people("é,b,,,,", "Z,a,,,,", "a,c,,,,"),
        groups="group_id,display_name,kind\nB,Writers,\nA,Readers,open\n",
        memberships="group_id,employee_id,rank\nB,a,2\nA,é,\nB,Z,1\n",
    )
    roster = read_folder(folder)
    assert [person.employee_id for person in roster.people] == ["Z", "a", "é"]
    assert roster.roles == [
        Role(group_id="A", name="Readers", attributes={"kind": "open"}, source=FOLDER),
        Role(group_id="B", name="Writers", source=FOLDER),
    ]
    assert roster.seats == [Seat("A", "é", "{}"), Seat("B", "Z", '{"rank":"1"}'), Seat("B", "a", '{"rank":"2"}')]


def test_keeps_text_to_the_letter(write_folder: WriteFolder) -> None:
    odd = " \tJosé\u0301 \u00a0"
    row = f'" E1 ",{odd},"O\'Neil, ""Pat""","line\r\nbreak",{odd},A@X.Example,{odd},1'
    roster = read_folder(write_folder(people=_people(row, head=f"{HEAD},title,  Badge "), memberships="group_id,employee_id\n"))
    assert roster.people == [
        User(
            employee_id=" E1 ",
            user_name=odd,
            given_name='O\'Neil, "Pat"',
            family_name="line\r\nbreak",
            display_name=odd,
            email="A@X.Example",
            title=odd,
            custom={"  Badge ": "1"},
            source=FOLDER,
        )
    ]


def test_knows_every_optional_column_and_keeps_others_as_custom_attributes(write_folder: WriteFolder) -> None:
    optional = "middle_name,suffix,nickname,phone,title,department,division,cost_center,manager_id,locale,timezone"
    row = "E1,a,,,,,m,s,n,p,t,d,v,c,E9,en,UTC,suspended,"
    roster = read_folder(
        write_folder(people=_people(row, head=f"{HEAD},{optional},status,empty"), memberships="group_id,employee_id\n")
    )
    (person,) = roster.people
    assert [getattr(person, name) for name in optional.split(",")] == [
        "m",
        "s",
        "n",
        "p",
        "t",
        "d",
        "v",
        "c",
        "E9",
        "en",
        "UTC",
    ]
    assert person.custom == {"status": "suspended"}


def test_columns_may_stand_in_any_order(write_folder: WriteFolder) -> None:
    folder = write_folder(
        people="email,display_name,family_name,given_name,user_name,employee_id\ne,d,f,g,u,E1\n",
        groups="display_name,group_id\nReaders,G1\n",
        memberships="employee_id,group_id\nE1,G1\n",
    )
    roster = read_folder(folder)
    (person,) = roster.people
    assert (person.employee_id, person.user_name, person.email) == ("E1", "u", "e")
    assert roster.seats == [Seat("G1", "E1", "{}")]


def test_a_header_alone_is_a_complete_file_of_memberships_or_groups(write_folder: WriteFolder) -> None:
    roster = read_folder(write_folder(groups="group_id,display_name\n", memberships="group_id,employee_id\n"))
    assert len(roster.people) == 3
    assert (roster.roles, roster.seats) == ([], [])


@pytest.mark.parametrize(
    "people",
    [
        pytest.param(_people("E1,a,,,,same@x", "E2,b,,,,same@x"), id="two people with one address"),
        pytest.param(_people("E1,a,,,,", "e1,b,,,,"), id="keys that differ in case are two keys"),
        pytest.param(_people("E1,a,,,,"), id="a person without any name or address"),
    ],
)
def test_believes(write_folder: WriteFolder, people: str) -> None:
    assert read_folder(write_folder(people=people, memberships="group_id,employee_id\n")).people


LONG = "x" * 1025
MALFORMED = [
    # file, content, line, words
    ("people", None, 0, "people.csv is missing"),
    ("people", "", 1, "the file is empty"),
    ("people", HEAD + "\n", 1, "there are no people"),
    ("people", PEOPLE.replace(",email", ""), 1, "column email is missing"),
    ("people", PEOPLE.replace("employee_id", "Employee_ID"), 1, "column employee_id is missing"),
    ("people", PEOPLE.replace("user_name", " user_name"), 1, "column user_name is missing"),
    ("people", PEOPLE.replace("department", "email"), 1, "column email is there twice"),
    ("people", PEOPLE.replace("department", "  "), 1, "a column has no name"),
    ("people", PEOPLE + "E4,dora,,,,\n", 5, "6 cells where the header has 7"),
    ("people", PEOPLE + "E4,dora,,,,,,\n", 5, "8 cells where the header has 7"),
    ("people", PEOPLE + "E4\n", 5, "1 cell where the header has 7"),
    ("people", PEOPLE + ",dora,,,,,\n", 5, "employee_id is empty"),
    ("people", PEOPLE + "  ,dora,,,,,\n", 5, "employee_id is empty"),
    ("people", PEOPLE + "E4,,,,,,\n", 5, "user_name is empty"),
    ("people", PEOPLE + "E1,dora,,,,,\n", 5, "employee_id 'E1' is there already, on line 2"),
    ("people", PEOPLE + "E4,ALICE@x.example,,,,,\n", 5, "user_name 'ALICE@x.example' is there already, on line 2"),
    ("people", PEOPLE + "E4,STRASSE,,,,,\nE5,Straße,,,,,\n", 6, "user_name 'Straße' is there already, on line 5"),
    ("people", PEOPLE + f"{LONG},dora,,,,,\n", 5, "employee_id is longer than 1024 bytes"),
    ("people", PEOPLE + f"E4,{LONG},,,,,\n", 5, "user_name is longer than 1024 bytes"),
    ("people", PEOPLE + f"E4,dora,,,,{LONG},\n", 5, "email is longer than 1024 bytes"),
    ("people", PEOPLE.replace("Research", '"Rese\narch"') + "E4\n", 6, "1 cell where the header has 7"),
    ("people", PEOPLE.replace("Treasury", '"Treasury'), 3, "never closed"),
    ("people", PEOPLE.encode().replace(b"Chen", b"Ch\xe9n"), 4, "not UTF-8"),
    ("people", PEOPLE.replace("Chen", "Ch\0n"), 4, "NUL"),
    ("people", PEOPLE.replace("E2", "\nE2"), 3, "an empty line"),
    ("groups", None, 0, "groups.csv is missing"),
    ("groups", "", 1, "the file is empty"),
    ("groups", GROUPS.replace("display_name", "name"), 1, "column display_name is missing"),
    ("groups", GROUPS + "G3\n", 4, "1 cell where the header has 2"),
    ("groups", GROUPS + "G3,a,b\n", 4, "3 cells where the header has 2"),
    ("groups", GROUPS + ",Nobody\n", 4, "group_id is empty"),
    ("groups", GROUPS + "G3,\n", 4, "display_name is empty"),
    ("groups", GROUPS + "G1,Again\n", 4, "group_id 'G1' is there already, on line 2"),
    ("groups", GROUPS + f"{LONG},Long\n", 4, "group_id is longer than 1024 bytes"),
    ("groups", GROUPS.encode() + b"G3,\xff\n", 4, "not UTF-8"),
    ("memberships", None, 0, "memberships.csv is missing"),
    ("memberships", "", 1, "the file is empty"),
    ("memberships", MEMBERSHIPS.replace("group_id", "role_id"), 1, "column group_id is missing"),
    ("memberships", MEMBERSHIPS + "G1\n", 5, "1 cell where the header has 2"),
    ("memberships", MEMBERSHIPS + "G1,E3,7\n", 5, "3 cells where the header has 2"),
    ("memberships", MEMBERSHIPS + "G1,\n", 5, "employee_id is empty"),
    ("memberships", MEMBERSHIPS + ",E3\n", 5, "group_id is empty"),
    ("memberships", MEMBERSHIPS + "G9,E1\n", 5, "group_id 'G9' is not in groups.csv"),
    ("memberships", MEMBERSHIPS + "g1,E3\n", 5, "group_id 'g1' is not in groups.csv"),
    ("memberships", MEMBERSHIPS + "G1,E9\n", 5, "employee_id 'E9' is not in people.csv"),
    ("memberships", MEMBERSHIPS + "G1,E2\n", 5, "'E2' is in 'G1' already, on line 3"),
    ("memberships", MEMBERSHIPS.replace("G2,E2", 'G2,"E2'), 4, "never closed"),
]


@pytest.mark.parametrize(("file", "content", "line", "words"), MALFORMED, ids=[f"{case[0]}: {case[3]}" for case in MALFORMED])
def test_refuses_and_applies_nothing(
    sqlite_idp: Database, write_folder: WriteFolder, file: str, content: str | bytes | None, line: int, words: str
) -> None:
    with sqlite_idp.write() as connection:
        apply_roster(connection, read_folder(write_folder()), 1)
        before = list(store.stream_users(connection)), store.roles(connection), store.counts(connection), latest(connection)

    def import_folder() -> None:
        with sqlite_idp.write() as connection:
            apply_roster(connection, read_folder(write_folder(**{file: content})), 2)

    with pytest.raises(Problem) as problem:
        import_folder()
    said = str(problem.value)
    assert words in said
    assert said.startswith(f"{file}.csv, line {line}: " if line else f"{file}.csv ")
    assert "nothing was applied" in said
    with sqlite_idp.read() as connection:
        after = list(store.stream_users(connection)), store.roles(connection), store.counts(connection), latest(connection)
    assert after == before


def test_a_folder_that_is_not_there(write_folder: WriteFolder) -> None:
    with pytest.raises(Problem, match="is not a folder"):
        read_folder(write_folder() / "people.csv")
