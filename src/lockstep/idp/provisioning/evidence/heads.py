"""The heads of the chain of events that signed records name, written down before anybody knew what would be changed later."""

from lockstep.idp.apps import store as apps
from lockstep.idp.eventlog.records import read_head
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.provisioning.evidence import store
from lockstep.idp.provisioning.evidence.signing import is_signed
from lockstep.kit.db import Connection


def kept(c: Connection) -> list[Kept]:
    """The heads in the records of every app that this installation has signed; records of earlier versions name none."""
    key = store.key(c)
    if key is None:
        return []
    return [
        Kept(read_head(one.record["events_head"]), f"evidence {one.record['number']} of {app.name}")
        for app in apps.all_apps(c)
        for one in store.of_app(c, app.id)
        if one.record.get("events_head") and is_signed(one.record, one.signature, key[0])
    ]
