"""A small HTTP server on loopback for the scripts, which ends with the test that began it."""

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FORM = "application/x-www-form-urlencoded"


class Request:
    """What came."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.method = handler.command
        self.path = parts.path
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.cookie = handler.headers.get("cookie", "")
        self.host = handler.headers.get("host", "")
        body = handler.rfile.read(int(handler.headers.get("content-length", "0")))
        kind = handler.headers.get("content-type", "")
        self.form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if kind == FORM else {}
        self.json: Any = json.loads(body) if kind == "application/json" else None


Answer = tuple[int, dict[str, str], str]
"""(status, headers, body)."""


def page(text: str, kind: str = "text/html; charset=utf-8") -> Answer:
    return 200, {"content-type": kind}, text


def as_json(value: Any) -> Answer:
    return page(json.dumps(value), "application/json")


def redirect(url: str, **headers: str) -> Answer:
    return 302, {"location": url, **headers}, ""


def serve(make: Callable[[str], Callable[[Request], Answer]]) -> None:
    """Serve what `make` makes of the address, until standard input ends."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            status, headers, body = answer(Request(self))
            content = body.encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            """Nothing: what went wrong is on standard error as a traceback."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    answer = make(url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    sys.stdin.read()
