"""`lockstep center sessions`, and everything before it: from metadata to a session, over real HTTP on loopback."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lockstep.saml.metadata import read_sp_metadata
from lockstep.saml.records import Answer as Said
from lockstep.saml.records import SpMetadata
from tests.center.client import ENTERPRISE, a_user
from tests.cli.center.command import Command
from tests.cli.center.scim import Scim
from tests.cli.processes import serving
from tests.support.browser import Answer, Browser, over_http
from tests.support.saml_idp import Idp, key

IDP = Idp("https://idp.example/saml", key("one"))
ADA = "ada@example.com"


@dataclass(frozen=True)
class Place:
    """A running centre with Ada, and an identity provider that it trusts."""

    command: Command
    origin: str
    instance: dict[str, str]
    scim: Scim
    ada: dict[str, Any]
    sp: SpMetadata

    def browser(self) -> Browser:
        return Browser(over_http, self.origin)

    def said(self, name: str = ADA, **changes: Any) -> str:
        answer: Said = replace(IDP.answer(name, self.sp), **changes)
        return IDP.sign(answer)

    async def arrive(self, browser: Browser, response: str, relay: str = "") -> Answer:
        fields = [("SAMLResponse", response), ("RelayState", relay)]
        return await browser.post(self.sp.consumers[0].location, fields, site="cross-site", sender="https://idp.example")

    async def portal(self, browser: Browser) -> Answer:
        return await browser.get(self.instance["start_path"])


@pytest.fixture
def place(command: Command, tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "idp.xml").write_bytes(IDP.document)
    instance = command.one("instance", "create", "corp")
    command.one("idp", "trust", "corp", "--metadata", str(tmp_path / "idp.xml"), "--idp-name", "Corporate")
    command.one("attributes", "enable", "corp")
    command.one("attributes", "set", "corp", "CostCenter=${path:enterprise.costCenter}")
    token = command.one("provisioning", "enable", "corp")["token"]
    with serving("center", "serve", *command.where) as origin:
        scim = Scim(origin + instance["scim_path"], token)
        ada = scim.made("/Users", a_user(userName=ADA, **{ENTERPRISE: {"costCenter": "CC-7"}}))
        sp = read_sp_metadata(command.text("metadata", "corp").encode())
        yield Place(command, origin, instance, scim, ada, sp)


def switch_off(place: Place) -> None:
    operation = {"op": "replace", "path": "active", "value": False}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    assert place.scim.send(f"/Users/{place.ada['id']}", body, "PATCH")[0] == 200


async def test_the_whole_way_over_http(place: Place) -> None:
    assert place.sp.entity_id == f"{place.origin}/platform/saml/{place.instance['identity_store_id']}"
    browser = place.browser()
    sent = (await place.portal(browser)).header("location")
    request, state = IDP.read(sent, place.sp)
    page = await browser.follow(await place.arrive(browser, place.said(in_response_to=request.id), state))
    for shown in (ADA, "Corporate", "CostCenter CC-7"):
        assert shown in page.text
    (session,) = await asyncio.to_thread(place.command.lines, "sessions", "corp")
    assert list(session) == ["user_name", "idp", "started_at", "expires_at", "tags", "tag_sources"]
    assert (session["user_name"], session["idp"], session["tags"]) == (ADA, IDP.entity_id, {"CostCenter": "CC-7"})
    assert session["tag_sources"] == {"CostCenter": {"kind": "directory", "source": "${path:enterprise.costCenter}"}}
    assert "CostCenter=CC-7" in place.command.text("sessions", "corp")
    assert place.command.one("sessions", "corp", "--end", ADA) == {"user_name": ADA, "ended": 1}
    assert (await place.portal(browser)).status == 303
    assert place.command.lines("sessions", "corp") == []

    # switched off by SCIM: out at once
    await place.arrive(browser, place.said())
    assert (await place.portal(browser)).status == 200
    await asyncio.to_thread(switch_off, place)
    assert (await place.portal(browser)).status == 303
    answer = await place.arrive(browser, place.said())
    assert (answer.status, "You do not have access" in answer.text) == (403, True)
    told = [record for record in place.command.lines("trail", "corp") if record["eventName"] == "ExternalIdPDirectoryLogin"]
    assert told[0]["requestID"] in answer.text
    assert told[0]["sourceIPAddress"] == "127.0.0.1"


def test_of_twenty_threads_with_one_response_one_wins(place: Place) -> None:
    response, won = place.said(), Counter[int]()
    gate = threading.Barrier(20)

    def post() -> None:
        gate.wait()
        won[asyncio.run(place.arrive(place.browser(), response)).status] += 1

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == {303: 1, 403: 19}
    assert len(place.command.lines("sessions", "corp")) == 1


def test_problems_say_what_to_do(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert "center users corp" in command.problem("sessions", "corp", "--end", "nobody")
    assert "no instance" in command.problem("sessions", "other")
