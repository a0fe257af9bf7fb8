"""Origins, as browsers write them."""

import pytest

from lockstep.kit.problems import Problem
from lockstep.kit.web.origins import checked_public_url, is_secure, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://x.example/a?b#c", "https://x.example"),
        ("https://X.example:443/", "https://x.example"),
        ("http://127.0.0.1:8080/acs", "http://127.0.0.1:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://x.example:8443", "https://x.example:8443"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x.example",
        "//x.example",
        "ftp://x.example",
        "javascript:alert(1)",
        "https://",
        "https://user@x.example",
        "https://x.example:99999",
        "https://x.example:port",
        "https://x.example;script-src/",
        "https://x.example' /",
        "https://x.example\\@evil.test",
        "https://bücher.example",
        "https://[::1",
        "https://x.example/\r\nSet-Cookie: a",
        "https://x.example/" + "a" * 2048,
    ],
)
def test_what_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        origin_of(url)


def test_the_public_url_is_an_origin() -> None:
    assert checked_public_url("https://login.example.com/") == "https://login.example.com"
    for url in ("login.example.com", "https://x.example/path", "https://x.example/?a", "https://x.example/#a"):
        with pytest.raises(Problem, match="--public-url"):
            checked_public_url(url)


def test_secure_is_https() -> None:
    assert is_secure("https://x.example")
    assert not is_secure("http://x.example")
