"""Another name for an app."""

from typing import Any

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions, store
from lockstep.kit.db import Database
from lockstep.kit.problems import ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault

VALUES: dict[str, Any] = {"connector": "scim2", "scim_url": "https://scim.example/", "token": "t", "allow_loopback": False}


def test_an_app_gets_another_name_and_keeps_the_rest(each: Database) -> None:
    vault = Vault(bytes(KEY_BYTES))
    with each.write(serial=events.SERIAL) as c:
        app = actions.create_app(c, vault, 5, name="aws", **VALUES)
        actions.rename(c, app, "AWS Single Sign-On", 6, actor="ada")
        renamed = actions.find_app(c, "AWS Single Sign-On")
        assert (renamed.id, renamed.scim_url, actions.token_of(c, vault, renamed)) == (app.id, app.scim_url, "t")
        assert store.app_by_name(c, "aws") is None
        actions.rename(c, renamed, renamed.name, 7)
        happened = events.since(c, 0, 9)
    assert [(one.type.value, one.actor, one.app_name) for one in happened[1:]] == [("app.updated", "ada", "AWS Single Sign-On")]
    assert happened[1].notes == "renamed, until now aws"


@pytest.mark.parametrize("name", ["", " ", "other", "a\nb", "a\0b", "x" * 201])
def test_a_name_that_cannot_be(each: Database, name: str) -> None:
    with each.write(serial=events.SERIAL) as c:
        actions.create_app(c, Vault(bytes(KEY_BYTES)), 5, name="other", **VALUES)
        app = actions.create_app(c, Vault(bytes(KEY_BYTES)), 5, name="aws", **VALUES)
        with pytest.raises(ValueProblem) as wrong:
            actions.rename(c, app, name, 6)
        assert wrong.value.field == "name"
        assert actions.find_app(c, "aws") == app
