"""A real Chromium.  Where there is none these tests fail and say what to install: none is left out."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-quic", "--disable-sync", "--no-first-run")


def found_chromium() -> str:
    """The program: `LOCKSTEP_TEST_CHROMIUM`, or one on the PATH."""
    given = os.environ.get("LOCKSTEP_TEST_CHROMIUM")
    found = given or next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)
    if found is None:
        pytest.fail(
            "these tests need Chromium. Install it (Debian, Ubuntu: apt install chromium; Fedora: dnf install chromium; macOS: "
            "brew install --cask chromium), or name one in LOCKSTEP_TEST_CHROMIUM"
        )
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window.  Not for longer than a module: as long as it is there, an event loop runs in this thread."""
    arguments = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # root cannot use its sandbox
    path = found_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
