"""Privileges and what they hold: the table as a whole, and its laws."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.admins.permissions import (
    ABOUT,
    HELD,
    HELD_WITHIN,
    NAMES,
    OWNER,
    SCOPED,
    WHAT,
    Grant,
    Permission,
    Privilege,
    Rights,
    holders,
    who_may,
)

CHANGING = [one for one in Permission if not one.value.endswith(".view") and one is not Permission.SELF]
GRANTS = st.builds(
    lambda privilege, scope: Grant(privilege, scope if privilege in SCOPED else 0),
    st.sampled_from(Privilege),
    st.integers(1, 3),
)
SETS = st.frozensets(GRANTS, max_size=4)


def rights(*grants: Grant) -> Rights:
    return Rights(frozenset(grants))


def test_every_privilege_and_permission_has_its_words() -> None:
    assert set(NAMES) == set(ABOUT) == set(HELD) == set(Privilege)
    assert set(WHAT) == set(Permission)
    assert set(HELD_WITHIN) == set(SCOPED)


def test_owners_may_everything_and_super_users_all_but_the_account() -> None:
    owner, above = rights(Grant(Privilege.ACCOUNT_OWNER)), rights(Grant(Privilege.SUPER_USER))
    assert [one for one in Permission if not owner.may(one)] == []
    assert [one for one in Permission if not above.may(one)] == [Permission.ACCOUNT_MANAGE]


def test_a_user_admin_has_people_and_nothing_of_roles_apps_or_administrators() -> None:
    found = rights(Grant(Privilege.USER_ADMIN))
    assert [one.value for one in CHANGING if found.somewhere(one)] == ["users.manage", "users.credentials", "groups.assign"]
    assert not found.somewhere(Permission.APPS_VIEW)
    assert not found.somewhere(Permission.ADMINISTRATORS_VIEW)


def test_a_role_admin_has_the_members_of_one_role() -> None:
    found = rights(Grant(Privilege.ROLE_ADMIN, 7))
    assert found.may(Permission.ROLES_MEMBERS, role=7)
    assert not found.may(Permission.ROLES_MEMBERS, role=8)
    assert not found.may(Permission.ROLES_MEMBERS)
    assert not found.may(Permission.ROLES_MEMBERS, app=7)
    assert [one for one in CHANGING if found.somewhere(one)] == [Permission.ROLES_MEMBERS]


def test_an_app_admin_has_one_app() -> None:
    found = rights(Grant(Privilege.APP_ADMIN, 7))
    for permission in (Permission.APPS_VIEW, Permission.APPS_MANAGE):
        assert found.may(permission, app=7)
        assert not found.may(permission, app=8)
        assert not found.may(permission, role=7)
        assert not found.may(permission)
    assert [one for one in CHANGING if found.somewhere(one)] == [Permission.APPS_MANAGE]


def test_read_only_sees_everything_and_changes_nothing() -> None:
    found = rights(Grant(Privilege.READ_ONLY))
    assert [one for one in Permission if found.may(one)] == [one for one in Permission if one not in CHANGING]
    assert not any(found.somewhere(one) for one in CHANGING)


def test_without_a_privilege_one_may_sign_in_and_out() -> None:
    assert [one for one in Permission if rights().somewhere(one)] == [Permission.SELF]


@given(SETS, SETS)
def test_more_privileges_never_take_anything_away(some: frozenset[Grant], more: frozenset[Grant]) -> None:
    for permission in Permission:
        for scope in range(4):
            if Rights(some).may(permission, role=scope, app=scope):
                assert Rights(some | more).may(permission, role=scope, app=scope)
    assert Rights(some | more).rank >= Rights(some).rank


@given(SETS, SETS)
def test_nobody_gives_more_than_they_have(mine: frozenset[Grant], given_: frozenset[Grant]) -> None:
    if Rights(mine).covers(given_):
        for permission in Permission:
            if any(permission in HELD[one.privilege] for one in given_):
                assert Rights(mine).may(permission)
        assert Rights(mine).rank >= Rights(given_).rank


@given(SETS)
def test_only_owners_cover_owners(mine: frozenset[Grant]) -> None:
    assert Rights(mine).covers(OWNER.grants) == Rights(mine).is_owner


@pytest.mark.parametrize(
    ("permission", "words"),
    [
        (Permission.ACCOUNT_MANAGE, "Account owners may change settings of the account, and make credentials for programs."),
        (Permission.USERS_MANAGE, "Account owners, super users and user admins may make, change, suspend, unlock"),
        (Permission.CERTIFICATES_VIEW, "Account owners, super users and read only administrators may see the signing"),
    ],
)
def test_who_may_is_a_sentence(permission: Permission, words: str) -> None:
    assert who_may(permission).startswith(words)


def test_what_is_held_within_a_role_or_an_app_counts_as_held() -> None:
    assert Privilege.ROLE_ADMIN in holders(Permission.ROLES_MEMBERS)
    assert Privilege.APP_ADMIN in holders(Permission.APPS_MANAGE)


def test_the_document_says_what_is_so() -> None:
    """`docs/administration.md` has a row for each privilege and for each permission, with who holds it."""
    text = (Path(__file__).parents[3] / "docs" / "administration.md").read_text(encoding="utf-8").partition("\n## Groups")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for one in Privilege:
        named = f"{one.value}:{SCOPED[one].upper()}" if one in SCOPED else one.value
        assert f"| {NAMES[one]} | `{named}` | {ABOUT[one]} |" in rows
    permissions = [line for line in rows if line.startswith("| `")]
    expected = []
    for permission in Permission:
        held = [one.value for one in Privilege if permission in HELD[one]]
        own = [f"{one.value} (own)" for one, within in HELD_WITHIN.items() if permission in within]
        who = ", ".join([*(["everybody"] if permission is Permission.SELF else held), *own])
        expected.append(f"| `{permission.value}` | {WHAT[permission]} | {who} |")
    assert permissions == expected
