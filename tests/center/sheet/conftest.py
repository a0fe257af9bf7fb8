"""The sheet is gone through on SQLite, and one line in four on PostgreSQL: the rest of the centre's tests are on both."""

import pytest

EVERY = 4


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other three."""
    here = [one for one in items if "/center/sheet/" in one.path.as_posix() and "postgresql" in one.name]
    left_out = {id(one) for number, one in enumerate(here) if number % EVERY}
    if left_out:
        config.hook.pytest_deselected(items=[one for one in items if id(one) in left_out])
        items[:] = [one for one in items if id(one) not in left_out]
