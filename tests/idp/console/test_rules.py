"""The tab Rules: what is saved is not in force, what would change is shown, a test says why."""

from typing import Any

import pytest

from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.console.rule_form import typed_of
from lockstep.idp.directory.conditions.records import Condition
from tests.idp.console.world import ADMIN, HAND, HOSTILE, OPEN, World, address, press
from tests.support.browser import Answer, Browser

PAGE = address("/rules")
EDIT = f"{PAGE}/edit"
PREVIEW = f"{PAGE}/preview"
PLAIN = {"rule": "0", "rows": "1", "match": "all", "mode": "map", "for-each": "role", "enabled": "yes", "do": "save"}


def kept(world: World) -> list[Rule]:
    with world.db.read() as c:
        return list(actions.rules_of(c, world.app).edited)


def in_force(world: World) -> list[str]:
    with world.db.read() as c:
        return [rule.name for rule in actions.rules_of(c, world.app).applied.rules]


def given(world: World, *rules: Rule, apply: bool = False) -> list[Rule]:
    with world.changing() as c:
        saved = [actions.save(c, world.app, rule, world.now, actor=HAND) for rule in rules]
        if apply:
            actions.apply(c, world.app, world.now, actor=HAND)
    return saved


def named(name: str, pattern: str = ".*", **more: Any) -> Rule:
    return Rule(name, (Mapped("role", pattern),), **more)


async def save(browser: Browser, **typed: str) -> Answer:
    fields = {**PLAIN, "name": "AWS", "pattern": "(.*)", **{name.replace("_", "-"): value for name, value in typed.items()}}
    return await press(browser, await browser.get(EDIT), EDIT, **fields)


async def test_no_rules_say_what_is_so_without(world: World) -> None:
    page = await (await world.signed_in()).get(PAGE)
    for words in ("Rules", "Add Rule", "No rules", "Each role is the group of its name"):
        assert words in page.text
    assert "Nothing waits to be applied" in (await (await world.signed_in()).get(PREVIEW)).text


async def test_a_rule_of_the_guide_from_the_form_to_the_target(world: World) -> None:
    world.set(*OPEN)
    browser = await world.signed_in()
    form = await browser.get(EDIT)
    for words in ("Conditions", "Actions", "Set Groups in aws", "Map from OneLogin", "For each", "with value that matches"):
        assert words in form.text
    saved = await save(browser, name="Readers", pattern="Read(.*)")
    assert saved.url.endswith(PREVIEW)
    for words in ("“Readers” has been saved, and is not applied yet.", "Renamed from Readers", "1 group would change"):
        assert words in saved.text
    assert kept(world) == [Rule("Readers", (Mapped("role", "Read(.*)"),), id=1)]
    assert in_force(world) == []
    for page in (PAGE, address(), address("/users")):
        warned = await browser.get(page)
        assert "Rules have changed and are not applied yet" in warned.text
        assert warned.form("/do/reapply")
    done = await press(browser, saved, address("/do/reapply"))
    assert "Mappings are being reapplied" in done.text
    assert in_force(world) == ["Readers"]
    await world.sync()
    assert set(world.target.teams()) == {"ers"}
    assert "not applied yet" not in (await browser.get(PAGE)).text
    assert world.events("mapping.reapplied")[-1]["actor"] == ADMIN


async def test_from_existing_with_conditions_of_every_sort(world: World) -> None:
    browser = await world.signed_in()
    more = await save(browser, do="more", source_0="department", value_0="Sales|Research", name="Many")
    assert [name for name, _ in more.form(EDIT).fields if name.startswith("value-")] == ["value-0", "value-1"]
    assert 'value="Sales|Research"' in more.html
    done = await save(
        browser,
        name="Many",
        rows="6",
        match="any",
        mode="existing",
        names="Alpha\r\n\r\n Beta \r\nAlpha",
        source_0="department",
        operator_0="contains",
        value_0="a|b",
        source_1="role",
        operator_1="does not equal",
        value_1="Readers",
        source_2="status",
        operator_2="equals",
        value_2="active|Suspended",
        source_3="custom",
        custom_3="site",
        operator_3="begins with",
        value_3="Os",
        source_4="",
        value_4="dropped",
    )
    assert done.url.endswith(PREVIEW), done.text
    conditions = (
        Condition("department", "contains", "a|b"),
        Condition("role", "does not equal", str(world.role.id)),
        Condition("status", "equals", "1|2"),
        Condition("custom_attribute_site", "begins with", "Os"),
    )
    assert kept(world) == [Rule("Many", (Existing(("Alpha", "Beta")),), "any", conditions, id=1)]
    listed = await browser.get(PAGE)
    assert "Department contains “a” or “b” or Role does not equal “Readers” or Status equals “Active” or" in listed.text
    assert "custom_attribute_site begins with “Os”" in listed.text
    again = await browser.get(f"{EDIT}?rule=1")
    for value in ("a|b", "Readers", "Active|Suspended", "site", "Os"):
        assert f'value="{value}"' in again.html
    changed = await press(browser, again, EDIT, **{**PLAIN, "rule": "1", "rows": "0", "name": "Few", "pattern": "x"})
    assert "“Few” has been saved" in changed.text
    assert [(rule.name, rule.enabled) for rule in kept(world)] == [("Few", True)]


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": ""}, "name", "Give the rule a name."),
    ({"pattern": "(a"}, "pattern", "This pattern cannot be used"),
    ({"pattern": ""}, "pattern", "Write a pattern"),
    ({"mode": "existing", "names": " \r\n"}, "names", "Write at least one value."),
    ({"for-each": "shoes"}, "for-each", "no such user attribute"),
    ({"for-each": "custom"}, "for-custom", "Name the custom attribute."),
    ({"source-0": "role", "value-0": "Nobody"}, "value-0", "No role is called Nobody."),
    ({"source-0": "role", "value-0": ""}, "value-0", "Write the name of a role"),
    (
        {"source-0": "role", "value-0": "Readers", "operator-0": "contains"},
        "operator-0",
        "A role, a group, a status or a state equals",
    ),
    ({"source-0": "status", "value-0": "happy"}, "value-0", "Write a status, such as Active"),
    ({"source-0": "custom", "value-0": "x"}, "custom-0", "Name the custom attribute."),
    ({"source-0": "department", "operator-0": "contains", "value-0": ""}, "value-0", "Write a text to compare with."),
    ({"source-0": "department", "operator-0": "is", "value-0": "x"}, "operator-0", "Choose one of the list."),
    ({"source-0": "shoes", "value-0": "x"}, "source-0", "no such user attribute"),
]


@pytest.mark.parametrize(("typed", "field", "words"), WRONG)
async def test_wrong_input_stands_beside_its_field_and_keeps_what_was_typed(
    world: World, typed: dict[str, str], field: str, words: str
) -> None:
    browser = await world.signed_in()
    first = {"operator-0": "equals", "name": "kept name"}
    page = await browser.get(EDIT)
    answer = await press(browser, page, EDIT, **{**PLAIN, "pattern": "kept-.*", **first, **typed})
    assert answer.status == 422
    beside = answer.html.partition(f'id="f-{field}-error"')[2]
    assert words in beside[:400].replace("&#39;", "'")
    shown = {**first, **typed}
    for name in ("name", "value-0", "pattern"):
        assert not shown.get(name) or f'value="{shown[name]}"' in answer.html
    assert kept(world) == []
    assert world.events("app.rule_changed") == []


async def test_two_roles_of_one_name_are_told_apart_by_their_keys(world: World) -> None:
    other = world.found("Readers", world.bob)
    browser = await world.signed_in()
    refused = await save(browser, source_0="role", operator_0="equals", value_0="Readers")
    assert "Several roles are called Readers: write the group_id of one" in refused.text
    await save(browser, source_0="role", operator_0="equals", value_0=other.group_id)
    assert kept(world)[0].conditions == (Condition("role", "equals", str(other.id)),)
    assert f'value="{other.group_id}"' in (await browser.get(f"{EDIT}?rule=1")).html


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
    assert "It is the last rule: without any, each role is the group of its name again." in last.text
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


def test_a_rule_is_typed_as_it_is_kept() -> None:
    conditions = (Condition("role", "equals", "7|9"), Condition("custom_attribute_site", "contains", "x"))
    typed = typed_of(Rule("r", (Mapped("custom_attribute_team", "a"),), "any", conditions, False, 3), {"7": "Cooks"})
    assert (typed.id, typed.match, typed.mode, typed.for_each, typed.for_custom) == (3, "any", "map", "custom", "team")
    assert [(row.source, row.custom, row.value) for row in typed.rows] == [
        ("role", "", "Cooks|a role that is deleted"),
        ("custom", "site", "x"),
    ]
    assert (typed_of(Rule("r", (Existing(("A", "B")),)), {}).names, typed.enabled) == ("A\nB", False)


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


async def test_enter_saves(world: World) -> None:
    html = (await (await world.signed_in()).get(EDIT)).html
    assert html.index('value="save"') < html.index('value="more"')
