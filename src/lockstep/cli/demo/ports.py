"""Whether a port can be had, asked before anything is begun."""

import socket

from lockstep.kit.problems import Problem

HOST = "127.0.0.1"


def ensure_free(port: int, option: str) -> None:
    """Raise Problem if another program listens on the port.  0 is any free one."""
    if port == 0:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the services do: an old connection is no listener
        try:
            trial.bind((HOST, port))
            trial.listen()
        except PermissionError:
            raise Problem(f"port {port} needs more rights than this account has; choose one above 1023: {option} N") from None
        except OSError:
            raise Problem(
                f"port {port} is taken by another program; choose another: {option} N ({option} 0 takes a free one)"
            ) from None
