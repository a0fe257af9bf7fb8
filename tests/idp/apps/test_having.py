"""Who has an app, as a search asks it: the same people whom the engine gives it to."""

from typing import Any

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.having import giving, with_app
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.directory.records import State
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.directory.store import stream_users
from lockstep.idp.events import SERIAL
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT, URL, ALL = Vault(bytes(KEY_BYTES)), "https://scim.example/v2", Filter()
BY: Any = {"actor": "a test", "now": 1}


def having(c: Connection, asked: Filter = ALL) -> list[int]:
    return list(search.ids(c, with_app(c, asked, 1)))


def plainly(c: Connection) -> list[int]:
    return sorted(user.id for user in stream_users(c) if store.has_app(c, 1, user.id))


def test_by_roles_roles_in_them_and_by_everyone(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        app = apps.create_app(c, VAULT, 1, name="aws", connector="scim2", scim_url=URL, token="t", allow_loopback=False)
        assert app.id == 1
        users = [directory.create_user(c, {"user_name": f"p{number}"}, **BY) for number in range(4)]
        outer, inner = (directory.create_role(c, name, **BY) for name in ("Outer", "Inner"))
        nest_role(c, outer.id, inner.id, **BY)
        directory.add_members(c, outer.id, [users[0].id], **BY)
        directory.add_members(c, inner.id, [users[1].id, users[2].id], **BY)
        directory.set_state(c, users[2].id, State.REJECTED, **BY)
        assert (giving(c, 1), having(c)) == ((), [])
        store.assign(c, 1, outer.id)
        assert giving(c, 1) == (outer.id, inner.id)
        assert having(c) == plainly(c) == [users[0].id, users[1].id]
        assert having(c, Filter(text="p1")) == [users[1].id]
        assert having(c, Filter(state=State.REJECTED)) == []
        store.assign(c, 1, None)
        assert giving(c, 1) is None
        assert having(c) == plainly(c) == [users[0].id, users[1].id, users[3].id]
