"""OneLogin's own client (PyPI, unchanged, in an environment and a process of its own) against our server."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.idp.command import Idp
from tests.clients.environment import SDK, batch
from tests.idp.provisioning.target import Target
from tests.support.processes import served

SCIM_URL = "http://127.0.0.1:1/tenant/scim/v2"


@pytest.fixture(scope="module")
def seen(sdk: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program saw."""
    folder: Path = tmp_path_factory.mktemp("onelogin")
    idp = Idp(folder, Target(lambda: 0))
    credential = idp.done("api-credential", "create", "sdk", "--scope", "manage-all", "--json").one
    with served(folder / "idp.log", "idp", "serve", "--no-worker", "--data", str(idp.data)) as server:
        found: dict[str, Any] = batch("onelogin_program", {**credential, "url": server.url, "scim_url": SCIM_URL}, SDK)
    return found


def test_the_same_token_is_given_until_it_is_revoked(seen: dict[str, Any]) -> None:
    assert seen["same_token"] is True
    assert 35_900 < seen["expires_in"] <= 36_000
    assert seen["limit"] == 5_000
    assert seen["revoked"] == [401, "UnauthorizedError"]


def test_users(seen: dict[str, Any]) -> None:
    assert seen["users"] == {
        "made": True,
        "pages": 3,
        "changed": ["Treasury", True, "p000@example.com"],
        "read": True,
        "filtered": 10,
        "deleted": [404, "NotFoundError"],
        "taken": [422, "UnprocessableEntityError", "username"],
    }
    assert seen["states"] == [3, 2]


def test_roles(seen: dict[str, Any]) -> None:
    assert seen["roles"] == {
        "name": "AWS - Auditors",
        "users": True,
        "admins": True,
        "members": True,
        "administrators": True,
        "listed": ["AWS - Auditors"],
        "by_name": ["AWS - Auditors"],
        "of_user": True,
        "gone": [404, "NotFoundError"],
    }


def test_apps(seen: dict[str, Any]) -> None:
    assert {key: seen["apps"][key] for key in seen["apps"] if key != "users"} == {
        "name": "AWS",
        "roles": True,
        "provisioning": True,
        "parameter": [True, False],
        "listed": ["AWS"],
        "logins": [["AWS", True, "unknown"]],
        "connectors": True,
    }
    assert len(seen["apps"]["users"]) == 2  # of the three in the role, one is rejected


def test_rules_and_mappings(seen: dict[str, Any]) -> None:
    rules, mappings = seen["rules"], seen["mappings"]
    assert (rules["listed"], rules["left"]) == (["Second", "Renamed"], ["Second"])
    assert (mappings["listed"], mappings["left"], mappings["read"]) == (["Second", "Renamed"], ["Renamed"], "Renamed")
    assert rules["operators"] == ["ri", "rin"]
    assert rules["wrong"][:2] == [422, "UnprocessableEntityError"]
    assert all(rules[name] is True for name in ("sorted", "read", "conditions", "actions"))
    assert all(mappings[name] is True for name in ("sorted", "actions", "values", "roles", "operators"))


def test_events(seen: dict[str, Any]) -> None:
    assert seen["events"] == {
        "count": 50,
        "more": True,
        "chosen": [["AWS - Readers", "api:sdk"]],
        "one": True,
        "types": "CREATED_USER",
    }
    assert seen["groups"] == 0
