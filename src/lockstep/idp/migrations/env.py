"""Alembic runs this file for each migration."""

from lockstep.idp.schema import metadata
from lockstep.kit.migrate import run_migrations

run_migrations(metadata)
