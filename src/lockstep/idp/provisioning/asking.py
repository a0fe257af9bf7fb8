"""What is really at the target: asked there now, for one user or group, and compared with what is remembered.

Nothing is changed, neither there nor here: what differs is put right by a full sync.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.idp.apps.records import App
from lockstep.idp.apps.template.actions import recipe_of
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.belonging import Belonging, Wishes
from lockstep.idp.provisioning.common_steps import first
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.lookup import Looked, first_found, members_of
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.plan import differences
from lockstep.idp.provisioning.shown import Place, Shown, Step
from lockstep.idp.provisioning.source import source_of
from lockstep.kit.db import Connection
from lockstep.scim.client import ListError, ScimClient, TransportError

_NOT_FOUND = 404
MOST_MEMBERS = 1_000
"""The members of a larger group are not read here: a full check does that, at its floor of requests."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the target answered: the resource (None if there is none), how it was found, and what kept us from knowing.

    `members` are the ids in a group, None where they were not read.
    """

    found: dict[str, Any] | None = None
    by: str = ""
    problem: str = ""
    members: frozenset[str] | None = None
    requests: list[str] = field(default_factory=list)


async def ask(client: ScimClient, place: Place) -> Asked:
    """Read one object: by its id where one is known, else by what it is called.  Sends nothing but GET."""
    requests: list[str] = []
    async with client:
        try:
            found, by = await _find(client, place, requests)
            members = None
            if found is not None and place.object == "group" and len(place.members) <= MOST_MEMBERS:
                requests.append(f'GET /Users?filter=groups.value eq "{found["id"]}"')
                members = frozenset(await members_of(client, str(found["id"])))
        except (ListError, TransportError, TargetProblem) as error:
            return Asked(problem=str(error), requests=requests)
    return Asked(found, by, members=members, requests=requests)


async def _find(client: ScimClient, place: Place, requests: list[str]) -> tuple[dict[str, Any] | None, str]:
    kind = "/Users" if place.object == "user" else "/Groups"
    if place.target_id:
        requests.append(f"GET {kind}/{place.target_id}")
        answer = await client.read(f"{kind}/{place.target_id}")
        if answer.ok and isinstance(answer.body, dict) and answer.body.get("id"):
            return answer.body, "id"
        if answer.status != _NOT_FOUND:
            raise TargetProblem(f"HTTP {answer.status}: {answer.detail or 'no explanation'}")
    return await first_found(client, _told(kind, place, requests))


def _told(kind: str, place: Place, requests: list[str]) -> Iterator[Looked]:
    """The look-ups, each written down as it is sent."""
    for attribute, value in place.look_ups:
        requests.append(f'GET {kind}?filter={attribute} eq "{value}"')
        yield kind, attribute, value


def with_answer(c: Connection, app: App, shown: Shown, asked: Asked) -> Shown:
    """The steps with what the target said behind what is known of it."""
    step = _step(c, app, shown, asked)
    at = next(number for number, one in enumerate(shown.steps) if one.name == "known") + 1
    return replace(shown, steps=(*shown.steps[:at], step, *shown.steps[at:]))


def _step(c: Connection, app: App, shown: Shown, asked: Asked) -> Step:
    title, place = "There now", shown.place
    sent = tuple((one, "", "") for one in asked.requests)
    columns = ("What", "As remembered", "At the target")
    if asked.problem:
        return Step("there", title, "error", f"The target could not be asked: {asked.problem}", columns, sent)
    if asked.found is None:
        state, verdict = (
            ("warning", "Gone: neither its id nor its name is there.") if place.target_id else ("success", "Not there.")
        )
        return Step("there", title, "warning" if state == "warning" else "success", verdict, columns, sent)
    number = str(asked.found["id"])
    if asked.by != "id":
        linked = _linked(c, app, shown, asked.found)
        verdict = f"Found by {asked.by}: {number}, {linked}."
        return Step("there", title, "warning", verdict, columns, (*sent, *_all(c, app, place, asked)))
    rows = _compared(c, app, place, asked)
    listed, more = first([*sent, *rows])
    if rows:
        verdict = "Something else than what was written. A full sync puts it back."
        return Step("there", title, "warning", verdict, columns, listed, more)
    unread = place.object == "group" and asked.members is None
    verdict = "As it was written" + (f"; its members (more than {MOST_MEMBERS:,}) were not read." if unread else ".")
    return Step("there", title, "success", verdict, columns, listed, more)


def _linked(c: Connection, app: App, shown: Shown, found: dict[str, Any]) -> str:
    """What an object means that was found by a name."""
    target = links.find_target(c, app.id, app.scim_url)
    find = links.user_by_target_id if shown.object == "user" else links.group_by_target_id
    if target and find(c, target, str(found["id"])) is not None:
        return "linked to somebody else of this directory"
    why = _claimed(c, app, target, shown, found)
    if why:
        return f"not linked, and not taken over: it may be somebody else of this directory, as {why}"
    return {
        "adopt": "not linked; it would be taken over (adopt=adopt)",
        "report": "not linked; creating it would fail, as it is there (adopt=report): "
        f"`lockstep idp takeover {app.name}` shows what can be taken over",
        "ignore": "not linked; it would be left alone (adopt=ignore)",
    }[app.settings.adopt]


def _claimed(c: Connection, app: App, target: int, shown: Shown, found: dict[str, Any]) -> str:
    """Why a user who was found can be somebody else of ours, "" if they cannot."""
    belonging = Belonging(c, source_of(c, app, with_logins=False), target, Wishes())
    document = belonging.ours(shown.key) if shown.object == "user" else None
    return "" if document is None else belonging.why_not(shown.key, document, [found])


def _seen(c: Connection, app: App, found: dict[str, Any]) -> dict[str, Any]:
    target = links.find_target(c, app.id, app.scim_url)

    def key_of(number: str) -> str | None:
        link = links.user_by_target_id(c, target, number) if target else None
        return None if link is None or link.missing else link.key

    return observed_by(recipe_of(c, app), found, key_of)


Rows = list[tuple[str, str, str]]


def _all(c: Connection, app: App, place: Place, asked: Asked) -> Rows:
    """What was found, where there is nothing to compare it with."""
    found = asked.found or {}
    if place.object == "group":
        return [("displayName", "", str(found.get("displayName", "")))]
    _, after = differences({}, _seen(c, app, found))
    return [(name, "", _text(value)) for name, value in after.items()]


def _compared(c: Connection, app: App, place: Place, asked: Asked) -> Rows:
    """Where what is there is not what is remembered."""
    found = asked.found or {}
    if place.object == "user":
        before, after = differences(place.value or {}, _seen(c, app, found))
        names = dict.fromkeys((*before, *after))
        return [(name, _text(before.get(name)), _text(after.get(name))) for name in names]
    rows: Rows = []
    if place.name != found.get("displayName"):
        rows.append(("displayName", place.name, str(found.get("displayName", ""))))
    if asked.members is not None:
        rows += [("member", member, "") for member in sorted(place.members - asked.members)]
        rows += [("member", "", member) for member in sorted(asked.members - place.members)]
    return rows


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
