"""Every form of the console: wrong input stands beside its field and changes nothing; hostile values are shown as text."""

from typing import Any

import pytest

from lockstep.idp.console.routes import ROUTES
from lockstep.idp.schema import metadata
from tests.idp.console.forms import FORMS, HOSTILE, Form, Wrong, prepared, sound
from tests.idp.console.world import World
from tests.support.browser import Answer, Browser

POSTS = sorted(route.path for route in ROUTES if "POST" in (route.methods or ()))
NOT_CHANGED_BY_PEOPLE = {"admin_sessions", "signin_failures", "plans", "changes", "targets", "jobs", "event_head"}
"""Tables that are written by looking, by the time, or by work that was ordered; and where the events end."""
TRACES = ("admin.sign_in_failed", "app.connector_broken", "plan.")
"""Events that say that something was tried."""


def test_every_post_route_has_its_row() -> None:
    assert sorted(FORMS) == POSTS


def state(world: World) -> dict[str, Any]:
    """Everything that a form could change."""
    with world.db.read() as c:
        found: dict[str, Any] = {
            name: [tuple(row) for row in c.raw.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()]
            for name in metadata.tables
            if name not in NOT_CHANGED_BY_PEOPLE and name != "events"
        }
    found["events"] = [event for event in world.events() if not event["type"].startswith(TRACES)]
    return found


async def opened(world: World, form: Form) -> tuple[Browser, str]:
    """A browser, and the token for its forms."""
    if not form.guarded:
        browser = world.browser()
        return browser, (await browser.get(form.address)).form(form.address).value("csrf")
    browser = await world.signed_in()
    return browser, (await browser.get("/admin/users")).form("/admin/logout").value("csrf")


async def post(world: World, form: Form, values: dict[str, str], address: str = "") -> Answer:
    browser, token = await opened(world, form)
    return await browser.post(address or form.address, [("csrf", token), *values.items()])


@pytest.mark.parametrize("path", POSTS)
async def test_who_is_not_signed_in_or_has_no_token_changes_nothing(world: World, path: str) -> None:
    form = FORMS[path]
    prepared(world)
    before = state(world)
    browser, token = await opened(world, form)
    for fields in ([], [("csrf", "x")], [("csrf", token), ("csrf", token)]):
        assert (await browser.post(form.address, [*fields, *form.good.items()])).status == 403
    elsewhere = await browser.post(form.address, [("csrf", token), *form.good.items()], sender="https://evil.example")
    assert elsewhere.status == 403
    if form.guarded:
        stranger = await world.browser().post(form.address, [("csrf", token), *form.good.items()])
        assert (stranger.status, stranger.header("location")) == (303, "/admin/login?ended=1")
    after = state(world)
    after["events"] = [event for event in after["events"] if not event["type"].startswith("admin.signed_in")]
    assert after == before


WRONG = [(path, wrong) for path, form in FORMS.items() for wrong in form.wrong]


@pytest.mark.parametrize(("path", "wrong"), WRONG, ids=[f"{path}-{wrong.field}-{n}" for n, (path, wrong) in enumerate(WRONG)])
async def test_wrong_input_stands_beside_its_field_and_changes_nothing(world: World, path: str, wrong: Wrong) -> None:
    form = FORMS[path]
    prepared(world)
    values = {**form.good, **wrong.values}
    browser, token = await opened(world, form)
    before = state(world)
    answer = await browser.post(form.address, [("csrf", token), *values.items()])
    assert answer.status == wrong.status, answer.text
    assert state(world) == before
    assert sound(answer.html) == []
    assert "--" not in answer.text, "no page names an option of a command"
    if wrong.field:
        assert f'id="f-{wrong.field}-error"' in answer.html
        assert f'aria-describedby="f-{wrong.field}-error' in answer.html
        assert 'aria-invalid="true"' in answer.html
        assert "Error: " in answer.html.partition("</title>")[0]
    shown = fields_of(answer)
    for name in form.text:
        if name in form.secret:
            assert not values.get(name) or values[name] not in answer.html
        elif values.get(name) and name in shown:
            kept = values[name].strip().replace("\0", "\ufffd")
            assert kept in (shown[name].strip(), shown[name].strip().replace("\0", "\ufffd"))


def fields_of(answer: Answer) -> dict[str, str]:
    """The values of the fields of the page's forms."""
    return {name: value for form in answer.forms if form.method == "post" for name, value in form.fields}


@pytest.mark.parametrize("path", [path for path, form in FORMS.items() if form.nobody])
async def test_what_is_not_there_is_not_changed(world: World, path: str) -> None:
    form = FORMS[path]
    assert form.nobody is not None
    address, values, status = form.nobody
    prepared(world)
    browser, token = await opened(world, form)
    before = state(world)
    answer = await browser.post(address, [("csrf", token), *values.items()])
    assert answer.status == status, answer.text
    assert state(world) == before


@pytest.mark.parametrize("path", [path for path, form in FORMS.items() if form.text])
async def test_hostile_values_are_text(each_world: World, path: str) -> None:
    """Taken or refused, they are shown as what they are, and nothing breaks."""
    form = FORMS[path]
    prepared(each_world)
    browser, token = await opened(each_world, form)
    for name in form.text:
        for value in HOSTILE:
            each_world.now += 1_000_000  # no pauses of earlier log-ins
            if form.guarded and not await still_in(browser):
                browser, token = await opened(each_world, form)
            answer = await browser.post(form.address, [("csrf", token), *{**form.good, name: value}.items()])
            assert answer.status in (303, 403, 404, 409, 422), (name, value[:30], answer.status, answer.text[:500])
            page = await browser.follow(answer)
            assert page.status < 500, (name, value[:30], page.text[:500])
            assert sound(page.html) == [], (name, value[:30])


async def still_in(browser: Browser) -> bool:
    return (await browser.get("/admin/roles")).status == 200
