"""Moments as SAML writes them: UTC, as milliseconds since 1970 (SAML Core 1.3.3)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from lockstep.saml.problems import Reason, SamlProblem

_MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|\+00:00)", re.ASCII
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LAST_YEAR: Final = 2999
"""Nobody means a later one: it is there to make sums of moments go wrong."""


def read_time(text: str, reason: Reason = Reason.BAD_STRUCTURE) -> int:
    """`2026-11-24T08:00:00Z` with no to nine digits of a second, `Z` or `+00:00`; what is finer than a millisecond is cut off.

    SamlProblem with `reason` for anything else, and for years before 1970 or after 2999.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise SamlProblem(reason, f"not a moment in UTC: {text[:60]!r}")
    *parts, fraction = found.groups()
    year, month, day, hour, minute, second = map(int, parts)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as wrong:
        raise SamlProblem(reason, f"no such moment: {text[:60]!r}") from wrong
    if not _EPOCH.year <= year <= _LAST_YEAR:
        raise SamlProblem(reason, f"a year out of range: {text[:60]!r}")
    return (moment - _EPOCH) // _MILLISECOND + int((fraction or "0")[:3].ljust(3, "0"))


def write_time(moment: int) -> str:
    """Whole seconds where they are whole, otherwise milliseconds: some readers refuse more digits."""
    written = (_EPOCH + moment * _MILLISECOND).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{written}.{moment % 1000:03}Z" if moment % 1000 else f"{written}Z"
