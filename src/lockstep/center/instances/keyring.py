"""The key of this centre: in a file, never in the database.

Every process that serves one database needs the same one.  A value that was sealed with it tells a wrong key when a server
starts, not when somebody's sign-in fails.
"""

from pathlib import Path

from lockstep.center.instances import store
from lockstep.kit.db import Database
from lockstep.kit.vault import Vault, open_vault

_SETTING = "key_check"
_WHERE = f"settings|value|{_SETTING}"


def open_keyring(database: Database, key_file: Path) -> Vault:
    """The vault of the key in `key_file`, which is made the first time.  Raises VaultError if it is not this database's key."""
    with database.write() as connection:
        known = store.setting(connection, _SETTING)
        vault = open_vault(key_file, may_create=known is None)
        if known is None:
            store.add_setting(connection, _SETTING, vault.seal(_SETTING, _WHERE).hex())
            known = store.setting(connection, _SETTING) or ""
        vault.open(bytes.fromhex(known), _WHERE)
    return vault
