"""What AWS's guide tells an administrator to click, by its labels, in a real browser: by mouse, without script, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lockstep.center.admins import actions as admins
from lockstep.center.events import Operation
from lockstep.center.instances import actions as instances
from lockstep.kit.clock import now_ms
from tests.support.center import Center, served_center
from tests.support.saml_idp import Idp, key
from tests.support.scim import Scim

PASSWORD = "correct horse battery"
WIDTHS = (390, 768, 1280, 1440)


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    with served_center(tmp_path_factory.mktemp("browser")) as center:
        with center.database.write() as connection:
            admins.create(connection, instances.admin_call(Operation.CREATE_ADMIN, "test", now_ms()), "root", PASSWORD)
        yield center


def instance(center: Center, name: str) -> None:
    with center.database.write() as connection:
        instances.create(connection, instances.admin_call(Operation.CREATE_INSTANCE, "test", now_ms()), name)


def opened(chromium: Browser, center: Center, *, script: bool = True, width: int = 1280) -> Page:
    """The console's page of instances, signed in."""
    context = chromium.new_context(java_script_enabled=script, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{center.server.url}/console")
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Instances")).to_be_visible()
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_guide_by_mouse(chromium: Browser, center: Center, script: bool) -> None:
    name = f"mouse-{script}"
    instance(center, name)
    page = opened(chromium, center, script=script)
    page.get_by_role("link", name=name).click()
    page.get_by_role("navigation", name=f"Instance {name}").get_by_role("link", name="Settings").click()

    page.get_by_role("button", name="Enable automatic provisioning").click()
    expect(page.get_by_role("heading", name="Inbound automatic provisioning")).to_be_visible()
    endpoint = page.locator('[data-copy="SCIM endpoint"]').inner_text()
    secret = page.locator('[data-copy="Access token"]')
    expect(secret).to_be_hidden()
    page.get_by_text("Show token").click()
    scim = Scim(endpoint, secret.inner_text())
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_text("Access tokens (1/2)")).to_be_visible()
    scim.create_user("ada@example.com")
    scim.close()
    page.get_by_role("link", name="Users").first.click()
    page.get_by_role("link", name="ada@example.com").click()
    expect(page.get_by_text("CreateUser by").first).to_be_visible()

    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("link", name="Change identity source").first.click()
    idp = Idp("https://idp.example/saml", key("one"))
    page.get_by_label("IdP SAML metadata").set_input_files({"name": "idp.xml", "mimeType": "text/xml", "buffer": idp.document})
    page.get_by_role("button", name="Next").click()
    page.get_by_label("To confirm, type ACCEPT").fill("ACCEPT")
    page.get_by_role("button", name="Change identity source").click()
    expect(page.get_by_text("Identity source changed")).to_be_visible()

    page.get_by_role("button", name="Enable attributes for access control").click()
    page.get_by_role("link", name="Manage attributes").click()
    page.get_by_label("Key").fill("CostCenter")
    page.get_by_label("Value").fill("${path:enterprise.costCenter}")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("rowheader", name="CostCenter")).to_be_visible()
    page.context.close()


def test_the_first_steps_by_keyboard(chromium: Browser, center: Center) -> None:
    instance(center, "keyboard")
    page = opened(chromium, center)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()

    def reach(role: str, name: str) -> None:
        wanted = page.locator("a, button", has_text=name) if role == "link" else page.get_by_role("button", name=name)
        wanted = wanted.first
        for _ in range(60):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"Tab does not lead to {name}")

    for role, name in (("link", "keyboard"), ("link", "Settings"), ("button", "Enable automatic provisioning")):
        reach(role, name)
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="Inbound automatic provisioning")).to_be_visible()
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator('[data-copy="Access token"]')).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(chromium: Browser, center: Center, width: int) -> None:
    instance(center, f"wide-{width}")
    page = opened(chromium, center, width=width)
    page.get_by_role("link", name=f"wide-{width}").click()
    here = page.url
    for rest in (
        "",
        "/users",
        "/groups",
        "/trail",
        "/settings",
        "/settings/authentication",
        "/settings/attributes",
        "/provisioning",
    ):
        page.goto(here + rest)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
        assert page.locator("h1").count() == 1
    page.context.close()


def test_nothing_is_refused_by_the_content_policy(chromium: Browser, center: Center) -> None:
    instance(center, "policy")
    page = opened(chromium, center)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.get_by_role("link", name="policy").click()
    for name in ("Users", "Groups", "Settings", "Trail"):
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
    assert not said
    page.context.close()
