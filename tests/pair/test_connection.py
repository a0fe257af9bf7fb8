"""What may be wrong between the two sides: each case explained by `app connect`, and a sync that ends with a clear word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pair.both import Both
from tests.pair.floor import floor
from tests.pair.rosters import Roster, small
from tests.support.center import Center
from tests.support.idp import AT_ONCE

DONE, PROBLEM = 0, 1
REFUSED = "the target refused the access token (401)"


def three() -> Roster:
    return small("E1 E2 E3", {"Readers": "E1 E2"})


def explained(both: Both, problem: str, fix: str, said: str) -> None:
    """`connect` says what is wrong and what to do, `sync` that it cannot go on; nothing is held against single people."""
    found = both.command("app", "connect", "aws", "--json").ended(PROBLEM).json
    assert found["ok"] is False
    assert problem in found["problem"]
    assert fix in found["fix"]
    refused = both.command("sync", "aws", "--json").ended(PROBLEM)
    assert refused.out == ""
    assert len(refused.err.splitlines()) == 1
    assert said in refused.err
    assert not [event for event in both.idp.events() if "failed" in event["type"]]


def aim(both: Both, url: str, token: str) -> None:
    """An app for that target, and a directory that wants to go there."""
    both.take(three())
    both.idp.app(url, token, *AT_ONCE)


def test_a_good_connection(both: Both) -> None:
    aim(both, both.tenant.url, both.tenant.scim.token)
    assert both.command("app", "connect", "aws", "--json").ended(DONE).json == {"ok": True, "problem": "", "fix": ""}
    assert both.writes() == 0


def test_a_trailing_slash_does_no_harm(both: Both) -> None:
    aim(both, both.tenant.url + "/", both.tenant.scim.token)
    assert both.command("app", "connect", "aws", "--json").ended(DONE).json["ok"] is True
    assert both.sync()["requests"] == floor(Roster(), three()).requests


def test_a_wrong_token(both: Both) -> None:
    aim(both, both.tenant.url, "not-a-token")
    explained(both, "refused the access token (401)", "Copy the token again", REFUSED)
    assert both.held().users == []


def test_a_wrong_tenant(both: Both) -> None:
    head, _, tail = both.tenant.url.rpartition("/scim/v2")
    assert not tail
    aim(both, head[:-4] + "0000/scim/v2", both.tenant.scim.token)
    explained(both, "refused the access token (401)", "A wrong tenant in the URL gives the same answer", REFUSED)


def test_the_token_of_another_instance(both: Both, center: Center) -> None:
    other = center.tenant()
    aim(both, both.tenant.url, other.scim.token)
    explained(both, "refused the access token (401)", "Copy the token again", REFUSED)
    other.scim.close()
    assert both.held().users == other.users() == []


def test_a_new_token_mends_it(both: Both) -> None:
    aim(both, both.tenant.url, "not-a-token")
    token = both.folder / "token"
    token.write_text(both.tenant.scim.token + "\n")
    both.command("app", "token", "aws", "--token-file", str(token)).ended(DONE)
    assert both.sync()["failed"] == 0
    both.assert_equal(three())


def test_a_path_that_is_not_there(both: Both) -> None:
    aim(both, both.tenant.url + "/scim/v2", both.tenant.scim.token)
    found = both.command("app", "connect", "aws", "--json").ended(PROBLEM).json
    assert (found["ok"], bool(found["problem"]), bool(found["fix"])) == (False, True, True)
    assert both.command("sync", "aws").ended(PROBLEM).err.startswith("lockstep: the target ")


@contextmanager
def web_site() -> Iterator[str]:
    """A web site that answers everything with a page."""

    class Page(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = b"<!doctype html><html><title>Welcome</title></html>"
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/scim/v2"
        finally:
            server.shutdown()
            thread.join()


def test_a_web_page_instead_of_scim(both: Both) -> None:
    with web_site() as url:
        aim(both, url, "some-token")
        explained(
            both,
            "a web page (HTML) instead of SCIM",
            "Copy the SCIM endpoint",
            "something else than SCIM answered (200, text/html)",
        )


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_nobody_answers(both: Both, closed_port: int) -> None:
    aim(both, f"http://127.0.0.1:{closed_port}/scim/v2", "some-token")
    explained(both, "could not be reached", "the service is running", "the target does not answer")


def test_two_apps_on_one_directory_do_not_mind_each_other(both: Both, center: Center) -> None:
    """The second has the people of one role only, and is broken at first."""
    other = center.tenant()
    both.connect(three())
    both.idp.app(other.url, "not-a-token", *AT_ONCE, name="second", role="Readers")
    assert both.sync()["requests"] == 4
    token = both.folder / "token"
    token.write_text(other.scim.token)
    assert "refused the access token" in both.command("sync", "second").ended(PROBLEM).err
    both.command("app", "token", "second", "--token-file", str(token)).ended(DONE)
    assert both.command("sync", "second", "--json").ended(DONE).json["requests"] == 3
    assert {user["externalId"] for user in other.users()} == {"E1", "E2"}
    both.idp.unseat("Readers", "E2")
    assert both.sync()["requests"] == 1
    both.idp.sync("second")
    assert {user["externalId"]: user["active"] for user in other.users()} == {"E1": True, "E2": False}
    assert [user["active"] for user in both.held().users] == [True] * 3
    other.scim.close()


def test_stop_and_start_for_one_app_and_for_all(both: Both) -> None:
    both.begin(three())
    both.command("app", "stop", "aws").ended(DONE)
    both.idp.change("E1", title="Waits")
    assert "aws is stopped" in both.command("sync", "aws").ended(PROBLEM).err
    both.command("app", "start", "--all").ended(DONE)
    assert both.sync()["requests"] == 1
    both.command("app", "stop", "--all").ended(DONE)
    assert "aws is stopped" in both.command("drift", "aws").ended(PROBLEM).err


def test_provisioning_off_leaves_everything_as_it_is(both: Both) -> None:
    both.begin(three())
    said = both.command("app", "set", "aws", "provisioning=off").ended(DONE).out
    assert "what is at the target stays as it is" in said
    both.take(small("E1", {}))
    both.command("sync", "aws").ended(PROBLEM)
    both.assert_equal(three())
