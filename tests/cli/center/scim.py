"""A plain SCIM client, for what is done to a server beside the commands."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scim:
    """Speaks to one instance."""

    base: str
    token: str

    def send(self, path: str, body: Any = None, method: str | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        status, resource = self.send(path, body)
        assert status == 201, resource
        assert isinstance(resource, dict)
        return resource
