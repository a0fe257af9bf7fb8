"""Forms that only our own pages can post."""

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from lockstep.kit.web.csrf import check, is_from_here, require_from_here, token_of
from lockstep.kit.web.secrets import digest, new_secret

ORIGIN = "https://idp.example"
OURS = {"sec-fetch-site": "same-origin", "origin": ORIGIN}


def request(headers: dict[str, str]) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})


@pytest.mark.parametrize(
    "headers",
    [OURS, {"origin": ORIGIN}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none", "origin": ORIGIN}],
)
def test_our_own_pages_may_post(headers: dict[str, str]) -> None:
    assert is_from_here(request(headers), ORIGIN)
    require_from_here(request(headers), ORIGIN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://other.example"},
        {"sec-fetch-site": "same-origin", "origin": "https://other.example"},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
        {"origin": "null"},
        {"origin": "https://idp.example.evil.test"},
        {"origin": "http://idp.example"},
        {"origin": "https://idp.example:444"},
    ],
)
def test_others_may_not(headers: dict[str, str]) -> None:
    assert not is_from_here(request(headers), ORIGIN)
    with pytest.raises(HTTPException) as refused:
        require_from_here(request(headers), ORIGIN)
    assert refused.value.status_code == 403


def test_the_token_is_that_of_the_secret() -> None:
    secret = new_secret()
    check(request(OURS), [("csrf", token_of(secret))], secret=secret, origin=ORIGIN)
    other, good = ("csrf", token_of(new_secret())), ("csrf", token_of(secret))
    bad: tuple[list[tuple[str, str]], ...] = ([], [("csrf", "")], [("csrf", "ü")], [other], [good, good])
    for form in bad:
        with pytest.raises(HTTPException):
            check(request(OURS), form, secret=secret, origin=ORIGIN)
    with pytest.raises(HTTPException):
        check(request(OURS), [("csrf", token_of(secret))], secret=None, origin=ORIGIN)
    with pytest.raises(HTTPException):
        check(request({}), [("csrf", token_of(secret))], secret=secret, origin=ORIGIN)


def test_secrets_are_long_differ_and_only_their_digest_is_kept() -> None:
    secret = new_secret()
    assert len(secret) == 43
    assert secret != new_secret()
    assert len(digest(secret)) == 32
    assert digest(secret) == digest(secret) != digest(new_secret())
    assert secret not in token_of(secret)
