"""What administrators may do with instances and tokens."""

import re

import pytest

from lockstep.center import events
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions
from lockstep.center.instances.records import Instance
from lockstep.center.instances.tokens import new_token
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from tests.center.client import Stage

AT = 1_790_000_000_000


def call(operation: Operation) -> Call:
    return actions.admin_call(operation, "alice", AT)


def create(database: Database, name: str, **settings: object) -> Instance:
    with database.write() as connection:
        return actions.create(connection, call(Operation.CREATE_INSTANCE), name, **settings)  # type: ignore[arg-type]


def test_names_have_the_shapes_of_aws(database: Database, stage: Stage) -> None:
    made = create(database, stage.name, region="eu-central-1", rate=20.0)
    assert re.fullmatch(r"arn:aws:sso:::instance/ssoins-[0-9a-f]{16}", made.instance_arn)
    assert re.fullmatch(r"d-[0-9a-f]{10}", made.identity_store_id)
    assert made.scim_path == f"/{made.tenant_id}/scim/v2"
    assert (made.region, made.rate, made.provisioning, made.created_at) == ("eu-central-1", 20.0, False, AT)


def test_a_taken_name_is_a_problem(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    with pytest.raises(Problem, match="already"):
        create(database, stage.name)


@pytest.mark.parametrize("name", ["", "  ", "a\nb"])
def test_a_name_is_printable(database: Database, name: str) -> None:
    with pytest.raises(Problem, match="name"):
        create(database, name)


@pytest.mark.parametrize("settings", [{"rate": 0.0}, {"rate": -1.0}, {"profile": "x"}, {"settings": {"x": 1}}])
def test_values_that_do_not_fit_are_problems(database: Database, stage: Stage, settings: dict[str, object]) -> None:
    with pytest.raises(Problem):
        create(database, stage.name, **settings)


def test_settings_change_one_by_one(database: Database, stage: Stage) -> None:
    create(database, stage.name, settings={"put_user_status": 200})

    def change(**settings: object) -> Instance:
        with database.write() as connection:
            return actions.change_settings(connection, call(Operation.UPDATE_INSTANCE), stage.name, settings)

    assert change(session_minutes=60).profile.session_minutes == 60
    for wrong in ({"session_minutes": 14}, {"nothing": 1}, {"user_name_ignores_case": False}):
        with pytest.raises(Problem, match=next(iter(wrong))):
            change(**wrong)
    with database.read() as connection:
        profile = actions.named(connection, stage.name).profile
    assert (profile.session_minutes, profile.put_user_status) == (60, 200)


def test_an_unknown_instance_is_a_problem(database: Database) -> None:
    with pytest.raises(Problem, match="no instance 'nowhere'"), database.read() as connection:
        actions.named(connection, "nowhere")


def test_enabling_twice_is_a_problem(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    stage.enable(stage.name)
    with pytest.raises(Problem, match="already"):
        stage.enable(stage.name)


def test_disabling_what_is_off_is_a_problem(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    with pytest.raises(Problem, match="not enabled"), database.write() as connection:
        actions.disable_provisioning(connection, call(Operation.DISABLE_PROVISIONING), stage.name)


def test_a_bearer_is_found_by_its_secret_only(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    instance, made = stage.enable(stage.name)
    with database.read() as connection:
        found = actions.bearer(connection, made.token)
        assert found is not None
        assert (found[0].token_id, found[1].name) == (made.token_id, instance.name)
        assert actions.bearer(connection, made.token_id) is None
        assert actions.bearer(connection, new_token()) is None


def test_a_token_of_another_instance_cannot_be_deleted(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    create(database, f"{stage.name} other")
    _instance, made = stage.enable(stage.name)
    with pytest.raises(Problem, match="has no access token"), database.write() as connection:
        actions.delete_token(connection, call(Operation.DELETE_BEARER), f"{stage.name} other", made.token_id)


def test_every_step_is_in_the_trail_and_no_secret_is(database: Database, stage: Stage) -> None:
    create(database, stage.name)
    instance, first = stage.enable(stage.name)
    second = stage.second_token(instance)
    stage.delete_token(instance, first.token_id)
    stage.delete_token(instance, second.token_id)
    with database.write() as connection:
        actions.disable_provisioning(connection, call(Operation.DISABLE_PROVISIONING), stage.name)
    with database.read() as connection:
        records = list(events.records(connection, instance.key, instance.region))
    assert sorted(record["eventName"] for record in records) == [
        "CreateBearerToken",
        "CreateBearerToken",
        "CreateInstance",
        "CreateProvisioningTenant",
        "DeleteBearerToken",
        "DeleteBearerToken",
        "DeleteProvisioningTenant",
    ]
    assert {record["eventSource"] for record in records} == {"sso-directory.amazonaws.com"}
    assert first.token not in repr(records)


def test_what_is_refused_leaves_no_event(database: Database, stage: Stage) -> None:
    instance = create(database, stage.name)
    with pytest.raises(Problem), database.write() as connection:
        actions.create_token(connection, call(Operation.CREATE_BEARER), stage.name)
    with database.read() as connection:
        assert [record["eventName"] for record in events.records(connection, instance.key, "")] == ["CreateInstance"]
