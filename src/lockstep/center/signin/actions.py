"""What may be done with sessions: check, write, append the event, in one transaction.

There are no accounts just in time: who signs in is a user already, by exactly this userName.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from lockstep.center import events
from lockstep.center.attributes import actions as attributes
from lockstep.center.attributes.records import Tagged
from lockstep.center.attributes.tags import session_tags
from lockstep.center.directory import reads
from lockstep.center.directory.reads import Entry
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps import store as idp_store
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.center.signin import store
from lockstep.center.signin.records import Arrival, Session
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import SKEW_MS, Accepted

Json = dict[str, Any]
_OK = 200
_MINUTE_MS = 60_000
_decode = msgspec.json.Decoder(Json).decode


def sign_in(connection: Connection, instance: Instance, arrival: Arrival, call: Call) -> Session:
    """A new session for whom an accepted response names.

    That the messages came for the first time is seen last, so that a response which is refused does not use up a good id.
    Raises SamlProblem, after which the caller must undo what was done: issuer_mismatch, unknown_user, bad_attribute,
    session_expired, replay.
    """
    accepted = arrival.accepted
    idp = idp_store.by_entity_id(connection, instance.key, accepted.issuer)
    if idp is None:
        raise SamlProblem(Reason.ISSUER_MISMATCH, "the identity provider has just been removed")
    user_key, user = _user(connection, instance, accepted.name_id)
    tagged = _tagged(connection, instance, user, accepted)
    expires_at = _end(instance, accepted, call.at)
    _see(connection, instance, arrival)
    if arrival.old_session is not None:
        store.delete(connection, instance.key, arrival.old_session)
    store.add(
        connection,
        instance.key,
        arrival.new_session,
        tagged,
        user_key=user_key,
        idp_key=idp.key,
        started_at=call.at,
        expires_at=expires_at,
    )
    parameters = told_of(accepted.issuer, accepted.name_id) | ({"Warnings": accepted.warnings} if accepted.warnings else {})
    told = msgspec.structs.replace(call, operation=Operation.SIGN_IN, actor=user["id"], parameters=parameters)
    events.append(connection, instance.key, told, _OK, resource_id=user["id"])
    return _session(user, idp, call.at, expires_at, tagged)


def told_of(issuer: str | None, name_id: str | None) -> Json:
    """What the event of a sign-in says beside its name, under CloudTrail's names where there are some."""
    return {"CredentialType": "EXTERNAL_IDP", "IdentityProvider": issuer, "UserName": name_id}


def _user(connection: Connection, instance: Instance, name_id: str) -> tuple[int, Json]:
    """The active user with exactly this userName: the directory may ignore case, a sign-in does not."""
    entry = reads.user_by_name(connection, instance, name_id)
    user = {} if entry is None else _decode(entry.document)
    if entry is None or user["userName"] != name_id:
        other = "" if entry is None else f"; {user['userName']!r} differs in case"
        raise SamlProblem(Reason.UNKNOWN_USER, f"no user has exactly the userName {name_id!r}{other}")
    if not user["active"]:
        raise SamlProblem(Reason.UNKNOWN_USER, f"the user {name_id!r} is not active")
    return entry.key, user


def _tagged(connection: Connection, instance: Instance, user: Json, accepted: Accepted) -> Tagged | None:
    configuration = attributes.configuration_of(connection, instance)
    if configuration is None:
        return None
    return session_tags(user, configuration.attributes, accepted.attributes, configuration.precedence)


def _end(instance: Instance, accepted: Accepted, now: int) -> int:
    end = now + instance.profile.session_minutes * _MINUTE_MS
    end = end if accepted.session_ends is None else min(end, accepted.session_ends)
    if end <= now:
        raise SamlProblem(Reason.SESSION_EXPIRED, "the identity provider's session is over")
    return end


def _see(connection: Connection, instance: Instance, arrival: Arrival) -> None:
    accepted = arrival.accepted
    messages = [
        ("assertion", accepted.assertion_id, accepted.keep_until),
        ("response", accepted.response_id, accepted.keep_until),
    ]
    if arrival.asked is not None:
        messages.append(("request", arrival.asked.id, max(accepted.keep_until, arrival.asked.until + SKEW_MS)))
    for kind, message_id, keep_until in messages:
        if not store.see(connection, instance.key, accepted.issuer, kind, message_id, keep_until):
            raise SamlProblem(Reason.REPLAY, f"the {kind} {message_id} has been used")


def _session(user: Json, idp: IdentityProvider, started_at: int, expires_at: int, tagged: Tagged | None) -> Session:
    return Session(
        user_id=user["id"],
        user_name=user["userName"],
        display_name=user.get("displayName") or user["userName"],
        idp=idp.entity_id,
        idp_name=idp.name,
        started_at=started_at,
        expires_at=expires_at,
        tagged=tagged,
    )


def session_of(connection: Connection, instance: Instance, digest: bytes, now: int) -> Session | None:
    """The session of this instance with this digest; None once it has expired, or its user was switched off or deleted."""
    return store.session(connection, instance.key, digest, now)


def sign_out(connection: Connection, instance: Instance, digest: bytes, call: Call) -> None:
    """End a session because its user said so.  Where there is none, nothing happens."""
    if store.delete(connection, instance.key, digest):
        events.append(connection, instance.key, call, _OK, resource_id=call.actor)


def live_sessions(connection: Connection, name: str, now: int) -> Iterator[Session]:
    """The sessions of an instance that open something, oldest first.  Raises Problem for an unknown instance."""
    return store.every(connection, instances.named(connection, name).key, now)


def sessions_of(connection: Connection, user: Entry, now: int) -> list[Session]:
    """The sessions of a user that open something, oldest first."""
    return store.of_user(connection, user.key, now)


def end_sessions(connection: Connection, call: Call, name: str, user_name: str) -> int:
    """End the sessions of a user; how many there were.  Raises Problem for an unknown instance or user."""
    instance = instances.locked(connection, name)
    entry = reads.user_by_name(connection, instance, user_name)
    if entry is None:
        raise Problem(f"{name!r} has no user {user_name!r}", f"`lockstep center users {name}` shows those it has")
    ended = store.delete_of_user(connection, entry.key)
    user_id = _decode(entry.document)["id"]
    told = msgspec.structs.replace(call, parameters={"userId": user_id, "sessions": ended})
    events.append(connection, instance.key, told, _OK, resource_id=user_id)
    return ended


def forget(connection: Connection, now: int, most: int) -> int:
    """Delete at most `most` of each of what has no meaning any more: expired sessions, messages too old to be believed.

    How many went of what most went of.
    """
    return max(store.forget_sessions(connection, now, most), store.forget_seen(connection, now, most))
