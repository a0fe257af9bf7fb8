"""A generic SCIM service provider in memory: what it offers, and what it refuses, is said by its fields."""

import base64
from dataclasses import dataclass, field
from typing import Any

import msgspec

from lockstep.idp.apps.capabilities import actions
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.connectors import Connector
from lockstep.kit.clock import Clock
from lockstep.scim.messages import BULK_RESPONSE, LIST, SPC
from tests.idp.provisioning.target import Document, Sent, Target
from tests.idp.provisioning.world import World

METHOD_NOT_ALLOWED = (405, {"detail": "there is no such method"})


@dataclass
class Offers:
    """What the provider does, and (`says`) what it says of that: None says nothing."""

    says: Document | None = None
    patch: bool = True
    put: bool = True
    bulk: int = 0
    bulk_bytes: int = 1_000_000
    members: int = 1_000_000
    create_members: bool = True
    shows_members: bool = True
    filters_members: bool = True
    filters: bool = True
    cursors: bool = False
    page: int = 100
    etags: bool = False


@dataclass
class Seen:
    """What arrived in Bulk requests: the operations of each, and what each was answered."""

    operations: list[list[Sent]] = field(default_factory=list)


class Provider(Target):
    """A target that is not AWS."""

    def __init__(self, clock: Clock, offers: Offers | None = None) -> None:
        super().__init__(clock)
        self.offers = offers or Offers()
        self.bulks = Seen()

    def _done(self, sent: Sent) -> tuple[int, Any]:
        o = self.offers
        if sent.path == "/ServiceProviderConfig":
            return (404, {"detail": "nothing here"}) if o.says is None else (200, {"schemas": [SPC], **o.says})
        if sent.path == "/Bulk":
            return self._bulk(sent)
        if (sent.method == "PATCH" and not o.patch) or (sent.method == "PUT" and not o.put):
            return METHOD_NOT_ALLOWED
        _, kind, *rest = sent.path.split("/")
        if sent.method == "PUT":
            return self._replaced(kind, rest[0], sent)
        if kind == "Groups" and sent.method == "POST" and "members" in sent.body and not o.create_members:
            return 400, {"detail": "members cannot be given here"}
        if kind == "Groups" and sent.method in ("POST", "PATCH") and _named(sent.body) > o.members:
            return 400, {"detail": "too many"}
        if sent.method == "GET" and len(rest) == 1 and rest[0] in (self.users | self.groups):
            return 200, self._shown((self.users | self.groups)[rest[0]])
        return super()._done(sent)

    def answer_made(self, path: str, body: Document) -> str:
        """Somebody else makes an object; its id."""
        _, made = self._done(Sent("POST", path, body))
        return str(made["id"])

    def _problem(self, kind: str, wanted: Document, named: int) -> tuple[int, Any] | None:
        return super()._problem(kind, wanted, 0)

    def _shown(self, one: Document) -> Document:
        hidden = () if self.offers.shows_members else ("members",)
        shown = {key: value for key, value in one.items() if key not in hidden}
        if self.offers.etags:
            shown["meta"] = {**shown.get("meta", {}), "version": _version(one)}
        return shown

    def _replaced(self, kind: str, number: str, sent: Sent) -> tuple[int, Any]:
        objects = self.users if kind == "Users" else self.groups
        if number not in objects:
            return 404, {"detail": "not found"}
        if self.offers.etags and sent.headers.get("If-Match") != _version(objects[number]):
            return 412, {"detail": "it has changed"}
        wanted = {**sent.body, "id": number, "meta": objects[number].get("meta", {})}
        problem = self._problem(kind, wanted, 0)
        if problem is None:
            objects[number] = wanted
        return problem or (200, self._shown(wanted))

    def _listed(self, kind: str, objects: dict[str, Document], query: dict[str, str]) -> tuple[int, Any]:
        o = self.offers
        attribute, _, text = query.get("filter", "").partition(" eq ")
        if attribute in ("groups.value", "members.value") and not o.filters_members:
            return 400, {"detail": f"{attribute} cannot be filtered by", "scimType": "invalidFilter"}
        if attribute and not o.filters:
            return 501, {"detail": "nothing is filtered here"}
        if "cursor" in query and not o.cursors:
            return 400, {"detail": "cursor: no such parameter"}
        found = list(objects.values())
        if attribute:
            found = [one for one in found if self._matches(kind, one, attribute, msgspec.json.decode(text))]
        start = int(query.get("startIndex", 1)) - 1
        if o.cursors:
            start = int(query.get("cursor") or 0)
        size = min(int(query.get("count", o.page)), o.page)
        page = found[start : start + size]
        body: Document = {"schemas": [LIST], "totalResults": len(found), "Resources": [self._shown(one) for one in page]}
        if o.cursors and start + size < len(found):
            body["nextCursor"] = str(start + size)
        return 200, body

    def _matches(self, kind: str, one: Document, attribute: str, value: str) -> bool:
        if attribute == "emails.value":
            return any(email["value"].casefold() == value.casefold() for email in one.get("emails", []))
        return super()._matches(kind, one, attribute, value)

    def _bulk(self, sent: Sent) -> tuple[int, Any]:
        """RFC 7644 section 3.7: each operation by itself, whatever becomes of the others."""
        o = self.offers
        if not o.bulk:
            return 404, {"detail": "there is no Bulk"}
        operations = sent.body["Operations"]
        if len(operations) > o.bulk or len(msgspec.json.encode(sent.body)) > o.bulk_bytes:
            return 413, {"detail": "the Bulk request is too large", "scimType": "tooMany"}
        inner = [Sent(one["method"], one["path"], one.get("data")) for one in operations]
        self.bulks.operations.append(inner)
        return 200, {
            "schemas": [BULK_RESPONSE],
            "Operations": [self._operated(one, asked) for one, asked in zip(inner, operations, strict=True)],
        }

    def _operated(self, sent: Sent, asked: Document) -> Document:
        fault = self.faults(sent)
        status, body = self._done(sent) if fault is None or fault.done else (0, None)
        if fault is not None:
            status, body = fault.status, {"detail": fault.detail}
        answer: Document = {"method": sent.method, "bulkId": asked["bulkId"], "status": str(status)}
        if status < 300 and isinstance(body, dict):
            answer["location"] = f"https://scim.example/tenant/scim/v2{asked['path'].split('/' + body['id'])[0]}/{body['id']}"
        if body is not None and status >= 300:
            answer["response"] = body
        return answer


@dataclass
class Generic:
    """A world whose target is a `Provider`."""

    world: World
    provider: Provider

    def offer(self, **offers: Any) -> None:
        """What the provider does, and says."""
        self.provider.offers = Offers(**offers)

    def can(self) -> tuple[Connector, Found]:
        """How the target is spoken to now, and what is known of it."""
        app = self.world.app()
        with self.world.db.read() as c:
            return actions.connector_of(c, app), actions.found_of(c, app)

    def methods(self) -> list[str]:
        """`METHOD path` of each request, with the first part of the path only."""
        return [f"{sent.method} /{sent.path.split('/')[1]}" for sent in self.provider.log]


def _named(body: Document) -> int:
    listed = [body.get("members", [])] + [op["value"] for op in body.get("Operations", []) if op.get("path") == "members"]
    return sum(map(len, listed))


def _version(one: Document) -> str:
    shown = {key: value for key, value in one.items() if key != "meta"}
    return f'W/"{base64.b64encode(msgspec.json.encode(shown))[-12:].decode()}"'
