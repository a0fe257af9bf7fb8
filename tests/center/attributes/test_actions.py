"""What an administrator may do with attributes for access control."""

import pytest

from lockstep.center import events
from lockstep.center.attributes import actions
from lockstep.center.attributes.records import AccessControlAttribute, Configuration, Precedence
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call, named
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from tests.center.client import Stage

COST = AccessControlAttribute("CostCenter", "${path:enterprise.costCenter}")
TITLE = AccessControlAttribute("Title", "${path:title}")
AT = 1_790_000_000_000


class Admin:
    def __init__(self, database: Database, instance: Instance) -> None:
        self.database = database
        self.instance = instance
        self.name = instance.name

    def enable(self, precedence: Precedence | None = None) -> Configuration:
        with self.database.write() as connection:
            return actions.enable(connection, self._call(Operation.CREATE_ACCESS_CONTROL), self.name, precedence)

    def disable(self) -> None:
        with self.database.write() as connection:
            actions.disable(connection, self._call(Operation.DELETE_ACCESS_CONTROL), self.name)

    def set(self, *attributes: AccessControlAttribute) -> Configuration:
        with self.database.write() as connection:
            return actions.set_attributes(connection, self._call(Operation.UPDATE_ACCESS_CONTROL), self.name, attributes)

    def remove(self, *keys: str) -> Configuration:
        with self.database.write() as connection:
            return actions.remove_attributes(connection, self._call(Operation.UPDATE_ACCESS_CONTROL), self.name, keys)

    @property
    def configuration(self) -> Configuration | None:
        with self.database.read() as connection:
            return actions.configuration_of(connection, named(connection, self.name))

    @property
    def told(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            records = list(events.records(connection, self.instance.key, ""))
        return [(record["eventSource"], record["eventName"]) for record in records if "AccessControl" in record["eventName"]]

    def _call(self, operation: Operation) -> events.Call:
        return admin_call(operation, "alice", AT)


@pytest.fixture
def admin(database: Database, stage: Stage) -> Admin:
    return Admin(database, stage.instance())


def test_they_are_off_at_first(admin: Admin) -> None:
    assert admin.configuration is None
    with pytest.raises(Problem, match="not enabled"):
        admin.set(COST)
    with pytest.raises(Problem, match="not enabled"):
        admin.remove("CostCenter")
    with pytest.raises(Problem, match="not enabled"):
        admin.disable()


def test_enabled_set_removed_disabled(admin: Admin) -> None:
    assert admin.enable() == Configuration(Precedence.CONFIGURED)
    assert admin.set(COST, TITLE).attributes == (COST, TITLE)
    assert admin.remove("costcenter").attributes == (TITLE,)
    assert admin.configuration == Configuration(Precedence.CONFIGURED, (TITLE,))
    admin.disable()
    assert admin.configuration is None
    assert admin.enable().attributes == ()
    create, update, delete = (
        ("sso.amazonaws.com", f"{verb}InstanceAccessControlAttributeConfiguration") for verb in ("Create", "Update", "Delete")
    )
    assert sorted(admin.told) == sorted([create, update, update, delete, create])


def test_the_precedence_can_be_changed_without_losing_the_list(admin: Admin) -> None:
    admin.enable(Precedence.ASSERTION)
    admin.set(COST)
    assert admin.enable(Precedence.CONFIGURED) == Configuration(Precedence.CONFIGURED, (COST,))
    with pytest.raises(Problem, match="already"):
        admin.enable()
    with pytest.raises(Problem, match="already"):
        admin.enable(Precedence.CONFIGURED)


def test_a_key_is_replaced_whatever_its_case_and_keeps_its_place(admin: Admin) -> None:
    admin.enable()
    admin.set(COST, TITLE)
    other = AccessControlAttribute("COSTCENTER", "${path:userName}")
    assert admin.set(other).attributes == (other, TITLE)


@pytest.mark.parametrize(
    ("attribute", "says"),
    [
        (AccessControlAttribute("", COST.source), "key ''"),
        (AccessControlAttribute("k" * 129, COST.source), "1 to 128"),
        (AccessControlAttribute("a,b", COST.source), "'a,b'"),
        (AccessControlAttribute("a", "${path:enterprise.costcenter}"), "enterprise.costCenter"),
        (AccessControlAttribute("a", "${user:email}"), "source"),
        (AccessControlAttribute("a", "${path:password}"), "source"),
        (AccessControlAttribute("a", ""), "source"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(admin: Admin, attribute: AccessControlAttribute, says: str) -> None:
    admin.enable()
    admin.set(COST)
    with pytest.raises(Problem, match=says):
        admin.set(TITLE, attribute)
    assert admin.configuration == Configuration(Precedence.CONFIGURED, (COST,))


def test_there_are_fifty_at_most(admin: Admin) -> None:
    admin.enable()
    fifty = [AccessControlAttribute(f"k{number}", COST.source) for number in range(50)]
    assert len(admin.set(*fifty).attributes) == 50
    assert len(admin.set(AccessControlAttribute("K7", TITLE.source)).attributes) == 50
    with pytest.raises(Problem, match="at most 50"):
        admin.set(TITLE)
    with pytest.raises(Problem, match="twice"):
        admin.set(COST, AccessControlAttribute("costCENTER", TITLE.source))
    with pytest.raises(Problem, match="no attribute"):
        admin.remove("k1", "nothing")
    assert len((admin.configuration or Configuration(Precedence.CONFIGURED)).attributes) == 50


def test_instances_are_apart(admin: Admin, database: Database, stage: Stage) -> None:
    other = Admin(database, stage.instance())
    admin.enable()
    assert other.configuration is None


@pytest.mark.parametrize(
    ("text", "key", "source"),
    [
        ("CostCenter=${path:enterprise.costCenter}", "CostCenter", "${path:enterprise.costCenter}"),
        ("a=b=${path:title}", "a=b", "${path:title}"),
    ],
)
def test_an_attribute_as_it_is_typed(text: str, key: str, source: str) -> None:
    assert actions.attribute_of(text) == AccessControlAttribute(key, source)


@pytest.mark.parametrize("text", ["CostCenter", "CostCenter=", "CostCenter=title", "="])
def test_a_shell_that_ate_the_source_is_noticed(text: str) -> None:
    with pytest.raises(Problem, match="KEY="):
        actions.attribute_of(text)
