"""Attributes for access control in the console."""

from lockstep.center.attributes import actions as attributes
from lockstep.center.attributes.records import PREFIX, Configuration
from lockstep.saml.records import Attribute
from tests.center.console.world import EVIL, Desk

COST = "${path:enterprise.costCenter}"


def configured(desk: Desk) -> Configuration | None:
    with desk.world.database.read() as connection:
        return attributes.configuration_of(connection, desk.world.instance)


async def test_attributes_are_enabled_managed_and_disabled(desk: Desk) -> None:
    browser, path = await desk.signed_in(), desk.path("settings", "attributes", "manage")
    answer = await browser.follow(await browser.submit(await browser.get(desk.path("settings")), "/attributes/enable"))
    assert "Now say which keys there are" in answer.text
    page = await browser.get(path)
    csrf = ("csrf", page.form("/manage").value("csrf"))
    more = await browser.post(path, [csrf, ("key", "A"), ("source", COST), ("do", "add")])
    assert [value for name, value in more.form("/manage").fields if name == "key"] == ["A", ""]
    rows = [("key", "A"), ("source", COST), ("key", ""), ("source", ""), ("key", "B"), ("source", "${path:title}")]
    saved = await browser.follow(await browser.post(path, [csrf, *rows, ("do", "save")]))
    assert "saved" in saved.text
    known = configured(desk)
    assert known is not None
    assert [(one.key, one.source) for one in known.attributes] == [("A", COST), ("B", "${path:title}")]
    await browser.post(path, [csrf, ("key", "b"), ("source", COST), ("do", "save")])
    known = configured(desk)
    assert known is not None
    assert [(one.key, one.source) for one in known.attributes] == [("b", COST)]
    await browser.post(path, [csrf, ("key", ""), ("source", ""), ("do", "save")])
    assert configured(desk) == Configuration(known.precedence)
    page = await browser.get(desk.path("settings", "attributes"))
    await browser.post(desk.path("settings", "attributes", "precedence"), [csrf, ("precedence", "assertion")])
    known = configured(desk)
    assert known is not None
    assert known.precedence == "assertion"
    page = await browser.get(desk.path("settings", "attributes", "disable"))
    assert (await browser.submit(page, "/disable", word="DISABLE")).status == 422
    await browser.submit(page, "/disable", word="DELETE")
    assert configured(desk) is None
    assert "Enable them first" in (await browser.follow(await browser.get(path))).text


async def test_a_wrong_attribute_stands_beside_its_error_and_nothing_is_saved(desk: Desk) -> None:
    desk.world.enable_attributes(Old="title")
    browser, path = await desk.signed_in(), desk.path("settings", "attributes", "manage")
    csrf = ("csrf", (await browser.get(path)).form("/manage").value("csrf"))
    rows = [(EVIL, COST), ("x" * 129, "${path:userName}"), ("Same", COST), ("same", COST), ("Good", EVIL), ("", COST)]
    sent = [pair for key, source in rows for pair in (("key", key), ("source", source))]
    answer = await browser.post(path, [csrf, *sent, ("do", "save")])
    assert answer.status == 422
    fields = answer.form("/manage").fields
    assert [value for name, value in fields if name == "key"] == [key for key, _ in rows]
    assert [value for name, value in fields if name == "source"] == [source for _, source in rows]
    assert EVIL not in answer.html
    assert answer.html.count('class="field-error"') == 6
    assert "keys are compared without case" in answer.text
    many = [pair for number in range(51) for pair in (("key", f"k{number}"), ("source", COST))]
    assert "at most 50 attributes" in (await browser.post(path, [csrf, *many, ("do", "save")])).text
    known = configured(desk)
    assert known is not None
    assert [one.key for one in known.attributes] == ["Old"]


async def test_the_list_says_when_a_value_last_arrived_and_which_keys_assertions_bring_beside(desk: Desk) -> None:
    desk.world.enable_attributes(Title="title", CostCenter="enterprise.costCenter", Name="userName")
    browser, path = await desk.signed_in(), desk.path("settings", "attributes")
    page = await browser.get(path)
    assert page.text.count("In no session") == 3
    assert "Seen in assertions" not in page.text
    sent = tuple(Attribute(PREFIX + key, ("x",)) for key in ("costcenter", "Team"))
    await desk.world.sign_in(desk.world.browser(), attributes=sent)
    page = await browser.get(path)
    assert page.text.count("In no session") == 1
    assert "UTC from the directory (SCIM)" in page.text
    assert "UTC in an assertion (SAML)" in page.text
    assert "Seen in assertions, not configured (1)" in page.text
    assert "Team" in page.text
