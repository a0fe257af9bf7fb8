"""Which settings of a OneLogin source can be taken.  Pure."""

from typing import get_args
from urllib.parse import urlsplit

from lockstep.idp.directory.checks import FieldProblem, check_name, check_text
from lockstep.idp.directory.records import State, Status
from lockstep.idp.directory.sources.onelogin.records import Key, OneLoginSettings
from lockstep.scim.client import UrlError, check_url

_NUMBERS = {"answer_seconds": (1, 600), "longest_wait_seconds": (0, 7_200)}


def check(settings: OneLoginSettings) -> None:
    """Raise FieldProblem for the first setting that cannot be taken; it names the field, and says what to do."""
    check_text("url", settings.url)
    try:
        url = check_url(settings.url, allow_loopback=settings.allow_loopback, what="API URL", like="https://acme.onelogin.com")
    except UrlError as error:
        raise FieldProblem("url", f"cannot be used: {error}") from None
    if urlsplit(url).path:
        raise FieldProblem("url", "has a path: it looks like https://acme.onelogin.com")
    check_name("client_id", settings.client_id)
    if ":" in settings.client_id:
        raise FieldProblem("client_id", "has a colon in it: copy the client ID alone")
    if settings.key not in get_args(Key):
        raise FieldProblem("key", f"is one of {', '.join(get_args(Key))}")
    for name, kind in (("disabled_statuses", Status), ("disabled_states", State)):
        numbers = [int(one) for one in kind]
        if any(one not in numbers for one in getattr(settings, name)):
            raise FieldProblem(name, f"has a number that OneLogin does not know; there are {', '.join(map(str, numbers))}")
    for name, (least, most) in _NUMBERS.items():
        if not least <= getattr(settings, name) <= most:
            raise FieldProblem(name, f"is a whole number from {least:,} to {most:,}")


def check_secret(secret: str) -> None:
    """Raise FieldProblem for what cannot be a client secret."""
    check_name("client_secret", secret)
    if not secret.isprintable():
        raise FieldProblem("client_secret", "has characters in it that cannot be seen: copy it again")
