"""What goes in and out: a request once its sender is known, a reply, and the body of an error."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from lockstep.center.directory.problems import Refusal
from lockstep.center.events import Call
from lockstep.center.instances.records import Instance
from lockstep.scim.messages import ERROR

Header = tuple[bytes, bytes]
_JSON: Header = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class Request(msgspec.Struct, frozen=True):
    """A request whose sender is known.  `body` is decoded JSON, None where there was none."""

    instance: Instance
    call: Call
    origin: str
    resource_id: str = ""
    query: dict[str, str] = {}
    body: Any = None

    @property
    def base_url(self) -> str:
        """The absolute URL of the SCIM endpoint, without a trailing slash."""
        return self.origin.rstrip("/") + self.instance.scim_path


class Reply(msgspec.Struct, frozen=True):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()


def ok(document: str, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """A reply with a document that is kept ready."""
    return Reply(status, document.encode(), (_JSON, *headers))


def json_reply(value: Any, status: int = 200) -> Reply:
    """A reply with a value still to be encoded."""
    return Reply(status, _encode(value), (_JSON,))


def error_reply(
    refusal: Refusal, request_id: str, at: int, *, scim_type: bool = False, headers: tuple[Header, ...] = ()
) -> Reply:
    """A refusal as AWS answers it: both `schema` and `schemas`, `status` a string, no `scimType` (RFC 7644, 3.12 has it)."""
    body: dict[str, Any] = {"schema": [ERROR], "schemas": [ERROR], "detail": refusal.detail, "status": str(refusal.status)}
    if scim_type and refusal.scim_type is not None:
        body["scimType"] = refusal.scim_type
    body["exceptionRequestId"] = request_id
    body["timeStamp"] = time_stamp(at)
    return Reply(refusal.status, _encode(body), (_JSON, *headers))


def time_stamp(at: int) -> str:
    """`2024-04-05 06:32:12.227`: no zone, and without the zeros at the end of the fraction, as captured from AWS (`….16`)."""
    text = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    fraction = f"{at % 1000:03d}".rstrip("0")
    return f"{text}.{fraction or '0'}"
