"""The web site kit as one piece: headers, errors, static files, forms."""

import json
from urllib.parse import urlencode

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lockstep.kit import log
from lockstep.kit.web.errors import error_page
from lockstep.kit.web.forms import field, parse_form, read_form
from lockstep.kit.web.headers import allow_form_to
from lockstep.kit.web.pages import Pages, static_files, static_url
from lockstep.kit.web.site import build_site
from tests.support.browser import FORM, Browser, into

PAGES = Pages("A site")
ORIGIN = "https://site.example"


async def echo(request: Request) -> Response:
    return PlainTextResponse(json.dumps(await read_form(request, 100)))


async def start(request: Request) -> Response:
    return PAGES.post(request, "https://sp.example:8443/acs?x=1", {"a": "<&\"'>"}, title="T", text="X", button="Go")


async def broken(_request: Request) -> Response:
    raise RuntimeError("the secret is 12345")


async def refused(_request: Request) -> Response:
    raise HTTPException(403, "Ask <somebody>.", {"X-Why": "because"})


async def own_error(request: Request) -> Response:
    return error_page(PAGES, request, 403, "You do not have this app.")


async def kept(_request: Request) -> Response:
    return Response("x", headers={"Cache-Control": "max-age=5"})


ROUTES = [
    Route("/echo", echo, methods=["POST"]),
    Route("/start", start),
    Route("/broken", broken),
    Route("/refused", refused),
    Route("/own", own_error),
    Route("/kept", kept),
]


def browser(*, secure: bool = True) -> Browser:
    return Browser(into(build_site(ROUTES, PAGES, secure=secure)), ORIGIN)


async def test_every_answer_has_the_headers() -> None:
    for path in ("/refused", "/broken", "/nothing", "/start", static_url("lockstep.css")):
        answer = await browser().get(path)
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "connect-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "same-origin"
        assert answer.header("strict-transport-security") == "max-age=31536000"


async def test_hsts_is_for_https_alone() -> None:
    assert (await browser(secure=False).get("/start")).header("strict-transport-security") == ""


async def test_pages_are_not_kept_and_static_files_are() -> None:
    assert (await browser().get("/start")).header("cache-control") == "no-store"
    assert "immutable" in (await browser().get(static_url("submit.js"))).header("cache-control")
    assert (await browser().get("/kept")).header("cache-control") == "max-age=5"


async def test_one_page_may_post_to_one_more_origin_and_no_other_page() -> None:
    site = browser()
    policy = (await site.get("/start")).header("content-security-policy")
    assert "form-action 'self' https://sp.example:8443;" in policy
    assert "form-action 'self';" in (await site.get("/refused")).header("content-security-policy")


async def test_the_page_that_posts_holds_values_to_the_letter() -> None:
    page = await browser().get("/start")
    assert page.form().fields == [("a", "<&\"'>")]
    assert "<&" not in page.html.replace("&lt;&amp;", "")
    assert "data-submit" in page.html
    assert "<button" in page.html


async def test_what_nobody_expected_shows_a_number_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(log, "exception", lambda _event, **values: logged.append(values["reference"]))
    answer = await browser().get("/broken")
    assert answer.status == 500
    assert "12345" not in answer.html
    assert "RuntimeError" not in answer.html
    reference = answer.html.partition("<code>")[2].partition("</code>")[0]
    assert len(reference) == 12
    assert logged == [reference]


async def test_errors_are_pages_in_the_site_s_form() -> None:
    site = browser()
    assert (await site.get("/nothing")).status == 404
    assert "no such page" in (await site.get("/nothing")).text
    answer = await site.send("GET", "/echo", [])
    assert answer.status == 405
    assert answer.header("allow") == "POST"
    answer = await site.get("/refused")
    assert (answer.status, answer.header("x-why")) == (403, "because")
    assert "Ask &lt;somebody&gt;." in answer.html
    assert "You do not have this app." in (await site.get("/own")).text


async def test_static_files_are_these_and_no_path_leads_elsewhere() -> None:
    assert sorted(static_files()) == ["copy.js", "dialog.js", "live.js", "lockstep.css", "order.js", "submit.js"]
    for path in ("/static/pages.py", "/static/..%2fpages.py", "/static/", "/static/templates/kit/base.html"):
        assert (await browser().get(path)).status == 404


async def test_no_file_names_another_host() -> None:
    for content in static_files().values():
        assert b"http" not in content.replace(b"http-equiv", b"")


async def test_a_form_keeps_order_and_repeats() -> None:
    answer = await browser().post("/echo", [("a", "1"), ("b", ""), ("a", "ü +&=")])
    assert json.loads(answer.html) == [["a", "1"], ["b", ""], ["a", "ü +&="]]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_other_content_types_are_refused(kind: str) -> None:
    assert (await browser().send("POST", "/echo", [("content-type", kind)], b"a=1")).status == 415


async def test_a_form_that_is_too_large_is_refused_before_and_while_reading() -> None:
    assert (await browser().post("/echo", [("a", "x" * 100)])).status == 413
    assert (await browser().send("POST", "/echo", [("content-type", FORM), ("content-length", "9" * 5000)], b"")).status == 413
    app = build_site(ROUTES, PAGES, secure=True)
    lying = [("content-type", FORM), ("content-length", "3")]
    transport = into(app)
    status, _, _ = await transport("POST", f"{ORIGIN}/echo", lying, b"a=" + b"x" * 200)
    assert status == 413


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", "ü=1".encode(), b"a&" * 40 + b"a=%C3"])
async def test_a_form_that_is_no_text_is_refused(body: bytes) -> None:
    assert (await browser().send("POST", "/echo", [("content-type", FORM)], body)).status == 400


async def test_a_length_that_is_no_number_is_refused() -> None:
    assert (await browser().send("POST", "/echo", [("content-type", FORM), ("content-length", "-1")], b"")).status == 400


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(HTTPException):
        parse_form(urlencode([("a", "1")] * 1001).encode())


def test_a_field_that_came_twice_is_refused() -> None:
    assert field([("a", "1")], "a") == "1"
    assert field([], "a") is None
    with pytest.raises(HTTPException):
        field([("a", "1"), ("a", "1")], "a")


def test_an_address_that_is_none_is_never_allowed_for_forms() -> None:
    request = Request({"type": "http", "headers": [], "lockstep.form_action": []})
    for url in ("javascript:alert(1)", "https://x.example; script-src *", "//x.example"):
        with pytest.raises(ValueError, match="URL"):
            allow_form_to(request, url)
    assert request.scope["lockstep.form_action"] == []
