"""facts/aws-identity-center.md, section 2.9: paging."""

import re

import pytest

from tests.center.client import Client, Json, encoded
from tests.center.conftest import Make

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


async def walk(scim: Client, path: str, first: str = "?cursor") -> list[list[str]]:
    """The ids of every page."""
    pages = []
    answer = await scim.get(f"{path}{first}")
    rest = first.partition("&")[2]
    while True:
        assert answer.status == 200
        pages.append(answer.ids)
        cursor = answer.json.get("nextCursor")
        if cursor is None:
            return pages
        assert re.fullmatch(r"[-a-zA-Z0-9+=/:_]+", cursor)
        answer = await scim.get(f"{path}?cursor={encoded(cursor)}&{rest}")


async def some_users(scim: Client, count: int) -> list[Json]:
    return [await scim.user() for _ in range(count)]


async def test_2_9_page_max_and_default_is_100(scim: Client) -> None:
    users = await some_users(scim, 101)
    answer = await scim.get("/Users")
    assert answer.ids == [user["id"] for user in users[:100]]
    assert (await scim.get("/Users?count=100")).ids == answer.ids


async def test_2_13_old_page_size_is_a_setting(scim_with: Make) -> None:
    scim = scim_with(page_size=50)
    await some_users(scim, 51)
    assert len((await scim.get("/Users")).ids) == 50


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
@pytest.mark.parametrize("count", [1, 2, 3, 100])
async def test_2_9_count(scim: Client, path: str, count: int) -> None:
    for _ in range(3):
        await (scim.user() if path == "/Users" else scim.group())
    assert len((await scim.get(f"{path}?count={count}")).ids) == min(count, 3)


@pytest.mark.parametrize("count", ["0", "-1", "101", "99999999999999999999", "x", "1.5", "", "%D9%A3"])
async def test_2_9_count_out_of_range(scim: Client, scim_with: Make, count: str) -> None:
    assert (await scim.get(f"/Users?count={count}")).status == 400
    lenient = scim_with(count_out_of_range="clamp")
    status = (await lenient.get(f"/Users?count={count}")).status
    assert status == (200 if count in ("0", "-1", "101") else 400)


@pytest.mark.parametrize(
    "query", ["startIndex=2", "startIndex=0", "startIndex=x", "attributes=userName", "excludedAttributes=id"]
)
async def test_2_9_unsupported_parameters_are_ignored(scim: Client, query: str) -> None:
    users = await some_users(scim, 2)
    answer = await scim.get(f"/Users?{query}")
    assert answer.status == 200
    assert answer.resources == users
    assert answer.json["startIndex"] == 1


async def test_2_9_without_cursor_one_page_and_no_way_to_the_next(scim: Client) -> None:
    users = await some_users(scim, 3)
    body = (await scim.get("/Users?count=2")).json
    assert list(body) == ["totalResults", "itemsPerPage", "startIndex", "schemas", "Resources"]
    assert (body["itemsPerPage"], body["startIndex"], body["schemas"]) == (2, 1, [LIST])
    assert body["Resources"] == users[:2]


async def test_2_9_total_results_is_the_number_returned(scim: Client) -> None:
    await some_users(scim, 3)
    assert (await scim.get("/Users?count=2")).json["totalResults"] == 2


@pytest.mark.parametrize("first", ["?cursor", "?cursor=", "?cursor&count=2", "?count=2&cursor", "?count=2&cursor="])
async def test_2_9_the_first_call_has_the_bare_empty_parameter(scim: Client, first: str) -> None:
    await some_users(scim, 3)
    body = (await scim.get(f"/Users{first}")).json
    assert list(body) == (
        ["itemsPerPage", "nextCursor", "schemas", "Resources"] if "count" in first else ["itemsPerPage", "schemas", "Resources"]
    )


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
@pytest.mark.parametrize(("total", "count"), [(0, 2), (1, 2), (2, 2), (3, 2), (5, 2), (6, 3)])
async def test_2_9_cursors_reach_everything_once(scim: Client, path: str, total: int, count: int) -> None:
    made = [(await (scim.user() if path == "/Users" else scim.group()))["id"] for _ in range(total)]
    pages = await walk(scim, path, f"?cursor&count={count}")
    assert [one for page in pages for one in page] == made
    assert len(pages) == max(1, -(-total // count))


async def test_2_9_next_cursor_is_absent_on_the_last_page(scim: Client) -> None:
    await some_users(scim, 2)
    assert "nextCursor" not in (await scim.get("/Users?cursor&count=2")).json


async def test_2_9_cursors_with_a_filter(scim: Client) -> None:
    users = await some_users(scim, 5)
    members = [user["id"] for user in users[:3]]
    group = await scim.group(members=[{"value": member} for member in members])
    text = encoded(f'groups.value eq "{group["id"]}"')
    pages = await walk(scim, "/Users", f"?cursor&count=2&filter={text}")
    assert pages == [members[:2], members[2:]]


async def test_2_9_cursors_of_the_groups_of_a_user(scim: Client) -> None:
    user = await scim.user()
    groups = [(await scim.group(members=[{"value": user["id"]}]))["id"] for _ in range(3)]
    await scim.group()
    text = encoded(f'members.value eq "{user["id"]}"')
    assert await walk(scim, "/Groups", f"?cursor&count=2&filter={text}") == [groups[:2], groups[2:]]


async def test_2_9_changing_the_filter_is_400(scim: Client) -> None:
    users = await some_users(scim, 3)
    groups = [await scim.group(members=[{"value": user["id"]} for user in users]) for _ in range(2)]
    first, second = (encoded(f'groups.value eq "{group["id"]}"') for group in groups)
    cursor = encoded((await scim.get(f"/Users?cursor&count=1&filter={first}")).json["nextCursor"])
    assert (await scim.get(f"/Users?cursor={cursor}&count=1&filter={first}")).status == 200
    assert (await scim.get(f"/Users?cursor={cursor}&count=1&filter={second}")).status == 400
    assert (await scim.get(f"/Users?cursor={cursor}&count=1")).status == 400


async def test_2_9_the_page_size_may_change(scim: Client) -> None:
    users = await some_users(scim, 4)
    cursor = encoded((await scim.get("/Users?cursor&count=1")).json["nextCursor"])
    assert (await scim.get(f"/Users?cursor={cursor}&count=3")).ids == [user["id"] for user in users[1:]]


@pytest.mark.parametrize("cursor", ["x", "VGVzdFVzZXJDdXJzb3I", "====", "-1", "%00", "%E2%82%AC", "A" * 28, "A" * 5000])
async def test_2_9_a_cursor_that_was_not_given_is_400(scim: Client, cursor: str) -> None:
    assert (await scim.get(f"/Users?cursor={cursor}")).status == 400


async def test_2_9_a_cursor_of_another_list_or_instance_is_400(scim: Client, scim_with: Make) -> None:
    await some_users(scim, 2)
    cursor = encoded((await scim.get("/Users?cursor&count=1")).json["nextCursor"])
    assert (await scim.get(f"/Groups?cursor={cursor}")).status == 400
    assert (await scim_with().get(f"/Users?cursor={cursor}")).status == 400


async def test_2_9_deleting_in_the_middle_of_a_walk_loses_nobody(scim: Client) -> None:
    users = await some_users(scim, 5)
    first = await scim.get("/Users?cursor&count=2")
    await scim.delete(f"/Users/{users[0]['id']}")
    await scim.delete(f"/Users/{users[1]['id']}")
    rest = await scim.get(f"/Users?cursor={encoded(first.json['nextCursor'])}&count=10")
    assert rest.ids == [user["id"] for user in users[2:]]
