"""Steps of the first run: plan, approval, the sync itself, and both sides held against each other."""

import time
from collections.abc import Callable, Iterable
from threading import Thread

import msgspec

from lockstep.cli.demo.comparing import Document, Group, compare_groups, compare_users, reading_floor, wanted_groups
from lockstep.cli.demo.processes import Answer, StepFailed
from lockstep.cli.demo.reading import PAGE
from lockstep.cli.demo.screen import Lines, beside_floor, counted, sides, strong, told_differences
from lockstep.cli.demo.walk import APP, Chapter, Step, Walk, value

_KINDS = {
    "user create": "{} new users",
    "group create": "{} new groups",
    "group members": f"{{}} for members after {PAGE}",
}
"""What a first plan counts, in words."""
_SOME_FAILED = 4
_WAITS = 3
_SHOWN_FAILURES = 5
_POLL_SECONDS = 0.02


def plan(walk: Walk) -> Lines:
    """Show what would be sent."""
    made = walk.idp("plan", APP).json()
    walk.planned = value(made, "requests")
    counts = " + ".join(_KINDS.get(kind, "{} × " + kind).format(f"{count:,}") for kind, count in value(made, "counts").items())
    return [f"{strong(counted(walk.planned, 'request'))}: {counts}"]


def sync_waits(walk: Walk) -> Lines:
    """Sync, which sends nothing that nobody has approved."""
    answer = walk.idp("sync", APP, codes=(_WAITS,))
    waiting = value(answer.json(), "waiting")
    sent = beside_floor(value(answer.json(), "requests"), value(answer.json(), "floor"))
    return [f"{sent}: {strong(f'{waiting:,} changes wait')} for a person (exit code {answer.code})"]


def approve(walk: Walk) -> Lines:
    """Approve everything."""
    said = walk.idp("approve", APP, "--all", json=False).out.splitlines()
    return [*map(strong, said[:1]), "An approval holds for what was shown: what moves afterwards is asked again"]


def sync(walk: Walk) -> Lines:
    """Sync, with a bar that follows the events of the identity provider."""
    answer = _with_progress(walk) if walk.screen.watched else walk.idp("sync", APP, codes=(0, _WAITS, _SOME_FAILED))
    result = answer.json()
    walk.result.requests, walk.result.floor = value(result, "requests"), value(result, "floor")
    if answer.code:
        raise StepFailed(_what_went_wrong(walk, answer))
    least = ": fewer cannot do it" if walk.result.requests == walk.result.floor else ""
    return [f"{beside_floor(walk.result.requests, walk.result.floor)}{least}; {result['seconds']:.1f} s"]


def _with_progress(walk: Walk) -> Answer:
    """Sync while the event stream is followed."""
    walk.show("idp", "sync", APP)
    data = ("--json", "--data", str(walk.home.idp))
    events = walk.processes.start("idp", "events", "--follow", *data)
    syncing = walk.processes.start("idp", "sync", APP, *data)
    with walk.screen.progress("Sync", walk.planned) as report:
        counting = Thread(target=_count, args=(events.stdout, report), daemon=True)
        counting.start()
        while syncing.poll() is None:
            time.sleep(_POLL_SECONDS)
        events.terminate()
        counting.join()
    walk.processes.finish(events)
    answer = walk.processes.finish(syncing)
    answer.check(0, _WAITS, _SOME_FAILED)
    return answer


def _count(lines: Iterable[str], report: Callable[[int], None]) -> None:
    """Report how many changes have come to an end at the centre, well or not."""
    done = 0
    for line in lines:
        done += msgspec.json.decode(line)["type"].endswith("_in_app")
        report(done)


def _what_went_wrong(walk: Walk, answer: Answer) -> str:
    """A sync that left something, with the first reasons from the events."""
    result = answer.json()
    told = [f"{key}: {result[key]}" for key in ("failed", "waiting", "held", "quarantine") if result.get(key)]
    reasons = [
        f"{event.get('user_name') or event.get('object_name', '')}: {event['error_description']}"
        for event in walk.idp("events").lines()
        if event.get("error_description")
    ]
    return "\n".join([f"not everything arrived ({', '.join(told)})", *reasons[:_SHOWN_FAILURES]])


def verify(walk: Walk) -> Lines:
    """Read everything back over SCIM, and hold it against the directory."""
    walk.show("idp", "users")
    walk.show("idp", "roles")
    data = ("--json", "--data", str(walk.home.idp))
    listing = [walk.processes.start("idp", what, *data) for what in ("users", "roles")]
    users, groups, reading = read_center(walk)
    people, roles = (walk.processes.finish(process) for process in listing)
    for answer in (people, roles):
        answer.check(0)
    walk.listed = people.lines()
    compared = (compare_users(walk.listed, users), *compare_groups(wanted_groups(roles.lines()), groups))
    walk.result.people, walk.result.groups, walk.result.memberships = (side.center for side in compared)
    if not all(side.equal for side in compared):
        raise StepFailed(told_differences(compared))
    return [reading, sides(compared)]


def read_center(walk: Walk) -> tuple[list[Document], list[Group], str]:
    """All users and groups of the centre, read over SCIM; and the requests that it took, in words."""
    reader = walk.reader()
    users = reader.everything("Users")
    groups = [
        Group(group["displayName"], frozenset(user["userName"] for user in reader.members(group["id"])))
        for group in reader.everything("Groups")
    ]
    reader.close()
    floor = reading_floor(len(users), (len(group.members) for group in groups), PAGE)
    return users, groups, beside_floor(reader.requests, floor, "read it all back over SCIM")


CHAPTER = Chapter(
    "The first run",
    (
        Step("plan", "Plan, which sends nothing", plan),
        Step("sync-waits", "Sync, which asks first", sync_waits),
        Step("approve", "Approve all", approve),
        Step("sync", "Sync what was approved", sync),
        Step("verify", "Verify both sides", verify),
    ),
)
