"""Signing in, from one service to the other and back, over real HTTP."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.pair.signing_in import Pair, Person, both_served, mail
from tests.support.browser import Answer

pytestmark = pytest.mark.slow
ARRIVES_SECONDS = 30


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with both_served(tmp_path_factory.mktemp("sign-in")) as pair:
        yield pair


def is_portal(page: Answer, person: Person) -> bool:
    return page.url.startswith(person.pair.start) and f"Signed in as {mail(person.name)}" in page.text


async def test_the_portal_leads_to_the_identity_provider_and_back(pair: Pair) -> None:
    ann = Person(pair, "ann")
    login = await ann.at_the_portal()
    assert login.url.startswith(f"{pair.idp_url}/login")
    portal = await ann.hand_over(await ann.log_in(login))
    assert is_portal(portal, ann)
    assert "Signed in by Our directory" in portal.text
    assert "CostCenter N-1 Sent by Our directory" in portal.text
    assert "Department Nord Directory, ${path:enterprise.department}" in portal.text
    assert is_portal(await ann.at_the_portal(), ann)
    [session] = pair.sessions("ann")
    assert session["tags"] == {"CostCenter": "N-1", "Department": "Nord"}


async def test_a_tile_leads_to_the_portal(pair: Pair) -> None:
    ben = Person(pair, "ben")
    tiles = await ben.log_in(await ben.browser.get("/login"))
    assert "Choose an app to sign in to it as ben@example.com" in tiles.text
    portal = await ben.hand_over(await ben.browser.submit(tiles, "/launch/"))
    assert is_portal(portal, ben)


async def test_what_is_posted_a_second_time_lets_nobody_in(pair: Pair) -> None:
    ben = Person(pair, "ben")
    answered = await ben.log_in(await ben.at_the_portal())
    assert is_portal(await ben.hand_over(answered), ben)
    other = Person(pair, "ben")
    for again in (ben, other):
        refused = await again.hand_over(answered)
        assert (refused.status, "Start again" in refused.text) == (403, True)
    assert not is_portal(await other.at_the_portal(), other)


async def test_a_new_cost_center_is_in_the_next_session_and_not_in_the_old_one(pair: Pair) -> None:
    before = Person(pair, "ann")
    await before.sign_in()
    await asyncio.to_thread(lambda: pair.idp("user", "change", mail("ann"), "cost_center=N-2").ended(0))
    after = Person(pair, "ann")
    assert "CostCenter N-2" in (await after.sign_in()).text
    assert "CostCenter N-1" in (await before.at_the_portal()).text


async def test_certificates_are_rolled_over_without_a_gap(pair: Pair) -> None:
    made = pair.idp("certificate", "new", "--json").ended(0).json
    pair.trust_the_idp()
    ben = Person(pair, "ben")
    assert is_portal(await ben.sign_in(), ben)
    pair.idp("certificate", "activate", str(made["id"])).ended(0)
    later = Person(pair, "ben")
    assert is_portal(await later.sign_in(), later)


async def test_who_is_suspended_at_the_source_is_out_at_once_and_everywhere(pair: Pair) -> None:
    """At the identity provider from the next request on; at the centre once its worker has said so, a moment later."""
    eva = Person(pair, "eva")
    assert is_portal(await eva.sign_in(), eva)
    assert "Your apps" in (await eva.browser.get("/")).text
    pair.idp("user", "suspend", mail("eva")).ended(0)
    assert (await eva.browser.follow(await eva.browser.get("/"))).url.startswith(f"{pair.idp_url}/login")
    async with asyncio.timeout(ARRIVES_SECONDS):
        while is_portal(page := await eva.at_the_portal(), eva):  # noqa: ASYNC110 - asked over HTTP, as a browser does
            await asyncio.sleep(0.05)
    assert page.url.startswith(f"{pair.idp_url}/login")
    assert "That did not work" in (await eva.log_in(page)).text
    assert pair.sessions("eva") == []
