"""Reads the identity centre over SCIM, as any other program would: HTTP, a bearer token, pages by cursor."""

import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from lockstep.cli.demo.processes import StepFailed

PAGE = 100
_TIMEOUT_SECONDS = 30.0

Document = dict[str, Any]


class Reader:
    """One connection to a SCIM endpoint.  `requests` counts what was asked."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        self._path = parts.path
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/scim+json", "User-Agent": "Lockstep demo"}
        self.requests = 0

    def everything(self, kind: str, filter_text: str = "") -> list[Document]:
        """All of `/Users` or `/Groups`, or what a filter selects of them, page by page."""
        found: list[Document] = []
        query = {"count": str(PAGE), "cursor": ""} | ({"filter": filter_text} if filter_text else {})
        while True:
            page = self._get(kind, query)
            found += page.get("Resources", [])
            query["cursor"] = page.get("nextCursor", "")
            if not query["cursor"]:
                return found

    def members(self, group_id: str) -> list[Document]:
        """The users of a group."""
        return self.everything("Users", f"groups.value eq {quoted(group_id)}")

    def user(self, user_name: str) -> Document | None:
        """The user of that name."""
        found = self._get("Users", {"filter": f"userName eq {quoted(user_name)}"}).get("Resources", [])
        return found[0] if found else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _get(self, kind: str, query: Mapping[str, str]) -> Document:
        path = f"{self._path}/{kind}?{urlencode(query)}"
        self.requests += 1
        try:
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != http.client.OK:
                raise StepFailed(f"GET /{kind} was answered {answer.status}: {body.decode(errors='replace')[:400]}")
            return msgspec.json.decode(body, type=dict[str, Any])
        except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
            raise StepFailed(f"the identity centre cannot be read over SCIM: {type(error).__name__}: {error}") from None


def quoted(value: str) -> str:
    """A filter's string literal: JSON (RFC 7644, section 3.4.2.2)."""
    return msgspec.json.encode(value).decode()
