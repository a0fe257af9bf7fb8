"""The first tables.

Not frozen yet: until the first release this version makes whatever the metadata holds.
"""

from alembic import op

from lockstep.center.schema import metadata
from lockstep.kit.migrate import load_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    load_tables("lockstep.center")
    metadata.create_all(op.get_bind())
