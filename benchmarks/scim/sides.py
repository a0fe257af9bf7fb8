"""The servers that are measured: each can be had again as it was when everybody had just been loaded."""

import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.scim.generator import Target
from benchmarks.scim.loading import Loaded, load
from benchmarks.support import center
from benchmarks.support.center import Tenant
from benchmarks.support.processes import Server, command, served

PEER = Path(__file__).with_name("peer")
_NPM_SECONDS = 180
_PEER_TOKEN = "a-token-for-the-benchmark"

Up = tuple[Target, Server]


class Side(Protocol):
    """One server with everybody in it."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    @property
    def loaded(self) -> Loaded:
        """The ids it gave."""

    @property
    def base(self) -> str:
        """The path in front of `/Users`."""

    def fresh(self) -> AbstractContextManager[Up]:
        """The server, as it was after loading."""


class Ours:
    """Our centre: one process, SQLite with synchronous=FULL.  Each time it is served anew on a copy of its folder."""

    name = "Lockstep"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tenant: Tenant = center.made(folder / "kept")
        with center.running(self._tenant.data) as server:
            self.loaded = load(self._target(server), cursors=True)

    @property
    def base(self) -> str:
        """See `Side`."""
        return self._tenant.scim_path

    def _target(self, server: Server) -> Target:
        return Target(server.url, self._tenant.scim_path, self._tenant.token)

    @contextmanager
    def fresh(self) -> Iterator[Up]:
        """See `Side`."""
        data = self._folder / "served"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self._tenant.data, data)
        with center.running(data) as server:
            yield self._target(server), server


@dataclass(frozen=True, slots=True)
class Scimmy:
    """npm scimmy, everything in memory, one process that goes on."""

    server: Server
    loaded: Loaded

    name = "scimmy"
    base = "/scim/v2"

    @contextmanager
    def fresh(self) -> Iterator[Up]:
        """See `Side`."""
        _post(f"{self.server.url}/back")
        yield Target(self.server.url, self.base, _PEER_TOKEN), self.server


@contextmanager
def scimmy(folder: Path) -> Iterator[Scimmy]:
    """The peer, served and loaded."""
    with served(
        folder / "peer.log", ["node", PEER / "server.mjs"], env={"TOKEN": _PEER_TOKEN, "NODE_ENV": "production"}
    ) as server:
        loaded = load(Target(server.url, Scimmy.base, _PEER_TOKEN), cursors=False)
        _post(f"{server.url}/keep")
        yield Scimmy(server, loaded)


def _post(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=60):
        pass


def why_no_peer() -> str:
    """Why the peer cannot be measured, "" where it can; installs it the first time, beside its `server.mjs`."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not found: install Node.js 18 or newer with npm"
    if (PEER / "node_modules" / "scimmy-routers").exists():
        return ""
    try:
        command("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", seconds=_NPM_SECONDS, folder=PEER)
    except RuntimeError as error:
        return f"npm could not install scimmy: {error}"
    return ""
