"""The tab Rules: what is saved is not in force, what would change is shown, a test says why."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.provisioning import reach
from tests.idp.console.ruling import EDIT, PAGE, PREVIEW, given, in_force, kept, named
from tests.idp.console.world import HOSTILE, OPEN, World, address, press


async def test_no_rules_say_what_is_so_without(world: World) -> None:
    page = await (await world.signed_in()).get(PAGE)
    for words in ("Rules", "Add Rule", "No rules", "Each role is the group of its name"):
        assert words in page.text
    assert "Nothing waits to be applied" in (await (await world.signed_in()).get(PREVIEW)).text


async def test_a_rule_about_a_role_that_is_gone_says_so(world: World) -> None:
    given(world, named("A", conditions=(Condition("role", "equals", "99"),)))
    browser = await world.signed_in()
    assert "Role equals “a role that is deleted”" in (await browser.get(PAGE)).text
    assert (await browser.get(f"{EDIT}?rule=1")).status == 200


async def test_order_state_and_deletion(world: World) -> None:
    one, two = given(world, named("One"), named("Two"), apply=True)
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    moved = await press(browser, page, f"{PAGE}/{two.id}/move", to="up")
    assert "“Two” has been moved up. A later rule wins." in moved.text
    assert [rule.name for rule in kept(world)] == ["Two", "One"]
    await press(browser, moved, f"{PAGE}/{two.id}/move", to="down")
    off = await press(browser, moved, f"{PAGE}/{one.id}/enable", to="off")
    assert "“One” is disabled, and not applied yet." in off.text
    assert [(rule.name, rule.enabled) for rule in kept(world)] == [("One", False), ("Two", True)]
    asked = await browser.get(f"{PAGE}/{two.id}/delete")
    assert "Delete rule" in asked.text
    assert len(kept(world)) == 2
    gone = await press(browser, asked, f"{PAGE}/{two.id}/delete")
    assert "“Two” has been deleted, which is not applied yet." in gone.text
    last = await browser.get(f"{PAGE}/{one.id}/delete")
    assert "It is the last rule that sets Groups: without any, each role is the group of its name again." in last.text
    thrown = await press(browser, gone, f"{PAGE}/discard")
    assert "The changes have been thrown away" in thrown.text
    assert [(rule.name, rule.enabled) for rule in kept(world)] == [("One", True), ("Two", True)]
    for path in (f"{EDIT}?rule=99", f"{PAGE}/99/delete"):
        assert (await browser.get(path)).status == 404
    csrf = thrown.form("/logout").value("csrf")
    for what in ("enable", "move", "delete"):
        assert (await browser.post(f"{PAGE}/99/{what}", [("csrf", csrf), ("to", "up")])).status == 404


async def test_a_test_with_one_person_says_which_rule_decides_and_why(world: World) -> None:
    sales = Condition("department", "equals", "Sales")
    given(world, named("All"), Rule("Sales", (Existing(("S",)),), conditions=(sales,)), named("Off", enabled=False))
    browser = await world.signed_in()
    alice = await browser.get(f"{PAGE}?user=ALICE@x.example")
    for words in ("Groups: Readers", "All : decides", "Department equals “Sales”: not so", "does not apply", "– disabled"):
        assert words in alice.text, words
    bob = await browser.get(f"{PAGE}?user=bob")
    for words in ("No rule gives this person a group.", "finds no value, so it sets nothing"):
        assert words in bob.text
    nobody = await browser.get(f"{PAGE}?user=nobody")
    assert "nobody" in nobody.html.partition('id="f-user-error"')[2][:300]
    assert 'value="nobody"' in nobody.html


async def test_a_test_while_a_later_rule_wins(world: World) -> None:
    given(world, named("First"), Rule("Second", (Existing(("S",)),)))
    page = await (await world.signed_in()).get(f"{PAGE}?user=alice")
    assert "First : a later rule wins (Readers)" in page.text
    assert "Second : decides (S)" in page.text


async def test_rules_while_groups_are_not_included_are_warned_about(world: World) -> None:
    given(world, named("One"))
    browser = await world.signed_in()
    text = "Rules set Groups, but “Include in User Provisioning” of the parameter Groups is off"
    page = await browser.get(PAGE)
    assert text in page.text
    assert f'href="{address("/parameters/groups")}"' in page.html
    world.set("groups=on")
    assert text not in (await browser.get(PAGE)).text


async def test_what_would_change_is_shown_before_anything_does(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    given(world, Rule("New", (Existing(("New",)),)))
    browser = await world.signed_in()
    page = await browser.get(PREVIEW)
    for words in ("Deleted", "Made", "alice@x.example, bob@x.example", "2 groups would change. People who come or go: 2."):
        assert words in page.text
    await world.sync()
    assert world.target.teams() == {"Readers": {"alice@x.example"}}


async def test_hostile_names_are_text(world: World) -> None:
    hostile = HOSTILE.replace("|", "")
    world.found(hostile, world.alice)
    given(world, Rule(hostile, (Existing((hostile,)),), conditions=(Condition("department", "equals", hostile),)))
    browser = await world.signed_in()
    for path in (PAGE, f"{EDIT}?rule=1", PREVIEW, f"{PAGE}/1/delete", f"{PAGE}?user={hostile}"):
        page = await browser.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "{{ 7*7 }}" in page.html


async def test_rules_of_another_app_are_not_there(world: World) -> None:
    given(world, named("One"))
    browser = await world.signed_in()
    for path in ("/rules", "/rules/edit", "/rules/preview"):
        assert (await browser.get(f"/admin/apps/99{path}")).status == 404


async def test_only_the_rules_that_were_shown_are_applied(world: World) -> None:
    given(world, named("One"))
    browser = await world.signed_in()
    page = await browser.get(PREVIEW)
    given(world, named("Two"))
    form = next(one for one in page.forms if any(name == "rules" for name, _ in one.fields))
    moved = await browser.follow(await browser.post(form.action, form.fields))
    assert "The rules have changed since this page was made, and nothing was applied." in moved.text
    assert in_force(world) == []
    again = next(one for one in moved.forms if any(name == "rules" for name, _ in one.fields))
    await browser.follow(await browser.post(again.action, again.fields))
    assert in_force(world) == ["One", "Two"]


async def test_a_preview_that_deletes_says_so(world: World) -> None:
    given(world, named("None", "ZZZ"))
    page = await (await world.signed_in()).get(PREVIEW)
    assert "Every group that there is would be deleted." in page.text
    world.found("Other")
    given(world, named("Some", "Oth.*"))
    assert "1 group would be deleted." in (await (await world.signed_in()).get(PREVIEW)).text


async def test_values_that_would_change_are_shown_and_then_sent(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    given(world, Rule("Title", (Existing(("Boss", "Cook"), "title"),), conditions=(Condition("email", "contains", "alice"),)))
    browser = await world.signed_in()
    page = await browser.get(PREVIEW)
    for words in (
        "No group and no membership would change.",
        "Values that would change: 1 parameter.",
        "alice@x.example: – → Boss;Cook",
    ):
        assert words in page.text, words
    await press(browser, page, address("/do/reapply"))
    await world.sync()
    assert {one.get("title") for one in world.target.users.values()} == {None, "Boss;Cook"}
    tested = await browser.get(f"{PAGE}?user=alice")
    for words in ("Groups: Readers", "title Boss;Cook by Title", "Title : decides (title: Boss;Cook)"):
        assert words in tested.text, words
    assert "No rule sets Groups, so each role is the group of its name." in tested.text


async def test_a_later_rule_may_win_for_a_part(world: World) -> None:
    given(world, Rule("First", (Existing(("T",), "title"), Existing(("G",)))), Rule("Second", (Existing(("U",), "title"),)))
    page = await (await world.signed_in()).get(f"{PAGE}?user=alice")
    assert "First : decides (G; title: T; a later rule wins for title)" in page.text


async def test_rules_are_dragged_into_another_order(world: World) -> None:
    one, two, three = given(world, named("One"), named("Two"), named("Three"))
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    assert 'data-order="rules"' in page.html and "order.js" in page.html
    done = await press(browser, page, f"{PAGE}/sort", order=f"{three.id} {one.id} {two.id}")
    assert "The rules have another order. A later rule wins." in done.text
    assert [rule.name for rule in kept(world)] == ["Three", "One", "Two"]
    for order in ("1", f"{one.id} {one.id} {two.id}", "x"):
        refused = await press(browser, page, f"{PAGE}/sort", order=order)
        assert "The rules have changed since this page was made" in refused.text
    assert [rule.name for rule in kept(world)] == ["Three", "One", "Two"]


async def test_whom_a_rule_touches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, nobody = given(
        world,
        Rule("First", (Mapped("role", "(.*)"), Existing(("T",), "title")), enabled=False),
        Rule("Second", (Existing(("U",), "title"),)),
        Rule("Nobody", (Existing(("U",), "title"),), conditions=(Condition("title", "equals", "Pope"),)),
    )
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}/{first.id}/people")
    for words in (
        "Whom “First” touches",
        "The rule is disabled.",
        "Groups: Readers",
        "title: T – a later rule wins",
        "alice@x.example",
    ):
        assert words in page.text, words
    assert "It holds of nobody who has the app." in (await browser.get(f"{PAGE}/{nobody.id}/people")).text
    monkeypatch.setattr(reach, "MOST", 1)
    monkeypatch.setattr(reach.touched_by, "__defaults__", ("", 1))
    page = await browser.get(f"{PAGE}/{second.id}/people")
    found = [page.text.count("@x.example")]
    link = page.html.partition("/people?after=")[2].partition('"')[0]
    page = await browser.get(f"{PAGE}/{second.id}/people?after={link}")
    assert [*found, page.text.count("@x.example")] == [1, 1]
    assert "End of the list" in page.text
    assert (await browser.get(f"{PAGE}/99/people")).status == 404


async def test_the_parameters_say_which_of_them_rules_set(world: World) -> None:
    given(world, named("G", enabled=False), Rule("T", (Existing(("x",), "title"), Existing(("y",), "title"))), apply=True)
    page = await (await world.signed_in()).get(address("/parameters"))
    assert "Groups By 1 rule" in page.text
    assert "title Title 1 rule may set it" in page.text
    assert page.text.count("may set it") == 1


async def test_a_rule_for_a_parameter_that_is_gone_is_warned_about(world: World) -> None:
    tag = Parameter("Tag", "none", macro=False, include_in_saml_assertion=True)
    with world.changing() as c:
        apps.set_parameter(c, world.app, tag, world.now)
    given(world, Rule("R", (Existing(("x",), "Tag"),)))
    browser = await world.signed_in()
    text = "The rule “R” sets Tag, which the app does not have any more."
    assert text not in (await browser.get(PAGE)).text
    with world.changing() as c:
        apps.remove_parameter(c, world.app, "Tag", world.now)
    assert text in (await browser.get(PAGE)).text
