"""Processes of `lockstep` that need not import other people's packages each time: they are forked from one that has.

Run as `python -m tests.support.forking`, it imports PACKAGES, and then starts a process for each request that comes over its
standard input, a Unix socket.  What it starts is a process like any other: nothing of Lockstep is imported before the fork, so
that its own code runs from the first line, on connections, keys and threads of its own, until it ends or is killed.

`python -m tests.support.forking MODULE …` imports those of Lockstep's modules too, for tests that start a process a hundred
times: what runs is the same, and importing it again each time would be nearly all that they do.

Only on Linux; elsewhere a fork without an exec is not safe.  tests/cli starts the command as a shell does.
"""

import array
import json
import os
import signal
import socket
import sys
from importlib import import_module
from typing import Any, NoReturn

PACKAGES = (
    "aiohttp",
    "alembic.command",
    "alembic.context",
    "argon2",
    "asyncio",
    "croniter",
    "cryptography.hazmat.primitives.serialization",
    "cryptography.x509",
    "dbos",
    "jinja2",
    "lxml.etree",
    "msgspec",
    "psycopg",
    "pydantic.json_schema",
    "pydantic.types",
    "rich.markdown",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
    "typer._adapters",
    "uvicorn",
)
"""What the commands import of others, now or later."""
LARGEST = 1 << 20
"""Bytes of a request."""
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the other end is closed."""
    own = sys.argv[1:]
    for package in (*PACKAGES, *own):
        import_module(package)
    line = socket.socket(fileno=os.dup(0))
    line.sendall(b"ready")
    while True:
        raw, files = _received(line)
        if not raw:
            return
        request: dict[str, Any] = json.loads(raw)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        assert own or not [name for name in sys.modules if name.partition(".")[0] == "lockstep"]
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(request, files)
        for file in files:
            os.close(file)
        line.sendall(str(pid).encode())


def _received(line: socket.socket) -> tuple[bytes, list[int]]:
    files = array.array("i")
    raw, extra, _, _ = line.recvmsg(LARGEST, socket.CMSG_SPACE(2 * files.itemsize))
    for _, _, content in extra:
        files.frombytes(content)
    return raw, list(files)


def _become(request: dict[str, Any], files: list[int]) -> NoReturn:
    """Run `lockstep` here, with the words, the environment, and the files for what it prints."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing is left behind when the tests are killed
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["lockstep", *request["words"]]
    from lockstep.cli.main import main

    main()
    sys.exit()


if __name__ == "__main__":
    main()
