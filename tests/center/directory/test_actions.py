"""Actions on users and groups, as the AWS APIs and the console call them."""

from typing import Any

import pytest
import sqlalchemy as sa

from lockstep.center import events
from lockstep.center.app import Center
from lockstep.center.directory import actions, reads, store
from lockstep.center.directory.actions import GroupChange, Json, MemberStep
from lockstep.center.directory.documents import attributes_of
from lockstep.center.directory.problems import Code, Refusal
from lockstep.center.directory.tables import users
from lockstep.center.events import SCIM_SOURCE, Call, Operation
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Database
from lockstep.kit.sql import Statement
from lockstep.scim.messages import ENTERPRISE
from tests.center.client import ABSENT, Stage, a_user

AT = 1_790_000_000_000


@pytest.fixture
def instance(stage: Stage, center: Center) -> Instance:
    return stage.client(center).instance


def call(operation: Operation, at: int = AT) -> Call:
    return Call(operation, SCIM_SOURCE, events.new_request_id(), at, "token")


def make(database: Database, instance: Instance, **changes: Any) -> str:
    with database.write() as connection:
        return actions.create_user(connection, instance, a_user(**changes), call(Operation.CREATE_USER)).id


def test_last_modified_moves_and_created_does_not(database: Database, instance: Instance) -> None:
    user_id = make(database, instance)
    with database.write() as connection:
        later = call(Operation.PATCH_USER, AT + 60_000)
        changed = actions.change_user(connection, instance, user_id, lambda user: {**user, "title": "T"}, later)
    assert '"created":"2026-09-21T14:13:20Z","lastModified":"2026-09-21T14:14:20Z"' in changed.document


def test_a_group_change_touches_last_modified_too(database: Database, instance: Instance) -> None:
    user_id = make(database, instance)
    with database.write() as connection:
        made = actions.create_group(connection, instance, {"displayName": "T"}, call(Operation.CREATE_GROUP))
        change = GroupChange(members=(MemberStep("add", (user_id,)),))
        changed = actions.change_group(connection, instance, made.id, change, call(Operation.PATCH_GROUP, AT + 60_000))
    assert '"lastModified":"2026-09-21T14:14:20Z"' in changed.document


STEPS: list[dict[str, Any]] = [
    {"title": "T"},
    {"userName": "Other@example.com"},
    {"userName": "OTHER@example.com"},
    {"externalId": "X-1"},
    {"title": "U"},
    {"emails": [{"value": "New@example.com", "type": "work", "primary": True}]},
    {ENTERPRISE: {"manager": {"value": "m-1"}}},
    {ENTERPRISE: {"manager": {"value": "m-1"}, "department": "D"}},
    {"active": False},
    {"active": False, "title": "V"},
    {"active": True},
    {"externalId": None},
]


def test_the_columns_follow_the_document_whatever_changes(database: Database, instance: Instance) -> None:
    """Also where only the document has to be written."""
    user_id = make(database, instance)
    names = ("user_name", "user_name_key", "external_id", "email_key", "manager", "document")
    asked = Statement(sa.select(*(users.c[name] for name in names)).where(users.c.id == sa.bindparam("of")))
    with database.write() as connection:
        for number, step in enumerate(STEPS):
            changed = {name: value for name, value in step.items() if value is not None}
            gone = step.keys() - changed.keys()

            def change(user: Json, changed: Json = changed, gone: Any = gone) -> Json:
                return {name: value for name, value in {**user, **changed}.items() if name not in gone}

            later = call(Operation.PATCH_USER, AT + number * 1_000)
            document = actions.change_user(connection, instance, user_id, change, later).document
            wanted = actions._user_columns(instance, attributes_of(document), document, later)
            assert connection.one(asked, of=user_id) == tuple(wanted[name] for name in names), step


@pytest.mark.parametrize("action", [actions.delete_user, actions.delete_group])
@pytest.mark.parametrize("resource_id", [ABSENT, "nonsense", "a\0b", ""])
def test_deleting_what_is_not_there(database: Database, instance: Instance, action: Any, resource_id: str) -> None:
    with pytest.raises(Refusal) as caught, database.write() as connection:
        action(connection, instance, resource_id, call(Operation.DELETE_USER))
    assert caught.value.code is Code.NOT_FOUND


def test_a_refusal_of_the_database_that_is_no_duplicate_is_not_called_one(database: Database, instance: Instance) -> None:
    stranger = Instance(**{name: getattr(instance, name) for name in instance.__struct_fields__} | {"key": 10**9})
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        make(database, stranger)


def test_an_empty_step_takes_everybody_out(database: Database, instance: Instance) -> None:
    user_id = make(database, instance)
    with database.write() as connection:
        body = {"displayName": "T", "members": [{"value": user_id}]}
        made = actions.create_group(connection, instance, body, call(Operation.CREATE_GROUP))
        change = GroupChange(members=(MemberStep("empty"),))
        actions.change_group(connection, instance, made.id, change, call(Operation.PATCH_GROUP))
        group = reads.group(connection, instance, made.id)
        assert group is not None
        assert reads.members_page(connection, group, 0, 10) == []


def test_the_event_is_in_the_transaction_of_the_change(database: Database, instance: Instance) -> None:
    with pytest.raises(LookupError), database.write() as connection:
        actions.create_user(connection, instance, a_user(userName="gone"), call(Operation.CREATE_USER))
        raise LookupError
    with database.read() as connection:
        assert reads.user_by_name(connection, instance, "gone") is None
        names = [record["eventName"] for record in events.records(connection, instance.key, "")]
    assert "CreateUser" not in names


def test_held_users_are_those_that_exist_here(database: Database, instance: Instance) -> None:
    user_id = make(database, instance)
    with database.write() as connection:
        assert store.hold_users(connection, instance.key, [user_id, ABSENT]).keys() == {user_id}
        assert store.hold_users(connection, instance.key + 10**6, [user_id]) == {}
