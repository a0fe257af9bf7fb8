"""The token that an app had before there could be two."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from lockstep.idp.apps.tokens import actions, store
from lockstep.idp.migrations import FOLDER, HEAD
from lockstep.kit.db import Database
from lockstep.kit.migrate import alembic_config, engine_of, migrate
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT = Vault(bytes(KEY_BYTES))
ADD = (
    "INSERT INTO apps (id, name, connector, scim_url, token, allow_loopback, settings, stopped, quarantine, connected_at, "
    "connect_problem, created_at) VALUES (7, 'aws', 'scim2', 'https://x.example', :token, 0, '{}', 0, '', 0, '', 5)"
)


def test_it_is_the_one_in_use(each_database: Database) -> None:
    before = ScriptDirectory.from_config(alembic_config(FOLDER)).get_revision("0008").down_revision
    assert isinstance(before, str)
    migrate(each_database, FOLDER, before)
    with engine_of(each_database).begin() as connection:
        connection.execute(sa.text(ADD), {"token": VAULT.seal("the-token", actions.token_place(7))})
    migrate(each_database, FOLDER, HEAD)
    with each_database.read() as c:
        [one] = actions.opened(c, VAULT, 7)
        assert store.any_token(c)
    assert (one.secret, one.token.which, one.token.added_at, one.token.expires_at) == ("the-token", "current", 5, 0)
