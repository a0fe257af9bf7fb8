"""Dialogs and pages that go on by themselves, in a real browser: by mouse, by keyboard, and without script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from lockstep.idp import events
from lockstep.idp.admins import actions as admins
from lockstep.idp.apps import actions as apps
from lockstep.idp.directory import actions as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs
from lockstep.kit.clock import now_ms
from lockstep.kit.passwords import hash_password
from tests.support.idp import HAND, Idp
from tests.support.processes import served

PASSWORD = "correct horse battery"
PEOPLE = ("alice", "bob", "carol", "dan")
TITLE = "Create User in Application"


@dataclass
class Console:
    """The console of an identity provider whose app waits for approvals, and the data behind it."""

    url: str
    idp: Idp

    def write(self, *, notes: str, user_name: str = "") -> None:
        """Something happens."""
        with self.idp.changing() as c:
            events.append(c, Event(type=EventType.USER_UPDATED, user_name=user_name, notes=notes), now_ms())


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("dialogs")
    with Idp(folder / "idp") as idp:
        idp.app("http://127.0.0.1:9/scim/v2", "x", "provisioning=on")
        with idp.changing() as c:
            admins.create(c, "root", hash_password(PASSWORD), actor=HAND, now=now_ms())
            for name in PEOPLE:
                address = f"{name}@example.com"
                person = {"employee_id": name, "user_name": address, "email": address, "display_name": name.title()}
                directory.create_user(c, {**person, "given_name": name.title()}, actor=HAND, now=now_ms())
        idp.found("Readers", "alice")
        with idp.changing() as c:
            apps.assign(c, apps.find_app(c, "aws"), "Readers", now_ms())
        with served(folder / "log", "idp", "serve", "--no-worker", "--data", str(folder / "idp")) as server:
            yield Console(server.url, idp)


def opened(chromium: Browser, console: Console, path: str, *, script: bool = True, width: int = 1280) -> Page:
    """A page of the console, signed in."""
    context = chromium.new_context(java_script_enabled=script, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(console.url + path)
    page.get_by_label("Administrator").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
    return page


def pending(chromium: Browser, console: Console, *, script: bool = True, width: int = 1280) -> Page:
    """The tab Users, after somebody has looked at the plan."""
    page = opened(chromium, console, "/admin/apps/1/plan", script=script, width=width)
    page.goto(f"{console.url}/admin/apps/1/users")
    return page


def test_a_dialog_by_mouse(chromium: Browser, console: Console) -> None:
    page = pending(chromium, console)
    page.get_by_role("link", name="Pending: Alice").click()
    dialog = page.get_by_role("dialog", name=TITLE)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("rowheader", name="userName")).to_be_visible()
    assert page.url.endswith("/users")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Pending: Alice").click()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 change approved.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Alice")).get_by_text("Ready")).to_be_visible()
    page.context.close()


def test_a_dialog_by_keyboard(chromium: Browser, console: Console) -> None:
    page = pending(chromium, console)
    opener = page.get_by_role("link", name="Pending: Bob")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=TITLE)
    expect(dialog.get_by_role("heading", name=TITLE)).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        assert inside, "Tab leaves the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 change rejected")).to_be_visible()
    page.context.close()


def test_a_confirmation_page_is_a_dialog_under_its_own_heading(chromium: Browser, console: Console) -> None:
    page = opened(chromium, console, "/admin/apps/1/access", width=390)
    page.get_by_role("link", name="Remove the role Readers").click()
    dialog = page.get_by_role("dialog", name="Remove the role Readers")
    expect(dialog.get_by_role("button", name="Remove")).to_be_visible()
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.context.close()


def test_without_script_the_link_leads_to_the_page(chromium: Browser, console: Console) -> None:
    page = pending(chromium, console, script=False)
    page.get_by_role("link", name="Pending: Carol").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert page.url.endswith("/pending")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 change approved.")).to_be_visible()
    page.goto(f"{console.url}/admin/events")
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.context.close()


def test_where_no_dialog_can_be_made_the_link_is_followed(chromium: Browser, console: Console) -> None:
    page = pending(chromium, console)
    page.context.clear_cookies()
    page.get_by_role("link", name="Pending: Dan").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.get_by_role("dialog").count() == 0
    page.context.close()


def test_a_dialog_s_fields_are_its_own(chromium: Browser, console: Console) -> None:
    """A label leads to the field beside it, although the page below has one of the same name."""
    page = opened(chromium, console, "/admin/events")
    page.evaluate("""() => {
      const link = document.createElement('a');
      link.href = '/admin/events/fields';
      link.textContent = 'Fields';
      link.dataset.dialog = '';
      document.querySelector('h1').after(link);
    }""")
    form = '<form data-dialog-content><label for="f-user">Word</label><input id="f-user" name="word"></form>'
    body = f"<main><h1>Fields</h1>{form}</main>"
    page.route("**/admin/events/fields", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.get_by_role("link", name="Fields").click()
    field = page.get_by_role("dialog", name="Fields").get_by_label("Word")
    expect(field).to_be_focused()
    page.context.close()


def test_a_new_event_comes_by_itself_and_not_while_paused(chromium: Browser, console: Console) -> None:
    page = opened(chromium, console, "/admin/events?user=eve@example.com")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    console.write(user_name="eve@example.com", notes="before")
    page.goto(f"{console.url}/admin/events?user=eve@example.com")
    rows = page.locator("#event-rows tr")
    expect(rows).to_have_count(1)
    console.write(user_name="mallory@example.com", notes="somebody else")
    console.write(user_name="eve@example.com", notes="<b>second</b>")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("<b>second</b>")
    expect(page.locator("[data-live-said]")).to_have_text("1 new event")

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-live-said]")).to_have_text("Paused")
    console.write(user_name="eve@example.com", notes="third")
    page.wait_for_timeout(2_500)
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Resume").click()
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("third")
    assert page.get_by_text("somebody else").count() == 0
    assert not said
    page.context.close()


def test_who_signs_out_elsewhere_is_told(chromium: Browser, console: Console) -> None:
    page = opened(chromium, console, "/admin/events")
    other = page.context.new_page()
    other.goto(f"{console.url}/admin/users")
    page.bring_to_front()
    other.get_by_role("button", name="Sign out").click()
    expect(page.locator("[data-live-said]")).to_have_text("You are signed out: reload the page to go on")
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    page.context.close()


def test_a_job_s_page_follows_it_to_its_end(chromium: Browser, console: Console) -> None:
    number = console.idp.engine.order(1, "sync", {})
    page = opened(chromium, console, f"/admin/apps/1/jobs/{number}")
    expect(page.get_by_text("Waits for the worker")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    with console.idp.changing() as c:
        jobs.start(c, number, "somebody")
    expect(page.get_by_text("Running")).to_be_visible()
    with console.idp.changing() as c:
        jobs.end(c, number, {}, "the target is away", now_ms())
    expect(page.get_by_text("the target is away.")).to_be_visible()
    expect(page.locator("[data-live-said]")).to_have_text("Finished")
    page.context.close()


def test_nothing_is_refused_by_the_content_policy(chromium: Browser, console: Console) -> None:
    page = pending(chromium, console)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.get_by_role("link", name=re.compile("^Pending: ")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{console.url}/admin/events")
    console.write(notes="for the policy")
    expect(page.get_by_text("for the policy")).to_be_visible()
    assert not said
    page.context.close()
