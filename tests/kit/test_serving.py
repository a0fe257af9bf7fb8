"""Serving: ready, then an orderly end."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lockstep.kit.problems import Problem
from lockstep.kit.serving import serve

APP = """
import asyncio, sys
from lockstep.kit.serving import serve

over = asyncio.Event()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                print("closed in order", flush=True)
                return
    if scope["path"] == "/slow":
        print("slow", flush=True)
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/stream":
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await over.wait()
    await send({"type": "http.response.body", "body": b"here"})

serve(app, sys.argv[1], int(sys.argv[2]), stopping=over.set)
"""


@contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The application in a process of its own, and its URL from the ready line."""
    command = [sys.executable, "-c", APP, host, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        ready = process.stderr.readline()
        assert ready.startswith("ready http://"), ready
        try:
            yield process, ready.split()[1]
        finally:
            process.kill()


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body


def test_ready_means_that_it_answers_and_port_0_is_a_free_one() -> None:
    with serving() as (_first, one), serving() as (_second, other):
        assert one != other
        assert read(one) == read(other) == b"here"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    with serving() as (process, url):
        read(url)
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "closed in order\n"


def test_requests_under_way_are_finished() -> None:
    with serving() as (process, url):
        assert process.stdout is not None
        with subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request as r; print(r.urlopen('{url}/slow').read())"],
            stdout=subprocess.PIPE,
            text=True,
        ) as client:
            assert process.stdout.readline() == "slow\n"
            process.send_signal(signal.SIGTERM)
            assert client.communicate(timeout=10)[0] == "b'here'\n"
        assert process.wait(10) == 0


def test_a_stream_is_told_to_end_and_nobody_waits_for_it() -> None:
    with serving() as (process, url):
        with urllib.request.urlopen(f"{url}/stream", timeout=10) as stream:
            assert stream.read(6) == b"first "
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert stream.read() == b"here"
        assert process.wait(10) == 0
        assert time.monotonic() - begun < 5


def test_an_address_in_use_is_a_problem() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Problem, match="cannot listen on"):
            serve(None, "127.0.0.1", taken.getsockname()[1])
