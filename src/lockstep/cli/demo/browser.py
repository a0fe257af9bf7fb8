"""A browser without a screen, for signing in as a person does: cookies, redirects, forms, and what browsers say with a POST."""

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import IO
from urllib.parse import urlencode, urljoin, urlsplit

from lockstep.cli.demo.processes import StepFailed

SECONDS = 30.0


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and its fields with what they hold already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads the forms of a page, its heading, and the text of its main part."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._in_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "main":
            self._in_main = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False

    def handle_data(self, data: str) -> None:
        if self._in_main:
            self.words.append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows."""

    url: str
    forms: list[Form]
    text: str

    def form(self, field_name: str) -> Form:
        """The form that has this field.  Raises StepFailed, with what the page says, where there is none."""
        for form in self.forms:
            if field_name in form.fields:
                return form
        raise StepFailed(f"a form with {field_name} was expected at {_bare(self.url)}, which says: {self.text}")


class Browser:
    """One person's browser.  Both services may share a host: cookies know no ports."""

    def __init__(self) -> None:
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        ).open

    def visit(self, url: str) -> Page:
        """Open an address, and follow where it leads.  Raises StepFailed for a page that says no."""
        return self._send(_request(url))

    def submit(self, page: Page, form: Form, **values: str) -> Page:
        """Fill in a form of a page, and press its button."""
        parts = urlsplit(page.url)
        body = urlencode({**form.fields, **values}).encode()
        request = _request(urljoin(page.url, form.action), body)
        request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
        return self._send(request)

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._open(request, timeout=SECONDS) as answer:
                return _page(answer.geturl(), answer)
        except urllib.error.HTTPError as refused:
            with refused:
                said = _page(request.full_url, refused).text
            raise StepFailed(f"{_bare(request.full_url)} answered {refused.code}: {said}") from None
        except OSError as error:
            raise StepFailed(f"{_bare(request.full_url)} does not answer: {error}") from None


def _request(url: str, body: bytes | None = None) -> urllib.request.Request:
    """Raises StepFailed for what is no address of a web site, such as a file, which urllib would open, too."""
    if not url.startswith("http://"):
        raise StepFailed(f"a page leads to {_bare(url)}, which is no address of this demo")
    return urllib.request.Request(url, body)  # noqa: S310 - anything but http:// was refused two lines above


def _page(url: str, answer: IO[bytes]) -> Page:
    reader = _Reader()
    reader.feed(answer.read().decode(errors="replace"))
    return Page(url, reader.forms, " ".join(" ".join(reader.words).split()))


def _bare(url: str) -> str:
    """An address without its query, which may be long and is nobody's to read."""
    return url.partition("?")[0]
