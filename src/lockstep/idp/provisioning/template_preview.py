"""What a template would make of one person, beside what is remembered of them at the target.  Nothing is asked there."""

from dataclasses import dataclass, replace

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.template import actions as templates
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import desired, links
from lockstep.idp.provisioning.plan import differences, manager_of, with_manager
from lockstep.idp.provisioning.records import Document
from lockstep.idp.provisioning.source import given_to, source_of
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """One person by a template.

    `document` is what would be sent, the manager by the id that they have at the target, or, where they are not there yet, as
    `<employee_id>`; `there` what was last written (None for nothing); `changes` the attributes in which they differ, before
    and after ("" for nothing).
    """

    user: User
    has_app: bool
    document: Document
    there: Document | None
    changes: tuple[tuple[str, str, str], ...]


def preview(c: Connection, app: App, text: str, who: str) -> TemplatePreview:
    """What the template `text` ("" for the one in force) makes of a person, a user name or employee_id.

    Raises NotThereProblem for somebody whom nobody knows, TemplateProblem for a template that cannot be used.
    """
    user = find_user(c, who)
    source = source_of(c, app, asked=True)
    if text:
        templates.check(c, app, text)
        source = replace(source, recipe=templates.written(c, app, text, source.rules, source.recipe.own))
    given = given_to(c, source.rules, user)
    wanted = desired.for_user(user, source.recipe, app.settings, source.logins, given).document
    target = links.find_target(c, app.id, app.scim_url)
    link = links.user_by_key(c, target, user.employee_id) if target else None
    there = None if link is None or link.missing else link.value
    before, after = differences(there or {}, wanted)
    names = dict.fromkeys((*before, *after))
    changes = tuple((name, _text(before.get(name)), _text(after.get(name))) for name in names)
    has_app = apps.has_app(c, app.id, user.id)
    return TemplatePreview(user, has_app, _as_sent(c, target, wanted), there and _as_sent(c, target, there), changes)


def _as_sent(c: Connection, target: int, document: Document) -> Document:
    """The document with the manager as the target is told of them."""
    manager = manager_of(document)
    if not manager:
        return document
    known = links.target_ids(c, target, [manager]) if target else {}
    return with_manager(document, known.get(manager, f"<{manager}>"))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
