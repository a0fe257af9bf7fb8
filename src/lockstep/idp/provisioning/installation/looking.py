"""Has a run look at the target first, where the guard is not sure of the installation."""

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.installation import actions, store
from lockstep.idp.provisioning.installation.look import ahead, chosen
from lockstep.idp.provisioning.installation.records import HeldProblem, Watch
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.scim.client import ListError, ScimClient, TransportError


async def look(db: Database, app: App, plan: int, client: ScimClient, clock: Clock) -> None:
    """Before the first batch: ask the target about what the plan would do, and let the app go on where it is not ahead.

    Raises HeldProblem where it is, TargetProblem where it cannot be asked; then nothing is sent.
    """
    with db.read() as c:
        watched = store.of_app(c, app.id)
        if watched is None or watched.watch is not Watch.LOOK:
            return
        changes = chosen(c, plan)
    if not changes:
        return  # nothing is to be sent about users: the question stays open
    try:
        sign = await ahead(client, changes, watched.until)
    except (ListError, TransportError) as error:
        raise TargetProblem(f"the target could not be read: {error}") from error
    with db.write(serial=events.SERIAL) as c:
        if not sign:
            store.forget(c, app.id)
            return
        actions.hold(c, app, f"{watched.reason}, and {sign}", watched.until, clock())
    raise HeldProblem(f"nothing is sent to {app.name}: {watched.reason}, and {sign}. Look at lockstep idp installation")
