"""Each thing that can keep an app from being in step, as a check.  Pure: facts in, one finding out.

In the order in which things stop one another: what stops all of it first, then who has the app, what waits for a person,
what the target said, and what only follows later.
"""

from collections.abc import Callable, Iterator

from lockstep.idp.provisioning.whynothing.fixes import command
from lockstep.idp.provisioning.whynothing.people import PEOPLE
from lockstep.idp.provisioning.whynothing.records import Facts, Finding, Fix, Verdict
from lockstep.idp.provisioning.whynothing.waiting import WAITING
from lockstep.idp.provisioning.whynothing.words import attention, counted, lasted, ok, problem

Check = Callable[[Facts], Finding]
WORKER_AWAY_MS = 3 * 60_000
"""A worker says once a minute that it is at work; three minutes of silence are none."""
_ORDER = (Verdict.PROBLEM, Verdict.ATTENTION, Verdict.OK)


def findings(facts: Facts) -> list[Finding]:
    """What every check says, what stops something first."""
    found = [check(facts) for check in CHECKS]
    return sorted(found, key=lambda one: _ORDER.index(one.verdict))


def in_the_way(found: list[Finding]) -> Iterator[Finding]:
    """Those that are not well."""
    return (one for one in found if one.verdict is not Verdict.OK)


def stopped(facts: Facts) -> Finding:
    """The switch that stops everything, and the quarantine."""
    app = facts.app
    if app.quarantine:
        fix = Fix("Start again", "start", button=True, command=command(facts, "app start {app}"))
        return problem("stopped", "Stopped", f"The app is in quarantine: {app.quarantine}.", fix)
    if app.stopped:
        fix = Fix("Start again", "start", button=True, command=command(facts, "app start {app}"))
        return problem("stopped", "Stopped", "Somebody has stopped the app: nothing is sent.", fix)
    return ok("stopped", "Stopped", "The app is neither stopped nor in quarantine.")


def installation(facts: Facts) -> Finding:
    """The guard against restored backups, copies and other tenants."""
    if facts.held is None:
        return ok("installation", "Installation", "This is the installation that it was, and the tenant.")
    what = facts.held.reason if facts.held.new_tenant else f"this may be a restored backup or a copy: {facts.held.reason}"
    if facts.held.compared:
        fix = Fix("Look at the comparison, and let it go", "comparison", command=command(facts, "installation"))
    else:
        compare = "do/compare"
        fix = Fix("Compare with the target", compare, button=True, command=command(facts, "drift {app}"))
    return problem("installation", "Installation", f"Nothing is sent, because {what}.", fix)


def provisioning(facts: Facts) -> Finding:
    """“Enable provisioning”."""
    if facts.app.settings.provisioning:
        return ok("provisioning", "Provisioning", "Provisioning is enabled.")
    fix = Fix("Tick “Enable provisioning”", "provisioning", command=command(facts, "app set {app} provisioning=on"))
    return problem("provisioning", "Provisioning", "Provisioning is off: nothing is sent.", fix)


def worker(facts: Facts) -> Finding:
    """Whether anybody does the work."""
    away = facts.now - facts.worker_at
    if facts.worker_at and away < WORKER_AWAY_MS:
        return ok("worker", "Worker", f"A worker was at work {lasted(away)} ago.")
    seen = f"the last one was at work {lasted(away)} ago" if facts.worker_at else "none was ever at work"
    left = f", and a job has waited for {lasted(facts.now - facts.filed_at)}" if facts.filed_at else ""
    fix = Fix("Start a server with its worker, or a worker", command="worker")
    return problem("worker", "Worker", f"No worker runs: {seen}{left}.", fix)


def connection(facts: Facts) -> Finding:
    """The last connection test."""
    app = facts.app
    fix = Fix("Configuration", "configuration", command=command(facts, "app connect {app}"))
    if app.connect_problem:
        return problem("connection", "API connection", f"The last test failed. {app.connect_problem}", fix)
    if not app.connected_at:
        return attention("connection", "API connection", "The connection has not been tested yet.", fix)
    return ok("connection", "API connection", f"The target answered {lasted(facts.now - app.connected_at)} ago.")


def token(facts: Facts) -> Finding:
    """Refused, expired or expiring access tokens."""
    if facts.token is None:
        return ok("token", "Access token", "The target has refused none, and none ends soon.")
    fix = Fix("Access tokens", "configuration#tokens", command=command(facts, "app token list {app}"))
    say = problem if facts.token.kind == "error" else attention
    return say("token", "Access token", facts.token.text, fix)


def run(facts: Facts) -> Finding:
    """How the last sync ended as a whole."""
    if facts.run_error:
        fix = Fix("Try again", "do/now", button=True, command=command(facts, "sync {app}"))
        return problem("run", "Last sync", f"It could not be done: {facts.run_error.rstrip('.')}.", fix)
    if facts.running:
        return ok("run", "Last sync", "One is under way.")
    if not facts.planned:
        fix = Fix("Sync logins", "do/sync", button=True, command=command(facts, "sync {app}"))
        return attention("run", "Last sync", "There was none yet.", fix)
    return ok("run", "Last sync", "It was done.")


def schedule(facts: Facts) -> Finding:
    """Scheduled checks of the target: without one nothing is heard of what is changed there."""
    if facts.app.settings.schedule:
        last = f"the last one was {lasted(facts.now - facts.checked_at)} ago" if facts.checked_at else "there was none yet"
        soon = f", the next is due in {lasted(facts.next_check - facts.now)}" if facts.next_check > facts.now else ""
        return ok("schedule", "Checks", f"The target is read by a schedule: {last}{soon}.")
    last = f"The last check was {lasted(facts.now - facts.checked_at)} ago. " if facts.checked_at else ""
    fix = Fix("Give it a schedule", "provisioning", command=command(facts, "app set {app} schedule='0 3 * * *'"))
    return attention("schedule", "Checks", f"{last}Nobody looks by a schedule at what is changed at the target.", fix)


def later(facts: Facts) -> Finding:
    """What is gone at the target, and is made again."""
    gone = facts.users_gone + facts.groups_gone
    if not gone:
        return ok("gone", "Gone at the target", "Everything that was made is there, as far as is known.")
    what = " and ".join(
        counted(count, noun) for count, noun in ((facts.users_gone, "user"), (facts.groups_gone, "group")) if count
    )
    verb, them = ("was", "it") if gone == 1 else ("were", "them")
    text = f"{what} {verb} deleted at the target: the next sync makes {them} again."
    if facts.groups_gone:
        text += " To be rid of a group, delete its role or its rule."
    fix = Fix("Sync now", "do/now", button=True, command=command(facts, "sync {app}"))
    return attention("gone", "Gone at the target", text, fix)


CHECKS: tuple[Check, ...] = (
    installation,
    stopped,
    provisioning,
    worker,
    connection,
    token,
    run,
    *PEOPLE,
    *WAITING,
    later,
    schedule,
)
"""Every check, in their order."""
