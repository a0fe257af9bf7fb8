"""Reading the identity centre over SCIM: every page, by cursor, and what goes wrong in words."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.reading import Reader, quoted

USERS = [{"id": str(number), "userName": f"user{number}"} for number in range(250)]


class Target(BaseHTTPRequestHandler):
    """Users in pages; a filter selects by userName or by a group that holds the first two."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}
        if self.headers["Authorization"] != "Bearer secret":
            self._answer(401, {"detail": "no"})
            return
        found = _selected(query.get("filter", ""))
        start, count = int(query.get("cursor") or 0), int(query.get("count", "100"))
        page: dict[str, object] = {"Resources": found[start : start + count]}
        more: dict[str, object] = {"nextCursor": str(start + count)} if start + count < len(found) else {}
        self._answer(200, page | more)

    def _answer(self, status: int, body: dict[str, object]) -> None:
        text = msgspec.json.encode(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _selected(text: str) -> list[dict[str, str]]:
    if text.startswith("groups.value eq "):
        return USERS[:2]
    if text.startswith("userName eq "):
        return [user for user in USERS if user["userName"] == msgspec.json.decode(text.removeprefix("userName eq "))]
    return USERS


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Target) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/t/scim/v2"
        server.shutdown()
        thread.join()


@pytest.fixture
def reader(url: str) -> Iterator[Reader]:
    reader = Reader(url, "secret")
    yield reader
    reader.close()


def test_every_page_is_read(reader: Reader) -> None:
    assert reader.everything("Users") == USERS
    assert reader.requests == 3


def test_members_of_a_group(reader: Reader) -> None:
    assert [user["userName"] for user in reader.members("g")] == ["user0", "user1"]


def test_one_user_or_none(reader: Reader) -> None:
    assert reader.user("user7") == USERS[7]
    assert reader.user('no"body') is None


def test_a_refusal_is_explained(url: str) -> None:
    stranger = Reader(url, "wrong")
    with pytest.raises(StepFailed, match=r"GET /Users was answered 401: .*no"):
        stranger.everything("Users")
    stranger.close()


def test_a_centre_that_is_gone_is_explained() -> None:
    gone = Reader("http://127.0.0.1:1/t/scim/v2", "secret")
    with pytest.raises(StepFailed, match="the identity centre cannot be read over SCIM: ConnectionRefusedError"):
        gone.everything("Users")


def test_a_filters_literal_is_json() -> None:
    assert quoted('a "b" \\ é') == '"a \\"b\\" \\\\ é"'
