"""How findings are made and worded.  Pure."""

from lockstep.idp.provisioning.whynothing.records import Finding, Fix, Verdict

_STEPS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"))


def problem(check: str, title: str, text: str, fix: Fix) -> Finding:
    """It stops something."""
    return Finding(check, title, Verdict.PROBLEM, text, fix)


def attention(check: str, title: str, text: str, fix: Fix) -> Finding:
    """It is worth a look."""
    return Finding(check, title, Verdict.ATTENTION, text, fix)


def ok(check: str, title: str, text: str) -> Finding:
    """It needs nothing."""
    return Finding(check, title, Verdict.OK, text)


def counted(count: int, noun: str) -> str:
    """`1 user`, `2,000 users`."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def lasted(passed: int) -> str:
    """How long something took (ms), in the largest unit: `3 minutes`, `less than a minute`."""
    for size, unit in _STEPS:
        if passed >= size:
            return counted(passed // size, unit)
    return "less than a minute"
