"""What `lockstep idp app rule …` prints: lists, tests, and what would change, as text or as JSON."""

from typing import Any

import msgspec

from lockstep.cli.output import counted, print_json, say
from lockstep.idp.apps.connectors import SEPARATOR, Given
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.evaluate import Verdict, group_rules
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.apps.rules.typed import role_names
from lockstep.idp.apps.rules.wire import write_rule
from lockstep.idp.apps.rules.words import actions_words, conditions_words, parameter_words
from lockstep.idp.provisioning.preview import GroupPreview, Preview, Tested, of_person, preview
from lockstep.idp.provisioning.reach import touched_by
from lockstep.kit.db import Connection


def listed(c: Connection, app: App, found: actions.Rules, *, json: bool) -> None:
    """The rules, in their order."""
    if json:
        for place, one in enumerate(found.edited, 1):
            values = msgspec.to_builtins(one)
            print_json({"place": place, **values, "action": values["actions"][0], "applied": one in found.applied.rules})
        return
    roles = role_names(c)
    for place, one in enumerate(found.edited, 1):
        off = "" if one.enabled else " (disabled)"
        say(f"{place}\t{one.name}{off}\t{conditions_words(one, {}, roles)}\t{actions_words(one, app.name, {})}")
    if not found.edited:
        say(f"{app.name} has no rules: each role is the group of its name.")
    elif not group_rules(found.edited):
        say("No rule sets Groups, so each role is the group of its name.")
    if found.pending:
        say(f"Not applied yet. What would change: lockstep idp app rule {app.name} --preview")
        say(f"Apply: lockstep idp app rule {app.name} --apply")


def exported(found: actions.Rules) -> None:
    """The rules as OneLogin's API writes them, one on each line."""
    for place, one in enumerate(found.edited, 1):
        print_json(write_rule(one, place))


def person(c: Connection, app: App, found: actions.Rules, user: str, *, json: bool) -> None:
    """The rules, tried with one person."""
    tried = of_person(c, app, found.edited, user)
    lines = [_line(one, tried) for one in tried.verdicts]
    names = sorted({fed.name for fed in tried.groups})
    if json:
        who = {"user_name": tried.user.user_name, "has_app": tried.has_app, "groups": names}
        print_json({**who, "values": _lists(tried.values), "own": _lists(tried.own), "rules": lines})
        return
    say(f"{tried.user.user_name}: {', '.join(names) or 'no group'}")
    for key, values in sorted(tried.values.items()):
        say(f"  {key}: {SEPARATOR.join(values)} (by {tried.deciders[key].name})")
    for key, values in sorted(tried.own.items()):
        say(f"  {key}: {SEPARATOR.join(values)} (at their login, whatever rules say)")
    for line in lines:
        sets = _sets(line)
        word = "decides" if line["decides"] else "a later rule wins" if sets else "sets nothing"
        say(f"  {line['rule']}: {word}" + (f" ({sets})" if sets else ""))
    if not tried.has_app:
        say(f"  {tried.user.user_name} does not have {app.name}, and so is not there.")


def _lists(given: Given) -> dict[str, list[str]]:
    return {key: list(values) for key, values in given.items()}


def _line(one: Verdict, tried: Tested) -> dict[str, Any]:
    return {
        "rule": one.rule.name,
        "applies": one.applies,
        "conditions": list(one.holds),
        "groups": sorted({fed.name for fed in one.groups}),
        "values": _lists(one.values),
        "decides": one.rule in [tried.deciders[key] for key in (*((GROUPS,) if one.groups else ()), *one.values)],
    }


def _sets(line: dict[str, Any]) -> str:
    groups = [", ".join(line["groups"])] if line["groups"] else []
    return "; ".join([*groups, *(f"{key}: {SEPARATOR.join(values)}" for key, values in line["values"].items())])


def changes(c: Connection, app: App, found: actions.Rules, *, json: bool) -> None:
    """What would change if the rules were applied."""
    shown = preview(c, app, found.applied.rules, found.edited)
    if json:
        print_json({"pending": found.pending, **_values_of(shown)})
        return
    for one in shown.groups:
        say(f"{_change(one)}\t{counted(one.members, 'member')} after: {one.added} come, {one.removed} go")
    for value in shown.values:
        few = ", ".join(f"{name}: {before or '–'} → {after or '–'}" for name, before, after in value.few)
        more = " …" if value.people > len(value.few) else ""
        say(f"set {value.parameter}	{_people(value.people)}: {few}{more}")
    say(f"{counted(len(shown.groups), 'group')} would change, {counted(shown.same, 'group')} would stay as before.")


def _values_of(shown: Preview) -> dict[str, Any]:
    groups = [
        {"before": one.before, "after": one.after, "members": one.members, "added": one.added, "removed": one.removed}
        for one in shown.groups
    ]
    values = [
        {
            "parameter": one.parameter,
            "people": one.people,
            "few": [{"user_name": name, "before": before, "after": after} for name, before, after in one.few],
        }
        for one in shown.values
    ]
    return {"people": shown.people, "same": shown.same, "groups": groups, "values": values}


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _change(one: GroupPreview) -> str:
    if not one.before:
        return f"make {one.after}"
    if not one.after:
        return f"delete {one.before}"
    return f"rename {one.before} to {one.after}" if one.before != one.after else f"members {one.after}"


def touched(c: Connection, app: App, found: actions.Rules, rule: Rule, *, json: bool) -> None:
    """Everyone whom a rule touches, and what it sets for them."""
    after, people = "", 0
    while True:
        page = touched_by(c, app, found.edited, rule, after)
        for one in page.people:
            people += 1
            if json:
                sets = [{"parameter": key, "value": value, "decides": key not in one.beaten} for key, value in one.sets]
                print_json({"user_name": one.user.user_name, "employee_id": one.user.employee_id, "sets": sets})
            else:
                sets_words = [
                    f"{parameter_words(key)}: {value}" + (" (a later rule wins)" if key in one.beaten else "")
                    for key, value in one.sets
                ]
                say(f"{one.user.user_name}\t{'; '.join(sets_words) or 'finds no value'}")
        after = page.after
        if not after:
            break
    if not json:
        say(f"{rule.name} touches {_people(people)}.")
