"""Alembic runs this file for each migration."""

from lockstep.center.schema import metadata
from lockstep.kit.migrate import run_migrations

run_migrations(metadata)
