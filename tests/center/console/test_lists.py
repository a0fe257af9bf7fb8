"""Long lists."""

import msgspec

from lockstep.center.console.lists import PAGE, Json, Listed, address, key_in, lines_of, page_of
from lockstep.center.directory.reads import Entry

ALL = [Entry(key, msgspec.json.encode({"n": key}).decode()) for key in range(1, 5_001)]


def fetch(after: int, most: int) -> list[Entry]:
    return [entry for entry in ALL if entry.key > after][:most]


def keys(listed: Listed) -> list[int]:
    return [entry.key for entry, _ in listed.entries]


def walk(wanted: int) -> list[int]:
    """All keys that a filter lets pass, page after page."""
    found, after = [], 0
    while True:
        listed = page_of(fetch, after, lambda document: bool(document["n"] % wanted == 0))
        assert len(listed.entries) <= PAGE
        found += keys(listed)
        if listed.after is None:
            return found
        assert listed.after > after
        after = listed.after


def test_pages_join_without_gap_or_repetition_whatever_the_filter() -> None:
    for wanted in (1, 2, 3, 49, 50, 51, 4_999, 6_000):
        assert walk(wanted) == [key for key in range(1, 5_001) if key % wanted == 0]


def test_one_request_does_not_look_through_everything() -> None:
    seen = 0

    def counting(after: int, most: int) -> list[Entry]:
        nonlocal seen
        entries = fetch(after, most)
        seen += len(entries)
        return entries

    listed = page_of(counting, 0, lambda _: False)
    assert not listed.entries
    assert listed.after is not None
    assert seen < 2_100


def test_addresses_hold_the_filters_that_are_set() -> None:
    assert address("/x", q="a b&c", status="", after=None) == "/x?q=a+b%26c"
    assert address("/x", q="") == "/x"


def test_only_a_key_is_a_key() -> None:
    assert [key_in(text) for text in ("5", "", None, "-1", "1" * 30, "٣", "x")] == [5, 0, 0, 0, 0, 0, 0]


def test_every_attribute_has_a_line() -> None:
    document: Json = {
        "id": "x",
        "name": {"givenName": "Ada"},
        "active": True,
        "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
        "urn:x:2.0:User": {"manager": {"value": "m"}},
    }
    assert lines_of(document, frozenset({"id"})) == [
        ("name.givenName", "Ada"),
        ("active", "true"),
        ('emails[type eq "work"].value', "a@x"),
        ('emails[type eq "work"].type', "work"),
        ("emails[1].value", "b@x"),
        ("urn:x:2.0:User:manager.value", "m"),
    ]
