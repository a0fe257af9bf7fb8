"""What is sent in a burst does what its name says."""

from benchmarks.scim import operations
from benchmarks.scim.loading import GROUPS, PEOPLE, Loaded

LOADED = Loaded(
    users=[str(number) for number in range(PEOPLE)],
    groups=[f"g{number}" for number in range(GROUPS)],
    cursors=[f"c{number}=" for number in range(PEOPLE // 100)],
)


def test_nobody_is_added_to_a_group_twice() -> None:
    seen: set[tuple[str, str]] = set()
    for _, path, body in operations.OPERATIONS["group +100 members"].requests(LOADED):
        assert body is not None
        added = {(path, member["value"]) for member in body["Operations"][0]["value"]}
        assert len(added) == operations.MEMBERS
        assert not added & seen
        seen |= added


def test_a_changing_patch_changes() -> None:
    titles: dict[str, str] = {}
    for _, path, body in operations.OPERATIONS["PATCH"].requests(LOADED):
        assert body is not None
        title = body["Operations"][0]["value"]
        assert titles.get(path) != title
        titles[path] = title


def test_everybody_created_is_new() -> None:
    bodies = [body for _, _, body in operations.OPERATIONS["create"].requests(LOADED)]
    names = {body["userName"] for body in bodies if body is not None}
    assert len(names) == operations.CREATES
    assert not names & {f"person{number}@example.com" for number in range(PEOPLE)}


def test_lists_go_by_cursor_or_by_position() -> None:
    by_cursor = next(operations.OPERATIONS["list of 100"].requests(LOADED))[1]
    by_position = next(operations.OPERATIONS["list of 100"].requests(Loaded(LOADED.users, LOADED.groups, [])))[1]
    assert "cursor=c" in by_cursor
    assert "%3D" in by_cursor
    assert "startIndex=" in by_position
