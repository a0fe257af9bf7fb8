"""Checks of what waits for a person, and of what the target refused.  Pure."""

from lockstep.idp.provisioning.whynothing.fixes import command
from lockstep.idp.provisioning.whynothing.records import Facts, Finding, Fix
from lockstep.idp.provisioning.whynothing.words import attention, counted, lasted, ok, problem

_NAMED = 3
_WORDS = {"create": "to create", "update": "to update", "delete": "to delete or switch off"}


def approvals(facts: Facts) -> Finding:
    """What waits for approval, and since when."""
    count = sum(facts.waiting.values())
    if not count:
        return ok("approvals", "Approvals", "Nothing waits for approval.")
    kinds = ", ".join(f"{facts.waiting[one]:,} {words}" for one, words in _WORDS.items() if facts.waiting.get(one))
    since = f", for {lasted(facts.now - facts.waiting_since)}" if facts.waiting_since else ""
    text = f"{counted(count, 'change')} {'waits' if count == 1 else 'wait'} for approval{since}: {kinds}."
    fix = Fix("Review in Plan", "plan?show=waiting", command=command(facts, "approve {app} --all"))
    return problem("approvals", "Approvals", text, fix)


def limits(facts: Facts) -> Finding:
    """What is held because there is unusually much of it."""
    if not facts.over_limit:
        return ok("limits", "Limits", "Nothing is held.")
    text = f"{facts.over_limit:,} {'is' if facts.over_limit == 1 else 'are'} held, because there are unusually many."
    fix = Fix("Review in Plan", "plan?show=held", command=command(facts, "plan {app}"))
    return problem("limits", "Limits", text, fix)


def drift(facts: Facts) -> Finding:
    """Differences at the target that nobody has decided."""
    if not facts.undecided:
        return ok("drift", "Drift", "No difference at the target waits for a decision.")
    verb = "difference at the target waits" if facts.undecided == 1 else "differences at the target wait"
    fix = Fix("Decide in Drift", "drift", command=command(facts, "drift {app}"))
    return problem("drift", "Drift", f"{facts.undecided:,} {verb} for your word.", fix)


def dropped(facts: Facts) -> Finding:
    """Removals that an administrator threw away: who should go stays."""
    if not facts.dropped:
        return ok("dropped", "Thrown away", "No removal was thrown away.")
    what = "removal was" if facts.dropped == 1 else "removals were"
    text = f"{facts.dropped:,} {what} thrown away: who should go is still at the target."
    fix = Fix("Look at Thrown away in Plan", "plan?show=dropped", command=command(facts, "plan {app}"))
    return attention("dropped", "Thrown away", text, fix)


def failures(facts: Facts) -> Finding:
    """What the target refused, by cause."""
    if not facts.failed_all:
        return ok("failures", "Failures", "Nothing has failed at the target.")
    causes = "; ".join(f"{one.objects:,} × {one.title}" for one in facts.failed[:_NAMED])
    text = f"{counted(facts.failed_all, 'change')} failed: {causes}."
    if facts.given_up:
        text += f" {facts.given_up:,} of them {'is' if facts.given_up == 1 else 'are'} given up."
    fix = Fix("See why, and what to do, in Failures", "failures", command=command(facts, "failures {app}"))
    return problem("failures", "Failures", text, fix)


def retries(facts: Facts) -> Finding:
    """When what failed is tried again."""
    if facts.failed_all <= facts.given_up or not facts.next_try:
        return ok("retries", "Retries", "Nothing waits for another try.")
    wait = facts.next_try - facts.now
    when = f"in {lasted(wait)}" if wait > 0 else "with the next sync"
    text = f"What failed is tried again by itself, the first of it {when}."
    fix = Fix("Try all again now", "do/now", button=True, command=command(facts, "sync {app}"))
    return attention("retries", "Retries", text, fix)


WAITING = (approvals, limits, drift, dropped, failures, retries)
"""These checks, in their order."""
