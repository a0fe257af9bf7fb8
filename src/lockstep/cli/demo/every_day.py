"""Steps of every day after: no approval, a change that arrives by itself, and then a sync that has nothing to do."""

import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from lockstep.cli.demo.comparing import ENTERPRISE, Document
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.reading import Reader
from lockstep.cli.demo.records import Change
from lockstep.cli.demo.screen import Lines, beside_floor, strong
from lockstep.cli.demo.walk import APP, INSTANCE, Chapter, Step, Walk, value

ATTRIBUTE = "department"
ANOTHER = "Treasury"
ARRIVAL_SECONDS = 30.0
_POLL_SECONDS = 0.02


def approval_off(walk: Walk) -> Lines:
    """Switch approval off."""
    walk.idp("app", "set", APP, "approve-create=off", "approve-update=off", "approve-delete=off", json=False)
    return ["Changes go over by themselves now; unusually many removals are still held"]


def serve_idp(walk: Walk) -> Lines:
    """Start the identity provider."""
    walk.result.idp_url = walk.serve("idp", walk.idp_port).url
    return [f"{strong(walk.result.idp_url)} answers, and its worker follows the directory"]


def change_department(walk: Walk) -> Lines:
    """Change one person's department, and wait for it at the centre."""
    person, after = whom_to_change(walk.listed)
    name, before = person["user_name"], person[ATTRIBUTE]
    changed_at, arrived_at = _change_and_watch(walk, name, after)
    seconds = max(0.0, arrived_at - changed_at)
    walk.result.change = Change(name, ATTRIBUTE, before, after, round(seconds, 3))
    requests = beside_floor(writes_since(walk.center("trail", INSTANCE).lines(), changed_at), 1)
    return [
        f"{strong(person['display_name'] or name)}: {strong(before or 'no department')} → {strong(after)}, and at the centre "
        f"[bold green]{seconds:.2f} s[/] later",
        f"{requests}, as the centre's own trail has it",
    ]


def whom_to_change(people: list[Document]) -> tuple[Document, str]:
    """The first person with a department, and the next other department there is; without any, the first person."""
    person = next((one for one in people if one[ATTRIBUTE]), people[0])
    others = (one[ATTRIBUTE] for one in people if one[ATTRIBUTE] not in ("", person[ATTRIBUTE]))
    return person, next(others, ANOTHER if person[ATTRIBUTE] != ANOTHER else f"{ANOTHER} 2")


def _change_and_watch(walk: Walk, user_name: str, after: str) -> tuple[float, float]:
    """When the directory was changed, and when the centre had it.

    The centre is asked while the command still runs, so that the time its process takes to end does not count.
    """
    words = ("idp", "user", "change", user_name, f"{ATTRIBUTE}={after}")
    walk.show(*words)
    changing = walk.processes.start(*words, "--json", "--data", str(walk.home.idp))
    reader = walk.reader()
    arrived_at = _arrival(reader, changing, user_name, after)
    reader.close()
    answer = walk.processes.finish(changing)
    answer.check(0)
    if arrived_at is None:
        raise StepFailed(f"the new {ATTRIBUTE} of {user_name} was not at the centre after {ARRIVAL_SECONDS:.0f} seconds")
    return value(answer.json(), "updated_at") / 1000, arrived_at


def _arrival(reader: Reader, changing: subprocess.Popen[str], user_name: str, after: str) -> float | None:
    """When the centre answered with the new value; None if it never did."""
    end = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < end and not changing.poll():  # neither running nor well done: it failed
        user = reader.user(user_name)
        if user is not None and user.get(ENTERPRISE, {}).get(ATTRIBUTE) == after:
            return time.time()
        time.sleep(_POLL_SECONDS)
    return None


def writes_since(trail: Iterable[Document], when: float) -> int:
    """Requests of the wire, from that second on, that changed something."""
    second = datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return sum(
        1
        for record in trail
        if record["readOnly"] is False and "scim" in record["eventSource"] and record["eventTime"] >= second
    )


def resync(walk: Walk) -> Lines:
    """Sync once more."""
    result = walk.idp("sync", APP).json()
    walk.result.resync_requests = value(result, "requests")
    if walk.result.resync_requests:
        raise StepFailed(f"nothing had changed, and still {walk.result.resync_requests} requests were sent")
    return [f"{beside_floor(0, value(result, 'floor'))}: nothing has changed, so nothing goes over"]


CHAPTER = Chapter(
    "Every day after",
    (
        Step("approval-off", "Switch approval off", approval_off),
        Step("serve-idp", "Start the identity provider", serve_idp),
        Step("change", "Change one person's department", change_department),
        Step("resync", "Sync once more", resync),
    ),
)
