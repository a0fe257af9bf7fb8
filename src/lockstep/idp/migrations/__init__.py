"""The versions of the identity provider's database."""

from pathlib import Path

FOLDER = Path(__file__).parent
HEAD = "0022"
"""The newest version, written by `make migration`: asking Alembic for it would cost each start an import."""
