"""The steps of "provision on demand" for one group."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.words import Labels, fed_words
from lockstep.idp.directory import store as directory
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.common_steps import first, hindrances
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.plan_groups import Match
from lockstep.idp.provisioning.shown import Step
from lockstep.idp.provisioning.source import Source
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is wanted, or linked, or both; `wanted` are employee_id → userName of who should be in it."""

    c: Connection
    source: Source
    target: int
    match: Match
    wanted: dict[str, str]
    labels: Labels

    @property
    def name(self) -> str:
        """What it is called here, or else at the target."""
        found = self.match.desired or self.match.link
        return "" if found is None else found.name


def steps_of(one: Group) -> Iterator[Step]:
    """What is known here; nothing is asked of the target."""
    yield _fed(one)
    yield _in_scope(one)
    yield _members(one)
    yield _known(one)


def _fed(one: Group) -> Step:
    title = "What feeds it"
    if one.match.desired is None:
        verdict = "Nothing any more: no role and no rule gives this group."
        return Step("fed", title, "stopped", verdict)
    names = {role.group_id: role.name for role in directory.roles(one.c)}
    fed = [fed_words(Fed(one.name, feeder), one.labels, names) for feeder in one.match.desired.feeders]
    listed, more = first([(words,) for words in fed])
    return Step("fed", title, "success", "1 source" if len(fed) == 1 else f"{len(fed)} sources", ("Fed by",), listed, more)


def _in_scope(one: Group) -> Step:
    title, app = "In scope", one.source.app
    blocked = hindrances(app)
    if not app.settings.groups:
        blocked.append("groups are not sent (Include in User Provisioning is off)")
    protecting = next(
        (pattern for pattern in app.settings.protected() if fnmatchcase(one.name.casefold(), pattern.casefold())), ""
    )
    if protecting:
        blocked.append(f"its name is on the protect list ({protecting}), so it is never touched")
    if blocked:
        return Step("scope", title, "error", f"Nothing is sent: {'; '.join(blocked)}.")
    return Step("scope", title, "success", f"{app.name} sends groups.")


def _members(one: Group) -> Step:
    title = "Who should be in it"
    if one.match.desired is None:
        link = one.match.link
        made = link is not None and link.made
        verdict = "Nobody: the group is deleted." if made else "Nobody: those whom Lockstep put in are taken out."
        return Step("members", title, "stopped", verdict)
    there = links.target_ids(one.c, one.target, one.wanted)
    rows = [
        (name, "at the target" if key in there else "not there yet: follows once they are") for key, name in one.wanted.items()
    ]
    rows.sort(key=lambda row: row[1] == "at the target")
    listed, more = first(rows)
    missing = len(one.wanted) - len(there)
    verdict = _people(len(one.wanted)) + (f"; {missing} of them not at the target yet." if missing else ".")
    return Step("members", title, "warning" if missing else "success", verdict, ("Member", "Their own account"), listed, more)


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _known(one: Group) -> Step:
    title, columns, link = "Known at the target", ("What", "Value"), one.match.link
    if link is None:
        return Step("known", title, "info", "Not linked: as far as is known it is not there. It would be created.")
    members = links.members(one.c, link.id)
    rows = [
        ("id", link.target_id),
        ("displayName", link.name),
        ("made by", "Lockstep" if link.made else "somebody else; taken over"),
        ("members", str(len(members))),
    ]
    known = {user.key: name_of(user.value) for user in links.users_by_keys(one.c, one.target, [key for _, key, _ in members])}
    rows += sorted(("member", known.get(key, f"id {member}")) for member, key, _ in members)
    listed, more = first(rows)
    if link.missing:
        return Step(
            "known", title, "warning", "Gone: the target answered 404. It would be created again.", columns, listed, more
        )
    return Step("known", title, "success", f"Linked to the group {link.target_id}.", columns, listed, more)
