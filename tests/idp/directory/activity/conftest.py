"""Fixtures of activity: fresh databases that cost little."""

from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite

__all__ = ["each", "empty_file", "postgresql", "shared_postgres", "sqlite"]
