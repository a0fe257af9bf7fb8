"""The list of instances, and the dashboard."""

from lockstep.center.console.home import counted
from tests.center.console.world import Desk


async def test_the_list_leads_to_each_instance(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get("/console")
    assert f'href="{desk.path()}"' in page.html
    assert desk.instance.identity_store_id in page.text


async def test_the_dashboard_says_what_there_is(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get(desk.path())
    for words in (
        "Settings summary",
        f"https://center.example{desk.instance.start_path}",
        desk.instance.instance_arn,
        "Users 2",
    ):
        assert words in page.text, words
    assert "Nothing was refused" in page.text
    for name in ("Dashboard", "Users", "Groups", "Settings", "Trail"):
        assert f">{name}</a>" in page.html
    assert page.html.count('aria-current="page"') == 2  # in the navigation and in the breadcrumb


async def test_a_certificate_that_is_about_to_end_is_spoken_of(desk: Desk) -> None:
    desk.world.clock.ahead = 3_640 * 86_400_000
    page = await (await desk.signed_in()).get(desk.path())
    assert "is good until" in page.text


def test_large_numbers_are_not_counted_to_the_end() -> None:
    assert (counted(1_234), counted(10_000), counted(10_001)) == ("1,234", "10,000", "10,000+")
