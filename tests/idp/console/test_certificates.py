"""Security > Certificates."""

from lockstep.idp.console.certificates import HOME
from lockstep.idp.signin.certificates import actions
from lockstep.idp.signin.certificates.store import all_certificates
from lockstep.saml.keys import SigningKey
from tests.idp.console.world import ADMIN, World, press


async def test_a_roll_over(world: World, signing_key: SigningKey) -> None:
    from lockstep.saml.keys import new_signing_key

    browser = await world.signed_in()
    empty = await browser.get(HOME)
    assert "No certificates" in empty.text
    with world.changing() as c:
        actions.add(c, world.engine.vault, new_signing_key("x", now_ms=world.now, days=100, bits=2048), world.now)
    made = await press(browser, empty, HOME)
    assert "Certificate 2 has been made. Give the metadata to every service provider, then activate it." in made.text
    active = await press(browser, made, "/2/activate")
    if "has ended" not in active.text:
        assert "Certificate 2 signs from now on." in active.text
    with world.db.read() as c:
        other = next(one for one in all_certificates(c) if one.state.value != "active")
    asked = await browser.get(f"{HOME}/{other.id}/remove")
    assert "You can't undo this action." in asked.text
    gone = await press(browser, asked, f"/{other.id}/remove")
    assert f"Certificate {other.id} has been removed." in gone.text
    assert world.events("certificate.deleted")[-1]["actor"] == ADMIN
    assert (await browser.get(f"{HOME}/77/remove")).status == 409
