"""A reader made of options, as a source keeps them."""

from collections.abc import Mapping
from typing import Any

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.sources.onelogin.reader import OneLoginReader
from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings
from lockstep.idp.directory.sources.onelogin.settings import check, check_secret
from lockstep.idp.directory.sources.texts import switch, whole, words

_USUAL = OneLoginSettings(url="", client_id="")


def settings_of(options: Mapping[str, str]) -> OneLoginSettings:
    """The settings that options mean.  Raises FieldProblem."""
    key: Any = options.get("key", "").strip() or _USUAL.key
    settings = OneLoginSettings(
        url=options.get("url", "").strip().rstrip("/"),
        client_id=options.get("client_id", "").strip(),
        key=key,
        roles=switch(options, "roles", _USUAL.roles),
        disabled_statuses=_numbers(options, "disabled_statuses", _USUAL.disabled_statuses),
        disabled_states=_numbers(options, "disabled_states", _USUAL.disabled_states),
        allow_loopback=switch(options, "allow_loopback", _USUAL.allow_loopback),
        answer_seconds=whole(options, "answer_seconds", _USUAL.answer_seconds),
        longest_wait_seconds=whole(options, "longest_wait_seconds", _USUAL.longest_wait_seconds),
    )
    check(settings)
    return settings


def _numbers(options: Mapping[str, str], name: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    """Numbers with commas between; `none` for none of them."""
    given = words(options, name)
    if given == ("none",):
        return ()
    if not all(one.isascii() and one.isdigit() for one in given):
        raise FieldProblem(name, "is a list of numbers with commas between, or none")
    return tuple(map(int, given)) or usual


def check_options(options: Mapping[str, str]) -> OneLoginSettings:
    """The settings, checked together with the `client_secret` that stands among the options.  Raises FieldProblem."""
    settings = settings_of(options)
    check_secret(options.get("client_secret", "").strip())
    return settings


def opened(options: Mapping[str, str]) -> OneLoginReader:
    """The reader of a source.  Raises FieldProblem."""
    return OneLoginReader(check_options(options), options.get("client_secret", "").strip())
