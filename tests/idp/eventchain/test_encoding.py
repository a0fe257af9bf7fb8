"""What a digest covers, and that others can compute it."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.eventchain.encoding import FIELDS, GENESIS, NEWEST, UnknownVersionError, fits, link
from lockstep.idp.events import TABLE

VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.lists(VALUES, min_size=3, max_size=3)


def test_the_newest_version_covers_every_column() -> None:
    """A column that it does not name could be changed without being noticed: a new one needs a new version."""
    assert sorted((*NEWEST, "digest")) == sorted(column.name for column in TABLE.columns)


def test_version_1_is_what_it_was() -> None:
    """Chains that were written are read for ever."""
    row: list[int | str | None] = [7, 1_800_000_000_000, "user.created", 13, "alice", 1, 'Zoë "Z" \\ \n\x01\x7f', *("",) * 23]
    assert len(row) == len(FIELDS[1])
    assert link(GENESIS, row).hex() == "01ae3399b23e5982eb021e3a532771d443670500c30d4f9572bf8419b4a304f2bf"


@given(row=ROWS)
def test_anybody_can_compute_a_digest(row: list[int | str | None]) -> None:
    said = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
    before = link(GENESIS, [1])
    assert link(before, row) == b"\x01" + sha256(b"\x01" + before + said).digest()


@given(one=ROWS, other=ROWS)
def test_no_two_rows_encode_alike(one: list[int | str | None], other: list[int | str | None]) -> None:
    assert (link(GENESIS, one) == link(GENESIS, other)) == (one == other)


def test_what_is_next_to_each_other_stays_apart() -> None:
    alike: list[list[int | str | None]] = [
        ["ab", "c"],
        ["a", "bc"],
        ["abc", ""],
        [None, "abc"],
        ["null", "abc"],
        [1, "2"],
        ["1", 2],
    ]
    alike += [['a","b'], ["a", "b"], [12], [1, 2], ["12"], [""], [None], []]
    assert len({link(GENESIS, row) for row in alike}) == len(alike)


def test_the_place_counts() -> None:
    first = link(GENESIS, [1])
    assert fits(link(first, [2]), first, [2])
    assert not fits(link(first, [2]), GENESIS, [2])


@pytest.mark.parametrize("digest", [b"", b"\x02" + bytes(32), bytes(33), b"\x01" * 32])
def test_a_digest_of_an_unknown_version(digest: bytes) -> None:
    with pytest.raises(UnknownVersionError):
        fits(digest, GENESIS, [1])
