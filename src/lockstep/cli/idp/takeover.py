"""`lockstep idp takeover`: who of the target is who, before the first write; and taking them over."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.patience import Wait
from lockstep.cli.idp.runs import waited
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, print_json, say
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning.takeover_report import needs_a_person

FEW = 20
"""Of each kind that the text lists."""
_TITLES = (
    ("conflict", "Conflicts, left alone until you mend them there or here"),
    ("other_external_id", "With an externalId that nobody here has; taken over only with --other-external-ids"),
    ("case", "Differ in upper and lower case"),
    ("adopt", "Match"),
    ("create", "Not there; would be made"),
    ("unmatched", "There, and nobody's here; left alone"),
    ("protected", "On the protect list; never touched"),
)


def takeover(
    name: AppName,
    link: Annotated[bool, typer.Option("--link", help="Take over what matches without a conflict.  Sends nothing.")] = False,
    as_made: Annotated[
        bool,
        typer.Option(
            "--as-made",
            help="With --link: users with exactly our externalId, and groups by name, were made here, and may be deleted.",
        ),
    ] = False,
    other_ids: Annotated[
        bool,
        typer.Option(
            "--other-external-ids",
            help="With --link: also users whose externalId nobody here has, as after another identity provider.",
        ),
    ] = False,
    wait: Wait = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Read the target and say what would be taken over, what conflicts, what would be made.  Writes nothing there."""
    if (as_made or other_ids) and not link:
        raise typer.BadParameter("--as-made and --other-external-ids go with --link")
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
        orders = {"link": link, "as_made": as_made, "other_ids": other_ids}
        found = waited(engine, engine.order(app.id, "takeover", orders), json=json, wait=wait)
    if json:
        print_json(found)
    else:
        for line in _lines(name, found):
            say(line)
    if needs_a_person(found):
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)


def _lines(name: str, found: dict[str, Any]) -> Iterator[str]:
    yield f"Read the target in {counted(found['requests'], 'request')} (floor {found['floor']}); nothing was written there."
    yield from _side("user", found["users"], found["listed"]["users"])
    if found["groups_read"]:
        yield from _side("group", found["groups"], found["listed"]["groups"])
    else:
        yield f"Groups were not read, because they are not sent: lockstep idp app set {name} groups=on"
    yield from _name_ids(found)
    yield from _next(name, found)


def _side(thing: str, counts: dict[str, int], listed: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    taken, several = counts["adopt"] + counts["case"], f"{thing.capitalize()}s"
    yield (
        f"{several}: {taken} can be taken over ({counts['case']} in another case), {counts['conflict']} in conflict, "
        f"{counts['create']} to be made, {counts['unmatched']} nobody's, {counts['linked']} linked already"
    )
    for kind, title in _TITLES:
        if counts.get(kind):
            yield f"  {title} ({counts[kind]}):"
            few = listed.get(kind, [])[:FEW]
            yield from (f"    {_entry(one)}" for one in few)
            if counts[kind] > len(few):
                yield f"    … and {counts[kind] - len(few)} more"


def _entry(one: dict[str, Any]) -> str:
    """One user or group: who it is there, why not, and what would change."""
    text = str(one["name"] or one["id"])
    there = one.get("there")
    if there is not None and there["name"] != one["name"]:
        text += f" is {there['name']} there"
    if one.get("by"):
        text += f" (by {', '.join(one['by'])})"
    if one.get("why"):
        text += f": {one['why']}"
    if "after" in one:
        text += f"; would change: {', '.join({**one['before'], **one['after']})}"
    members = one.get("members")
    if members and (members["add"] or members["remove"]):
        text += f"; members +{members['add']} -{members['remove']}"
    return text


def _name_ids(found: dict[str, Any]) -> Iterator[str]:
    counts, listed = found["name_id"], found["listed"]["name_id"]
    if not counts["now"] and not counts["after"]:
        return
    yield f"Cannot sign in, because their userName is not the NameID of their assertion: {counts['now']} now"
    for one in listed[:FEW]:
        there = f"{one['there']} there" if one["there"] else f"{one['name']} is sent"
        yield f"  {there}, {one['name_id'] or 'nothing'} in the assertion{' (the next sync mends it)' if one['mended'] else ''}"
    if len(listed) > FEW:
        yield "  …"
    if counts["after"]:
        yield f"{counts['after']} still could not after a sync: let the parameters nameid and userName take the same attribute."


def _next(name: str, found: dict[str, Any]) -> Iterator[str]:
    taken = found.get("taken")
    if taken is None:
        users, groups = (found[kind]["adopt"] + found[kind]["case"] for kind in ("users", "groups"))
        if users or groups:
            yield f"Take over {counted(users, 'user')} and {counted(groups, 'group')}: lockstep idp takeover {name} --link"
        return
    yield (
        f"Taken over: {counted(taken['users'], 'user')} and {counted(taken['groups'], 'group')}. "
        f"{taken['made']} count as made here, and may be deleted later; the others are never deleted."
    )
    yield f"What differs: lockstep idp plan {name}"
