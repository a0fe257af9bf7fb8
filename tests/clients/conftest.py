"""Other people's SAML software, each as a process of its own."""

import shutil

import pytest

from tests.clients.environment import what_is_missing


@pytest.fixture(scope="session")
def clients() -> None:
    """The second environment; a test that needs it fails where it cannot be made."""
    missing = what_is_missing()
    if missing:
        pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="session")
def xmlsec() -> None:
    """The program that pysaml2 signs with."""
    if shutil.which("xmlsec1") is None:
        pytest.fail("the program xmlsec1 is missing (Debian, Ubuntu: apt install xmlsec1)", pytrace=False)
