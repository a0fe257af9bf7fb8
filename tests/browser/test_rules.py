"""Rules in a real browser: dragged by mouse, moved by keyboard and without script, and a form that shows what matters."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from lockstep.idp.admins import actions as admins
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.kit.clock import now_ms
from lockstep.kit.passwords import hash_password
from tests.support.idp import HAND, Idp
from tests.support.processes import served

PASSWORD = "correct horse battery"
RULES = "/admin/apps/1/rules"
FIRST = (
    Rule("Everybody", (Existing(("Staff",)),)),
    Rule("Admins", (Mapped("role", "AWS - (.*)"), Macro("{department} admin", "title"))),
    Rule("Sales", (Existing(("Sellers",)),), conditions=(Condition("department", "equals", "Sales"),)),
)


@dataclass
class Console:
    """The console of an identity provider with one app."""

    url: str
    idp: Idp

    def order(self) -> list[str]:
        """The names of the rules, in their order."""
        with self.idp.changing() as c:
            return [rule.name for rule in rules.rules_of(c, apps.find_app(c, "aws")).edited]

    def begin(self) -> None:
        """These rules, and no others."""
        with self.idp.changing() as c:
            app = apps.find_app(c, "aws")
            for old in rules.rules_of(c, app).edited:
                rules.remove(c, app, old.id, now_ms(), actor=HAND)
            for rule in FIRST:
                rules.save(c, app, rule, now_ms(), actor=HAND)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("rules")
    with Idp(folder / "idp") as idp:
        idp.app("http://127.0.0.1:9/scim/v2", "x", "groups=on")
        with idp.changing() as c:
            admins.create(c, "root", hash_password(PASSWORD), actor=HAND, now=now_ms())
            for name, department in (("alice", "Sales"), ("bob", "Finance")):
                address = f"{name}@example.com"
                person = {"employee_id": name, "user_name": address, "email": address, "display_name": name.title()}
                directory.create_user(c, {**person, "department": department}, actor=HAND, now=now_ms())
        idp.found("AWS - Admins", "alice")
        with idp.changing() as c:
            apps.assign(c, apps.find_app(c, "aws"), None, now_ms())
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


def test_a_rule_is_dragged_to_another_place(chromium: Browser, console: Console) -> None:
    console.begin()
    page = opened(chromium, console, RULES)
    rows = page.locator("#rules tr")
    rows.nth(2).locator(".grip").drag_to(rows.nth(0), target_position={"x": 30, "y": 3})
    expect(page.get_by_text("The rules have another order. A later rule wins.")).to_be_visible()
    assert console.order() == ["Sales", "Everybody", "Admins"]
    expect(page.locator("#rules tr th")).to_have_text(["Sales", "Everybody", "Admins"])
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_buttons_do_the_same_by_keyboard(chromium: Browser, console: Console, script: bool) -> None:
    console.begin()
    page = opened(chromium, console, RULES, script=script)
    assert page.locator(".grip").count() == (3 if script else 0)
    page.get_by_role("button", name="Move Sales up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Sales” has been moved up.")).to_be_visible()
    assert console.order() == ["Everybody", "Sales", "Admins"]
    page.context.close()


def test_the_form_shows_the_fields_of_the_chosen_mode(chromium: Browser, console: Console) -> None:
    console.begin()
    page = opened(chromium, console, f"{RULES}/edit", width=390)
    pattern, text = page.get_by_label("with value that matches"), page.get_by_label("Text", exact=True)
    expect(pattern).to_be_visible()
    expect(text).to_be_hidden()
    page.get_by_label("Macro", exact=True).check()
    expect(pattern).to_be_hidden()
    text.fill("{firstname}.{lastname}")
    page.get_by_label("Name", exact=True).fill("Titles")
    page.get_by_label("Action", exact=True).select_option(label="Set title in aws")
    page.get_by_role("button", name="Add action").click()
    expect(page.get_by_role("group", name="Action 2")).to_be_visible()
    page.get_by_role("button", name="Remove action 2").click()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("“Titles” has been saved, and is not applied yet.")).to_be_visible()
    assert console.order()[-1] == "Titles"
    page.context.close()
