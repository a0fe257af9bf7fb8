"""docs/api.md lists what there is, and who may; this holds it against the table of routes."""

from pathlib import Path

from lockstep.idp.api.credentials.records import GRANTS, Need, Scope
from lockstep.idp.api.routes import ROUTES

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"


def least(need: Need | None) -> str:
    """The scopes that are enough."""
    if need is None:
        return "no token"
    return ", ".join(f"`{one.value}`" for one in Scope if need in GRANTS[one])


def table() -> str:
    """The part of the document."""
    rows = [f"| `{one.method} {one.path}` | {one.about} | {least(one.need)} |" for one in ROUTES]
    return "\n".join(["| Call | what it does | scope |", "| --- | --- | --- |", *rows]) + "\n"


def test_the_document_lists_every_route_and_its_scopes() -> None:
    assert table() in DOCUMENT.read_text()


def test_reading_never_needs_more_than_reading_all() -> None:
    """And a change is never to be had with a scope that reads."""
    for route in ROUTES:
        if route.writes:
            assert route.need in (Need.USERS_WRITE, Need.ALL_WRITE), route.path
        else:
            assert route.need in (None, Need.USERS_READ, Need.ALL_READ), route.path
