"""facts/aws-identity-center.md, section 2.8: filters."""

from typing import Any

import pytest

from tests.center.client import ABSENT, ENTERPRISE, Client
from tests.center.conftest import Make


class People:
    """Alice manages Bob; both are in Team; Charlie is in nothing; everything exists again in another instance."""

    alice: dict[str, Any]
    bob: dict[str, Any]
    charlie: dict[str, Any]
    team: dict[str, Any]

    def text(self, template: str) -> str:
        return template.format(
            alice=self.alice["id"], bob=self.bob["id"], charlie=self.charlie["id"], team=self.team["id"], absent=ABSENT
        )


async def people_in(scim: Client) -> People:
    people = People()
    people.alice = await scim.user(userName="alice", externalId="e-alice")
    manager = {ENTERPRISE: {"manager": {"value": people.alice["id"]}}}
    people.bob = await scim.user(userName="bob+x@example.com", externalId="e bob".replace(" ", "-"), **manager)
    people.charlie = await scim.user(userName="charlie", externalId="e-charlie")
    members = [{"value": people.alice["id"]}, {"value": people.bob["id"]}]
    people.team = await scim.group(displayName="Team & Friends", externalId="g-team", members=members)
    await scim.group(displayName="Empty")
    return people


@pytest.fixture
async def people(scim: Client, scim_with: Make) -> People:
    await people_in(scim_with())
    return await people_in(scim)


USERS = {
    'userName eq "alice"': ["alice"],
    'userName eq "ALICE"': ["alice"],
    'username EQ "alice"': ["alice"],
    'userName eq "bob+x@example.com"': ["bob"],
    'externalId eq "e-alice"': ["alice"],
    'externalId eq "E-ALICE"': [],
    'groups.value eq "{team}"': ["alice", "bob"],
    'groups.value eq "{absent}"': [],
    'groups.value eq "nonsense"': [],
    'id eq "{alice}"': ["alice"],
    'id eq "{absent}"': [],
    'id eq "{bob}" and manager eq "{alice}"': ["bob"],
    'manager eq "{alice}" and id eq "{bob}"': ["bob"],
    'id eq "{bob}" and manager eq "{charlie}"': [],
    'id eq "{alice}" and manager eq "{alice}"': [],
    'userName eq "nobody"': [],
    'userName eq "al\\u0069ce"': ["alice"],
    'userName eq "a\\"b"': [],
    'userName eq "it (is) nobody"': [],
}


@pytest.mark.parametrize("text", USERS)
async def test_2_8_users(scim: Client, people: People, text: str) -> None:
    answer = await scim.find("/Users", people.text(text))
    assert answer.status == 200
    assert answer.ids == [getattr(people, name)["id"] for name in USERS[text]]
    assert answer.json["totalResults"] == len(USERS[text])


GROUPS = {
    'displayName eq "Team & Friends"': True,
    'displayName eq "team & friends"': True,
    'externalId eq "g-team"': True,
    'externalId eq "G-TEAM"': False,
    'members.value eq "{bob}"': True,
    'members.value eq "{charlie}"': False,
    'id eq "{team}"': True,
    'id eq "{absent}"': False,
    'id eq "{team}" and members eq "{alice}"': True,
    'members eq "{alice}" and id eq "{team}"': True,
    'id eq "{team}" and member eq "{alice}"': True,
    'member eq "{alice}" and id eq "{team}"': True,
    'id eq "{team}" and members eq "{charlie}"': False,
    'id eq "{absent}" and members eq "{charlie}"': False,
    'displayName eq "nothing"': False,
}


@pytest.mark.parametrize("text", GROUPS)
async def test_2_8_groups(scim: Client, people: People, text: str) -> None:
    answer = await scim.find("/Groups", people.text(text))
    assert answer.status == 200
    assert answer.ids == ([people.team["id"]] if GROUPS[text] else [])


NOT_FOR_USERS = [
    'emails eq "a@example.com"',
    'emails.value eq "a@example.com"',
    "active eq true",
    'active eq "true"',
    'displayName eq "Babs Jensen"',
    'members.value eq "x"',
    'userName co "a"',
    'userName sw "a"',
    'userName ne "a"',
    "userName pr",
    'userName eq "a" or userName eq "b"',
    'not (userName eq "a")',
    '(userName eq "alice")',
    'userName eq "a" and externalId eq "b"',
    'userName eq "alice" and userName eq "alice"',
    'id eq "a" and id eq "a"',
    'id eq "a" and manager eq "b" and userName eq "c"',
    'manager eq "a"',
    "userName eq alice",
    "userName eq 1",
    "userName eq null",
    'userName eq ""',
    'userName eq "a\\u0000b"',
    "userName eq",
    "",
    " ",
    '"',
    'userName eq "unterminated',
    'groups.value eq ""',
    'emails[type eq "work"]',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "x"',
    "a" * 9000,
    "(" * 500,
]


@pytest.mark.parametrize("text", NOT_FOR_USERS)
async def test_2_8_users_closed_list(scim: Client, text: str) -> None:
    answer = await scim.find("/Users", text)
    assert (answer.status, answer.detail) == (400, "Invalid Filter format")


NOT_FOR_GROUPS = [
    'userName eq "a"',
    'displayName co "a"',
    'members eq "a"',
    'member eq "a"',
    'id eq "x" and members eq ""',
    'groups.value eq "a"',
    'displayName eq "a" and externalId eq "b"',
    'member eq "a" and members eq "a"',
    'id eq "x" and members.value eq "y"',
]


@pytest.mark.parametrize("text", NOT_FOR_GROUPS)
async def test_2_8_groups_closed_list(scim: Client, text: str) -> None:
    answer = await scim.find("/Groups", text)
    assert (answer.status, answer.detail) == (400, "Invalid Filter format")


@pytest.mark.parametrize(
    "text", ['members.value eq "{absent}"', 'id eq "{team}" and members eq "{absent}"', 'members.value eq "x"']
)
async def test_2_8_an_unknown_member_is_404_not_an_empty_list(scim: Client, people: People, text: str) -> None:
    assert (await scim.find("/Groups", people.text(text))).status == 404


async def test_2_8_a_member_of_another_instance_is_unknown(scim: Client, scim_with: Make) -> None:
    stranger = await scim_with().user()
    assert (await scim.find("/Groups", f'members.value eq "{stranger["id"]}"')).status == 404


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
async def test_2_8_unmatched_is_200_and_empty(scim: Client, path: str) -> None:
    answer = await scim.find(path, 'externalId eq "nobody"')
    assert answer.status == 200
    assert (answer.json["totalResults"], answer.resources) == (0, [])


@pytest.mark.parametrize("query", ["userName+eq+%22alice%22", "userName%20eq%20%22alice%22", "userName%20eq+%22%61lice%22"])
async def test_2_8_values_arrive_url_encoded(scim: Client, people: People, query: str) -> None:
    assert (await scim.get(f"/Users?filter={query}")).ids == [people.alice["id"]]


async def test_2_8_a_long_group_name_can_be_asked_for(scim: Client) -> None:
    name = "\N{GREEK SMALL LETTER OMEGA}" * 1024
    group = await scim.group(displayName=name)
    assert (await scim.find("/Groups", f'displayName eq "{name}"')).ids == [group["id"]]


async def test_2_8_id_and_members_leaves_the_members_key_out(scim: Client, people: People) -> None:
    answer = await scim.find("/Groups", people.text('id eq "{team}" and members eq "{alice}"'))
    assert "members" not in answer.resources[0]
    assert (await scim.find("/Groups", people.text('id eq "{team}"'))).resources[0]["members"] == []
