"""What is known of an app's target, and what becomes of what is found out.  In the caller's transaction."""

from dataclasses import replace

import msgspec

from lockstep.idp import events
from lockstep.idp.apps.capabilities import reading, schemas, store
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.capabilities.words import lines
from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.apps.records import App
from lockstep.idp.apps.template.target import UserSchemas
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection


def found_of(c: Connection, app: App) -> Found:
    """What is known of the app's target."""
    return store.found_of(c, app.id, app.scim_url)


def connector_of(c: Connection, app: App) -> Connector:
    """How the app's target is spoken to: its connector's declaration, with what was found laid over it."""
    connector = CONNECTORS[app.connector]
    return reading.effective(connector, found_of(c, app)) if connector.asks else connector


def record(c: Connection, app: App, found: Found, now: int, *, actor: str) -> Connector:
    """Remember what was found; an event says so where it changes how the target is spoken to."""
    before = connector_of(c, app)
    if found.schemas:
        store.set_schemas(c, app.id, app.scim_url, found.schemas)
    store.set_found(c, app.id, app.scim_url, replace(found, schemas=""))
    after = connector_of(c, app)
    changed = [f"{what}: {how}" for what, how in lines(after) if (what, how) not in lines(before)]
    if changed:
        event = Event(type=EventType.APP_UPDATED, actor=actor, app_id=app.id, app_name=app.name, notes="; ".join(changed))
        events.append(c, event, now)
    return after


def schemas_of_target(c: Connection, app: App) -> UserSchemas | None:
    """What the target has said of a user's attributes; None where it has said nothing."""
    text = store.schemas_of(c, app.id, app.scim_url)
    return schemas.user_schemas(msgspec.json.decode(text)) if text else None
