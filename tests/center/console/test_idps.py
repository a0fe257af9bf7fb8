"""Changing the identity source in the console."""

from urllib.parse import urlencode

from lockstep.center.events import Operation
from lockstep.center.instances.idps import actions as idps
from lockstep.center.instances.idps.records import IdentityProvider
from tests.center.console.world import EVIL, Desk
from tests.center.signin.world import subsidiary
from tests.support.browser import Answer, Browser


def trusted(desk: Desk) -> list[IdentityProvider]:
    with desk.world.database.read() as connection:
        return idps.every(connection, desk.world.instance.name)


async def upload(desk: Desk, browser: Browser, file: bytes = b"", **values: str) -> Answer:
    """Send the form with a file, as a browser does."""
    page = await browser.get(desk.path("settings", "identity-source", "change"))
    fields = dict(page.form("/review").fields) | {"metadata": ""} | values
    fields.pop("file")
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    ]
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="idp.xml"\r\nContent-Type: text/xml\r\n\r\n'
    body = b"".join([*parts, head, file, b"\r\n--B--\r\n"])
    headers = [
        ("content-type", "multipart/form-data; boundary=B"),
        ("sec-fetch-site", "same-origin"),
        ("origin", browser.origin),
    ]
    return await browser.send("POST", page.form("/review").action, headers, body)


async def test_metadata_as_a_file_is_reviewed_and_accepted_with_the_typed_word(desk: Desk) -> None:
    browser, other = await desk.signed_in(), subsidiary()
    review = await upload(desk, browser, other.document, name="Subsidiary")
    assert review.status == 200
    assert other.entity_id in review.text
    assert len(trusted(desk)) == 1
    for typed in ("", "accept"):
        wrong = await browser.submit(review, "/change", word=typed)
        assert wrong.status == 422
        assert other.entity_id in wrong.text
        assert wrong.form("/change").value("word") == typed
    answer = await browser.follow(await browser.submit(wrong, "/change", word="ACCEPT"))
    assert "Identity source changed: Subsidiary" in answer.text
    assert {idp.name for idp in trusted(desk)} == {"Subsidiary", desk.world.idp.entity_id}
    assert desk.last(Operation.TRUST_IDP)["userIdentity"]["principalId"] == desk.admin  # type: ignore[index]


async def test_metadata_as_text_replaces_what_is_trusted(desk: Desk) -> None:
    browser = await desk.signed_in()
    review = await upload(desk, browser, metadata=desk.world.idp.document.decode(), unsolicited="")
    assert "is trusted already" in review.text
    await browser.submit(review, "/change", word="ACCEPT")
    [idp] = trusted(desk)
    assert not idp.unsolicited


async def test_wrong_metadata_says_why_and_keeps_what_was_typed(desk: Desk) -> None:
    browser = await desk.signed_in()
    for text in ("no XML", f"<a>{EVIL}</a>", desk.world.sp.entity_id):
        answer = await upload(desk, browser, metadata=text, name=EVIL)
        assert answer.status == 422
        assert "This metadata cannot be used" in answer.text
        assert answer.form("/review").value("name") == EVIL
        assert text in answer.text or EVIL in text
        assert EVIL not in answer.html
    assert "Choose the metadata file" in (await upload(desk, browser)).text
    assert "cannot be used" in (await upload(desk, browser, b"\xff\xfe")).text
    assert len(trusted(desk)) == 1


async def test_an_identity_provider_is_removed_with_the_typed_word(desk: Desk) -> None:
    browser = await desk.signed_in()
    path = desk.path("settings", "identity-source", "remove")
    page = await browser.get(f"{path}?{urlencode({'idp': desk.world.idp.entity_id})}")
    assert (await browser.submit(page, "/remove", word="REMOVE")).status == 422
    answer = await browser.follow(await browser.submit(page, "/remove", word="ACCEPT"))
    assert "is trusted no longer" in answer.text
    assert "No identity provider" in answer.text
    assert not trusted(desk)
    assert (await browser.get(f"{path}?idp=x%00")).status == 404
