"""Whatever comes in by SCIM, by SAML or by a browser's headers, and is shown: it stays text on every page."""

import base64
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from lockstep.center.events import Operation
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps import actions as idps
from lockstep.saml.records import Attribute
from tests.center.client import Client
from tests.center.console.site_map import GETS, Furnished
from tests.center.console.world import EVIL, Desk
from tests.center.signin.world import ADA
from tests.support.browser import Browser
from tests.support.fields import HOSTILE, strange_in

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LONGEST = 120
"""What is tried of the longest value: names have their own limits, and these are below all of them."""
HEBREW = "\u05e9\u05dc\u05d5\u05dd"


@pytest.fixture
def furnished(desk: Desk) -> Furnished:
    return Furnished(desk)


def user_of(value: str, number: int) -> dict[str, Any]:
    """A user all of whose attributes are `value`."""
    name = {"givenName": value, "familyName": value, "formatted": value, "honorificPrefix": value}
    address = {"streetAddress": value, "locality": value, "formatted": value, "type": "work"}
    return {
        "userName": f"{value.replace(' ', '')}-{number}",
        "externalId": f"{value.replace(' ', '')}-{number}",
        "name": name,
        "displayName": value,
        "nickName": value,
        "title": value,
        "userType": value,
        "emails": [{"value": f"{number}-{value.replace(' ', '')}", "type": value, "primary": True}],
        "phoneNumbers": [{"value": value, "type": value}],
        "addresses": [address],
        ENTERPRISE: dict.fromkeys(("costCenter", "department", "division", "employeeNumber", "organization"), value),
    }


async def fill(scim: Client, number: int, value: str) -> tuple[str, str]:
    """A user and a group of this value; where SCIM does not take it, the refusal is in the trail, and nothing else happens."""
    made = await scim.post("/Users", user_of(value, number))
    user = str(made.json["id"]) if made.status == 201 else ""
    members = [{"value": user}] if user else []
    group = await scim.post(
        "/Groups", {"displayName": f"{value}-{number}", "externalId": f"{value.replace(' ', '')}-g", "members": members}
    )
    assert {made.status, group.status} <= {201, 400}
    await scim.find("/Users", f'userName eq "{value}"')
    await scim.patch(f"/Users/{user or 'x'}", {"op": "replace", "path": value, "value": value})
    await scim.get("/Users/%3Cscript%3E")
    return user, str(group.json["id"]) if group.status == 201 else ""


async def test_what_scim_brings_is_text_on_every_page(furnished: Furnished) -> None:
    taken = []
    for number, value in enumerate((*HOSTILE, HEBREW)):
        user, group = await fill(furnished.scim, number, value[:LONGEST])
        if user and group:
            taken.append((user, group, value[:LONGEST]))
    assert len(taken) == len(HOSTILE) - 1  # AWS's patterns take no characters of control
    await furnished.desk.world.center.settled()
    browser = await furnished.desk.signed_in()
    for user, group, value in taken:
        furnished.parts |= {"{user:str}": user, "{group:str}": group}
        opened = await every_page(furnished, browser)
        for route in ("/users/{user:str}", "/users/{user:str}/delete", "/users/{user:str}/end-sessions"):
            assert value.replace(" ", "") in opened[route].replace(" ", ""), route
        assert value in opened["/groups/{group:str}"]
        for kind, one in (("users", user), ("groups", group)):
            page = await browser.get(furnished.desk.path(kind, one, "delete"))
            told = await browser.follow(await browser.submit(page, "/delete", word="Delete"))
            assert "Successfully deleted" in told.text
            assert strange_in(told.html) == []
            said = told.text[told.text.index("Successfully deleted") :]
            assert ("\u2068" in said) is (value == HEBREW)  # what it turns around ends with it


async def every_page(furnished: Furnished, browser: Browser) -> dict[str, str]:
    """The text of each page, by its route; none has anything that we did not write."""
    found = {}
    for route, path in furnished.pages():
        page = await browser.get(path)
        assert page.status in (200, 303), (route, page.status)
        assert strange_in(page.html) == [], route
        assert "alert(1)" not in page.html or "<script>" not in page.html
        assert "$49" not in page.text
        found[route] = page.text
    assert found.keys() == GETS | {"instances"}
    return found


async def every_event(furnished: Furnished, browser: Browser, most: int) -> str:
    """The texts of the newest events, one after the other."""
    listed = await browser.get(furnished.path("/trail"))
    texts = []
    for path in re.findall(r'href="([^"]*/trail/\d+)"', listed.html)[:most]:
        page = await browser.get(path)
        assert (page.status, strange_in(page.html)) == (200, [])
        texts.append(page.text)
    return " ".join(texts)


async def test_what_saml_brings_is_text_in_the_trail_and_the_portal(furnished: Furnished) -> None:
    world = furnished.desk.world
    for value in (*HOSTILE[:4], "x" * 10_000):
        told = value[:LONGEST]
        changed: list[dict[str, Any]] = [
            {"name_id": told},
            {"audience": value},
            {"acs_url": value},
            {"in_response_to": value[:60]},
        ]
        for changes in changed:
            answer = await world.arrive(world.browser(), world.response(**changes))
            assert answer.status == 403
            assert strange_in(answer.html) == []
        sent = (Attribute(f"https://aws.amazon.com/SAML/Attributes/AccessControl:{told}", (told,)),)
        refused = await world.arrive(world.browser(), world.response(attributes=sent))
        assert (refused.status, strange_in(refused.html)) in ((403, []), (303, []))
        claimed = (
            b'<Response xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Issuer>&lt;script&gt;</saml:Issuer></Response>'
        )
        await world.arrive(world.browser(), base64.b64encode(claimed).decode(), relay=value[:60])
    browser = await furnished.desk.signed_in()
    texts = await every_event(furnished, browser, 30)
    for value in HOSTILE[:4]:
        assert value[:60] in texts or value[:20] in texts or repr(value)[1:20] in texts


async def test_what_administrators_name_and_browsers_say_is_text(furnished: Furnished) -> None:
    world = furnished.desk.world
    with world.database.write() as connection:
        call = world.call(Operation.TRUST_IDP)
        idps.trust(connection, call, world.instance.name, world.idp.metadata, EVIL)
        call = world.call(Operation.CREATE_INSTANCE)
        named = instances.create(connection, call, f"{EVIL}{world.instance.name}")
    await world.sign_in(world.browser())
    furnished.desk.make(f"{EVIL}{furnished.desk.admin}")
    browser = await furnished.desk.signed_in()
    answer = await browser.send("GET", "/console", [("user-agent", EVIL), ("sec-fetch-site", "none")])
    assert named.name in answer.text
    assert strange_in(answer.html) == []
    page = await browser.get("/console/sign-in")
    fields = [(name, EVIL if name == "name" else value) for name, value in page.form("/sign-in").fields]
    headers = [("content-type", "application/x-www-form-urlencoded"), ("user-agent", EVIL)]
    headers += [("sec-fetch-site", "same-origin"), ("origin", browser.origin)]
    await browser.send("POST", "/console/sign-in", headers, urlencode(fields).encode())
    await every_page(furnished, browser)
    failed = await browser.get("/console/activity?result=error")
    event = await browser.get(re.findall(r'href="(/console/activity/\d+)"', failed.html)[0])
    assert EVIL in event.text
    assert strange_in(event.html) == []
    portal = await world.sign_in(world.browser(), ADA)
    assert strange_in(portal.html) == []
    assert EVIL in portal.text
    store_id = named.identity_store_id
    for rest in ("", "/settings", "/settings/identity-source/change", "/users", "/provisioning", "/settings/attributes"):
        page = await browser.get(f"/console/{store_id}{rest}")
        assert (page.status, strange_in(page.html)) == (200, [])
