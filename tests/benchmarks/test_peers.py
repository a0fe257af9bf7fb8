"""The formulas of other engines, against figures worked out when their code was read."""

import pytest

from benchmarks.engine.peers import PEERS, Size

SMALL = Size(1000, 100, 5000, (50,) * 100)
MIDDLE = Size(10_000, 1000, 100_000, (100,) * 1000)
LARGE_GROUPS = Size(10_000, 200, 100_000, (500,) * 200)


@pytest.mark.parametrize(
    ("name", "first", "again"),
    [
        ("idp-scim-sync", (2202, 22_002, 21_202), (0, 0, 0)),
        ("Grouper", (1202, 12_002, 11_202), (11, 110, 102)),
        ("authentik, AWS mode", (6103, 111_003, None), (111, 1110, 302)),
        ("rauthy", (8200, 132_000, 130_400), (2101, 21_010, 20_202)),
        ("ssosync, groups", (16_100, 311_000, 310_200), (1000, 10_000, 10_000)),
    ],
)
def test_worked_figures(name: str, first: tuple[int | None, ...], again: tuple[int, ...]) -> None:
    sizes = (SMALL, MIDDLE, LARGE_GROUPS)
    assert tuple(PEERS[name].first_run(size) for size in sizes) == first
    assert tuple(PEERS[name].no_change(size) for size in sizes) == again


def test_ssosync_looks_at_everybody_for_one_edit() -> None:
    assert PEERS["ssosync, groups"].one_edit(SMALL) == 1001
    assert PEERS["ssosync, groups"].ten_members(SMALL) == 1020
