"""An account at OneLogin, made up."""

from collections.abc import Iterator

import pytest

from tests.support.fake_onelogin import FakeOneLogin, served


@pytest.fixture
def account() -> Iterator[FakeOneLogin]:
    """Seven users in three pages, two roles, a group and a custom field."""
    made = FakeOneLogin(roles={1: "Everybody", 2: "Treasury"}, groups={5: "Strict"}, fields=["cost_center"])
    for number in range(101, 108):
        made.user(number, role_ids=[1], external_id=f"E{number}")
    made.user(102, manager_user_id="101", role_ids=[1, 2], group_id=5, custom_attributes={"cost_center": "R-100"})
    with served(made) as account:
        yield account
