"""The ways in which a person uses a page: by mouse, by keyboard alone."""

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page, expect

Role = Literal["link", "button", "row", "heading"]
MOST_TABS = 400


class Hands(ABC):
    """What a person does with what is on the page, found by its labels."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def link(self, name: str, inside: str = "") -> None:
        """Follow a link; `inside` names the navigation that it stands in."""
        self.go(self._link(name, inside))

    def _link(self, name: str, inside: str) -> Locator:
        if not inside:
            return self.page.get_by_role("link", name=name).first
        counted = re.compile(rf"^{re.escape(name)}( [\d,]+)?$")  # a count may follow
        return self.page.get_by_role("navigation", name=inside).get_by_role("link", name=counted).first

    def button(self, name: str, inside: str = "") -> None:
        """Press a button that sends its form; `inside` names the section or dialog that it stands in."""
        scope = self.page.get_by_role("region", name=inside, exact=True) if inside else self.page
        self.go(scope.get_by_role("button", name=name, exact=True).first)

    def go(self, what: Locator) -> None:
        """What leads to another page."""
        expect(what).to_be_visible()
        with self.page.expect_navigation():
            self.press(what)

    def show(self, text: str) -> None:
        """Unfold what is folded."""
        self.press(self.page.locator("summary", has_text=text).first)

    def fill(self, label: str, text: str, exact: bool = False) -> None:
        """Write into a field, in place of what is there."""
        self.write(self.page.get_by_label(label, exact=exact).first, text)

    def choose(self, label: str, option: str) -> None:
        """Choose of a list."""
        self.choose_of(self.page.get_by_label(label, exact=True).first, option)

    def tick(self, label: str, on: bool = True) -> None:
        """Tick a box, or untick it."""
        box = self.page.get_by_label(label, exact=True).first
        expect(box).to_be_visible()
        if box.is_checked() != on:
            self.press(box, "Space")
        expect(box).to_be_checked(checked=on)

    def upload(self, label: str, file: Path) -> None:
        """Choose a file.  The window for it belongs to the system, so every hand does it like this."""
        self.page.get_by_label(label).set_input_files(file)

    def sees(self, text: str) -> None:
        """The text is on the page."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    @abstractmethod
    def press(self, what: Locator, key: str = "Enter") -> None:
        """Press it; `key` is the one that does so where the keyboard is used."""

    @abstractmethod
    def write(self, field: Locator, text: str) -> None:
        """Write into it."""

    @abstractmethod
    def choose_of(self, field: Locator, option: str) -> None:
        """Choose an option by its text."""


class Mouse(Hands):
    """By mouse; works without script, too."""

    def press(self, what: Locator, key: str = "Enter") -> None:
        """Click."""
        what.click()

    def write(self, field: Locator, text: str) -> None:
        """Click and type."""
        field.fill(text)

    def choose_of(self, field: Locator, option: str) -> None:
        """Choose."""
        field.select_option(label=option)


class Keyboard(Hands):
    """By keyboard alone: Tab leads to everything, in a bounded number of steps."""

    def _reach(self, what: Locator) -> None:
        expect(what).to_be_visible()
        wanted = what.element_handle()
        assert wanted is not None
        for _ in range(MOST_TABS):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {what}")

    def press(self, what: Locator, key: str = "Enter") -> None:
        """Go there and press the key."""
        self._reach(what)
        self.page.keyboard.press(key)

    def write(self, field: Locator, text: str) -> None:
        """Go there, and type over what is there."""
        self._reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        expect(field).to_have_value(text)

    def choose_of(self, field: Locator, option: str) -> None:
        """Go there, and type the option's beginning."""
        self._reach(field)
        self.page.keyboard.type(option)
        expect(field.locator("option:checked")).to_have_text(option)
