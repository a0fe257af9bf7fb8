"""What an administrator may say about failures: try these again now.  In the caller's transaction."""

from lockstep.idp import events
from lockstep.idp.apps.actions import ADMIN
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs, links, troubles
from lockstep.idp.provisioning.troubles import Chosen
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


def try_again(c: Connection, app: App, chosen: Chosen, now: int, *, actor: str = ADMIN, about: str = "") -> tuple[int, int]:
    """Have failures tried again at once, those that were given up, too: (how many changes, the job that does it).

    `about` is the name of the one object, where it is one.  Raises Problem where nothing of the kind has failed.
    """
    target = links.find_target(c, app.id, app.scim_url)
    count = troubles.try_again(c, target, chosen, now) if target else 0
    if not count:
        raise Problem(f"nothing of the kind has failed in {app.name}, or not any more")
    event = Event(
        type=EventType.SYNC_ASKED,
        actor=actor,
        app_id=app.id,
        app_name=app.name,
        user_name=about if chosen.object == "user" else "",
        object=chosen.object if chosen.object == "group" else "",
        object_name=about if chosen.object == "group" else "",
        notes=f"try again: {chosen.cause}" if chosen.cause else "try again",
    )
    events.append(c, event, now)
    # Not by hand: only what was marked is tried, once, and the plan that people have read last stays the last.
    return count, jobs.add(c, app.id, "sync", {"by_hand": False}, now)
