"""Passwords of people: argon2id, in the PHC string format, so that the parameters travel with the hash.

RFC 9106's second choice of parameters (64 MiB, 3 passes, 4 lanes).  Hashing takes a fraction of a second: call it off the event
loop.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

SHORTEST = 8
"""Characters (OWASP ASVS 5.0, 6.2.1)."""
LONGEST = 1024
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


def hash_password(password: str) -> str:
    """What is stored of `password`: `$argon2id$v=19$m=65536,t=3,p=4$salt$hash`."""
    return _HASHER.hash(password)


def verify_password(password: str, stored: str) -> bool:
    """Whether `password` is the one that `stored` was made of.  Raises ValueError for a text that is no stored password."""
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError):
        raise ValueError("not a stored password") from None
