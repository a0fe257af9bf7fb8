"""Looking for users and groups by a part of the name."""

from lockstep.center.directory import actions, search
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call
from lockstep.kit.db import Database
from tests.center.client import Stage, a_user


def test_parts_of_names_are_found_and_wildcards_are_plain_characters(database: Database, stage: Stage) -> None:
    instance = stage.instance()
    with database.write() as connection:
        call = admin_call(Operation.CREATE_USER, "alice", 1_000)
        for name in ("ada", "a%b", "a_b", "A!B"):
            emails = [{"value": f"{ord(name[1])}-{len(name)}@x.example", "type": "work", "primary": True}]
            actions.create_user(connection, instance, a_user(userName=name, emails=emails), call)
        actions.create_group(connection, instance, {"displayName": "Müller & Söhne"}, call)

        def found(text: str) -> list[str]:
            entries = search.users_named(connection, instance, text, 0, 10)
            return [entry.document.split('"userName":"')[1].split('"')[0] for entry in entries]

        assert found("A") == ["ada", "a%b", "a_b", "A!B"]
        assert found("%") == ["a%b"]
        assert found("_") == ["a_b"]
        assert found("!b") == ["A!B"]
        assert not found("x")
        assert search.count_users(connection, instance) == 4
        assert len(search.groups_named(connection, instance, "MÜLLER", 0, 10)) == 1
        assert search.count_groups(connection, instance) == 1
        first = search.users_named(connection, instance, "a", 0, 1)[0]
        assert len(search.users_named(connection, instance, "a", first.key, 10)) == 3
