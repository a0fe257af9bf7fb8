"""Comparing what a roster says with what is there."""

import pytest

from lockstep.idp.directory.records import BY_HAND, FOLDER, Role
from lockstep.idp.directory.roster import difference, role_content, role_key


def _roles(text: str, *, source: int = FOLDER) -> list[Role]:
    """`a1 b1`: role a of name 1, role b of name 1; `A1` was made by hand."""
    return [
        Role(group_id=word[0].lower(), name=word[1:], source=source if word[0].islower() else BY_HAND, id=number)
        for number, word in enumerate(text.split(), 1)
    ]


@pytest.mark.parametrize(
    ("wanted", "held", "added", "changed", "removed", "kept"),
    [
        ("", "", "", "", "", ""),
        ("a1 b1", "", "ab", "", "", ""),
        ("", "a1 b1", "", "", "ab", ""),
        ("a1 b1", "a1 b1", "", "", "", ""),
        ("a1 c1", "b1 d1", "ac", "", "bd", ""),
        ("b1 d1", "a1 c1 e1", "bd", "", "ace", ""),
        ("a2 b1", "a1 b1", "", "a", "", ""),
        ("a1", "A1 B1", "", "a", "", "b"),
        ("b1 z1", "A1 b1 C1 d1", "z", "", "d", "ac"),
    ],
)
def test_difference(wanted: str, held: str, added: str, changed: str, removed: str, kept: str) -> None:
    found = difference(_roles(wanted), _roles(held), role_key, role_content)
    assert "".join(role.group_id for role in found.added) == added
    assert "".join(want.group_id for want, _ in found.changed) == changed
    assert "".join(role.group_id for role in found.removed) == removed
    assert "".join(role.group_id for role in found.kept) == kept
    assert bool(found) == bool(added or changed or removed)


def test_a_change_shows_the_new_and_the_old() -> None:
    found = difference(_roles("a2"), _roles("a1"), role_key, role_content)
    assert [(want.name, have.name) for want, have in found.changed] == [("2", "1")]
