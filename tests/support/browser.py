"""A browser without a screen: cookies, forms, redirects, browsers' headers; over HTTP or straight into an app."""

import asyncio
import http.client
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urljoin, urlsplit

Fields = list[tuple[str, str]]
Raw = tuple[int, list[tuple[str, str]], bytes]
Transport = Callable[[str, str, list[tuple[str, str]], bytes], Awaitable[Raw]]
"""(method, URL, headers, body) → (status, headers, body)."""
FORM = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    id: str = ""

    def value(self, name: str) -> str:
        return dict(self.fields)[name]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower(), id=values.get("id", "")))
        elif tag == "input" and self.forms and values.get("name"):
            if values.get("type") == "radio" and "checked" not in values:
                return
            named = [form for form in self.forms if form.id and form.id == values.get("form")]
            (named or self.forms)[-1].fields.append((values["name"], values.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Answer:
    """What came back."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def html(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        """The header of that name; "" where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """What a person reads."""
        page = _Page()
        page.feed(self.html)
        return " ".join(" ".join(page.words).split())

    @property
    def forms(self) -> list[Form]:
        page = _Page()
        page.feed(self.html)
        return page.forms

    def form(self, action: str = "") -> Form:
        """The form whose action contains `action`."""
        found = [form for form in self.forms if action in form.action]
        assert found, f"no form for {action!r} on this page ({self.status}): {self.text}"
        return found[0]


class Browser:
    """One person's browser.  Redirects are not followed by themselves."""

    def __init__(self, transport: Transport, origin: str) -> None:
        self._transport = transport
        self.origin = origin
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, *, site: str = "none") -> Answer:
        """Open an address; `site` is where the browser says that the request comes from."""
        return await self.send("GET", path, [("sec-fetch-site", site)])

    async def post(self, path: str, fields: Fields, *, site: str = "same-origin", sender: str | None = None) -> Answer:
        """Post a form from a page of origin `sender`, or of the site itself."""
        headers = [("content-type", FORM), ("sec-fetch-site", site), ("origin", sender or self.origin)]
        return await self.send("POST", path, headers, urlencode(fields).encode())

    async def upload(self, path: str, fields: dict[str, str], files: dict[str, bytes], *, sender: str | None = None) -> Answer:
        """Post a form with files, as `multipart/form-data`; one without bytes is one that nobody has chosen."""
        boundary = "----browser-boundary"
        parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        for name, content in files.items():
            file = f"{name}.xml" if content else ""
            head = f'form-data; name="{name}"; filename="{file}"\r\nContent-Type: text/xml\r\n\r\n'
            parts.append(head.encode() + content)
        body = b"".join(f"--{boundary}\r\nContent-Disposition: ".encode() + part + b"\r\n" for part in parts)
        headers = [("content-type", f"multipart/form-data; boundary={boundary}"), ("sec-fetch-site", "same-origin")]
        headers.append(("origin", sender or self.origin))
        return await self.send("POST", path, headers, body + f"--{boundary}--\r\n".encode())

    async def submit(self, page: Answer, action: str = "", **values: str) -> Answer:
        """Press the button of a form, with `values` filled in."""
        form = page.form(action)
        fields = [(name, values.get(name, value)) for name, value in form.fields]
        return await self.post(urljoin(page.url, form.action), fields)

    async def follow(self, answer: Answer) -> Answer:
        """Follow redirects to their end."""
        while answer.status in (302, 303):
            answer = await self.get(urljoin(answer.url, answer.header("location")), site="same-origin")
        return answer

    async def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        """One request, with the cookies."""
        url = urljoin(self.origin, path)
        if self.cookies:
            headers = [*headers, ("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))]
        status, answered, content = await self._transport(method, url, headers, body)
        self._keep(answered)
        return Answer(url, status, answered, content)

    def _keep(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() != "set-cookie":
                continue
            for key, morsel in SimpleCookie(value).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = morsel.value


def into(app: Any, address: str = "192.0.2.1") -> Transport:
    """Straight into an ASGI application, as if from `address`."""

    async def transport(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Raw:
        parts = urlsplit(url)
        pairs = [("host", parts.netloc), *headers]
        if body:
            pairs.append(("content-length", str(len(body))))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": parts.scheme,
            "path": unquote(parts.path) or "/",
            "raw_path": (parts.path or "/").encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs],
            "client": (address, 50_000),
            "server": (parts.hostname, parts.port),
        }
        sent: list[MutableMapping[str, Any]] = []

        whole = iter([body])

        async def receive() -> MutableMapping[str, Any]:
            for part in whole:
                return {"type": "http.request", "body": part, "more_body": False}
            return await asyncio.Future()  # it stays until it has its answer

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        answered = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        return sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:])

    return transport


async def over_http(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Raw:
    """Over real HTTP."""
    return await asyncio.to_thread(_request, method, url, headers, body)


def _request(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Raw:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()
