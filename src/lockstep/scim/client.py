"""A SCIM client that counts its requests, keeps to a rate, and says whether an answer is final.

One client talks to one target.  Redirects are never followed and proxies of the environment are not used, so that the
bearer token goes to the address an administrator typed and nowhere else.
"""

import asyncio
import contextlib
import ipaddress
import random
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self
from urllib.parse import quote, urlsplit

import msgspec

from lockstep.scim.urls import normal

if TYPE_CHECKING:
    import aiohttp

_JSON = "application/json"
_SCIM_JSON = "application/scim+json"
_HEADERS = {"Accept": f"{_SCIM_JSON}, {_JSON}", "Content-Type": _SCIM_JSON}
MAX_ANSWER_BYTES = 16 * 1024 * 1024
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
_REFUSED = (401, 403)
_SUCCESSES, _REDIRECTS, _SERVER_ERROR = 200, 300, 500
"""Where these classes of HTTP statuses begin."""
MAX_WAITS = 12
READ_PAUSES = (0.2, 0.6, 1.5)
MAX_PAGES = 1_000_000
Paging = Literal["cursor", "index", "either"]
_NOT_IMPLEMENTED = 501
_NOT_TAKEN = (400, _NOT_IMPLEMENTED)
SLOWEST = 0.5
"""Requests a second that a target is never slowed below."""
BELOW = 0.97
"""Of what a target that throttles has taken."""
FIRST_STEP, STEPS_GROW = 0.001, 1.07
"""Of that again, what the first second gives back; and how much more each one after it."""
COUNTED = 10
"""Requests that it takes at least to see what a target takes."""


def headers_of(token: str) -> dict[str, str]:
    """The headers that every request with this token has, beside those of HTTP itself."""
    return {**_HEADERS, "Authorization": f"Bearer {token}", "User-Agent": "Lockstep"}


class UrlError(ValueError):
    """A SCIM base URL that must not be used; the text says why."""


class LoopbackError(UrlError):
    """It is on this machine, which was not allowed."""


class TransportError(Exception):
    """No answer arrived.  `sent` tells whether the request may have reached the target and taken effect."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target answered.  `body` is the decoded JSON, or None where there was none."""

    status: int
    body: Any
    content_type: str
    text: str
    sends: int = 1
    """How often the request was sent: after the first time it may have taken effect before."""

    @property
    def ok(self) -> bool:
        """Whether a SCIM service provider said that the request took effect: a success with a JSON object, or with nothing."""
        return _SUCCESSES <= self.status < _REDIRECTS and (isinstance(self.body, dict) or not self.text)

    @property
    def is_scim(self) -> bool:
        """Whether a SCIM service provider can have said this at all; a proxy's web page with a 200 is none of its answers."""
        return self.ok or self.status >= _REDIRECTS

    @property
    def detail(self) -> str:
        """The target's own words about a failure, in short."""
        if isinstance(self.body, dict) and isinstance(self.body.get("detail"), str):
            return str(self.body["detail"])
        return self.text.strip()[:200]

    @property
    def scim_type(self) -> str:
        """The keyword of RFC 7644 table 9 that a failure came with, "" for none."""
        found = self.body.get("scimType") if isinstance(self.body, dict) else None
        return found if isinstance(found, str) else ""


def check_url(
    url: str, *, allow_loopback: bool, what: str = "SCIM URL", like: str = "https://scim.us-east-1.amazonaws.com/…/scim/v2"
) -> str:
    """The base URL in its usual spelling, without its trailing slash; `what` is what it is called, `like` an example of one.

    Raises UrlError unless it is https, or http to a loopback address where that is allowed.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise UrlError(f"the {what} cannot be read: {error}") from None
    if parts.username or parts.password or "?" in url or "#" in url:
        raise UrlError(f"the {what} holds more than scheme, host and path: remove user name, query and fragment")
    if not parts.hostname:
        raise UrlError(f"the {what} has no host: it looks like {like}")
    if is_loopback(parts.hostname):
        if not allow_loopback:
            raise LoopbackError(f"the {what} is on this machine: allow that with --allow-loopback")
        if parts.scheme not in ("http", "https"):
            raise UrlError(f"the {what} must start with https:// or http://")
    elif parts.scheme != "https":
        raise UrlError(f"the {what} must start with https://: the token would travel in clear text")
    return normal(url)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine, in any spelling that the system resolves without asking anybody."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # 127.1, 2130706433, 0x7f.1
        except OSError:
            return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_unspecified


@dataclass(slots=True)
class Budget:
    """At most `rate` requests a second, without a burst.  Slows down when the target says so, and finds its way up again.

    What the target took before it throttled is what it gives: a little less than that is sent then, and a little more with each
    second that it does not throttle, in steps that grow.  Where it took less than half of what was sent, the rate falls to it,
    at most to a quarter at a time; where little was sent, that says nothing yet, and it is halved.  Then each second gives a
    tenth of the whole back.
    """

    rate: float
    current: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    """Several event loops may share a budget."""
    _next: float = field(default=0.0, init=False)
    _paused_until: float = field(default=0.0, init=False)
    _slowed_at: float = field(default=float("-inf"), init=False)
    _raise_at: float = field(default=0.0, init=False)
    _step: float = field(default=0.0, init=False)
    """What the next second without being throttled gives back."""
    _sent: deque[float] = field(default_factory=deque, init=False)
    """When the last requests went that were not refused, as far as it is known."""
    _before: float = field(default=0.0, init=False)
    """The rate that was too much."""
    _taken: int = field(default=0, init=False)
    """How many of those sent in the span before it was slowed were taken, as far as it is known."""
    _tried: int = field(default=0, init=False)
    """How many were sent."""

    def __post_init__(self) -> None:
        self.current = self.rate
        self._step = self.rate / 10

    def allow(self, rate: float) -> None:
        """Another rate from now on; what the target was found to take stays the limit."""
        with self._lock:
            self.current = rate if self.current == self.rate else min(self.current, rate)
            self.rate = rate

    async def take(self) -> None:
        """Wait until one more request may be sent."""
        while True:
            now = time.monotonic()
            with self._lock:
                self._recover(now)
                start = max(now, self._next, self._paused_until)
                self._next = start + 1 / self.current
            if start > now:
                await asyncio.sleep(start - now)
            if time.monotonic() >= self._paused_until:
                with self._lock:
                    self._note(start)
                return  # else the target asked for a pause while this one waited: it takes a place after the pause

    def throttled(self, seconds: float) -> None:
        """The target refused a request: nothing is sent for `seconds`, and less from then on."""
        now = time.monotonic()
        with self._lock:
            if (
                now >= self._paused_until and now - self._slowed_at >= 1.0
            ):  # many in flight are refused together, and count once
                self._slowed_at, self._before = now, self.current
                self._taken = self._tried = sum(1 for one in self._sent if one > now - _span(self._before))
            self._taken -= 1  # this one was not
            self._slow_down()
            self._paused_until = max(self._paused_until, now + seconds)
            self._raise_at = self._paused_until + 1

    def _slow_down(self) -> None:
        given = BELOW * min(self._before, self._taken / _span(self._before))
        known = given > self._before / 2
        least = self._before / (4 if self._tried >= COUNTED else 2)
        self.current = max(given, least, min(SLOWEST, self.rate))
        self._step = given * FIRST_STEP if known else self.rate / 10

    def _recover(self, now: float) -> None:
        if self.current < self.rate and now >= self._raise_at:
            self.current = min(self.rate, self.current + self._step)
            self._step = min(self._step * STEPS_GROW, self.rate / 10)
            self._raise_at = now + 1

    def _note(self, start: float) -> None:
        self._sent.append(start)
        while self._sent[0] <= start - _span(self.current):
            self._sent.popleft()


def _span(rate: float) -> float:
    """Seconds long enough to count in how many requests a target takes."""
    return max(1.0, COUNTED / rate)


@dataclass(slots=True)
class Meter:
    """Requests sent, repeats included."""

    sent: int = 0
    throttled: int = 0


class Tokens(Protocol):
    """The bearer tokens for a target, which may change while requests are under way."""

    def there(self) -> Sequence[str]:
        """Those that there are at this moment, the one to be used first first."""

    def answered(self, refused: Mapping[str, int], took: str) -> None:
        """One request found these refused (401 or 403), and `took` taken after them ("" where none was)."""


class ScimClient:
    """Requests to one SCIM service provider.  Use it as an async context manager.

    `tokens` are asked when the target refuses the token: the request is sent again at once with each that it did not refuse,
    and the one that it takes is used from then on.  A refusal says that nothing was done.

    A `budget` takes the place of `rate`, and may be that of other clients too.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        rate: float = 20.0,
        timeout_seconds: float = 30.0,
        connections: int = 16,
        patience: int = MAX_WAITS,
        tokens: Tokens | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        """The bearer token of the next request."""
        self.meter = Meter()
        self.skew_ms = 0
        """How far the target's clock is ahead of ours, by the Date of its last answer."""
        self.budget = budget or Budget(rate)
        self.permit: Callable[[], bool] | None = None
        """Asked before each request is sent, after it has waited for its turn: where it says no, nothing is sent any more."""
        self.cursorless = False
        """Whether the target has refused a cursor where it was only tried."""
        self._patience = patience
        self._headers = {**_HEADERS, "User-Agent": "Lockstep"}
        self._tokens = tokens
        self._timeout_seconds = timeout_seconds
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        import aiohttp

        self._session = aiohttp.ClientSession(
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=self._timeout_seconds, sock_connect=min(self._timeout_seconds, 10.0)),
            connector=aiohttp.TCPConnector(limit=self._connections),
            trust_env=False,
            auto_decompress=True,
        )
        # aiohttp would repeat a GET or DELETE by itself, past the meter and the budget; it has no public switch for that.
        self._session._retry_connection = False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None, version: str = ""
    ) -> Answer:
        """Send one request, waiting as long as the target asks to; with `version`, only if the object still has it (If-Match).

        429 and 503 are waited out (Retry-After, else growing pauses) up to a bounded number of times, because they say
        that nothing was done.  Every other answer is returned.  Raises TransportError where none came.
        """
        url = self.base_url + path + _query(query)
        data = None if body is None else msgspec.json.encode(body)
        wait = 0
        refused: dict[str, int] = {}
        while True:
            used = self.token
            answer, retry_after = await self._send(method, url, data, *([version] if version else []))
            if answer.status in (TOO_MANY_REQUESTS, UNAVAILABLE) and wait < self._patience:
                wait += 1
                self.meter.throttled += 1
                self.budget.throttled(retry_after if retry_after is not None else _pause(wait))
                continue
            if answer.status in _REFUSED:
                refused[used] = answer.status
                if self._another(refused):
                    continue
            if refused:
                self._tell(refused, used, answer)
            return replace(answer, sends=wait + 1) if wait else answer

    def _another(self, refused: Mapping[str, int]) -> bool:
        """Whether there is a token that this request has not tried; it is used from now on."""
        if self._tokens is None:
            return False
        if self.token in refused:  # else another request has found one meanwhile
            self.token = next((one for one in self._tokens.there() if one not in refused), self.token)
        return self.token not in refused

    def _tell(self, refused: Mapping[str, int], used: str, answer: Answer) -> None:
        if self._tokens is None or (used not in refused and not (answer.is_scim and answer.status < _SERVER_ERROR)):
            return  # what a failing target says is no word about a token
        self._tokens.answered(refused, "" if used in refused else used)

    async def _send(self, method: str, url: str, data: bytes | None, version: str = "") -> tuple[Answer, float | None]:
        import aiohttp

        if self._session is None:
            raise RuntimeError("ScimClient is used as an async context manager")
        await self.budget.take()
        if self.permit is not None and not self.permit():
            raise TransportError("it is not ours to send any more", sent=False)
        self.meter.sent += 1
        try:
            headers = {"Authorization": f"Bearer {self.token}", **({"If-Match": version} if version else {})}
            async with self._session.request(method, url, data=data, headers=headers, allow_redirects=False) as response:
                raw = await response.content.read(MAX_ANSWER_BYTES)
                while not response.content.at_eof():
                    raw += await response.content.read(MAX_ANSWER_BYTES)
                    if len(raw) > MAX_ANSWER_BYTES:
                        raise TransportError("the answer is larger than 16 MiB", sent=True)
                self._note_clock(response.headers.get("Date"))
                return _answer(response, raw), _retry_after(response.headers.get("Retry-After"))
        except aiohttp.ClientConnectorError as error:
            raise TransportError(str(error), sent=False) from error
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError) as error:
            raise TransportError(str(error) or type(error).__name__, sent=True) from error

    def _note_clock(self, date: str | None) -> None:
        if date is None:
            return
        with contextlib.suppress(ValueError):
            self.skew_ms = int(parsedate_to_datetime(date).timestamp() * 1000 - time.time() * 1000)

    async def read(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """A GET that is asked again, a few times, where no answer or no final one came.  Raises TransportError."""
        for pause in READ_PAUSES:
            try:
                answer = await self.request("GET", path, query=query)
            except TransportError:
                await asyncio.sleep(pause)
                continue
            if answer.is_scim and (answer.status < _SERVER_ERROR or answer.status == _NOT_IMPLEMENTED):
                return answer
            await asyncio.sleep(pause)
        return await self.request("GET", path, query=query)

    async def pages(
        self, path: str, *, filter_text: str = "", count: int = 100, paging: Paging = "cursor"
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Every page of a list, `count` resources in each as far as the target gives so many.

        By RFC 9865 cursors ("cursor"), by startIndex ("index"), or ("either") by what the target takes.  A target that knows no
        cursors is followed by startIndex in every case.  Raises ListError for an answer that is not a list, and where a target
        does not come to an end.
        """
        filtered = {"filter": filter_text} if filter_text else {}
        seen = 0
        ways = [way for way in _ways(paging, count) if paging != "either" or not self.cursorless or "cursor" not in way]
        query = ways.pop(0)
        for _ in range(MAX_PAGES):
            answer = await self.read(path, {**query, **filtered})
            while answer.status in _NOT_TAKEN and not seen and ways:
                self.cursorless = self.cursorless or "cursor" in query
                query = ways.pop(0)
                answer = await self.read(path, {**query, **filtered})
            body = answer.body
            if not answer.ok or not isinstance(body, dict) or not isinstance(body.get("Resources", []), list):
                raise ListError(answer)
            page = body.get("Resources", [])
            yield page
            seen += len(page)
            cursor = body.get("nextCursor", "")
            total = body.get("totalResults")
            if cursor:
                query["cursor"] = str(cursor)
            elif isinstance(total, int) and total > seen:
                if not page:
                    raise ListError(answer)
                sized = {"count": query["count"]} if "count" in query else {}
                query = {"startIndex": str(seen + 1), **sized}
            else:
                return

    async def find(self, path: str, attribute: str, value: str) -> list[dict[str, Any]]:
        """The resources whose `attribute` equals `value`.  Raises ListError."""
        answer = await self.read(path, {"filter": f"{attribute} eq {quoted(value)}"})
        if not answer.ok or not isinstance(answer.body, dict):
            raise ListError(answer)
        found = answer.body.get("Resources", [])
        return found if isinstance(found, list) else []


def _ways(paging: Paging, count: int) -> list[dict[str, str]]:
    """The queries to begin a list with, the best first; after a refusal the next one is tried."""
    by_cursor, by_index = {"cursor": "", "count": str(count)}, {"startIndex": "1", "count": str(count)}
    return {"cursor": [by_cursor], "index": [by_index, {}], "either": [by_cursor, by_index, {}]}[paging]


class ListError(Exception):
    """A list that the target did not give."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}: {answer.detail}")
        self.answer = answer


def quoted(value: str) -> str:
    """A filter's string literal: JSON, as RFC 7644 section 3.4.2.2 says."""
    return msgspec.json.encode(value).decode()


def _query(query: Mapping[str, str] | None) -> str:
    if not query:
        return ""
    return "?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())


def _answer(response: "aiohttp.ClientResponse", raw: bytes) -> Answer:
    text = raw[:2000].decode("utf-8", "replace")
    try:
        body = msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    return Answer(response.status, body, response.content_type, text)


def _retry_after(header: str | None) -> float | None:
    """Seconds from the header's delay form; its date form is rare, and a pause of our own serves there."""
    if header is None:
        return None
    try:
        return min(max(float(header), 0.0), 300.0)
    except ValueError:
        return None


_JITTER = random.SystemRandom()
"""Spreads the pauses of clients that were refused together."""


def _pause(attempt: int) -> float:
    return float(min(0.5 * 2 ** (attempt - 1), 30.0)) * _JITTER.uniform(0.8, 1.2)
