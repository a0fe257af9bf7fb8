"""Serves an ASGI application until SIGTERM or SIGINT, and says when it answers."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from lockstep.kit.problems import Problem

_BACKLOG = 2048
_GRACE_SECONDS = 15
_KEEP_ALIVE_SECONDS = 75  # longer than clients and proxies keep an idle connection, so that they are the ones to close it
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """uvicorn, with a line when it is ready, and an orderly end that is not mistaken for a death by signal."""

    def __init__(self, config: uvicorn.Config, url: str, remarks: Iterable[str], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._url = url
        self._remarks = remarks
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            sys.stderr.writelines(f"{line}\n" for line in (f"ready {self._url}", *self._remarks))
            sys.stderr.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit  # the second signal does not wait for open requests
        self.should_exit = True
        self._stopping()


def serve(
    app: Any,
    host: str,
    port: int,
    *,
    bound: Callable[[str], Iterable[str]] = lambda _url: (),
    stopping: Callable[[], None] = lambda: None,
) -> None:
    """Serve `app` on `host:port` (0: a free port).  Requests under way are finished before it returns.

    `bound` is told the origin (`http://127.0.0.1:8090`) once it is known, before the first request; what it gives back is said
    after the line that says ready.  `stopping` is called in the event loop when the end has been asked for, before open
    requests are waited for: it ends those that would go on and on (streams).
    Raises Problem if the address cannot be listened on.
    """
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listening.getsockname()[1]}"
    remarks = bound(url)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with listening, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_Server(config, url, remarks, stopping).serve(sockets=[listening]))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise Problem(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return listening
