"""Privileges as texts and in forms."""

import pytest

from lockstep.idp.admins.permissions import SCOPED, Grant, Privilege
from lockstep.idp.console.privileges import Typed, grant_of, read_grants, read_user, text_of, typed_of, words_of
from lockstep.idp.directory import actions as directory
from tests.idp.console.world import HAND, World


async def test_a_text_names_a_privilege_and_back(each_world: World) -> None:
    with each_world.changing() as c:
        twin = directory.create_role(c, "Readers", group_id="twin", actor=HAND, now=each_world.now)
        odd = directory.create_role(c, " blank ", group_id="odd", actor=HAND, now=each_world.now)
        for privilege in Privilege:
            scopes = {"role": (each_world.role.id, twin.id, odd.id), "app": (1,)}.get(SCOPED.get(privilege, ""), (0,))
            for scope in scopes:
                grant = Grant(privilege, scope)
                assert grant_of(c, text_of(c, grant)) == grant


async def test_words_for_people(world: World) -> None:
    with world.db.read() as c:
        grants = [Grant(Privilege.READ_ONLY), Grant(Privilege.APP_ADMIN, 1), Grant(Privilege.ROLE_ADMIN, world.role.id)]
        assert words_of(c, grants) == ["Role admin of Readers", "App admin of aws", "Read only"]


async def test_a_form_shows_what_it_reads(world: World) -> None:
    grants = frozenset({Grant(Privilege.USER_ADMIN), Grant(Privilege.APP_ADMIN, 1), Grant(Privilege.ROLE_ADMIN, world.role.id)})
    with world.db.read() as c:
        errors: dict[str, str] = {}
        typed = typed_of(c, grants, "bob", "ada")
        assert typed == Typed(frozenset({"user-admin"}), "Readers", "aws", "bob@x.example", "ada")
        assert read_grants(c, typed, errors) == grants
        assert read_user(c, typed.user, "", errors) == "bob"
        assert errors == {}


@pytest.mark.parametrize(("text", "before", "found"), [("", "E9", ""), ("E9", "E9", "E9"), ("alice", "", "alice")])
async def test_who_has_left_stays_linked_until_somebody_else_is_named(world: World, text: str, before: str, found: str) -> None:
    errors: dict[str, str] = {}
    with world.db.read() as c:
        assert read_user(c, text, before, errors) == found
        assert read_user(c, "nobody", before, errors) == before
    assert list(errors) == ["user"]
