"""SCIM URLs that a bearer token may be sent to."""

import pytest

from lockstep.scim.client import UrlError, check_url


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("https://scim.example/t/scim/v2", "https://scim.example/t/scim/v2"),
        (" https://scim.example/t/scim/v2/// ", "https://scim.example/t/scim/v2"),
        ("HTTPS://Scim.Example:8443/v2", "https://scim.example:8443/v2"),
        ("https://10.1.2.3/v2", "https://10.1.2.3/v2"),
    ],
)
@pytest.mark.parametrize("allow", [True, False])
def test_urls_that_may_be_used(url: str, given: str, allow: bool) -> None:
    assert check_url(url, allow_loopback=allow) == given


LOOPBACK = ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.1", "2130706433",
            "0x7f.1", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]"]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_only_where_that_is_allowed(host: str, scheme: str) -> None:
    url = f"{scheme}://{host}:8080/v2"
    assert check_url(url, allow_loopback=True) == url.lower()
    with pytest.raises(UrlError, match="is on this machine: allow that with --allow-loopback"):
        check_url(url, allow_loopback=False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "has no host"),
        ("scim.example/v2", "has no host"),
        ("https:///v2", "has no host"),
        ("http://scim.example/v2", "must start with https://: the token would travel in clear text"),
        ("ftp://scim.example/v2", "must start with https://"),
        ("ftp://127.0.0.1/v2", "must start with https:// or http://"),
        ("https://me@scim.example/v2", "more than scheme, host and path"),
        ("https://me:pw@scim.example/v2", "more than scheme, host and path"),
        ("https://scim.example/v2?x=1", "more than scheme, host and path"),
        ("https://scim.example/v2?", "more than scheme, host and path"),
        ("https://scim.example/v2#x", "more than scheme, host and path"),
        ("https://[::1", "cannot be read"),
        ("https://scim.example:99999/v2", "cannot be read"),
        ("https://scim.example:port/v2", "cannot be read"),
    ],
)
def test_urls_that_may_not_be_used(url: str, words: str) -> None:
    with pytest.raises(UrlError, match=words):
        check_url(url, allow_loopback=True)
