"""Rules in the world of the console's tests: made, looked at, saved by the form."""

from typing import Any

from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import Mapped, Rule
from tests.idp.console.world import HAND, World, address, press
from tests.support.browser import Answer, Browser

PAGE = address("/rules")
EDIT = f"{PAGE}/edit"
PREVIEW = f"{PAGE}/preview"
PLAIN = {
    "rule": "0",
    "rows": "1",
    "match": "all",
    "actions": "1",
    "parameter-0": "groups",
    "mode-0": "map",
    "for-each-0": "role",
    "enabled": "yes",
    "do": "save",
}


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
    fields = {**PLAIN, "name": "AWS", "pattern-0": "(.*)", **{name.replace("_", "-"): value for name, value in typed.items()}}
    return await press(browser, await browser.get(EDIT), EDIT, **fields)
