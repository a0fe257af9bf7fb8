"""Requests to OneLogin's API: a token, the limit on requests, and what is tried again.

Redirects are never followed and proxies of the environment are not used, so that the secret goes to the address that an
administrator typed and nowhere else.
"""

import asyncio
import base64
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings
from lockstep.idp.directory.sources.records import SourceProblem
from lockstep.scim.client import MAX_ANSWER_BYTES, READ_PAUSES

if TYPE_CHECKING:
    import aiohttp

TOKENS = "/auth/oauth2/v2/token"
_OK, _REDIRECT, _BAD, _UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _FAILED = 200, 300, 400, 401, 403, 429, 500
_EARLY_SECONDS = 60
"""A token that ends this soon is not used any more."""
_UNKNOWN_RESET, _LEAST_PAUSE = 60.0, 0.2
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `body` is the decoded JSON, None where there was none."""

    status: int
    body: Any
    headers: Mapping[str, str]
    """By their names, whose case does not count."""

    @property
    def detail(self) -> str:
        """OneLogin's own words: `message` of a v2 error, `status.message` of a v1 error."""
        body = self.body if isinstance(self.body, dict) else {}
        status = body.get("status")
        said = body.get("message") or (status.get("message") if isinstance(status, dict) else "") or ""
        if isinstance(said, dict):
            said = said.get("description", "")
        return "".join(one if one.isprintable() else " " for one in str(said)[:_LONGEST_DETAIL])


class ApiProblem(SourceProblem):
    """What the API did not give.  `problem` says where and why, `fix` what to do; `status` is that of HTTP, 0 for none."""

    def __init__(self, problem: str, fix: str, status: int = 0) -> None:
        super().__init__(f"{problem}; nothing was taken over. {fix}")
        self.problem = f"{problem}."
        self.fix = fix
        self.status = status


class Api:
    """Asks one account.  Use it as an async context manager."""

    def __init__(self, settings: OneLoginSettings, secret: str) -> None:
        self.requests = 0
        self.waited = 0.0
        """Seconds, for the limit on requests."""
        self._settings = settings
        self._secret = secret
        self._url = settings.url.rstrip("/")
        self._token = ""
        self._token_ends = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        import aiohttp

        self._session = aiohttp.ClientSession(
            headers={"Accept": "application/json", "User-Agent": "Lockstep"},
            timeout=aiohttp.ClientTimeout(total=self._settings.answer_seconds, sock_connect=10.0),
            connector=aiohttp.TCPConnector(limit=4),
            trust_env=False,
        )
        self._session._retry_connection = False  # it is for us to say what is asked again; there is no public switch
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, query: Mapping[str, str], place: str) -> Answer:
        """One read that succeeded.  `place` says in words what it is of.  Raises ApiProblem."""
        fresh = False
        while True:
            if not self._token or time.monotonic() > self._token_ends:
                await self._fetch_token(place)
                fresh = True
            answer = await self._asked("GET", path, query, place, {"Authorization": f"bearer {self._token}"})
            if answer.status == _UNAUTHORIZED and not fresh:
                self._token = ""  # revoked, or ended early: another one tells whether that was all
                continue
            if answer.status == _OK:
                return answer
            raise _explained(answer, place)

    async def _fetch_token(self, place: str) -> None:
        basic = base64.b64encode(f"{self._settings.client_id}:{self._secret}".encode()).decode()
        form = {"grant_type": "client_credentials"}
        answer = await self._asked("POST", TOKENS, {}, place, {"Authorization": f"Basic {basic}"}, form)
        body = answer.body if isinstance(answer.body, dict) else {}
        token, lives = body.get("access_token"), body.get("expires_in", 0)
        if answer.status != _OK or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _refused(answer, place)
        self._token = token
        lives = lives if isinstance(lives, int) else 0
        self._token_ends = time.monotonic() + max(lives - _EARLY_SECONDS, _EARLY_SECONDS)

    async def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        place: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """An answer that is final: limits are waited out, and what failed is asked again, a few times."""
        failed = refused = 0
        while True:
            said = ""
            try:
                answer = await self._send(method, path, query, headers, form)
            except _NoAnswerError as error:
                answer, said = None, str(error)
            if answer is not None and answer.status == _TOO_MANY:
                await self._wait(answer, place, refused)
                refused += 1
                continue
            if answer is not None and answer.status < _FAILED:
                return answer
            if failed >= len(READ_PAUSES):
                if answer is not None:
                    return answer
                raise ApiProblem(f"{place}: {self._url} gave no answer: {said}", "It is tried again at the next run.")
            await asyncio.sleep(READ_PAUSES[failed])
            failed += 1

    async def _wait(self, answer: Answer, place: str, times: int) -> None:
        """Until the limit on requests is lifted, if that is soon enough; longer each of the `times`.  Raises ApiProblem."""
        told = [_seconds(answer.headers.get(name)) for name in ("X-RateLimit-Reset", "Retry-After")]
        reset = next((one for one in told if one is not None), _UNKNOWN_RESET)
        pause = max(reset, min(_LEAST_PAUSE * 2**times, _UNKNOWN_RESET))
        if self.waited + pause > self._settings.longest_wait_seconds:
            limit = answer.headers.get("X-RateLimit-Limit", "")
            raise ApiProblem(
                f"{place}: the limit on requests{f' of {limit} an hour' if limit else ''} is reached, and is lifted in "
                f"{pause:,.0f} seconds, longer than is waited",
                "It is tried again at the next run; other programs count, too. To wait, raise longest_wait_seconds.",
                _TOO_MANY,
            )
        self.waited += pause
        await asyncio.sleep(pause)

    async def _send(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Answer:
        import aiohttp

        if self._session is None:
            raise RuntimeError("Api is used as an async context manager")
        self.requests += 1
        try:
            async with self._session.request(
                method, self._url + path, params=query, data=form, headers=headers, allow_redirects=False
            ) as response:
                raw = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    raw += chunk
                    if len(raw) > MAX_ANSWER_BYTES:
                        raise _NoAnswerError("it is larger than 16 MiB")
                return Answer(response.status, _json(bytes(raw)), response.headers.copy())
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError, OSError) as error:
            raise _NoAnswerError(str(error) or type(error).__name__) from error


class _NoAnswerError(Exception):
    """Nothing came, or not all of it."""


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _seconds(header: str | None) -> float | None:
    try:
        return max(float(header), 0.0) if header is not None else None
    except ValueError:
        return None


def _refused(answer: Answer, place: str) -> ApiProblem:
    """Why there is no token."""
    if answer.status in (_BAD, _UNAUTHORIZED, _FORBIDDEN):
        return ApiProblem(
            f"{place}: OneLogin refused the client ID or its secret ({answer.status}{_words(answer)})",
            "Copy both again from Developers > API Credentials.",
            answer.status,
        )
    if answer.status >= _FAILED:
        return ApiProblem(
            f"{place}: OneLogin failed when asked for a token ({answer.status}{_words(answer)})",
            "It answers so, too, when whoever made the API credential was deleted: make a new one. Else try again later.",
            answer.status,
        )
    return _explained(answer, place)


def _explained(answer: Answer, place: str) -> ApiProblem:
    status, words = answer.status, _words(answer)
    if status == _UNAUTHORIZED:
        problem, fix = "the API does not take its own token", "Look at the API credential at Developers > API Credentials."
    elif status == _FORBIDDEN:
        problem, fix = "the API credential may not read this", "Give it the scope Read All."
    elif _REDIRECT <= status < _BAD:
        problem, fix = "the API answered with a redirect, which is never followed", "Enter the URL that it redirects to."
    elif status == _OK:
        problem, fix = "what came is not what OneLogin's API gives", "Check the URL: https://SUBDOMAIN.onelogin.com"
    elif status >= _FAILED:
        problem, fix = "the API failed", "It is tried again at the next run."
    else:
        problem, fix = "the API refused it", "Check the URL: https://SUBDOMAIN.onelogin.com"
    return ApiProblem(f"{place}: {problem} ({status}{words})", fix, status)


def _words(answer: Answer) -> str:
    return f": {answer.detail}" if answer.detail else ""


def not_understood(place: str) -> ApiProblem:
    """An answer with the status of success, and another shape than OneLogin's."""
    return _explained(Answer(_OK, None, {}), place)
