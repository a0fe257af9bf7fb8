"""Codes of a second factor, and the picture that a telephone reads them from.  Pure but for chance."""

import hmac
import secrets

import pyotp
import segno

STEP_MS = 30_000
SKEW = 1
"""Time steps that a telephone's clock may be off (RFC 6238, section 5.2)."""
DIGITS = 6
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
_GROUPS, _GROUP = 4, 4


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: int) -> int | None:
    """The time step whose code this is, at most one away from `now` (ms); the latest of several.  None for no such code."""
    totp, current = pyotp.TOTP(secret, digits=DIGITS), now // STEP_MS
    given = "".join(code.split()).encode()
    steps = range(current + SKEW, max(current - SKEW, 0) - 1, -1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)]
    return right[0] if right else None


def new_recovery_codes() -> list[str]:
    """Fresh codes of 79 bits each, for who has lost the device: `abcd-efgh-jkmn-pqrs`."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def plain(code: str) -> str:
    """A recovery code as it is stored, whatever blanks, dashes and capitals it was typed with."""
    return "".join(one for one in code.lower() if one.isalnum())


def address(secret: str, user_name: str, issuer: str) -> str:
    """The `otpauth:` address that an authenticator reads."""
    return pyotp.TOTP(secret, digits=DIGITS).provisioning_uri(name=user_name, issuer_name=issuer)


def picture(text: str) -> str:
    """A QR code as an SVG image in a `data:` address, which a page's policy allows for pictures."""
    return str(segno.make(text, error="m").svg_data_uri(border=3, omitsize=True, dark="#000", light="#fff"))
