"""Passwords of people: slow to guess, in the PHC string format, so that the parameters travel with the hash.

scrypt at OWASP's first choice of parameters (N=2^17, r=8, p=1: 128 MiB for each try); it is in the standard library.
Hashing takes a fraction of a second: call it off the event loop.
"""

import base64
import hashlib
import hmac
import secrets

SHORTEST = 8
"""Characters (OWASP ASVS 5.0, 6.2.1)."""
LONGEST = 1024
_LOG_N, _R, _P = 17, 8, 1
_KEY_BYTES = 32
_SALT_BYTES = 16
_PARTS = 5


def hash_password(password: str) -> str:
    """What is stored of `password`: `$scrypt$ln=17,r=8,p=1$salt$hash`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"$scrypt$ln={_LOG_N},r={_R},p={_P}${_text(salt)}${_text(_derive(password, salt, _LOG_N, _R, _P))}"


def verify_password(password: str, stored: str) -> bool:
    """Whether `password` is the one that `stored` was made of.  Raises ValueError for a text that is no stored password."""
    parts = stored.split("$")
    if len(parts) != _PARTS or parts[1] != "scrypt":
        raise ValueError("not a stored password")
    costs = dict(part.split("=", 1) for part in parts[2].split(","))
    key = _derive(password, _bytes(parts[3]), int(costs["ln"]), int(costs["r"]), int(costs["p"]))
    return hmac.compare_digest(key, _bytes(parts[4]))


def _derive(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    n = 1 << log_n
    memory = 128 * n * r * 2
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=_KEY_BYTES)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
