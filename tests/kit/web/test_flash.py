"""Messages that are kept across one redirect."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.kit.web import flash
from lockstep.kit.web.cookies import Cookie

COOKIE = Cookie("flash", secure=False)


def back(response: Response, change: str = "") -> Request:
    """The request that brings the cookie back."""
    value = response.headers["set-cookie"].partition(";")[0] + change
    return Request({"type": "http", "headers": [(b"cookie", value.encode())]})


def test_a_message_arrives_on_the_next_page() -> None:
    response = Response()
    flash.put(response, COOKIE, "secret", "success", "<b> Grüße; 3")
    assert flash.read(back(response), COOKIE, "secret") == [flash.Flash("success", "<b> Grüße; 3")]


def test_only_this_session_can_have_written_it() -> None:
    response = Response()
    flash.put(response, COOKIE, "secret", "error", "no")
    assert flash.read(back(response), COOKIE, "another") == []
    assert flash.read(back(response, "0"), COOKIE, "secret") == []
    assert flash.read(Request({"type": "http", "headers": []}), COOKIE, "secret") == []
    assert flash.read(Request({"type": "http", "headers": [(b"cookie", b"flash=\xff.\xff")]}), COOKIE, "secret") == []


def test_a_long_message_still_fits_a_cookie() -> None:
    response = Response()
    flash.put(response, COOKIE, "secret", "info", "ß" * 5_000)
    assert len(response.headers["set-cookie"]) < 4_096
    assert flash.read(back(response), COOKIE, "secret")[0].text.startswith("ß" * 1_000)
