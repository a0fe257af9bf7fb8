"""Who is let in, what is refused, and that nothing that is sent breaks the server."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp.api import application
from lockstep.idp.api.credentials.records import Credential, Scope
from lockstep.idp.api.routes import ROUTES
from lockstep.idp.api.routing import Route
from lockstep.idp.api.users import reading
from lockstep.kit import log
from tests.idp.api.world import NOW, World

ALL = [f"{route.method} {route.path}" for route in ROUTES]


def place(route: Route, value: str = "999999") -> str:
    """An address of a route."""
    return "/".join(value if part.startswith("{") else part for part in route.path.split("/"))


def test_no_route_is_there_twice() -> None:
    shapes = [f"{one.method} {place(one, '{}')}" for one in ROUTES]
    assert len(shapes) == len(set(shapes))
    assert all(one.path.startswith(("/api/1/", "/api/2/")) for one in ROUTES)


async def test_every_scope_at_every_route(world: World) -> None:
    """Whoever may not is told so, before anything is looked at; whoever may comes through to what is not there."""
    for route in ROUTES:
        for scope in Scope:
            said = await world.ask(route.method, place(route), scope=scope)
            allowed = route.need is None or Credential("", "", scope, NOW, "").may(route.need)
            assert (said.status == 403) == (not allowed), (route.method, route.path, scope)
            assert said.status < 500


async def test_the_types_of_events_alone_are_for_everybody(world: World) -> None:
    """OneLogin's own client asks for them without a token."""
    assert [route.path for route in ROUTES if route.need is None] == ["/api/1/events/types"]
    async with world.client.get(f"{world.url}/api/1/events/types") as answer:
        assert answer.status == 200
        assert (await answer.json())["data"]


async def test_without_a_good_token_nothing_is_said(world: World) -> None:
    for path in ("/api/2/users", "/api/1/roles", "/api/2/nothing", "/auth/nothing", "/api/", "/auth/rate_limit"):
        for header in ("", "bearer", "bearer x", "basic x"):
            said = await world.ask("GET", path, authorization=header)
            assert said.status == 401, (path, header)
            assert said.headers["www-authenticate"].startswith("Bearer")


async def test_what_is_not_there_is_not_found_in_the_shape_of_its_version(world: World) -> None:
    said = await world.ask("GET", "/api/2/hooks")
    assert (said.status, said.json["name"], said.json["statusCode"]) == (404, "NotFoundError", 404)
    said = await world.ask("GET", "/api/1/nothing")
    assert (said.status, said.json["status"]["code"]) == (404, 404)
    said = await world.ask("PATCH", "/api/2/users")
    assert (said.status, said.headers["allow"]) == (405, "GET, POST")


async def test_every_answer_has_a_number_and_is_kept_nowhere(world: World) -> None:
    said = await world.ask("GET", "/api/2/users")
    assert len(said.headers["x-request-id"]) == 16
    assert said.headers["cache-control"] == "no-store"
    assert said.headers["x-content-type-options"] == "nosniff"
    assert said.headers["content-type"] == "application/json; charset=utf-8"
    assert said.headers["x-ratelimit-limit"] == "5000"


async def test_a_body_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "LARGEST_BODY", 100)
    said = await world.ask("POST", "/api/2/users", raw=b"x" * 101)
    assert (said.status, said.json["name"]) == (413, "PayloadTooLargeError")
    assert (await world.ask("GET", "/api/2/users?" + "&".join(f"a{n}=1" for n in range(101)))).status == 400


async def test_a_fault_of_ours_has_a_reference_and_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(log, "exception", lambda event, **values: told.append(values))

    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret")

    monkeypatch.setattr(reading, "listed", broken)
    said = await world.ask("GET", "/api/2/users")
    assert said.status == 500
    assert said.headers["x-request-id"] in said.json["message"]
    assert "secret" not in str(said.json)
    assert told == [{"request_id": said.headers["x-request-id"], "path": "/api/2/users"}]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("username", "email", "firstname", "status", "state", "role_ids", "manager_user_id", "group_id", "custom_attributes")
MORE = ("name", "apps", "users", "admins", "connector_id", "parameters", "configuration", "provisioning", "conditions")
REST = ("actions", "match", "enabled", "position", "shortname", "user_field", "role_id_array", "locked_until", "password")
bodies = st.dictionaries(st.sampled_from((*NAMES, *MORE, *REST, "id", "x")), values, max_size=5) | values
WRITES = [one for one in ROUTES if one.writes]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from(WRITES), body=bodies, number=st.sampled_from(["1", "2", "0", "x", "9" * 30, "a%00b", "%ff"]))
async def test_no_body_breaks_the_server(world: World, route: Route, body: Any, number: str) -> None:
    if not world.tokens:
        world.role("Readers", world.user("zoe"), world.user("ann"))
        world.token(Scope.MANAGE_ALL)
        world.credential(Scope.READ_ALL)
    raw = json.dumps(body).encode()
    said = await world.ask(route.method, place(route, number), raw=raw)
    assert said.status < 500, (route.path, body, said)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from([one for one in ROUTES if not one.writes]), query=st.text(max_size=30), raw=st.binary(max_size=30))
async def test_no_query_breaks_the_server(world: World, route: Route, query: str, raw: bytes) -> None:
    said = await world.ask("GET", f"{place(route, '1')}?limit=3&fields={query}&cursor={raw.hex()}")
    assert said.status < 500, (route.path, query, said)
