"""Both consoles in one browser, and the ways to use them."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.guided import PASSWORD, Guided
from tests.browser.hands import Hands, Keyboard, Mouse

PATIENCE = 30_000
WAYS: dict[str, tuple[type[Hands], bool]] = {"mouse": (Mouse, True), "keyboard": (Keyboard, True), "no script": (Mouse, False)}
"""Whose hands, and whether scripts run."""
APP = "AWS IAM Identity Center"


class Consoles:
    """One administrator with the two consoles open."""

    def __init__(self, chromium: Browser, both: Guided, way: str) -> None:
        self.make: Callable[[Page], Hands] = WAYS[way][0]
        self.script = WAYS[way][1]
        self.context = chromium.new_context(java_script_enabled=self.script, viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.both = both
        self.idp, self.center = self._signed_in(f"{both.idp_url}/admin"), self._signed_in(f"{both.center_url}/console")

    def _signed_in(self, url: str) -> Hands:
        hands = self.make(self.context.new_page())
        hands.page.goto(url)
        hands.write(hands.page.locator("input[name=name]"), "root")
        hands.fill("Password", PASSWORD)
        hands.go(hands.page.locator("main").get_by_role("button").first)
        return hands

    def tab(self, name: str) -> None:
        """A tab of the app."""
        self.idp.link("Applications", "Administration")
        self.idp.link(APP)
        if name != "Info":
            self.idp.link(name, f"Tabs of {APP}")

    def instance(self, name: str) -> None:
        """A page of the instance."""
        self.center.link(name, "Instance acme")

    def action(self, name: str) -> None:
        """More Actions."""
        self.idp.show("More Actions")
        self.idp.button(name)

    def until(self, hands: Hands, text: str) -> None:
        """Look again until the page says it: what follows happens in the background."""
        for _ in range(60):
            if hands.page.get_by_text(text).locator("visible=true").count():
                return
            hands.page.wait_for_timeout(500)
            hands.page.reload()
        hands.sees(text)

    def until_gone(self, hands: Hands, text: str) -> None:
        """Look again until the page does not say it any more."""
        for _ in range(60):
            if not hands.page.get_by_text(text).count():
                return
            hands.page.wait_for_timeout(500)
            hands.page.reload()
        expect(hands.page.get_by_text(text)).to_have_count(0)

    def download(self, hands: Hands, name: str, file: str) -> Path:
        """Download what a link leads to."""
        with hands.page.expect_download() as download:
            hands.press(hands.page.get_by_role("link", name=name).first)
        path = self.both.folder / file
        download.value.save_as(path)
        return path
