"""What is known of a target is kept with its URL, and an event says when it changes something."""

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.capabilities import actions
from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT = Vault(bytes(KEY_BYTES))
WITHOUT_PATCH = Found(Said(patch=False, page_size=7), 5, "", frozenset({"bulk"}), 30, 0)


def app(c: Connection, connector: str = "scim2") -> App:
    url = "https://scim.example/a"
    return apps.create_app(c, VAULT, 5, name="a", connector=connector, scim_url=url, token="t", allow_loopback=False)


def test_nothing_is_known_at_first(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        made = app(c)
        assert actions.found_of(c, made) == Found()
        assert actions.connector_of(c, made) == CONNECTORS["scim2"]


def test_what_was_found_is_kept_and_said_once(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        made = app(c)
        for _ in range(2):
            spoken = actions.record(c, made, WITHOUT_PATCH, 9, actor="root")
        assert actions.found_of(c, made) == WITHOUT_PATCH
        assert actions.connector_of(c, made) == spoken
        assert (spoken.writes, spoken.page_size, spoken.members_per_request) == ("put", 7, 30)
        happened = [(one.type.value, one.actor, one.notes) for one in events.follow(c, 0)]
    assert [one[:2] for one in happened] == [("app.created", "admin"), ("app.updated", "root")]
    assert "Changes: PUT of the whole object, which is read first; " in happened[-1][2]


def test_another_url_is_another_target(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        made = app(c)
        actions.record(c, made, WITHOUT_PATCH, 9, actor="root")
        store.set_url(c, made.id, "https://scim.example/b")
        moved = apps.find_app(c, made.name)
        assert actions.found_of(c, moved) == Found()
        assert actions.found_of(c, made) == WITHOUT_PATCH


def test_a_connector_that_does_not_ask_is_as_it_is_declared(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        made = app(c, "aws-iam-identity-center")
        assert actions.record(c, made, WITHOUT_PATCH, 9, actor="root") == CONNECTORS["aws-iam-identity-center"]
        assert actions.found_of(c, made) == WITHOUT_PATCH
