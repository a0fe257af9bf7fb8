"""Both services for tests: a centre that really serves, one for many tests, and an identity provider for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pair.both import Both
from tests.support.center import Center, Tenant, served_center
from tests.support.doubled import doubled
from tests.support.idp import Idp
from tests.support.postgres import PostgresServer


@pytest.fixture
def other_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A second fresh database beside `postgres_url`."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    """A served centre.  Instances keep tests apart."""
    with served_center(tmp_path_factory.mktemp("center")) as center:
        yield center


@pytest.fixture
def tenant(center: Center) -> Iterator[Tenant]:
    """An instance of the test's own."""
    tenant = center.tenant()
    yield tenant
    tenant.scim.close()


@pytest.fixture
def idp(tmp_path: Path) -> Iterator[Idp]:
    """An identity provider in this process, empty."""
    with Idp(tmp_path / "idp") as idp:
        yield idp


@pytest.fixture
def both(idp: Idp, tenant: Tenant, tmp_path: Path) -> Both:
    """Both sides, not yet connected."""
    return Both(idp, tenant, tmp_path)


@pytest.fixture(autouse=True)
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of a few people has to say what a plan that looks at everybody says."""
    doubled(monkeypatch)
