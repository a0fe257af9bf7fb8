"""Desired against links: what has to be done to users.  Pure; groups are in `plan_groups`.

Both streams are sorted by key, so that a plan for any number of people is made without holding them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from lockstep.idp.apps.settings import Settings
from lockstep.idp.apps.template.compiling import is_urn, schemas_of
from lockstep.idp.provisioning.records import Change, DesiredUser, Document, Kind, Stage, UserLink, digested, name_key
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.patch import diff

DAY_MS = 24 * 60 * 60 * 1000
SWAP = "swap-"
"""How a name begins that somebody has for a moment, while two swap theirs."""
LONGEST_NAME = 128
"""Characters of a userName at AWS."""

NameKind = Literal["userName", "email"]
Holder = Callable[[NameKind, str], str | None]
"""Who holds a userName or an e-mail address at the target, by our links: the person's key."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A link whose person has left (or has come back, `left` False), to be remembered with the plan."""

    link_id: int
    left: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A link to drop without a request: its object is gone at the target, and nobody wants it back."""

    link_id: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """Somebody who is left as they are, memberships included: by `leavers=nothing`, or while the app is tried with others."""

    key: str


UserStep = Change | Leaver | Forgotten | Ignored


def joined(desired: Iterable[DesiredUser], links: Iterable[UserLink]) -> Iterator[tuple[DesiredUser | None, UserLink | None]]:
    """Both streams side by side, by key.  Each must be sorted by key."""
    ours, theirs = iter(desired), iter(links)
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.key < other.key):
            yield one, None
            one = next(ours, None)
        elif one is None or other.key < one.key:
            yield None, other
            other = next(theirs, None)
        else:
            yield one, other
            one, other = next(ours, None), next(theirs, None)


def _nobody(_key: str) -> bool:
    return False


def for_users(
    desired: Iterable[DesiredUser],
    links: Iterable[UserLink],
    settings: Settings,
    holder: Holder,
    now: int,
    left_alone: Callable[[str], bool] = _nobody,
) -> Iterator[UserStep]:
    """What has to be done so that the users at the target are the desired ones.

    `left_alone` says of somebody who is linked and not desired that they are nevertheless no leaver.
    """
    for wanted, link in joined(desired, links):
        if wanted is not None:
            yield from for_user(wanted, link, holder)
        elif link is not None and left_alone(link.key):
            yield Ignored(link.key)
        elif link is not None:
            yield from for_leaver(link, settings, now)


def for_user(wanted: DesiredUser, link: UserLink | None, holder: Holder) -> Iterator[UserStep]:
    """What has to be done for one person who should be at the target."""
    if link is None or link.missing:
        yield _create(wanted, link, holder)
        return
    if link.left_at:
        yield Leaver(link.id, left=False)
    if wanted.document == link.value:
        return
    operations = diff(link.value, wanted.document)
    if not operations:
        return
    change = _update(wanted.document, link, operations, holder)
    if change.kind is Kind.SWITCH_OFF and change.needs:
        yield from _apart(wanted.document, link, holder)
    else:
        yield change


def _apart(document: Document, link: UserLink, holder: Holder) -> Iterator[Change]:
    """A switch-off never waits for a name: it goes by itself, and the rest follows once the name is free."""
    off = {**link.value, "active": False}
    yield _update(off, link, diff(link.value, off), holder)
    yield _update(document, replace(link, value=off), diff(off, document), holder)


def for_leaver(link: UserLink, settings: Settings, now: int) -> Iterator[UserStep]:
    """What has to be done for one person who should not be there (any more)."""
    if link.missing:
        yield Forgotten(link.id)
        return
    if not link.left_at:
        yield Leaver(link.id, left=True)
    if settings.leavers == "nothing":
        yield Ignored(link.key)
        return
    grace_ends = (link.left_at or now) + settings.grace_days * DAY_MS
    if settings.leavers == "delete" and link.made and now >= grace_ends:
        yield _delete(link)
    elif link.value.get("active", True):
        document = {**link.value, "active": False}
        yield _update(document, link, diff(link.value, document), lambda _kind, _name: None)


def name_of(document: Document) -> str:
    """What a person is called in lists: the userName."""
    return str(document.get("userName", ""))


def email_of(document: Document) -> str:
    """The one e-mail address of a document, "" without."""
    emails = document.get("emails") or [{}]
    return str(emails[0].get("value", ""))


def manager_of(document: Document) -> str:
    """The employee_id of the manager in a document, "" without."""
    manager = document.get(ENTERPRISE, {}).get("manager") or {}
    return str(manager.get("value", ""))


def with_manager(document: Document, manager: str) -> Document:
    """The document with another manager, or with none ("")."""
    extension = {name: value for name, value in document.get(ENTERPRISE, {}).items() if name != "manager"}
    if manager:
        extension["manager"] = {"value": manager}
    changed = {name: value for name, value in document.items() if name not in (ENTERPRISE, "schemas")}
    if extension:
        changed[ENTERPRISE] = extension
    changed["schemas"] = schemas_of(changed)
    return changed


def _needs(before: Document, after: Document, key: str, holder: Holder) -> tuple[str, ...]:
    """Whose changes must go first, because they hold a name that this document wants."""
    kinds: tuple[tuple[NameKind, Callable[[Document], str]], ...] = (("userName", name_of), ("email", email_of))
    found = {
        held_by: None
        for kind, read in kinds
        if (value := read(after)) and name_key(value) != name_key(read(before))
        if (held_by := holder(kind, value)) is not None and held_by != key
    }
    return tuple(found)


def _create(wanted: DesiredUser, link: UserLink | None, holder: Holder) -> Change:
    return digested(
        Change(
            kind=Kind.CREATE,
            object="user",
            key=wanted.key,
            name=name_of(wanted.document),
            stage=Stage.USERS,
            after=shown(wanted.document),
            payload={"document": wanted.document},
            link_id=link.id if link is not None else 0,
            action="create",
            needs=_needs({}, wanted.document, wanted.key, holder),
        )
    )


def _update(document: Document, link: UserLink, operations: list[dict[str, Any]], holder: Holder) -> Change:
    switched_off = bool(link.value.get("active", True)) and not document.get("active", True)
    before, after = differences(link.value, document)
    return digested(
        Change(
            kind=Kind.SWITCH_OFF if switched_off else Kind.UPDATE,
            object="user",
            key=link.key,
            name=name_of(document),
            stage=Stage.TAKEN_AWAY if switched_off else Stage.USERS,
            before=before,
            after=after,
            payload={"document": document, "operations": operations},
            link_id=link.id,
            target_id=link.target_id,
            action="delete" if switched_off else "update",
            limited="switch-offs" if switched_off else None,
            needs=_needs(link.value, document, link.key, holder),
        )
    )


def without_switch_off(change: Change, value: Document) -> Change | None:
    """What is left of a switch-off that is held: the person's other differences, or None."""
    document = {**change.payload["document"], "active": value.get("active", True)}
    operations = diff(value, document)
    if not operations:
        return None
    before, after = differences(value, document)
    return digested(
        replace(
            change,
            kind=Kind.UPDATE,
            stage=Stage.USERS,
            before=before,
            after=after,
            payload={"document": document, "operations": operations},
            action="update",
            limited=None,
            digest="",
        )
    )


def detour(change: Change, value: Document) -> Change:
    """The request before `change` in a swap: the person gives up, for a moment, the names that the other one is to get.

    `value` is what is known of them at the target; each name that `change` takes from them becomes one that nobody else has.
    """
    wanted, document = change.payload["document"], dict(value)
    mark = f"{SWAP}{change.digest[:8]}-"
    if name_key(name_of(wanted)) != name_key(name_of(value)):
        document["userName"] = (mark + name_of(value))[:LONGEST_NAME]
    if email_of(value) and name_key(email_of(wanted)) != name_key(email_of(value)):
        first, *others = value["emails"]
        document["emails"] = [{**first, "value": mark + email_of(value)}, *others]
    before, after = differences(value, document)
    return digested(
        replace(
            change,
            name=name_of(value),
            stage=Stage.NAMES_LENT,
            before=before,
            after=after,
            payload={"document": document, "operations": diff(value, document)},
            reason="for a moment: it swaps names with another person",
            needs=(),
            digest="",
        )
    )


def _delete(link: UserLink) -> Change:
    return digested(
        Change(
            kind=Kind.DELETE,
            object="user",
            key=link.key,
            name=name_of(link.value),
            stage=Stage.TAKEN_AWAY,
            before=shown(link.value),
            link_id=link.id,
            target_id=link.target_id,
            action="delete",
            limited="user-deletions",
        )
    )


def shown(document: Document) -> Document:
    """A document as a person reads it: one level, one value for each parameter, without what SCIM needs only for itself."""
    flat: Document = {}
    for name, value in document.items():
        if name == ENTERPRISE:
            flat.update({key: _plain(one) for key, one in value.items()})
        elif name in ("name", "addresses") or is_urn(name):
            flat.update(_members_of(name, value))
        elif name != "schemas":
            flat[name] = _plain(value)
    return flat


def _members_of(name: str, value: Any) -> Document:
    """The members of an object, or of the one object in a list, each under a name of its own."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(one, dict):
        return {name: value}
    return {f"{name}{':' if is_urn(name) else '.'}{key}": _plain(part) for key, part in one.items()}


def _plain(value: Any) -> Any:
    """The one value in `[{"value": …, …}]` or `{"value": …}`; anything else as it is."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value["value"] if isinstance(value, dict) and "value" in value else value


def differences(before: Document, after: Document) -> tuple[Document, Document]:
    """The attributes in which two documents differ, on each side."""
    one, other = shown(before), shown(after)
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return {name: one[name] for name in names if name in one}, {name: other[name] for name in names if name in other}
