"""`--where KEY=VALUE`: whom a command is about, as the filters of the console say it."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from lockstep.idp.console.finding import FILTERS, understood
from lockstep.idp.directory import store
from lockstep.idp.directory.records import User
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help="Who matches: text, status, state, role, app, group, source; given more than once, all of it.",
    ),
]


def asked(connection: Connection, where: Iterable[str]) -> Filter:
    """What `--where` asks for.  Raises Problem for what is not understood."""
    given: dict[str, str] = {}
    for text in where:
        key, equals, value = text.partition("=")
        name = "q" if key == "text" else key
        if not equals or name not in FILTERS or key == "q":
            raise Problem(f"--where {text}: write KEY=VALUE; keys are text, {', '.join(list(FILTERS)[1:])}")
        given[name] = value
    found = understood(connection, given)
    for name, what in found.problems.items():
        raise Problem(f"--where {name}: {what}")
    return found.filter


def matching(connection: Connection, where: Iterable[str]) -> Iterator[User]:
    """Who matches, in the order in which they came."""
    found = (store.user_by_id(connection, number) for number in search.ids(connection, asked(connection, where)))
    return (user for user in found if user is not None)
