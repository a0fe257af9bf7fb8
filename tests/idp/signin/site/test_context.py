"""What the pages share: cookies by the public URL, keys, and the parts of an answer that no browser may keep."""

import asyncio

from starlette.requests import Request

from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.issuing import Refused
from lockstep.idp.signin.site.answering import refused_page
from lockstep.idp.signin.site.context import Context
from lockstep.kit.vault import Vault
from tests.idp.signin.world import World


async def test_cookies_follow_the_public_url(world: World) -> None:
    near = Context(world.runner, Vault(b"k" * 32), lambda: world.now, "http://127.0.0.1:8080")
    assert near.session_cookie.full_name == "lockstep_idp_session"
    assert world.context.session_cookie.full_name == "__Host-lockstep_idp_session"
    assert (world.context.session_cookie.same_site, world.context.browser_cookie.same_site) == ("lax", "none")
    await near.hasher.close()


async def test_the_first_certificate_is_made_once(each_world: World) -> None:
    context = each_world.context
    await asyncio.gather(*(context.ensure_certificate() for _ in range(5)))
    with each_world.db.read() as c:
        assert len(certificates.published(c)) == 1
        active = certificates.active(c)
    assert active is not None
    assert await context.key_of(active) is await context.key_of(active)


async def test_a_refusal_shows_its_words_as_text() -> None:
    request = Request({"type": "http", "headers": []})
    response = refused_page(request, Refused("<b>No</b>", "Ask <somebody>.", 409))
    assert response.status_code == 409
    assert b"&lt;b&gt;No&lt;/b&gt;" in bytes(response.body)
