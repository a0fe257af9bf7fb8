"""A real identity centre: made and served by the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.processes import LOCKSTEP, Server, lockstep, served

NAME = "bench"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An instance with provisioning on, not served yet."""

    data: Path
    scim_path: str
    token: str


def made(data: Path, *settings: str, name: str = NAME, rate: float | None = None) -> Tenant:
    """A new instance of the centre in folder `data`; it answers 429 over `rate` requests a second, if that is given."""
    given = [word for setting in settings for word in ("--setting", setting)]
    if rate is not None:
        given += ["--rate", str(rate)]
    lockstep("center", "instance", "create", name, *given, "--data", data)
    enabled = lockstep("center", "provisioning", "enable", name, "--data", data, "--json").json
    return Tenant(data, enabled["scim_path"], enabled["token"])


@contextmanager
def running(data: Path) -> Iterator[Server]:
    """The centre in `data`, served by one process on a free port."""
    with served(data.with_suffix(".log"), [LOCKSTEP, "center", "serve", "--data", data, "--port", "0"]) as server:
        yield server
