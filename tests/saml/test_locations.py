"""Where a browser may be sent."""

import pytest

from lockstep.saml.locations import check_location
from lockstep.saml.problems import Reason
from tests.saml.documents import reason_of


@pytest.mark.parametrize(
    "url",
    [
        "https://idp.test/sso",
        "https://idp.test",
        "https://idp.test:8443/sso?tenant=1&x=%20",
        "HTTPS://idp.test/sso",
        "https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/1-2-3",
        "http://127.0.0.1:8000/acs",
        "http://[::1]:8000/acs",
        "http://localhost/acs",
    ],
)
def test_https_and_this_machine_are_taken(url: str) -> None:
    assert check_location(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/acs",
        "//idp.test/sso",
        "https:",
        "https:///acs",
        "http://idp.test/sso",
        "http://localhost.evil.test/acs",
        "http://127.0.0.1.evil.test/acs",
        "http://127.0.0.2@evil.test/acs",
        "https://user@idp.test/sso",
        "https://idp.test@evil.test/sso",
        "https://idp.test/sso#x",
        "https://idp.test/a b",
        " https://idp.test/sso",
        "https://idp.test/sso\n",
        "https://idp.test\\@evil.test/",
        "https://idp.test:port/",
        "https://[::1/",
        'https://idp.test/"><script>',
        "https://idp.test/é",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "ftp://idp.test/",
        "https://idp.test/" + "x" * 2_048,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    assert reason_of(lambda: check_location(url)) is Reason.NOT_METADATA
