"""What an administrator may do with apps, and what is kept of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.records import App, Assignment, Parameter
from lockstep.idp.apps.settings import Settings
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store as roles
from lockstep.idp.directory.nesting.actions import nest_role, unnest_role
from lockstep.idp.events import Event
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT = Vault(bytes(KEY_BYTES))
URL = "https://scim.example/t/scim/v2"
TOKEN = "secret-token"


@contextmanager
def write(database: Database) -> Iterator[Connection]:
    with database.write(serial=events.SERIAL) as c:
        yield c


def create(c: Connection, **given: object) -> App:
    values = {"name": "aws", "connector": "scim2", "scim_url": URL, "token": TOKEN, "allow_loopback": False, **given}
    return actions.create_app(c, VAULT, 5, **values)  # type: ignore[arg-type]  # what a test gives


def happened(c: Connection) -> list[tuple[str, str, str]]:
    return [(event.type.value, event.app_name, event.notes) for event in events.follow(c, 0)]


def last(c: Connection) -> Event:
    return list(events.follow(c, 0))[-1]


def test_a_new_app_sends_nothing_yet(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        assert made == App(made.id, "aws", "scim2", URL, False, Settings(), False, "", 0, "")
        assert (store.app_by_id(c, made.id), store.app_by_name(c, "aws"), store.all_apps(c)) == (made, made, [made])
        assert (store.assignments(c, made.id), store.parameters(c, made.id)) == ([], [])
        assert happened(c) == [("app.created", "aws", "")]
        assert last(c).actor == "admin"


def test_an_app_that_is_not_there(each: Database) -> None:
    with write(each) as c:
        with pytest.raises(Problem, match="no app is called aws; there are: none yet"):
            actions.find_app(c, "aws")
        create(c, name="okta")
        create(c, name="entra")
        with pytest.raises(Problem, match="no app is called aws; there are: entra, okta"):
            actions.find_app(c, "aws")
        assert store.app_by_id(c, 99) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "the app needs a name"),
        ({"connector": "ldap"}, "ldap: no such connector; there are aws-iam-identity-center, scim2"),
        ({"scim_url": "http://scim.example/"}, "--scim-url: the SCIM URL must start with https://"),
        ({"scim_url": "http://127.0.0.1:1/"}, "--scim-url: the SCIM URL is on this machine: allow that with --allow-loopback"),
        ({"scim_url": "https://[::1"}, "--scim-url: "),
        ({"token": ""}, "the access token is empty"),
        ({"token": "two words"}, "the access token is empty, or holds characters that a token cannot have"),
        ({"token": "tab\there"}, "the access token is empty, or holds"),
        ({"token": "schlüssel"}, "the access token is empty, or holds"),
        ({"token": "t" * (tokens.MAX_TOKEN + 1)}, "the access token is empty, or holds"),
    ],
)
def test_an_app_that_cannot_be_made(sqlite: Database, given: dict[str, object], words: str) -> None:
    with write(sqlite) as c:
        with pytest.raises(Problem) as refused:
            create(c, **given)
        assert str(refused.value).startswith(words)
        assert (store.all_apps(c), happened(c)) == ([], [])


def test_a_name_is_given_once(sqlite: Database) -> None:
    with write(sqlite) as c:
        create(c)
        with pytest.raises(Problem, match="an app called aws exists already"):
            create(c)


def test_a_target_on_this_machine_where_that_is_allowed(sqlite: Database) -> None:
    with write(sqlite) as c:
        made = create(c, scim_url="http://127.0.0.1:8090/scim/", allow_loopback=True)
    assert (made.scim_url, made.allow_loopback) == ("http://127.0.0.1:8090/scim", True)


def test_a_token_under_another_key_is_a_problem_in_words(sqlite: Database) -> None:
    with write(sqlite) as c:
        made = create(c)
        with pytest.raises(Problem, match="the key file does not open the secrets in this database"):
            actions.token_of(c, Vault(b"k" * KEY_BYTES), made)


def test_assignments_are_standing_and_given_once(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        role = directory.create_role(c, "Readers", group_id="G1", actor="test", now=1)
        for given in ("G1", "Readers", None, None):
            actions.assign(c, made, given, 6)
        assert sorted(store.assignments(c, made.id), key=str) == [Assignment(role.id), Assignment(None)]
        assert [one for one in happened(c) if one[0] == "app.assigned"] == [
            ("app.assigned", "aws", "role G1"),
            ("app.assigned", "aws", "everyone"),
        ]


def test_a_role_is_named_by_its_group_id_or_by_a_name_that_only_it_has(sqlite: Database) -> None:
    with write(sqlite) as c:
        made = create(c)
        for group_id, name in (("G1", "Twins"), ("G2", "Twins"), ("G3", "G1")):
            directory.create_role(c, name, group_id=group_id, actor="test", now=1)
        with pytest.raises(Problem, match="several roles are called Twins: name it by its group_id, G1, G2"):
            actions.assign(c, made, "Twins", 6)
        with pytest.raises(Problem, match="no role is called Nobody"):
            actions.assign(c, made, "Nobody", 6)
        actions.assign(c, made, "G1", 6)
        found = roles.role_by_group_id(c, "G1")
        assert found is not None
        assert store.assignments(c, made.id) == [Assignment(found.id)]


def test_settings_are_kept(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        changed = actions.change_settings(c, made, ["provisioning=on", "limit-removals-share=0.5", "protect=Ä*"], 6)
        assert changed == replace(made, settings=Settings(provisioning=True, limit_removals_share=0.5, protect="Ä*"))
        assert happened(c)[-1] == ("app.updated", "aws", "provisioning=on limit-removals-share=0.5 protect=Ä*")
        assert actions.change_settings(c, changed, ["provisioning=on"], 7) == changed
        with pytest.raises(Problem, match="rate=fast"):
            actions.change_settings(c, changed, ["groups=on", "rate=fast"], 8)
        assert (actions.find_app(c, "aws"), len(happened(c))) == (changed, 2)


def test_settings_of_an_older_and_a_newer_version_are_read(sqlite: Database) -> None:
    with write(sqlite) as c:
        made = create(c)
        c.script([f'UPDATE apps SET settings = \'{{"groups": true, "from_the_future": 1}}\' WHERE id = {made.id}'])
        assert actions.find_app(c, "aws").settings == Settings(groups=True)


def test_a_parameter_is_set_and_replaced(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        for parameter in (
            Parameter("title", "department", macro=False),
            Parameter("title", "{department} {title}", macro=True),
            Parameter("locale", "locale", macro=False),
        ):
            actions.set_parameter(c, made, parameter, 6)
        assert store.parameters(c, made.id) == [
            Parameter("locale", "locale", macro=False),
            Parameter("title", "{department} {title}", macro=True),
        ]
        assert happened(c)[-1] == ("app.parameter_changed", "aws", "locale")
        with pytest.raises(Problem, match="rank: no such user attribute"):
            actions.set_parameter(c, made, Parameter("title", "rank", macro=False), 7)


def test_stop_and_start(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        for _ in range(2):
            actions.stop(c, actions.find_app(c, "aws"), 6)
        assert actions.find_app(c, "aws").stopped
        for _ in range(2):
            actions.start(c, actions.find_app(c, "aws"), 7)
        assert actions.find_app(c, "aws") == made
        assert [kind for kind, _, _ in happened(c)[1:]] == ["app.stopped", "app.started"]


def test_start_ends_a_quarantine(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        store.set_quarantine(c, made.id, "20 of 30 changes failed")
        assert actions.find_app(c, "aws").quarantine == "20 of 30 changes failed"
        actions.start(c, actions.find_app(c, "aws"), 7)
        assert actions.find_app(c, "aws") == made
        assert [kind for kind, _, _ in happened(c)[1:]] == ["app.quarantine_ended"]


def test_what_a_connection_test_said_is_kept(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        actions.record_connection(c, made, "refused (401)", 8)
        assert actions.find_app(c, "aws") == replace(made, connected_at=8, connect_problem="refused (401)")
        assert (last(c).type.value, last(c).error_description) == ("app.connector_broken", "refused (401)")
        actions.record_connection(c, made, "", 9)
        assert actions.find_app(c, "aws") == replace(made, connected_at=9)
        assert last(c).type.value == "app.connected"


def test_a_parameter_of_one_s_own_is_set_and_removed(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        own = Parameter("Role", "title", False, include_in_saml_assertion=True, multi_value=True)
        actions.set_parameter(c, made, own, 6)
        assert store.parameters(c, made.id) == [own]
        assert actions.parameter_of(c, made, "Role") == own
        assert actions.parameter_of(c, made, "title") == Parameter("title", "title", macro=False)
        with pytest.raises(Problem, match="there is a parameter Role already, which differs in case only"):
            actions.set_parameter(c, made, replace(own, key="role"), 7)
        actions.set_parameter(c, made, replace(own, multi_value=False), 8)
        actions.remove_parameter(c, made, "Role", 9)
        assert actions.parameter_of(c, made, "Role") is None
        with pytest.raises(Problem, match="has no parameter Role of its own; there are: none"):
            actions.remove_parameter(c, made, "Role", 9)
        assert happened(c)[-1] == ("app.parameter_changed", "aws", "Role")


def test_who_has_an_app(each: Database) -> None:
    with write(each) as c:
        made = create(c)
        values = {"employee_id": "E1", "user_name": "alice@x.example"}
        alice = directory.create_user(c, values, actor="x", now=1)
        assert not store.has_app(c, made.id, alice.id)
        role = directory.create_role(c, "Readers", actor="x", now=1)
        actions.assign(c, made, "Readers", 1)
        assert not store.has_app(c, made.id, alice.id)
        directory.add_members(c, role.id, [alice.id], actor="x", now=1)
        assert store.has_app(c, made.id, alice.id)
        directory.remove_members(c, role.id, [alice.id], actor="x", now=1)
        assert not store.has_app(c, made.id, alice.id)
        middle, low = (directory.create_role(c, name, actor="x", now=1) for name in ("Middle", "Low"))
        directory.add_members(c, low.id, [alice.id], actor="x", now=1)
        nest_role(c, role.id, middle.id, actor="x", now=1)
        assert not store.has_app(c, made.id, alice.id)
        nest_role(c, middle.id, low.id, actor="x", now=1)
        assert store.has_app(c, made.id, alice.id)
        unnest_role(c, role.id, middle.id, actor="x", now=1)
        assert not store.has_app(c, made.id, alice.id)
        actions.assign(c, made, None, 1)
        assert store.has_app(c, made.id, alice.id)
        assert not store.has_app(c, 99, alice.id)


def test_every_action_names_who_did_it(each: Database) -> None:
    with write(each) as c:
        made = create(c, actor="root")
        tokens.give(c, VAULT, made, "second", 6, actor="root")
        actions.assign(c, made, None, 6, actor="root")
        actions.change_settings(c, made, ["groups=on"], 6, actor="root")
        actions.set_parameter(c, made, Parameter("title", "title", macro=False), 6, actor="root")
        actions.remove_parameter(c, made, "title", 6, actor="root")
        actions.record_connection(c, made, "", 6, actor="root")
        actions.stop(c, made, 6, actor="root")
        actions.start(c, actions.find_app(c, "aws"), 6, actor="root")
        assert {event.actor for event in events.follow(c, 0)} == {"root"}


@pytest.mark.parametrize("source", ["a\0b", "{firstname}\n", "x" * 2_001])
def test_a_parameter_s_value_can_be_stored(each: Database, source: str) -> None:
    with write(each) as c:
        with pytest.raises(Problem, match="title: the value has at most 2000 characters"):
            actions.set_parameter(c, create(c), Parameter("title", source, macro=True), 6)
        assert store.parameters(c, 1) == []


def test_an_app_is_not_given_to_a_role_that_no_database_looks_for(each: Database) -> None:
    with write(each) as c, pytest.raises(Problem, match="no role is called that"):
        actions.assign(c, create(c), "a\0b", 6)


def test_all_of_a_parameter_is_kept_as_it_was_given(each: Database) -> None:
    told = Parameter("badge", "none", False, True, True, "Badge", "comma", "a,b", ("a,b", "c"), False, True, True, False)
    with write(each) as c:
        made = create(c)
        for one in (told, Parameter("title", "title", False), Parameter("team", "none", False, True)):
            actions.set_parameter(c, made, one, 6)
        actions.set_parameter(c, made, replace(told, label="Other"), 7)
        found = {one.key: one for one in store.parameters(c, made.id)}
        assert found["badge"] == replace(told, label="Other")
        assert {key: one.number for key, one in found.items()} == {"badge": 1001, "title": 5, "team": 1002}
