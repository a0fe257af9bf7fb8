"""A domain controller on loopback, as far as a reader of it goes: real LDAP on the wire, with Active Directory's own ways.

Long lists come in ranges (MS-ADTS 3.1.1.3.1.3.3), GUIDs and SIDs in binary, the entry of the server counts its changes, and a
search below the domain's root names other partitions as referrals.  Values are kept as the bytes that go over the wire.
"""

import re
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.directory.sources.ldap import dn as names
from lockstep.idp.directory.sources.ldap.wire import PAGED

DOMAIN = "DC=example,DC=com"
SERVICE = f"CN=NTDS Settings,CN=DC1,CN=Servers,CN=Configuration,{DOMAIN}"
PASSWORD = "correct horse"
_BIND, _BOUND, _SEARCH, _ENTRY, _DONE, _REFERENCE = 0x60, 0x61, 0x63, 0x64, 0x65, 0x73
_AND, _OR, _EQUAL, _AT_LEAST, _AT_MOST, _PRESENT = 0xA0, 0xA1, 0xA3, 0xA5, 0xA6, 0x87
"""Tags of messages and of filters (RFC 4511 section 4)."""
_INVALID_CREDENTIALS, _BUSY = 49, 51
_LONG = 0x80
_RANGE = re.compile(r"(.+);range=(\d+)-(\d+|\*)", re.IGNORECASE)
Attributes = dict[str, list[bytes]]
Piece = tuple[int, bytes]


def guid(number: int) -> bytes:
    """A GUID as it is stored."""
    return uuid.UUID(int=number).bytes_le


@dataclass
class Controller:
    """The entries, by DN, and what the controller says of itself."""

    entries: dict[str, Attributes] = field(default_factory=dict)
    usn: int = 1_000
    invocation: bytes = field(default_factory=lambda: guid(0xD0_1))
    ranges: int = 3
    """How many values of an attribute are given at a time."""
    bind_error: str = ""
    referrals: list[str] = field(default_factory=list)
    repeat_page: bool = False
    """Every page is the first one."""
    broken_ranges: bool = False
    """The second part of a list is an error."""
    port: int = 0

    def put(self, dn: str, **attributes: str | bytes | list[str]) -> None:
        """Make or change an entry, which counts."""
        self.usn += 1
        found = self.entries.setdefault(dn, {"objectGUID": [guid(self.usn)]})
        for name, value in attributes.items():
            values = value if isinstance(value, list) else [value]
            found[name] = [one.encode() if isinstance(one, str) else one for one in values]
        found["uSNChanged"] = [str(self.usn).encode()]

    def person(self, name: str, **more: str | bytes | list[str]) -> str:
        """Somebody; returns the DN."""
        dn = f"CN={name},OU=Staff,{DOMAIN}"
        usual: dict[str, Any] = {
            "objectClass": ["top", "person", "user"],
            "objectCategory": "person",
            "sAMAccountName": name.lower(),
            "userPrincipalName": f"{name.lower()}@example.com",
            "sn": name,
            "userAccountControl": "512",
            "accountExpires": str(0x7FFFFFFFFFFFFFFF),
        }
        self.put(dn, **{**usual, **more})
        return dn

    def group(self, name: str, *members: str) -> str:
        """A group; returns the DN."""
        dn = f"CN={name},OU=Groups,{DOMAIN}"
        self.put(dn, objectClass=["top", "group"], objectCategory="group", cn=name, member=list(members))
        return dn

    def search(self, asked: "Asked") -> tuple[list[tuple[str, Attributes]], int]:
        """The entries that a search finds, and a result code."""
        if not asked.base:
            return [("", self._root())], 0
        if asked.base == SERVICE:
            return [(SERVICE, {"invocationId": [self.invocation]})], 0
        if self.broken_ranges and any(_RANGE.fullmatch(one) for one in asked.attributes):
            return [], _BUSY
        found = []
        for dn, attributes in self.entries.items():
            inside = names.is_below(dn, asked.base) if asked.deep else names.normal(dn) == names.normal(asked.base)
            if inside and _matches(asked.condition, attributes):
                found.append((dn, self._given(attributes, asked.attributes)))
        return found, 0

    def _root(self) -> Attributes:
        return {
            "supportedControl": [PAGED.encode()],
            "highestCommittedUSN": [str(self.usn).encode()],
            "dsServiceName": [SERVICE.encode()],
        }

    def _given(self, attributes: Attributes, wanted: list[str]) -> Attributes:
        given: Attributes = {}
        for one in wanted:
            part = _RANGE.fullmatch(one)
            name, begin = (part[1], int(part[2])) if part else (one, 0)
            values = next((found for key, found in attributes.items() if key.lower() == name.lower()), [])
            if one in ("*", "+"):
                given |= attributes
            elif part or len(values) > self.ranges:
                piece = values[begin : begin + self.ranges]
                last = begin + len(piece) >= len(values)
                given[name] = []
                given[f"{name};range={begin}-{'*' if last else begin + len(piece) - 1}"] = piece
            elif values:
                given[name] = values
        return given


@dataclass(frozen=True)
class Asked:
    """A search request, off the wire (RFC 4511 section 4.5.1)."""

    base: str
    deep: bool
    condition: Piece
    attributes: list[str]
    size: int
    """Of a page; 0 for no pages."""
    begin: int
    """Where the page begins, as our cookie says."""


def pieces(data: bytes) -> list[Piece]:
    """The BER elements in some bytes, each with its tag."""
    found, place = [], 0
    while place < len(data):
        tag, length, head = data[place], data[place + 1], 2
        if length >= _LONG:
            head += length - _LONG
            length = int.from_bytes(data[place + 2 : place + head], "big")
        found.append((tag, data[place + head : place + head + length]))
        place += head + length
    return found


def ber(tag: int, *contents: bytes) -> bytes:
    """One BER element."""
    content = b"".join(contents)
    if len(content) < _LONG:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(4, "big")
    return bytes([tag, _LONG + 4]) + length + content


def _asked(request: bytes, controls: bytes) -> Asked:
    base, scope, _, _, _, _, condition, attributes = pieces(request)
    size, begin = 0, 0
    for _, control in pieces(controls):
        kind, *rest = pieces(control)
        if kind[1] == PAGED.encode():
            (_, value), *_ = pieces(rest[-1][1])
            (_, number), (_, cookie) = pieces(value)
            size, begin = int.from_bytes(number, "big"), int(cookie or b"0")
    named = [value.decode() for _, value in pieces(attributes[1])]
    return Asked(base[1].decode(), scope[1] != b"\0", condition, named, size, begin)


def _values(attributes: Attributes, name: bytes) -> list[str]:
    wanted = name.decode().lower()
    found = next((values for key, values in attributes.items() if key.lower() == wanted), [])
    return [value.decode("utf-8", "replace").casefold() for value in found]


def _matches(condition: Piece, attributes: Attributes) -> bool:
    tag, content = condition
    if tag == _PRESENT:
        return content.lower() == b"objectclass" or bool(_values(attributes, content))
    inner = pieces(content)
    if tag in (_AND, _OR):
        return (all if tag == _AND else any)(_matches(one, attributes) for one in inner)
    (_, name), (_, raw) = inner
    value, there = raw.decode().casefold(), _values(attributes, name)
    if tag == _EQUAL:
        return value in there or names.normal(value) in [names.normal(one) for one in there if "=" in one]
    assert tag in (_AT_LEAST, _AT_MOST), f"a filter that this controller does not know: {tag:x}"
    numbers = [int(one) for one in there if one.isdigit()]
    return any(one >= int(value) if tag == _AT_LEAST else one <= int(value) for one in numbers)


class _Talk:
    """One connection."""

    def __init__(self, controller: Controller, connection: socket.socket) -> None:
        self._controller = controller
        self._connection = connection

    def run(self) -> None:
        buffer = b""
        with self._connection, suppress(OSError):
            while data := self._connection.recv(65536):
                buffer += data
                while len(whole := _first(buffer)):
                    buffer = buffer[len(whole) :]
                    self._answer(whole)

    def _answer(self, message: bytes) -> None:
        (_, inside), *_ = pieces(message)
        (_, number), (kind, request), *controls = pieces(inside)
        if kind == _BIND:
            _, _, (_, password) = pieces(request)
            good = password == PASSWORD.encode()
            words = "" if good else self._controller.bind_error
            self._send(number, ber(_BOUND, _result(0 if good else _INVALID_CREDENTIALS, words)))
        elif kind == _SEARCH:
            self._search(number, _asked(request, controls[0][1] if controls else b""))

    def _search(self, number: bytes, asked: Asked) -> None:
        found, code = self._controller.search(asked)
        repeat, size = self._controller.repeat_page, asked.size
        begin = 0 if repeat else asked.begin
        for dn, attributes in found[begin : begin + size] if size else found:
            listed = [
                ber(0x30, ber(4, name.encode()), ber(0x31, *(ber(4, value) for value in values)))
                for name, values in attributes.items()
            ]
            self._send(number, ber(_ENTRY, ber(4, dn.encode()), ber(0x30, *listed)))
        if begin == 0 and asked.deep and asked.base.upper() == DOMAIN.upper():
            for uri in self._controller.referrals:
                self._send(number, ber(_REFERENCE, ber(4, uri.encode())))
        more = bool(size) and (repeat or begin + size < len(found))
        cookie = str(begin + size).encode() if more else b""
        value = ber(0x30, ber(2, b"\0"), ber(4, cookie))
        controls = ber(0xA0, ber(0x30, ber(4, PAGED.encode()), ber(4, value))) if size else b""
        self._send(number, ber(_DONE, _result(code)), controls)

    def _send(self, number: bytes, answer: bytes, controls: bytes = b"") -> None:
        self._connection.sendall(ber(0x30, ber(2, number), answer, controls))


def _result(code: int, words: str = "") -> bytes:
    return ber(0x0A, bytes([code])) + ber(4) + ber(4, words.encode())


def _first(buffer: bytes) -> bytes:
    """The first whole message of what has come, b"" where there is none yet."""
    head = 2
    if len(buffer) < head:
        return b""
    length = buffer[1]
    if length >= _LONG:
        head += length - _LONG
        length = int.from_bytes(buffer[2:head], "big")
    return buffer[: head + length] if len(buffer) >= head + length else b""


@contextmanager
def served(controller: Controller) -> Iterator[Controller]:
    """The controller listens, on `controller.port`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        controller.port = int(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(controller, listener), daemon=True).start()
        yield controller
        listener.shutdown(socket.SHUT_RDWR)


def _accept(controller: Controller, listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_Talk(controller, connection).run, daemon=True).start()
