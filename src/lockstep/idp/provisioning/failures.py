"""Failures by their cause: what differs from object to object (ids, names, values) is left out of what a target says.  Pure.

A cause has an id for addresses and scripts, a title, and one sentence that an administrator can act on.
"""

import hashlib
import re
from dataclasses import dataclass

NO_ANSWER = "no answer from the target"
GONE = "gone at the target"
MEMBERS_GONE = "members are gone at the target"
CLAIMED = "the target holds a user who may be somebody else of this directory"
EXISTS = "was not made by Lockstep"
LINKED = "is linked already, to somebody else of this directory"
ANOTHERS_ID = "the id of an object that is linked to somebody else"
UNSEEN = "and does not show it"
NOT_SCIM = "something else than SCIM answered"
"""Parts of what Lockstep itself says of a failure (`exchange`, `settling`)."""

_AGAIN = "then try again."
_CONFLICT, _TOO_LARGE, _TOO_MANY, _SERVER_ERROR, _LAST = 409, 413, 429, 500, 599
_UNAVAILABLE = 503
_SHOWN = 90
"""Characters of a target's words in a title."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of one failure: the words, and of the target's answer its status and scimType (0 and "" for none)."""

    error: str
    status: int = 0
    scim_type: str = ""
    name: str = ""
    """The userName or displayName of the object: it may stand in the target's words."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why things fail alike, and what to do about it."""

    id: str
    title: str
    advice: str


_OURS = (
    (
        CLAIMED,
        Cause(
            "claimed",
            "may be somebody else of this directory",
            "`lockstep idp takeover APP` (the take-over report) names both: correct the userName, externalId or e-mail "
            "address of one of the two, in the directory or at the target, " + _AGAIN,
        ),
    ),
    (
        EXISTS,
        Cause(
            "exists",
            "exists at the target, not made by Lockstep",
            "Delete or rename it at the target, or have it taken over (`lockstep idp takeover APP`, or adopt=adopt), " + _AGAIN,
        ),
    ),
    (
        LINKED,
        Cause(
            "linked",
            "linked to somebody else already",
            "Two people share a user name or an e-mail address: change it for one of them.",
        ),
    ),
    (
        ANOTHERS_ID,
        Cause(
            "another-id",
            "answered with somebody else's id",
            "The target made no new object: delete or rename the one there that has the same user name or e-mail address.",
        ),
    ),
    (
        MEMBERS_GONE,
        Cause(
            "members-gone",
            "members are gone",
            "Nothing: they are made again and put back by itself. If it comes back, find out who deletes users at the target.",
        ),
    ),
    (
        GONE,
        Cause(
            "gone",
            "gone at the target",
            "Nothing: it is made again by itself. If it comes back, find out who deletes things at the target.",
        ),
    ),
    (
        NO_ANSWER,
        Cause(
            "no-answer",
            "no answer",
            "Check that the target runs and can be reached from here; it is tried again by itself.",
        ),
    ),
    (
        NOT_SCIM,
        Cause("not-scim", "something else than SCIM answered", "Check the SCIM Base URL and proxies in between, " + _AGAIN),
    ),
)
_EARLIER = Cause("", "failed before causes were kept", "Try again: the next answer says why.")

_NAMES = (
    *("userName", "externalId", "displayName", "nickName", "profileUrl", "userType", "preferredLanguage", "timezone"),
    *("familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix", "formatted"),
    *("emails", "phoneNumbers", "addresses", "employeeNumber", "costCenter", "organization", "division", "department"),
    *("manager", "members", "roles", "entitlements"),
)
_BY_KEY = {name.casefold(): name for name in _NAMES} | {
    "groupdisplayname": "displayName",
    "email": "emails",
    "e-mail": "emails",
    "phonenumber": "phoneNumbers",
    "member": "members",
    "displaynames": "displayName",
}
_PLAIN = {"name": "name", "title": "title", "locale": "locale", "active": "active", "schemas": "schemas"}
"""Attributes whose names are English words: only believed in quotes or after the word attribute."""
_QUOTED = re.compile(r"""["'`“‘]([^"'`”’]{1,200})["'`”’]""")
_NAMED = re.compile(r"\battribute:? +([\w.:$-]+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w-]*")
_UNIQUE = re.compile(r"duplicate|unique|already (?:exists|taken|in use|used)|is taken", re.IGNORECASE)
_PROBLEMS = (
    (
        "too-many-values",
        "too many values",
        re.compile(r"exceeds? (?:the )?allowed limit|limit of 1|single item|too many", re.I),
    ),
    ("too-long", "too long", re.compile(r"too long|less than or equal|longer than|at most|max(?:imum)? ?length|exceed", re.I)),
    (
        "missing",
        "empty or missing",
        re.compile(
            r"greater than or equal|required|missing|must not be (?:empty|blank|null)|is empty|cannot be (?:empty|blank|null)",
            re.I,
        ),
    ),
    ("characters", "characters that are not allowed", re.compile(r"regular expression|pattern|character", re.I)),
    ("read-only", "may not be changed", re.compile(r"immutab|mutability|read-?only|(?:may not|cannot) be changed", re.I)),
    ("unparsable", "not understood", re.compile(r"unparsable|syntactically|invalid json|violates schema", re.I)),
    ("not-found", "not found", re.compile(r"not found|does not exist|unknown", re.I)),
)
_KEYWORD = re.compile(r"[A-Za-z]{1,40}")
_STATUS = re.compile(r"\((\d{3})\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")
_ID = re.compile(r"\b(?:[0-9a-f]+-)+[0-9a-f]+\b|\b[0-9a-f]{16,}\b|\d+", re.IGNORECASE)


def status_in(error: str) -> int:
    """The HTTP status that the words of a failure name, 0 for none: of what failed before, only the words are left."""
    found = _STATUS.search(error)
    return int(found[1]) if found else 0


def cause_of(failure: Failure) -> Cause:
    """The cause of one failure."""
    if not failure.error:
        return _EARLIER
    for part, cause in _OURS:
        if part in failure.error:
            return cause
    status = failure.status or status_in(failure.error)
    if status in (_TOO_MANY, _UNAVAILABLE):
        title = "too many requests" if status == _TOO_MANY else "not available"
        advice = "The target asks for fewer requests: lower the rate of this app, or wait; it is tried again by itself."
        return Cause(str(status), f"{status} {title}", advice)
    if _SERVER_ERROR <= status <= _LAST:
        advice = "The target has a problem of its own: ask its operator if it lasts; it is tried again by itself."
        return Cause(str(status), f"{status} the target failed", advice)
    return _refusal(failure, status)


def _refusal(failure: Failure, status: int) -> Cause:
    """Why a target refused something."""
    scim_type = failure.scim_type if _KEYWORD.fullmatch(failure.scim_type) else ""
    if UNSEEN in failure.error:
        return _shared(_CONFLICT, _attribute(failure.error.partition(UNSEEN)[2]))
    detail = failure.error.partition("): ")[2] or failure.error
    attribute = _attribute(detail)
    if status == _CONFLICT or scim_type == "uniqueness" or _UNIQUE.search(detail):
        return _shared(status, attribute)
    if status == _TOO_LARGE:
        return Cause("413", "413 too large", "The target takes no request of this size: send fewer or shorter attributes.")
    for key, words, pattern in _PROBLEMS:
        if pattern.search(detail) and (attribute or key in ("unparsable", "not-found")):
            return _named(status, key, words, attribute)
    if scim_type or attribute:
        return _named(status, scim_type or "refused", scim_type or "refused", attribute)
    plain = _plain(detail, failure.name)
    shown = plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
    number = hashlib.sha256(plain.encode()).hexdigest()[:8]
    return Cause(f"{status or 'refused'}-{number}", f"{status or ''} {shown}".strip(), _advice("", ""))


def _shared(status: int, attribute: str) -> Cause:
    what = attribute or "userName, e-mail address, externalId or displayName"
    advice = f"Another object has the same {what}: change it for one of the two, or delete or rename the other at the target."
    return Cause(
        "-".join(part for part in (str(status or _CONFLICT), "uniqueness", attribute) if part),
        f"{status or _CONFLICT} uniqueness" + (f": {attribute}" if attribute else ""),
        advice,
    )


def _named(status: int, key: str, words: str, attribute: str) -> Cause:
    number = str(status) if status else "refused"
    return Cause(
        "-".join(part for part in (number, key, attribute) if part),
        f"{number} {words}" + (f": {attribute}" if attribute else ""),
        _advice(key, attribute),
    )


def _advice(key: str, attribute: str) -> str:
    what = attribute or "what the target names"
    return {
        "too-long": f"Shorten {what}; an object is tried again as soon as it changes.",
        "missing": f"Fill in {what}; an object is tried again as soon as it changes.",
        "characters": f"Take out the characters not allowed in {what}; an object is tried again as soon as it changes.",
        "too-many-values": f"Have the app send one value of {what} only (Parameters), {_AGAIN}",
        "read-only": f"The target does not let {what} be changed: take it out of Parameters, or change it there by hand.",
        "mutability": f"The target does not let {what} be changed: take it out of Parameters, or change it there by hand.",
        "unparsable": "A value or an attribute is not allowed there: compare what was sent with what the target takes.",
        "not-found": "Something that was named is not at the target any more: sync with a full read of it, which mends it.",
    }.get(key, f"Change {what}, in the directory or in Parameters; an object is tried again as soon as it changes.")


def _attribute(detail: str) -> str:
    """The attribute that a target's words are about, "" for none; of a path its last step."""
    quoted = [match[1] for match in _QUOTED.finditer(detail)]
    named = [match[1] for match in _NAMED.finditer(detail)]
    for text in (*quoted, *named):
        last = text.rsplit(":", 1)[-1].removesuffix(".value").rsplit(".", 1)[-1].partition("[")[0]
        known = _BY_KEY.get(last.casefold()) or _PLAIN.get(last.casefold())
        if known:
            return known
    for word in _WORD.findall(_QUOTED.sub(" ", detail)):
        known = _BY_KEY.get(word.casefold())
        if known:
            return known
    return ""


def _plain(detail: str, name: str) -> str:
    """The target's words without what differs from object to object."""
    text = detail.replace(name, "…") if name else detail
    for pattern in (_QUOTED, _EMAIL, _ID):
        text = pattern.sub("…", text)
    return " ".join(text.split())
