"""The made company: the same every time, and with everything in it that trips up provisioning in real life."""

import unicodedata
from collections import Counter
from pathlib import Path

from lockstep.cli.demo import company_names
from lockstep.cli.demo.company import PEOPLE, made_company, write_company
from lockstep.idp.directory.csv_folder import read_folder

COMPANY = made_company()


def sizes() -> dict[str, int]:
    counted = Counter(seat["group_id"] for seat in COMPANY.memberships)
    return {group["display_name"]: counted[group["group_id"]] for group in COMPANY.groups}


def test_it_is_the_same_every_time() -> None:
    assert made_company() == COMPANY


def test_it_has_200_people_and_25_groups() -> None:
    assert (len(COMPANY.people), len(COMPANY.groups)) == (PEOPLE, 25) == (200, 25)


def test_one_group_is_empty_and_two_need_more_than_one_request() -> None:
    found = sizes()
    assert [name for name, size in found.items() if size == 0] == [company_names.EMPTY_GROUP]
    assert [name for name, size in found.items() if size > 100] == [company_names.EVERYBODY, company_names.REMOTE]


def test_names_are_hard() -> None:
    names = [person["display_name"] for person in COMPANY.people]
    assert any(not unicodedata.is_normalized("NFKD", name) for name in names)
    assert max(map(len, names)) > 80
    assert max(len(group["display_name"]) for group in COMPANY.groups) > 100
    assert {person["suffix"] for person in COMPANY.people} > {"", "Jr."}
    assert any("," in name for name in names)
    assert any("'" in name for name in names)


def test_some_people_have_no_phone_or_cost_center() -> None:
    for column in ("phone", "cost_center", "middle_name"):
        assert 0 < sum(1 for person in COMPANY.people if not person[column]) < PEOPLE, column


def test_user_names_are_plain_unique_and_of_example_com() -> None:
    names = [person["user_name"] for person in COMPANY.people]
    assert len(set(names)) == PEOPLE
    assert all(name.isascii() and name.endswith("@example.com") and not name.startswith(".") for name in names)


def test_everybody_but_one_has_a_manager_who_stands_further_down() -> None:
    place = {person["employee_id"]: number for number, person in enumerate(COMPANY.people)}
    assert [person["title"] for person in COMPANY.people if not person["manager_id"]] == ["Chief executive"]
    assert all(place[p["manager_id"]] > place[p["employee_id"]] for p in COMPANY.people if p["manager_id"])


def test_the_identity_provider_reads_it(tmp_path: Path) -> None:
    write_company(tmp_path)
    roster = read_folder(tmp_path)
    assert (len(roster.people), len(roster.roles), len(roster.seats)) == (200, 25, len(COMPANY.memberships))
    assert [person.display_name for person in roster.people] == [person["display_name"] for person in COMPANY.people]
