"""Distinguished names, so that two spellings of one name are equal.  Pure.

A member is named by DN, in the spelling of whoever wrote it: other case, spaces around commas, another way to escape a
character, an attribute type by its OID.  RFC 4514 says how the text is read; attributes that name entries match without regard
to case and to how many spaces there are (caseIgnoreMatch, RFC 4518), which is taken for all of them.
"""

import re
from unicodedata import normalize

NOT_A_DN = "not a distinguished name"
_TYPE = re.compile(r"(?:oid\.)?\d+(?:\.\d+)*|[a-z][a-z0-9-]*", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_SPACES = re.compile(r"\s+")
_TYPES = {
    "2.5.4.3": "cn",
    "commonname": "cn",
    "2.5.4.4": "sn",
    "surname": "sn",
    "2.5.4.6": "c",
    "countryname": "c",
    "2.5.4.7": "l",
    "localityname": "l",
    "2.5.4.8": "st",
    "stateorprovincename": "st",
    "2.5.4.9": "street",
    "streetaddress": "street",
    "2.5.4.10": "o",
    "organizationname": "o",
    "2.5.4.11": "ou",
    "organizationalunitname": "ou",
    "0.9.2342.19200300.100.1.1": "uid",
    "userid": "uid",
    "0.9.2342.19200300.100.1.3": "mail",
    "rfc822mailbox": "mail",
    "0.9.2342.19200300.100.1.25": "dc",
    "domaincomponent": "dc",
    "1.2.840.113549.1.9.1": "email",
    "emailaddress": "email",
}
"""Other names of the types that name entries (RFC 4519, RFC 4524), in small letters, with the usual one."""
_SPECIAL = frozenset('"+,;<>')
_SHORT_LENGTH = 0x80


def normal(dn: str) -> str:
    """A key that two spellings of one name share, and two names do not.

    What cannot be read as a DN gets its own text, folded, as its key: it equals itself.
    """
    try:
        rdns = parse(dn)
    except ValueError:
        return f"{NOT_A_DN}: {_folded(dn)}"
    return "\n".join("\t".join(sorted(f"{kind}={_quoted(_folded(value))}" for kind, value in rdn)) for rdn in rdns)


def is_below(dn: str, base: str) -> bool:
    """Whether `dn` names `base`, or something below it."""
    inner, outer = normal(dn), normal(base)
    return not outer or inner == outer or inner.endswith(f"\n{outer}")


def _folded(value: str) -> str:
    return _SPACES.sub(" ", normalize("NFKC", value).casefold()).strip()


def _quoted(value: str) -> str:
    """Without the characters that part the pieces of a key."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def parse(dn: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The relative names of a DN, each with its (type, value) pairs: types by their usual names, values without escapes.

    Raises ValueError.  The DN of the root, "", has none.
    """
    if not dn.strip():
        return ()
    rdns: list[tuple[tuple[str, str], ...]] = []
    pairs: list[tuple[str, str]] = []
    place = 0
    while True:
        kind, place = _type_at(dn, place)
        value, place = _value_at(dn, place)
        pairs.append((kind, value))
        if place < len(dn) and dn[place] == "+":
            place += 1
            continue
        rdns.append(tuple(pairs))
        pairs = []
        if place >= len(dn):
            return tuple(rdns)
        place += 1  # the comma


def _skip(dn: str, place: int) -> int:
    while place < len(dn) and dn[place] == " ":
        place += 1
    return place


def _type_at(dn: str, place: int) -> tuple[str, int]:
    found = _TYPE.match(dn, _skip(dn, place))
    if not found:
        raise ValueError(f"no attribute type at character {place}")
    place = _skip(dn, found.end())
    if place >= len(dn) or dn[place] != "=":
        raise ValueError(f"no = at character {place}")
    kind = found[0].lower().removeprefix("oid.")
    return _TYPES.get(kind, kind), _skip(dn, place + 1)


def _value_at(dn: str, place: int) -> tuple[str, int]:
    if place < len(dn) and dn[place] == "#":
        return _hex_value_at(dn, place + 1)
    raw = bytearray()
    kept = 0
    """How much of it no space at the end may be taken from: an escaped one stays."""
    while place < len(dn) and dn[place] not in _SPECIAL:
        if dn[place] == "\\":
            piece, place = _escape_at(dn, place + 1)
            raw += piece
            kept = len(raw)
        else:
            raw += dn[place].encode()
            place += 1
    if place < len(dn) and dn[place] not in ",+":
        raise ValueError(f"a bare {dn[place]} at character {place}")
    while len(raw) > kept and raw.endswith(b" "):
        raw.pop()
    return _text(bytes(raw)), place


def _escape_at(dn: str, place: int) -> tuple[bytes, int]:
    pair = _HEX.match(dn, place)
    if pair:
        return bytes.fromhex(pair[0]), place + 2
    if place >= len(dn):
        raise ValueError("it ends with a backslash")
    return dn[place].encode(), place + 1


def _hex_value_at(dn: str, place: int) -> tuple[str, int]:
    """`#` and the BER encoding of the value, in hexadecimal."""
    start = place
    while _HEX.match(dn, place):
        place += 2
    raw = bytes.fromhex(dn[start:place])
    place = _skip(dn, place)
    if not raw or (place < len(dn) and dn[place] not in ",+"):
        raise ValueError(f"no hexadecimal value at character {start}")
    head = 2
    if len(raw) > 1 and raw[1] >= _SHORT_LENGTH:
        head += raw[1] - _SHORT_LENGTH
    return _text(raw[head:]), place


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.hex()
