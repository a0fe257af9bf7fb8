"""Other people's SAML software, each as a process of its own."""

import asyncio
import shutil

import pytest

from tests.clients.environment import SDK, what_is_missing
from tests.clients.identity import World
from tests.support.browser import Browser


@pytest.fixture(scope="session")
def clients() -> None:
    """The second environment; a test that needs it fails where it cannot be made."""
    missing = what_is_missing()
    if missing:
        pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="session")
def sdk() -> None:
    """The environment of OneLogin's client; likewise."""
    missing = what_is_missing(SDK)
    if missing:
        pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="session")
def xmlsec() -> None:
    """The program that pysaml2 signs with."""
    if shutil.which("xmlsec1") is None:
        pytest.fail("the program xmlsec1 is missing (Debian, Ubuntu: apt install xmlsec1)", pytrace=False)


@pytest.fixture(scope="module")
def zoe(idp: World) -> dict[str, str]:
    """The cookies of a browser in which Zoë is signed in."""
    browser = idp.browser()
    asyncio.run(idp.log_in(browser))
    return browser.cookies


@pytest.fixture
def signed_in(idp: World, zoe: dict[str, str]) -> Browser:
    """A browser of hers.  `idp` is the module's own: which service providers it knows differs."""
    browser = idp.browser()
    browser.cookies = dict(zoe)
    return browser
