"""The site as a whole: where a centre has pages, and what every page has."""

from lockstep.center.app import build
from lockstep.center.instances import origin
from lockstep.kit.db import Database
from tests.center.client import Stage
from tests.center.signin.world import Clock, World, started
from tests.support.browser import Browser, into


async def test_the_origin_that_was_written_down_is_used(each_center: Database) -> None:
    instance = Stage(each_center, "corp").instance()
    with each_center.write() as connection:
        origin.note(connection, "https://noted.example")
    center = build(each_center)
    await center.start()
    answer = await Browser(into(center), "https://other.example").get(f"/platform/saml/{instance.identity_store_id}")
    await center.stop()
    assert 'entityID="https://noted.example/platform/saml/d-' in answer.html


async def test_the_one_that_is_given_comes_first(each_center: Database) -> None:
    instance = Stage(each_center, "corp").instance()
    with each_center.write() as connection:
        origin.note(connection, "https://noted.example")
    center = await started(each_center, Clock(), "https://given.example/")
    answer = await Browser(into(center), "https://given.example").get(f"/platform/saml/{instance.identity_store_id}")
    await center.stop()
    assert 'entityID="https://given.example/platform/saml/d-' in answer.html


async def test_without_an_origin_there_are_no_pages(each_center: Database) -> None:
    instance = Stage(each_center, "corp").instance()
    center = build(each_center)
    await center.start()
    answer = await Browser(into(center), "https://center.example").get(instance.start_path)
    await center.stop()
    assert answer.status == 404


async def test_every_answer_has_the_headers_and_no_page_leaks_how_it_is_built(world: World) -> None:
    browser = world.browser()
    start = world.instance.start_path
    for answer in (
        await browser.get(start),
        await browser.get("/nothing"),
        await browser.send("DELETE", start, []),
        await browser.post(start, []),
        await world.arrive(browser, "x"),
    ):
        assert "frame-ancestors 'none'" in answer.header("content-security-policy")
        assert answer.header("x-content-type-options") == "nosniff"
        assert "Traceback" not in answer.html
    assert (await browser.send("DELETE", start, [])).status == 405


async def test_a_slash_at_the_end_does_no_harm(world: World) -> None:
    assert (await world.browser().get(f"{world.instance.start_path}/")).status == 303


async def test_the_stylesheet_is_there(world: World) -> None:
    assert (await world.browser().get("/static/lockstep.css")).header("content-type").startswith("text/css")
