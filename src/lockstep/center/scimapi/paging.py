"""Pages of a list: `count`, `cursor`, and the body that holds them (AWS's pages ListUsers, ListGroups; RFC 9865 for cursors).

A cursor is the key that the next page starts after, with a checksum over the question it belongs to: the same cursor with
another filter is refused.  It grants nothing that the token does not, so it is not a secret.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence

from lockstep.center.directory.documents import with_members
from lockstep.center.directory.problems import Refusal, unreadable
from lockstep.center.directory.reads import Entry
from lockstep.center.instances.records import Instance
from lockstep.center.scimapi.filters import Selection
from lockstep.kit.db import Connection
from lockstep.scim.messages import LIST

_KEY_BYTES = 8
_SUM_BYTES = 12
_HIGHEST_FIRST_BYTE = 127  # a larger key does not fit a database's integer
_LONGEST_COUNT = 9


class Page:
    """One page that a request asks for.  Raises Refusal for a count or cursor that does not fit."""

    def __init__(self, instance: Instance, selection: Selection, query: dict[str, str]) -> None:
        self._selection = selection
        self._tenant = instance.tenant_id
        self._most = _count(instance, query.get("count"))
        cursor = query.get("cursor")
        self._by_cursor = cursor is not None
        self._after = self._read(cursor) if cursor else 0

    def body(self, connection: Connection, *, empty_members: bool = False) -> str:
        """The ListResponse.  Without a cursor `totalResults` says how many are in this page, as AWS's does."""
        found = self._selection.page(connection, self._after, self._most + 1)
        entries = found[: self._most]
        documents = [entry.document for entry in entries]
        if empty_members and not self._selection.without_members:
            documents = [with_members(document) for document in documents]
        head = self._cursor_head(entries, more=len(found) > self._most) if self._by_cursor else _plain_head(len(entries))
        return f'{{{head},"schemas":["{LIST}"],"Resources":[{",".join(documents)}]}}'

    def _cursor_head(self, entries: Sequence[Entry], *, more: bool) -> str:
        head = f'"itemsPerPage":{len(entries)}'
        return f'{head},"nextCursor":"{self._write(entries[-1].key)}"' if more else head

    def _write(self, key: int) -> str:
        raw = key.to_bytes(_KEY_BYTES, "big")
        return base64.urlsafe_b64encode(raw + self._sum(raw)).decode()

    def _read(self, cursor: str) -> int:
        try:
            raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _bad_cursor() from None
        key, checksum = raw[:_KEY_BYTES], raw[_KEY_BYTES:]
        if checksum != self._sum(key) or key[0] > _HIGHEST_FIRST_BYTE:
            raise _bad_cursor()
        return int.from_bytes(key, "big")

    def _sum(self, key: bytes) -> bytes:
        question = f"{self._tenant} {self._selection.identity}".encode()
        return hashlib.blake2b(key + question, digest_size=_SUM_BYTES).digest()


def _plain_head(count: int) -> str:
    return f'"totalResults":{count},"itemsPerPage":{count},"startIndex":1'


def _bad_cursor() -> Refusal:
    return unreadable("the cursor is not one of this list, or the filter has changed between pages", scim_type="invalidValue")


def _count(instance: Instance, text: str | None) -> int:
    most = instance.profile.page_size
    if text is None:
        return most
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > _LONGEST_COUNT:
        raise unreadable("count is not a number", scim_type="invalidValue")
    count = int(text)
    if 1 <= count <= most:
        return count
    if instance.profile.count_out_of_range == "clamp":
        return min(max(count, 1), most)
    raise unreadable(f"count is not between 1 and {most}", scim_type="invalidValue")
