"""What users are looked for by, on pages and at the command line: as it was given, and as it is understood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from urllib.parse import urlencode

from msgspec.structs import replace

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.having import with_app
from lockstep.idp.console import store
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.groups.actions import group_meant
from lockstep.idp.directory.groups.store import all_groups
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.records import BY_HAND, FOLDER, State, Status
from lockstep.idp.directory.search.records import Filter
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem

FILTERS = {
    "q": "Search",
    "status": "Status",
    "state": "State",
    "role": "Role",
    "app": "Application",
    "group": "Group",
    "source": "Source",
}
"""The filters by their names in an address, and as pages call them."""
SOURCES = {"hand": BY_HAND, "folder": FOLDER}
_SOURCE_NAMES = {BY_HAND: "Made by hand", FOLDER: "Import of a folder"}
_LARGEST = 2**31 - 1
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters: `given` as in the address, `shown` as people read them, `problems` by filter; who has a problem finds nobody."""

    filter: Filter
    given: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def chips(self, path: str) -> list[tuple[str, str, str]]:
        """(name, value, address without it) of each filter that is set."""
        return [(FILTERS[name], self.shown[name], address(path, self.given, but=name)) for name in self.given]


def understood(c: Connection, asked: Mapping[str, str]) -> Asked:
    """What filters ask for; names and numbers are understood, and what is not is a problem."""
    found = Filter()
    given = {name: asked[name] for name in FILTERS if asked.get(name)}
    shown, problems = dict(given), {}
    for name, value in given.items():
        try:
            found, shown[name] = _READ[name](c, found, value)
        except Problem as problem:
            problems[name] = problem.what if isinstance(problem, ValueProblem) else str(problem)
    if problems:
        found = replace(found, roles=((),))  # whom nobody can be
    return Asked(found, given, shown, problems)


def address(path: str, given: Mapping[str, str], *, but: str = "", **more: str) -> str:
    """The address of a page with these filters, all but one of them."""
    query = {**{name: value for name, value in given.items() if name != but}, **{key: one for key, one in more.items() if one}}
    return path + (f"?{urlencode(query)}" if query else "")


def spoken(one: IntEnum) -> str:
    """A status or a state as pages write it."""
    return one.name.replace("_", " ").capitalize()


def statuses() -> Options:
    """The choices of the filter."""
    return [("", "Any status"), *((str(int(one)), spoken(one)) for one in Status)]


def states() -> Options:
    """The choices of the filter."""
    return [("", "Any state"), *((str(int(one)), spoken(one)) for one in State)]


def sources(c: Connection) -> Options:
    """The choices of the filter: where anybody comes from."""
    return [("", "Any source"), *((str(one), source_name(one)) for one in store.sources_in_use(c))]


def groups(c: Connection) -> Options:
    """The choices of the filter; none where there is no group."""
    found = [(str(one.id), one.name) for one in all_groups(c)]
    return [("", "Any group"), *found] if found else []


def applications(c: Connection) -> Options:
    """The choices of the filter."""
    return [("", "Any application"), *((str(app.id), app.name) for app in apps.all_apps(c))]


def source_name(source: int) -> str:
    """Where somebody comes from, in words."""
    return _SOURCE_NAMES.get(source, f"Source {source}")


def _text(_c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    return replace(found, text=value), value


def _one_of(kind: type[IntEnum], value: str, what: str) -> IntEnum:
    for one in kind:
        if value.casefold().replace("-", "_").replace(" ", "_") in (one.name.casefold(), str(int(one))):
            return one
    known = ", ".join(one.name.lower() for one in kind)
    raise ValueProblem(what, f"{value!r} is unknown; there are {known}")


def _status(_c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    one = _one_of(Status, value, "status")
    return replace(found, status=int(one)), spoken(one)


def _state(_c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    one = _one_of(State, value, "state")
    if found.state not in (None, one):
        return replace(found, roles=((),)), spoken(one)
    return replace(found, state=int(one)), spoken(one)


def _role(c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    role = find_role(c, value)
    return replace(found, roles=(*found.roles, (role.id,))), role.name


def _app(c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    app = apps.app_by_name(c, value)
    if app is None and _whole(value) is not None:
        app = apps.app_by_id(c, int(value))
    if app is None:
        raise NotThereProblem(f"there is no app {value!r}")
    return with_app(c, found, app.id), app.name


def _group(c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    group = group_meant(c, value)
    return replace(found, group_id=group.id), group.name


def _source(_c: Connection, found: Filter, value: str) -> tuple[Filter, str]:
    number = SOURCES.get(value, _whole(value))
    if number is None:
        raise ValueProblem("source", f"{value!r} is unknown; there are hand, folder, and the ids of sources")
    return replace(found, source=number), source_name(number)


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and int(value) <= _LARGEST else None


# The state before the app, which asks for one.
_READ: dict[str, Callable[[Connection, Filter, str], tuple[Filter, str]]] = {
    "q": _text,
    "status": _status,
    "state": _state,
    "role": _role,
    "app": _app,
    "group": _group,
    "source": _source,
}
