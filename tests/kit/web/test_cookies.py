"""Cookies of one side."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.kit.web.cookies import Cookie


def set_cookie(cookie: Cookie) -> str:
    response = Response()
    cookie.set(response, "value", max_age=60)
    return response.headers["set-cookie"]


def test_over_https_the_cookie_is_this_host_s_alone() -> None:
    text = set_cookie(Cookie("idp_session", secure=True))
    assert text.startswith("__Host-idp_session=value;")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=60"):
        assert part in text
    assert "Domain" not in text


def test_over_http_the_cookie_can_be_kept_at_all() -> None:
    text = set_cookie(Cookie("idp_session", secure=False))
    assert text.startswith("idp_session=value;")
    assert "Secure" not in text


def test_only_with_tls_a_cookie_comes_along_from_other_sites() -> None:
    assert "SameSite=none" in set_cookie(Cookie("x", secure=True, same_site="none"))
    assert "SameSite=lax" in set_cookie(Cookie("x", secure=False, same_site="none"))


def test_a_cookie_is_read_by_its_full_name() -> None:
    def request(header: str) -> Request:
        return Request({"type": "http", "headers": [(b"cookie", header.encode())]})

    cookie = Cookie("sid", secure=True)
    assert cookie.read(request("sid=a; __Host-sid=b")) == "b"
    assert cookie.read(request("sid=a")) is None
    assert cookie.read(request("__Host-sid=")) is None
    assert cookie.read(request(f"__Host-sid={'x' * 200}")) is None


def test_a_cookie_is_cleared_with_the_same_attributes() -> None:
    response = Response()
    Cookie("sid", secure=True).clear(response)
    text = response.headers["set-cookie"]
    assert text.startswith('__Host-sid="";')
    assert "Max-Age=0" in text
    assert "Secure" in text
