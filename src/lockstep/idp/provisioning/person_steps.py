"""The steps of "provision on demand" for one person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import PARAMETER_KEYS, Given, provisioned, value_of
from lockstep.idp.apps.logins.actions import groups_of_user
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.evaluate import at_login, deciding
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.rules.words import Labels, fed_words
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import Role, Status, User
from lockstep.idp.provisioning import desired, links
from lockstep.idp.provisioning.common_steps import first, hindrances
from lockstep.idp.provisioning.groups.why import Way, app_ways, roles_of, way_words
from lockstep.idp.provisioning.plan import manager_of, name_of, shown
from lockstep.idp.provisioning.preview import of_person
from lockstep.idp.provisioning.records import DesiredUser, UserLink, name_key
from lockstep.idp.provisioning.shown import Step
from lockstep.idp.provisioning.source import Source, given_to
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the directory, or (`user` None) somebody who has left it and is linked still."""

    c: Connection
    source: Source
    target: int
    key: str
    user: User | None
    link: UserLink | None
    labels: Labels

    @property
    def has_app(self) -> bool:
        """Whether they should be at the target."""
        return self.user is not None and apps.has_app(self.c, self.source.app.id, self.user.id)

    @property
    def is_outside(self) -> bool:
        """Whether they have the app and are left as they are, because it is limited to others."""
        return self.has_app and self.source.is_outside(self.key)

    @property
    def name(self) -> str:
        """What they are called."""
        if self.user is not None:
            return self.user.user_name
        return self.key if self.link is None else name_of(self.link.value) or self.key

    @property
    def roles(self) -> list[Role]:
        """The roles that they have, and those that contain these."""
        return [] if self.user is None else nesting.roles_held(self.c, self.user.id)

    @property
    def ways(self) -> tuple[Way, ...]:
        """What gives them the app."""
        return () if self.user is None else app_ways(self.c, self.source.app, roles_of(self.c, self.user))


def steps_of(one: Person) -> Iterator[Step]:
    """What is known here; nothing is asked of the target."""
    yield _found(one)
    yield _in_scope(one)
    yield _attributes(one)
    if one.source.app.settings.groups:
        yield _groups(one)
    yield _known(one)


def _found(one: Person) -> Step:
    title, columns = "In the directory", ("Attribute", "Value")
    user = one.user
    if user is None:
        return Step("person", title, "stopped", "Not in the directory any more.", columns, (("External ID", one.key),))
    manager = directory.user_by_employee_id(one.c, user.manager_id) if user.manager_id else None
    rows = [
        ("Username", user.user_name),
        ("External ID", user.employee_id),
        ("Display name", user.display_name),
        ("Email", user.email),
        ("Department", user.department),
        ("Manager", user.manager_id if manager is None else f"{manager.user_name} ({user.manager_id})"),
    ]
    suspended = user.status == Status.SUSPENDED
    word = Status(user.status).name.replace("_", " ").capitalize()
    verdict = f"Found. Status: {word}."
    if suspended:
        off = one.source.app.settings.suspended == "suspend"
        verdict += (
            " Switched off at the target, and kept in the groups." if off else " The app leaves suspended people as they are."
        )
    return Step("person", title, "stopped" if suspended else "success", verdict, columns, tuple(row for row in rows if row[1]))


def _in_scope(one: Person) -> Step:
    title, columns = "In scope", ("Has the app by", "Because")
    app = one.source.app
    listed, more = first(
        [
            (way_words(way), f"the role has {app.name}") if way.path else ("everyone", f"everyone has {app.name}")
            for way in one.ways
        ]
    )
    if not one.has_app:
        if not apps.assignments(one.c, app.id):
            why = f"Nobody has {app.name} yet."
        elif one.user is None:
            why = f"Does not have {app.name} any more: they have left the directory."
        else:
            why = f"Does not have {app.name}: none of their roles gives it, and it is not for everyone."
        return Step("scope", title, "stopped", why)
    if one.is_outside:
        limited = f"{app.name} is limited to some people (pilot-role, pilot-people), and they are none of them"
        return Step("scope", title, "stopped", f"{limited}: they are left as they are.", columns, listed, more)
    blocked = hindrances(app)
    if blocked:
        verdict = f"Has {app.name}, but nothing is sent: {'; '.join(blocked)}."
        return Step("scope", title, "error", verdict, columns, listed, more)
    return Step("scope", title, "success", f"Has {app.name}.", columns, listed, more)


def _attributes(one: Person) -> Step:
    title = "What the app sends for them"
    settings = one.source.app.settings
    if one.user is None or not one.has_app:
        leaves = {
            "delete": f"Who leaves is switched off, and deleted after {settings.grace_days} days."
            if settings.grace_days
            else "Who leaves is deleted; who was taken over is switched off.",
            "suspend": "Who leaves is switched off.",
            "nothing": "Who leaves is left as they are.",
        }
        known = one.link is not None and not one.link.missing
        verdict = leaves[settings.leavers] if known else "Nothing: they should not be there, and are not."
        return Step("attributes", title, "stopped", verdict)
    if one.is_outside:
        return Step("attributes", title, "stopped", "Nothing, as long as the app is limited to others.")
    set_by = given_to(one.c, one.source.rules, one.user)
    document = desired.for_user(one.user, one.source.recipe, settings, one.source.logins, set_by)
    rows = _rows(one, one.user, document, set_by)
    rows.append(("active", "Status", "yes" if document.document["active"] else "no"))
    count = sum(value != "" for _, _, value in rows)
    verdict = f"{count} attributes have a value; an empty one is not sent, and is removed if it was there."
    return Step("attributes", title, "success", verdict, ("Attribute", "From", "Value"), tuple(rows))


def _rows(one: Person, user: User, wanted: DesiredUser, set_by: Given) -> list[tuple[str, str, str]]:
    """Each attribute with where it comes from: the parameter that feeds it, or the app's own template."""
    recipe = one.source.recipe
    if recipe.template is not None:
        there = shown(wanted.document)
        return [(name, "the SCIM JSON Template", str(value)) for name, value in there.items() if name != "active"]
    sent = [parameter for parameter in recipe.parameters if parameter.key in PARAMETER_KEYS and provisioned(parameter)]
    deciders, own = _deciders(one) if set_by else {}, recipe.own(user.employee_id)
    rows = []
    for parameter in sent:
        by = "this login’s own value" if parameter.key in own else ""
        by = by or (f"rule “{deciders[parameter.key].name}”" if parameter.key in set_by else "")
        if by:
            rows.append((parameter.key, by, value_of(parameter, user, recipe.given(user, set_by))))
        else:
            rows.append(_row(parameter, user, wanted, one.labels))
    return rows


def _deciders(one: Person) -> dict[str, Rule]:
    """Which rule sets each parameter that any sets."""
    found = of_person(one.c, one.source.app, one.source.rules, one.key)
    return deciding(found.verdicts)


def _row(parameter: Parameter, user: User, wanted: DesiredUser, labels: Labels) -> tuple[str, str, str]:
    """Where the value comes from, and what it is."""
    value = value_of(parameter, user)
    origin = f"macro {parameter.source}" if parameter.macro else labels.get(parameter.source, parameter.source)
    if parameter.key == "manager" and value and not manager_of(wanted.document):
        return parameter.key, f"{origin}: {value} does not have the app, so no manager is named", ""
    if parameter.key == "manager" and value:
        origin += ", sent as the id that they have at the target"
    return parameter.key, origin, value


def _groups(one: Person) -> Step:
    title, columns = "Groups", ("Group", "Because", "At the target")
    if one.user is None or not one.has_app:
        return Step("groups", title, "stopped", "None.")
    if one.is_outside:
        return Step("groups", title, "stopped", "None are changed for them, as long as the app is limited to others.")
    found = of_person(one.c, one.source.app, one.source.rules, one.user.employee_id)
    names = {role.group_id: role.name for role in one.roles}
    fed: dict[str, list[str]] = {}
    for each in (*found.groups, *at_login(groups_of_user(one.c, one.source.app, one.user.id))):
        fed.setdefault(each.name, []).append(fed_words(each, one.labels, names))
    listed, more = first([(name, ", ".join(fed[name]), _there(one, name)) for name in sorted(fed, key=str.casefold)])
    if not fed:
        return Step("groups", title, "info", "None: no rule and no role gives them one.")
    by = f" by the rule “{found.winner.name}”" if found.winner is not None else ""
    return Step("groups", title, "success", f"{_groups_words(len(fed))}{by}.", columns, listed, more)


def _there(one: Person, name: str) -> str:
    """Whether a group can have members yet."""
    link = links.group_by_key(one.c, one.target, name_key(name))
    return "not there yet: made by a sync" if link is None or link.missing else "there"


def _groups_words(number: int) -> str:
    return "1 group" if number == 1 else f"{number} groups"


def _known(one: Person) -> Step:
    title, columns = "Known at the target", ("What", "Value")
    link = one.link
    if link is None:
        verdict = "Not linked: as far as is known they are not there." + (
            " They would be created." if one.has_app and not one.is_outside else ""
        )
        return Step("known", title, "info", verdict)
    rows = [("id", link.target_id), ("made by", "Lockstep" if link.made else "somebody else; taken over")]
    if link.left_at:
        rows.append(("has left since", iso(link.left_at)))
    rows += _written(link)
    in_groups = links.groups_of_member(one.c, one.target, link.target_id)
    rows += [("in group", name) for name in in_groups]
    listed, more = first(rows)
    if link.missing:
        return Step(
            "known", title, "warning", "Gone: the target answered 404. They would be created again.", columns, listed, more
        )
    return Step(
        "known", title, "success", f"Linked to the user {link.target_id}; this was last written.", columns, listed, more
    )


def _written(link: UserLink) -> Sequence[tuple[str, str]]:
    """The last value, an attribute a row."""
    return [
        (name, "yes" if value is True else "no" if value is False else str(value)) for name, value in shown(link.value).items()
    ]
