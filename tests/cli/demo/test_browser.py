"""The demo's browser, against a real server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lockstep.cli.demo.browser import Browser
from lockstep.cli.demo.processes import StepFailed

LOGIN = """<html><body><nav>Menu</nav><main><h1>Sign in</h1>
<form action="/search"><input name="q"></form>
<form method="post" action="check"><input type="hidden" name="csrf" value="a&amp;b"><input name="password"></form>
</main></body></html>"""


class Site(BaseHTTPRequestHandler):
    """A page with a cookie and a form, and where the form leads."""

    seen: list[tuple[str, str, str, str]]

    def do_GET(self) -> None:
        if self.path == "/start":
            self._answer(303, "", ("Location", "/a/login"), ("Set-Cookie", "one=1; Path=/; HttpOnly"))
        elif self.path == "/a/login":
            self._answer(200, LOGIN)
        elif self.path == "/a/done":
            self._answer(200, f"<main>Hello {self.headers.get('Cookie')}</main>")
        else:
            self._answer(404, "<main><h1>Not here</h1> <p>Try elsewhere.</p></main>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.path, body, self.headers["Origin"], self.headers["Cookie"]))
        self._answer(303, "", ("Location", "/a/done"))

    def _answer(self, status: int, html: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.seen = []
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_form_is_filled_in_and_sent_as_browsers_do(site: str) -> None:
    browser = Browser()
    page = browser.visit(f"{site}/start")
    assert (page.url, page.text) == (f"{site}/a/login", "Sign in")
    done = browser.submit(page, page.form("password"), password="ø&=")
    assert Site.seen == [("/a/check", "csrf=a%26b&password=%C3%B8%26%3D", site, "one=1")]
    assert (done.url, done.text) == (f"{site}/a/done", "Hello one=1")


def test_a_page_without_the_form_says_what_it_is(site: str) -> None:
    page = Browser().visit(f"{site}/a/done")
    with pytest.raises(StepFailed, match=r"a form with SAMLResponse was expected at .*/a/done, which says: Hello None"):
        page.form("SAMLResponse")


def test_a_page_that_says_no(site: str) -> None:
    with pytest.raises(StepFailed, match=r"/nowhere answered 404: Not here Try elsewhere."):
        Browser().visit(f"{site}/nowhere?token=1")


def test_nobody_answers() -> None:
    with pytest.raises(StepFailed, match=r"http://127\.0\.0\.1:1/x does not answer"):
        Browser().visit("http://127.0.0.1:1/x?y")
