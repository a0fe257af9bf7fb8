"""Security > Certificates."""

from lockstep.idp.console.certificates import HOME, WORD
from lockstep.idp.signin.certificates import actions
from lockstep.idp.signin.certificates.store import all_certificates
from lockstep.saml.keys import SigningKey, new_signing_key
from tests.idp.console.world import ADMIN, World, press


async def test_a_roll_over(world: World, signing_key: SigningKey) -> None:
    browser = await world.signed_in()
    empty = await browser.get(HOME)
    assert "No certificates" in empty.text
    with world.changing() as c:
        actions.add(c, world.engine.vault, new_signing_key("x", now_ms=world.now, days=100, bits=2048), world.now)
    made = await press(browser, empty, HOME)
    assert "Certificate 2 has been made. Give the metadata to every service provider, then activate it." in made.text
    ended = await press(browser, made, "/2/activate")  # the fixture's key has begun long ago
    assert "Certificate 2 has ended on" in ended.text
    with world.db.read() as c:
        other = next(one for one in all_certificates(c) if one.state.value != "active")
    asked = await browser.get(f"{HOME}/{other.id}/remove")
    assert "You can't undo this action." in asked.text
    gone = await press(browser, asked, f"/{other.id}/remove")
    assert f"Certificate {other.id} has been removed." in gone.text
    assert world.events("certificate.deleted")[-1]["actor"] == ADMIN
    assert (await browser.get(f"{HOME}/77/remove")).status == 409


async def rolled_over(world: World) -> None:
    """Certificate 1 signed until now, and 2 signs."""
    with world.changing() as c:
        for _ in range(2):
            key = new_signing_key("x", now_ms=world.now, days=100, bits=2048)
            actions.add(c, world.engine.vault, key, world.now)
        actions.activate(c, 2, world.now)


async def test_what_it_signed_may_still_be_valid(world: World) -> None:
    await rolled_over(world)
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/1/remove")
    assert "may be valid until" in asked.text
    wrong = await press(browser, asked, "/1/remove", word="remove")
    assert wrong.status == 422
    assert 'value="remove"' in wrong.html
    assert "Type REMOVE, in capitals." in wrong.text
    assert "--" not in wrong.text
    assert "Certificate 1 has been removed." in (await press(browser, asked, "/1/remove", word=WORD)).text


async def test_an_old_one_goes_without_a_word_and_the_one_that_signs_not_at_all(world: World) -> None:
    await rolled_over(world)
    browser = await world.signed_in()
    signs = await browser.get(f"{HOME}/2/remove")
    assert "This certificate signs." in signs.text
    token = signs.form("/admin/logout").value("csrf")
    refused = await browser.post(f"{HOME}/2/remove", [("csrf", token), ("word", WORD)])
    assert refused.status == 409
    assert "Certificate 2 signs: activate another one first." in refused.text
    world.now += 700_000
    asked = await browser.get(f"{HOME}/1/remove")
    assert "may be valid until" not in asked.text
    assert "Certificate 1 has been removed." in (await press(browser, asked, "/1/remove")).text


async def test_an_old_one_is_activated_again(world: World) -> None:
    await rolled_over(world)
    browser = await world.signed_in()
    done = await press(browser, await browser.get(HOME), "/1/activate")
    assert "Certificate 1 signs from now on." in done.text
