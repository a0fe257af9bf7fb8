"""What a pipeline asks of a plan: that it is empty, or takes away no more than so much.  The answer is the exit code."""

from typing import Any

import typer

from lockstep.cli.output import Exit, note
from lockstep.idp.apps.settings import LIMITED_KINDS
from lockstep.idp.provisioning.safety import WORDS

KINDS = ("changes", *LIMITED_KINDS)
_DIGITS = 9


def limits_of(at_most: list[str], *, check: bool) -> dict[str, int]:
    """`KIND=N` as numbers.  Raises typer.BadParameter."""
    limits = {"changes": 0} if check else {}
    for text in at_most:
        kind, equals, number = text.partition("=")
        if not equals or kind not in KINDS:
            raise typer.BadParameter(f"{text}: use KIND=N, where KIND is one of {', '.join(KINDS)}")
        if not number.isascii() or not number.isdigit() or len(number) > _DIGITS:
            raise typer.BadParameter(f"{text}: N is a whole number, 0 or more")
        limits[kind] = int(number)
    return limits


def over(shown: dict[str, Any], limits: dict[str, int]) -> list[dict[str, Any]]:
    """The kinds of which the plan has more, what is held counted in."""
    held = sum(one["count"] for one in shown["held"])
    counts = {**shown["takes_away"], "changes": shown["requests"] + held}
    return [
        {"kind": kind, "count": counts[kind], "at_most": most} for kind, most in limits.items() if counts.get(kind, 0) > most
    ]


def end(shown: dict[str, Any], found: list[dict[str, Any]], *, check: bool) -> None:
    """Say what is over its limit, and end with the code for it: 4 where failures stand, 3 where a person has to look."""
    for one in found:
        words = WORDS.get(one["kind"], "changes")
        note(f"lockstep: the plan has {one['count']:,} {words}, and at most {one['at_most']:,} may be in it")
    if check and shown["failures"]:
        note(f"lockstep: {len(shown['failures']):,} objects failed and were not mended since")
        raise typer.Exit(Exit.SOME_FAILED)
    if found or (check and shown["quarantine"]):
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)
