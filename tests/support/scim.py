"""A small SCIM client for tests: what somebody else does to a target behind our back, and what an outsider sees of it."""

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

Json = dict[str, Any]
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


class Scim:
    """Requests to one SCIM endpoint over one connection."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        parts = urlsplit(url)
        self._path = parts.path
        self._connection = HTTPConnection(parts.netloc, timeout=30)

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """(status, decoded body)."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        sent = None if body is None else msgspec.json.encode(body)
        self._connection.request(method, self._path + path, sent, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        return answer.status, msgspec.json.decode(raw) if raw else None

    def good(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that must be a success."""
        status, answer = self.request(method, path, body)
        assert 200 <= status < 300, (method, path, status, answer)
        return answer

    def every(self, path: str, *, where: str = "") -> Iterator[Json]:
        """All resources, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query = f"?count=100&cursor={quote(cursor)}" + (f"&filter={quote(where)}" if where else "")
            page = self.good("GET", path + query)
            yield from page["Resources"]
            cursor = page.get("nextCursor")

    def patch(self, path: str, *operations: Json) -> Any:
        """PATCH with these operations."""
        return self.good("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def create_user(self, user_name: str, **attributes: Any) -> str:
        """Make a user with the least that AWS wants; the id."""
        body = {
            "schemas": [USER],
            "userName": user_name,
            "displayName": user_name,
            "name": {"givenName": "Some", "familyName": "Body"},
        }
        return str(self.good("POST", "/Users", body | attributes)["id"])

    def create_group(self, name: str, *members: str) -> str:
        """Make a group; the id."""
        body: Json = {"schemas": [GROUP], "displayName": name}
        if members:
            body["members"] = [{"value": member} for member in members]
        return str(self.good("POST", "/Groups", body)["id"])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
