"""A network that fails: passes bytes on, and cuts the connection, or falls silent, after so many of them."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_CHUNK = 4096


@dataclass
class Cutter:
    """Passes on what comes to its `port`.  `after` is how many bytes of the server's answers come through; None for all."""

    target: int
    after: int | None = None
    silent: bool = False
    """Whether nothing more comes then, instead of an end."""
    listen: Callable[[bytes], object] = bytes
    """Told all that clients send."""
    passed: int = 0
    """Bytes of answers, of all connections."""
    connections: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Listen."""
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Close everything."""
        self._ended.set()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self._open += [client, server]
            self.connections += 1
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(_CHUNK):
                allowed = len(data) if self.after is None or not counted else max(0, self.after - self.passed)
                target.sendall(data[:allowed])
                if not counted:
                    self.listen(data)
                else:
                    self.passed += len(data[:allowed])
                if allowed < len(data):
                    while self.silent and not self._ended.is_set():
                        time.sleep(0.02)
                    break
        except OSError:
            pass
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(
    target: int, after: int | None = None, *, silent: bool = False, listen: Callable[[bytes], object] = bytes
) -> Iterator[Cutter]:
    """A network to the port `target` of this machine."""
    cutter = Cutter(target, after, silent, listen)
    cutter.start()
    try:
        yield cutter
    finally:
        cutter.stop()
