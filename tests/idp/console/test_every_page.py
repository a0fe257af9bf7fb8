"""Every page of the console with hostile values from a directory, from the target, from SAML and from its own address."""

import re
from urllib.parse import quote

import pytest

from lockstep.idp.admins import actions as admins
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.console.routes import ROUTES
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.saml.records import AssertionConsumer, SpMetadata
from tests.idp.console.forms import CALCULATED, HOSTILE, LONG, prepared, sound
from tests.idp.console.world import HAND, OPEN, World
from tests.idp.provisioning.target import Fault
from tests.support.browser import Browser

MARKUP = '<script>alert(\'&"x")</script>{{ 1234567*3 }}\u202e'
GETS = sorted(route.path for route in ROUTES if "GET" in (route.methods or ()) and not route.path.endswith("/stream"))
PLACES = {"{id:int}": "1", "{user:int}": "1", "{role:int}": "1", "{job:int}": "1", "{rule:int}": "1", "{number:int}": "1"}
QUERIES = (
    "q",
    "status",
    "after",
    "id",
    "key",
    "from",
    "show",
    "type",
    "user",
    "group",
    "ask",
    "app",
    "since",
    "until",
    "before",
    "group",
    "cause",
    "given-up",
    "object",
    "kind",
    "name",
    "to",
    "out",
    "do",
    "scope",
    "with",
    "role",
    "source",
    "state",
)
"""What the pages read from their address, and more."""


def filled(path: str) -> str:
    for place, number in PLACES.items():
        path = path.replace(place, number)
    return path


async def hostile(world: World) -> None:
    """Everything that others may name is hostile."""
    prepared(world)
    text = MARKUP.replace("\u202e", "")
    with world.changing() as c:
        directory.change_user(
            c,
            world.alice.id,
            {"display_name": MARKUP, "title": LONG, "department": MARKUP, "given_name": MARKUP},
            custom={MARKUP: MARKUP, "long": LONG},
            actor=MARKUP,
            now=world.now,
        )
        directory.create_role(c, LONG, actor=HAND, now=world.now)
        directory.rename_role(c, world.role.id, MARKUP, actor=HAND, now=world.now)
        consumers = (AssertionConsumer("https://sp.example/acs", 0, True),)
        saml.configure(c, world.app, world.now, sp=SpMetadata(entity_id=text, consumers=consumers))
        rules.save(
            c, world.app, Rule(text, (Existing((text,)),), conditions=(Condition("title", "equals", text),)), 1, actor=HAND
        )
        admins.create(c, text, "stored", actor=HAND, now=world.now)
        apps.rename(c, world.app, text, world.now)
        world.app = apps.find_app(c, text)
        apps.change_settings(c, world.app, list(OPEN), world.now)
        apps.record_connection(c, world.app, MARKUP, world.now)
    world.target.faults = lambda sent: Fault(400, detail=MARKUP + LONG) if sent.method != "GET" else None
    await world.sync()
    with world.changing() as c:
        c.script(["UPDATE apps SET quarantine = 'It said <b>{{ 1234567*3 }}</b>'"])


async def checked(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status in (200, 303, 404, 409), (path, answer.status, answer.text[:300])
    if answer.header("content-type").startswith("text/html"):
        assert sound(answer.html) == [], path
    return answer.html


async def test_pages_show_hostile_values_as_text(each_world: World) -> None:
    await hostile(each_world)
    browser = await each_world.signed_in()
    shown = {path: await checked(browser, filled(path)) for path in GETS}
    escaped = "&lt;script&gt;alert("
    for path in ("/admin/users", "/admin/users/{id:int}", "/admin/roles", "/admin/apps", "/admin/events"):
        assert escaped in shown[path], path
    for path in (
        f"/admin/apps/{{id:int}}{tab}" for tab in ("", "/configuration", "/users", "/plan", "/sso", "/access", "/rules")
    ):
        assert escaped in shown[path], path
    assert escaped in shown["/admin/administrators"]
    assert any(LONG in html for html in shown.values())
    assert not any(CALCULATED in html for html in shown.values())
    assert not any(re.search(r"\s--\w", html) for html in shown.values()), "no page names an option of a command"


@pytest.mark.parametrize("path", GETS)
async def test_hostile_addresses_make_no_other_page(world: World, path: str) -> None:
    prepared(world)
    browser = world.browser() if path == "/admin/login" else await world.signed_in()
    for value in HOSTILE:
        everywhere = "&".join(f"{name}={quote(value[:2_000])}" for name in QUERIES)
        await checked(browser, f"{filled(path)}?{everywhere}")
    for name in QUERIES:
        await checked(browser, f"{filled(path)}?{name}={quote(HOSTILE[0])}")
