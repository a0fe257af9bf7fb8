"""`lockstep idp serve | worker` as processes of their own."""

import asyncio
import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lockstep.cli.idp.serving import serve, worker, workers
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.storage import open_idp
from lockstep.kit.vault import open_vault
from tests.cli.processes import ENVIRONMENT, LOCKSTEP, run, serving
from tests.support.browser import Browser, over_http

PATIENCE = 60.0


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def lease_is_free(data: Path) -> bool:
    """Whether no worker holds the lease of the data."""
    database = open_idp(data, None)
    try:
        engine = Engine(database, open_vault(data / "key", may_create=True))
        return not engine.fleet.busy()
    finally:
        database.close()


def until(data: Path, *, free: bool) -> None:
    deadline = time.monotonic() + PATIENCE
    while lease_is_free(data) is not free:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_open_pages_do_not_hold_up_the_end_of_the_server(tmp_path: Path) -> None:
    data, password = tmp_path / "data", tmp_path / "password"
    password.write_text("correct horse battery")
    run("idp", "admin", "create", "root", "--password-file", str(password), "--data", str(data))
    with serving("idp", serve.__name__, "--no-worker", "--data", str(data)) as origin:
        cookie = asyncio.run(signed_in(origin))
        wanted = urllib.request.Request(f"{origin}/admin/events/stream", headers={"Cookie": cookie})
        streams = [urllib.request.urlopen(wanted, timeout=PATIENCE) for _ in range(3)]
        assert all(stream.readline().startswith(b"retry:") for stream in streams)
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    for stream in streams:
        assert b"event: beat" in stream.read()
        stream.close()


async def signed_in(origin: str) -> str:
    """The cookie of an administrator who has signed in."""
    browser = Browser(over_http, origin)
    page = await browser.get("/admin/login")
    await browser.submit(page, "/admin/login", name="root", password="correct horse battery")
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@pytest.mark.parametrize("options", [[], ["--no-worker"]])
def test_serve_answers_with_a_worker_inside_or_without(tmp_path: Path, options: list[str]) -> None:
    data = tmp_path / "data"
    with serving("idp", serve.__name__, "--data", str(data), *options) as origin:
        status, body = get(f"{origin}/healthz")
        assert (status, '"ok":true' in body.replace(" ", "")) == (200, True)
        assert get(f"{origin}/nothing")[0] == 404
        until(data, free=bool(options))
        # A command beside the server works on the same data.
        assert run("idp", "users", "--data", str(data), "--json").code == 0
    assert lease_is_free(data)


def test_a_port_in_use_is_a_problem(tmp_path: Path) -> None:
    with serving("idp", "serve", "--data", str(tmp_path / "one"), "--no-worker") as origin:
        second = run("idp", "serve", "--data", str(tmp_path / "other"), "--port", origin.rpartition(":")[2])
    assert (second.code, second.out) == (1, "")
    assert second.err.startswith("lockstep: cannot listen on 127.0.0.1:")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_holds_the_lease_until_it_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    command = [LOCKSTEP, "idp", worker.__name__, "--data", str(tmp_path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(tmp_path, free=False)
            process.send_signal(number)
            assert process.wait(PATIENCE) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
        finally:
            process.kill()
    assert lease_is_free(tmp_path)


def test_it_has_to_be_said_where_the_data_is() -> None:
    ended = run("idp", "serve")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "lockstep: say where the data is: --data DIR (or LOCKSTEP_DATA), or --database-url URL\n"


def test_the_key_file_of_other_data_is_said_at_once(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    for folder in (data, other):
        assert run("idp", "certificate", "list", "--data", str(folder)).code == 0
    (other / "key").replace(data / "key")
    ended = run("idp", serve.__name__, "--data", str(data), "--port", "0")
    assert (ended.code, "the key file does not open the secrets in this database" in ended.err) == (1, True)


def test_a_port_that_cannot_be_one_is_wrong_usage(tmp_path: Path) -> None:
    for side in ("idp", "center"):
        assert run(side, "serve", "--data", str(tmp_path), "--port", "99999").code == 2


def test_a_second_worker_says_that_it_stands_by(tmp_path: Path) -> None:
    with serving("idp", serve.__name__, "--data", str(tmp_path)):
        until(tmp_path, free=False)
        command = [LOCKSTEP, "idp", worker.__name__, "--data", str(tmp_path)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as second:
            assert second.stderr is not None
            assert second.stderr.readline() == "lockstep: another worker is at work on this data; this one stands by\n"
            second.kill()  # it may not yet listen to anything milder


def test_who_is_at_work_is_shown_on_sqlite(tmp_path: Path) -> None:
    said = run("idp", workers.__name__, "--data", str(tmp_path))
    assert (said.code, said.out.partition(".")[0]) == (0, "No worker is at work")
    with serving("idp", serve.__name__, "--data", str(tmp_path)):
        until(tmp_path, free=False)
        assert run("idp", workers.__name__, "--data", str(tmp_path)).out == "the worker: has nothing to do now\n"


def test_who_is_at_work_is_shown_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    where = ("--data", str(tmp_path), "--database-url", postgres_url)
    command = [LOCKSTEP, "idp", worker.__name__, *where]
    assert run("idp", workers.__name__, *where, "--json").out == ""
    with quietly(command) as first:
        shown = listed(where, 1)
        assert (shown[0]["pid"], shown[0]["apps"]) == (first.pid, [])
        with quietly(command) as second:
            assert second.stderr is not None
            assert second.stderr.readline() == "lockstep: another worker is at work on this data; this one joins it\n"
            assert {one["pid"] for one in listed(where, 2)} == {first.pid, second.pid}
            second.terminate()
            assert second.wait(PATIENCE) == 0
        first.terminate()
        assert first.wait(PATIENCE) == 0
    assert listed(where, 0) == []


@contextmanager
def quietly(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def listed(where: tuple[str, ...], number: int) -> list[dict[str, Any]]:
    """The workers, once there are so many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = [json.loads(line) for line in run("idp", workers.__name__, *where, "--json").out.splitlines()]
        if len(found) == number:
            return found
        assert time.monotonic() < deadline, str(found)
