"""Both services for tests: a centre that really serves, and further databases."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer


@pytest.fixture
def other_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A second fresh database beside `postgres_url`."""
    with postgres.database() as url:
        yield url
