"""Wrong and hostile input on every form of the console: an error beside its field, what was typed is kept, nothing changes."""

import base64
from typing import Any

import pytest

from lockstep.center.attributes import actions as attributes
from tests.center.console.site_map import GETS, POSTS, Furnished
from tests.center.console.test_idps import upload
from tests.center.console.world import PASSWORD, Desk
from tests.support.browser import Answer, Browser
from tests.support.fields import HOSTILE, Seen, fields_of_page, strange_in, wrong_fields

COST = "${path:enterprise.costCenter}"
WORDS = {
    "/users/{user:str}/delete": "Delete",
    "/groups/{group:str}/delete": "Delete",
    "/settings/attributes/disable": "DELETE",
    "/settings/identity-source/remove": "ACCEPT",
    "/settings/identity-source/change": "ACCEPT",
    "/provisioning/tokens/{token:str}/delete": "DELETE",
    "/provisioning/disable": "DISABLE",
}
"""Forms that want a word typed."""
BUTTONS = {
    "/sign-out",
    "/users/{user:str}/end-sessions",
    "/settings/attributes/enable",
    "/provisioning/enable",
    "/provisioning/tokens",
}
"""Forms that are one button."""
FIELDS = {
    "/sign-in",
    "/settings/authentication",
    "/settings/attributes/precedence",
    "/settings/attributes/manage",
    "/settings/identity-source/review",
}
"""Forms with fields of their own, each with a test below."""


@pytest.fixture
def furnished(desk: Desk) -> Furnished:
    return Furnished(desk)


def test_every_form_is_tried_here() -> None:
    assert WORDS.keys() | BUTTONS | FIELDS == POSTS
    assert not (WORDS.keys() & BUTTONS or WORDS.keys() & FIELDS or BUTTONS & FIELDS)


def refused(answer: Answer, *names: str, status: int = 422) -> dict[str, Seen]:
    """A page that stands, with exactly these fields marked as wrong."""
    assert answer.status == status, answer.text
    assert strange_in(answer.html) == []
    found = wrong_fields(answer.html)
    assert found.keys() == set(names), answer.text
    return found


async def test_without_its_token_no_form_changes_anything(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    before = furnished.events()
    for route in sorted(POSTS - {"/settings/identity-source/review"}):
        for csrf in ([], [("csrf", "")], [("csrf", "0" * 64)], [("csrf", "\0")]):
            answer = await browser.post(furnished.path(route), [*csrf, ("word", WORDS.get(route, ""))])
            assert answer.status == 403, route
            assert strange_in(answer.html) == []
    assert furnished.events() == before


def also(furnished: Furnished, route: str) -> list[tuple[str, str]]:
    """What a form with a word sends besides."""
    document = furnished.desk.world.idp.document
    packed = [("packed", base64.b64encode(document).decode()), ("name", "Mine"), ("unsolicited", "yes")]
    return {
        "/settings/identity-source/remove": [("idp", furnished.desk.world.idp.entity_id)],
        "/settings/identity-source/change": packed,
    }.get(route, [])


async def test_another_word_is_refused_beside_its_field(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf, before = await furnished.csrf(browser), furnished.events()
    for route, word in WORDS.items():
        fields, path = [csrf, *also(furnished, route)], furnished.path(route)
        for typed in ("", " ", word.swapcase(), word[:-1], f"{word} {word}", *HOSTILE):
            found = refused(await browser.post(path, [*fields, ("word", typed)]), "word")
            assert found["word"].value == typed[:100], route
            assert word in found["word"].description
        assert wrong_fields((await browser.post(path, fields)).html).keys() == {"word"}
        assert (await browser.post(path, [*fields, ("word", word), ("word", word)])).status == 400
    assert furnished.events() == before


async def test_what_is_sent_along_with_a_word_may_be_wrong_too(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf, before = await furnished.csrf(browser), furnished.events()
    for junk in ("", "%%%", "AAAA", *HOSTILE):
        change = furnished.path("/settings/identity-source/change")
        answer = await browser.post(change, [csrf, ("packed", junk), ("name", junk), ("word", "ACCEPT")])
        assert answer.status == 422
        assert strange_in(answer.html) == []
        assert "cannot be used" in wrong_fields(answer.html)["file"].description
        answer = await browser.post(
            furnished.path("/settings/identity-source/remove"), [csrf, ("idp", junk), ("word", "ACCEPT")]
        )
        assert answer.status == 404
    for part, route in (("{user:str}", "/users/{user:str}/delete"), ("{token:str}", "/provisioning/tokens/{token:str}/delete")):
        for junk in ("x", "%00", "%3Cscript%3E", "00000000-0000-4000-8000-000000000000"):
            path = furnished.desk.path() + route.replace(part, junk)
            assert (await browser.post(path, [csrf, ("word", WORDS[route])])).status == 404
    assert furnished.events() == before


async def test_a_button_that_cannot_do_it_says_why(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf = await furnished.csrf(browser)
    await browser.post(furnished.path("/provisioning/tokens"), [csrf])
    before = furnished.events()
    for route, words in (
        ("/provisioning/enable", "is enabled already"),
        ("/provisioning/tokens", "at most 2 access tokens"),
        ("/settings/attributes/enable", "are enabled already"),
    ):
        page = await browser.follow(await browser.post(furnished.path(route), [csrf, *(("junk", value) for value in HOSTILE)]))
        assert words in page.text, route
        assert 'role="alert"' in page.html
        assert "lockstep center" not in page.text
        assert strange_in(page.html) == []
    assert furnished.events() == before


async def test_a_session_duration_that_cannot_be(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf, before = await furnished.csrf(browser), furnished.events()
    path = furnished.path("/settings/authentication")
    for typed in ("", "14", "129601", "60.5", "-60", "1e3", "６０", "an hour", "9" * 40, *HOSTILE):
        found = refused(await browser.post(path, [csrf, ("duration", "custom"), ("minutes", typed)]), "minutes")
        assert found["minutes"].value == typed.strip()[:20]
        assert "`" not in found["minutes"].description
    for chosen in ("nonsense", "", "7", *HOSTILE):
        refused(await browser.post(path, [csrf, ("duration", chosen), ("minutes", "60")]), "minutes")
    refused(await browser.post(path, [csrf]), "minutes")
    assert (await browser.post(path, [csrf, ("duration", "60"), ("duration", "60")])).status == 400
    assert furnished.events() == before


async def test_a_precedence_that_there_is_not(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf, before = await furnished.csrf(browser), furnished.events()
    path = furnished.path("/settings/attributes/precedence")
    for chosen in ([], [("precedence", "")], *([("precedence", value)] for value in HOSTILE)):
        found = refused(await browser.post(path, [csrf, *chosen]), "precedence")
        assert found["precedence"].value == "configured"
    assert furnished.events() == before


async def test_attributes_that_cannot_be(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    csrf, before = await furnished.csrf(browser), furnished.events()
    path = furnished.path("/settings/attributes/manage")

    async def sent(*rows: tuple[str, str]) -> Answer:
        pairs = [pair for key, source in rows for pair in (("key", key), ("source", source))]
        return await browser.post(path, [csrf, *pairs, ("do", "save")])

    for value in (*HOSTILE, "é#", "x" * 129, "\u200f"):
        answer = await sent((value, COST))
        found = refused(answer, "key")
        assert found["key"].value == value.strip()
        found = refused(await sent(("Good", value)), "source")
        assert found["source"].value == value.strip()
        values = [field.value for field in fields_of_page(answer.html) if field.name == "source"]
        assert values == [COST]
    refused(await sent(("", COST), ("Key", "")), "key", "source")
    refused(await sent(("Same", COST), ("SAME", COST)), "key")
    answer = await sent(*((f"k{number}", COST) for number in range(51)))
    assert (answer.status, wrong_fields(answer.html)) == (422, {})
    assert "at most 50 attributes" in answer.text
    assert len([field for field in fields_of_page(answer.html) if field.name == "key"]) == 51
    assert furnished.events() == before


async def test_metadata_and_names_that_cannot_be(furnished: Furnished) -> None:
    browser, good = await furnished.desk.signed_in(), furnished.desk.world.idp.document.decode()
    before = furnished.events()
    refused(await upload(furnished.desk, browser), "file")
    for text in ("no XML", "<a/>", good.replace("https://idp.example/redirect", "http://idp.example/x"), *HOSTILE):
        answer = await upload(furnished.desk, browser, metadata=text, name="Mine")
        found = refused(answer, "metadata")
        assert found["metadata"].value.strip() == text.replace("\r", "").strip()
        assert "Download the SAML metadata" in found["metadata"].description
        assert [field.value for field in fields_of_page(answer.html) if field.name == "name"] == ["Mine"]
        refused(await upload(furnished.desk, browser, text.encode(), metadata="typed"), "file")
    for name in ("x" * 101, "a\0b", "\u202eright", "x" * 10_000):
        answer = await upload(furnished.desk, browser, good.encode(), name=name)
        found = refused(answer, "name")
        assert found["name"].value == name
        assert "1 to 100 printable characters" in found["name"].description
        assert [field.value for field in fields_of_page(answer.html) if field.name == "metadata"] == [good.strip()]
    refused(await upload(furnished.desk, browser, metadata="no XML", name="\0"), "metadata", "name")
    for name in HOSTILE[:3]:
        review = await upload(furnished.desk, browser, good.encode(), name=name)
        assert (review.status, strange_in(review.html)) == (200, [])
        assert name in review.text
    assert furnished.events() == before


async def test_a_log_in_that_fails_keeps_the_name_and_never_the_password(desk: Desk) -> None:
    for number, name in enumerate(("", desk.admin.upper(), *HOSTILE)):
        answer = await desk.log_in(desk.browser(f"192.0.2.{number}"), name or " ", "not the password")
        assert answer.status == 403
        assert strange_in(answer.html) == []
        [shown] = [field for field in fields_of_page(answer.html) if field.name == "name"]
        assert shown.value == name.strip().replace("\0", "")[:256]
        assert 'role="alert"' in answer.html
        assert "not the password" not in answer.html
    assert (await desk.log_in(desk.browser("192.0.2.99"), desk.admin, PASSWORD)).status == 303


async def test_too_much_and_what_is_no_form_is_refused_everywhere(furnished: Furnished) -> None:
    browser, before = await furnished.desk.signed_in(), furnished.events()
    kind = ("content-type", "application/x-www-form-urlencoded")
    ours = [("sec-fetch-site", "same-origin"), ("origin", browser.origin)]
    for route in sorted(POSTS):
        path = furnished.path(route)
        for headers, body, statuses in (
            ([kind, *ours], b"word=" + b"x" * 300_000, {413, 415}),
            ([("content-type", "application/json"), *ours], b"{}", {415}),
            ([kind, *ours], b"word=%ff%fe", {400, 415}),
        ):
            answer = await browser.send("POST", path, headers, body)
            assert answer.status in statuses, (route, answer.status)
            assert strange_in(answer.html) == []
    assert furnished.events() == before


async def test_every_page_stands_with_an_address_full_of_junk(furnished: Furnished) -> None:
    browser = await furnished.desk.signed_in()
    junk = "&".join(
        f"{name}=%22%27%3E%3Cscript%3E{value}"
        for name in (
            "q",
            "status",
            "after",
            "actor",
            "since",
            "until",
            "operation",
            "result",
            "resource",
            "before",
            "idp",
            "to",
        )
        for value in ("", "%00", "%E2%80%AE", "%7B%7B7*7%7D%7D")
    )
    opened = set()
    for route, path in furnished.pages():
        answer = await browser.get(f"{path}{'&' if '?' in path else '?'}{junk}")
        assert answer.status in (200, 303, 404), (route, answer.status)
        assert strange_in(answer.html) == [], route
        opened.add(route)
    assert opened == GETS | {"instances"}


def configured(desk: Desk) -> Any:
    with desk.world.database.read() as connection:
        return attributes.configuration_of(connection, desk.world.instance)


async def test_a_browser_that_sends_half_a_row_changes_nothing(furnished: Furnished) -> None:
    browser: Browser = await furnished.desk.signed_in()
    csrf, known = await furnished.csrf(browser), configured(furnished.desk)
    path = furnished.path("/settings/attributes/manage")
    refused(await browser.post(path, [csrf, ("key", "Title"), ("do", "save")]), "source")
    refused(await browser.post(path, [csrf, ("source", COST), ("do", "save")]), "key")
    page = await browser.follow(await browser.post(path, [csrf, ("do", "save")]))
    assert "nothing was saved" in page.text
    assert configured(furnished.desk) == known
