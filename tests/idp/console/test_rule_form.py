"""The form of a rule: conditions and actions in rows, and what is wrong beside its field."""

import pytest

from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from tests.idp.console.ruling import EDIT, PAGE, PLAIN, PREVIEW, in_force, kept, save
from tests.idp.console.world import ADMIN, OPEN, World, address, press


async def test_a_rule_of_the_guide_from_the_form_to_the_target(world: World) -> None:
    world.set(*OPEN)
    browser = await world.signed_in()
    form = await browser.get(EDIT)
    for words in ("Conditions", "Actions", "Set Groups in aws", "Map from OneLogin", "For each", "with value that matches"):
        assert words in form.text
    saved = await save(browser, name="Readers", pattern_0="Read(.*)")
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
        mode_0="existing",
        names_0="Alpha\r\n\r\n Beta \r\nAlpha",
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
    changed = await press(browser, again, EDIT, **{**PLAIN, "rule": "1", "rows": "0", "name": "Few", "pattern-0": "x"})
    assert "“Few” has been saved" in changed.text
    assert [(rule.name, rule.enabled) for rule in kept(world)] == [("Few", True)]


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": ""}, "name", "Give the rule a name."),
    ({"pattern-0": "(a"}, "pattern-0", "This pattern cannot be used"),
    ({"pattern-0": ""}, "pattern-0", "Write a pattern"),
    ({"mode-0": "existing", "names-0": " \r\n"}, "names-0", "Write at least one value."),
    ({"for-each-0": "shoes"}, "for-each-0", "no such user attribute"),
    ({"for-each-0": "custom"}, "for-custom-0", "Name the custom attribute."),
    ({"mode-0": "macro", "macro-0": ""}, "macro-0", "Write a text of 1 to"),
    ({"mode-0": "macro", "macro-0": "{shoes}"}, "macro-0", "no such user attribute"),
    ({"parameter-0": "shoes"}, "parameter-0", "The app has no such parameter"),
    ({"source-0": "last_login", "operator-0": "is greater than", "value-0": "x"}, "value-0", "Write a number of days"),
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
    answer = await press(browser, page, EDIT, **{**PLAIN, "pattern-0": "kept-.*", **first, **typed})
    assert answer.status == 422
    beside = answer.html.partition(f'id="f-{field}-error"')[2]
    assert words in beside[:400].replace("&#39;", "'")
    shown = {**first, **typed}
    for name in ("name", "value-0", "pattern-0"):
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


async def test_enter_saves(world: World) -> None:
    html = (await (await world.signed_in()).get(EDIT)).html
    assert html.index('value="save"') < html.index('value="more"')


async def test_several_actions_and_rows_that_come_and_go(world: World) -> None:
    browser = await world.signed_in()
    more = await save(browser, do="more-actions", pattern_0="kept-.*")
    form = more.form(EDIT)
    assert (form.value("actions"), form.value("pattern-0"), form.value("pattern-1")) == ("2", "kept-.*", ".*")
    two = {"actions": "2", "parameter_1": "title", "mode_1": "macro", "macro_1": "{firstinitial}. {lastname}"}
    less = await save(browser, do="drop-action-0", **two)
    assert (less.form(EDIT).value("actions"), less.form(EDIT).value("macro-0")) == ("1", "{firstinitial}. {lastname}")
    less = await save(browser, do="drop-condition-0", rows="2", source_0="title", value_0="a", source_1="email", value_1="b")
    assert less.form(EDIT).value("value-0") == "b"
    saved = await save(browser, name="Both", pattern_0="Read.*", **two)
    assert saved.url.endswith(PREVIEW)
    actions = (Mapped("role", "Read.*"), Macro("{firstinitial}. {lastname}", "title"))
    assert kept(world) == [Rule("Both", actions, id=1)]
    assert (
        "Set Groups in aws: for each Role with value that matches Read.*; Set title in aws: {firstinitial}. {lastname}"
        in (await browser.get(PAGE)).text
    )
    none = await save(browser, parameter_0="")
    assert (none.status, "Say what the rule sets." in none.text) == (422, True)
