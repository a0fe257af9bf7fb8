"""Spellings of a base URL."""

import pytest

from lockstep.scim.urls import is_same, normal


@pytest.mark.parametrize(
    ("url", "usual"),
    [
        ("HTTPS://Scim.Example:443/Tenant/scim/v2/", "https://scim.example/Tenant/scim/v2"),
        ("http://LOCALHOST:80/scim", "http://localhost/scim"),
        ("https://scim.example:8443/v2", "https://scim.example:8443/v2"),
        ("http://[::1]:8090/x/", "http://[::1]:8090/x"),
        ("http://scim.example:443", "http://scim.example:443"),
        ("memory:", "memory:"),
        ("https://scim.example/v2#7", "https://scim.example/v2#7"),
    ],
)
def test_the_usual_spelling(url: str, usual: str) -> None:
    assert normal(url) == usual
    assert is_same(url, usual)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://localhost:8090/x", "http://127.0.0.1:8090/x", True),
        ("http://[::1]:8090/x", "http://LocalHost:8090/x/", True),
        ("http://localhost:8090/x", "http://localhost:8091/x", False),
        ("https://scim.example/x", "https://scim.example/X", False),
        ("https://scim.example/x", "http://scim.example/x", False),
        ("https://scim.example/x#1", "https://scim.example/x", False),
        ("http://x:y", "http://x:z", False),
    ],
)
def test_two_spellings_of_one_place(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same
