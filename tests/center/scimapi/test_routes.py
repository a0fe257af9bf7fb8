"""Paths and methods."""

import pytest

from lockstep.center.events import Operation
from lockstep.center.scimapi.routes import Place, route, split


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/t/scim/v2/Users", Place("t", "Users", "")),
        ("/t/scim/v2/Users/", Place("t", "Users", "")),
        ("/t/scim/v2//Users", Place("t", "Users", "")),
        ("/t/scim/v2/Users/1", Place("t", "Users", "1")),
        ("/t/scim/v2/Users/1/2", Place("t", "Users", "1/2")),
        ("/t/scim/v2/", Place("t", "", "")),
        ("/t/scim/v2", Place("t", "", "")),
        ("/t/scim/v2Groups/x", None),
        ("/t/SCIM/v2/Users", None),
        ("/scim/v2/Users", None),
        ("/", None),
        ("", None),
    ],
)
def test_places(path: str, place: Place | None) -> None:
    assert split(path) == place


@pytest.mark.parametrize("resource", ["", "users", "Me", "Bulk"])
def test_unknown_resources(resource: str) -> None:
    assert not route("GET", Place("t", resource, "")).known


def test_an_id_is_one_segment() -> None:
    assert route("GET", Place("t", "Users", "1")).operation is Operation.GET_USER
    assert not route("GET", Place("t", "Users", "1/2")).known


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "get", "BREW"])
def test_other_methods(method: str) -> None:
    found = route(method, Place("t", "Users", "1"))
    assert found.known
    assert found.operation is None
