"""Writes down what became of requests: the links, the state of the change, the event, in one transaction of the caller."""

from dataclasses import dataclass, field

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import ledger, links, retries
from lockstep.idp.provisioning.approval import removal_item
from lockstep.idp.provisioning.belonging import Belonging, Wishes
from lockstep.idp.provisioning.exchange import Contradiction, Outcome
from lockstep.idp.provisioning.failures import ANOTHERS_ID, CLAIMED, EXISTS, LINKED, Failure, cause_of
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.plan import manager_of, with_manager
from lockstep.idp.provisioning.records import Change, Document, Kind, State, Trouble
from lockstep.idp.provisioning.source import Source
from lockstep.idp.provisioning.touched import touch
from lockstep.kit.db import Connection

_DONE = {
    ("user", Kind.CREATE): EventType.USER_CREATED_IN_APP,
    ("user", Kind.UPDATE): EventType.USER_UPDATED_IN_APP,
    ("user", Kind.SWITCH_OFF): EventType.USER_SUSPENDED_IN_APP,
    ("user", Kind.DELETE): EventType.USER_DELETED_IN_APP,
    ("group", Kind.CREATE): EventType.GROUP_CREATED_IN_APP,
    ("group", Kind.RENAME): EventType.GROUP_RENAMED_IN_APP,
    ("group", Kind.MEMBERS): EventType.GROUP_MEMBERS_CHANGED_IN_APP,
    ("group", Kind.DELETE): EventType.GROUP_DELETED_IN_APP,
}
_FAILED = {
    ("user", Kind.CREATE): EventType.USER_CREATION_FAILED_IN_APP,
    ("user", Kind.UPDATE): EventType.USER_UPDATE_FAILED_IN_APP,
    ("user", Kind.SWITCH_OFF): EventType.USER_SUSPENSION_FAILED_IN_APP,
    ("user", Kind.DELETE): EventType.USER_DELETION_FAILED_IN_APP,
    ("group", Kind.CREATE): EventType.GROUP_CREATION_FAILED_IN_APP,
    ("group", Kind.RENAME): EventType.GROUP_RENAME_FAILED_IN_APP,
    ("group", Kind.MEMBERS): EventType.GROUP_MEMBERS_FAILED_IN_APP,
    ("group", Kind.DELETE): EventType.GROUP_DELETION_FAILED_IN_APP,
}


@dataclass(slots=True)
class Tally:
    """What a run has come to."""

    tried: int = 0
    applied: int = 0
    failed: set[ledger.What] = field(default_factory=set)
    """What failed and was not mended since."""
    unreachable: int = 0
    """Requests in a row to which no answer came."""
    gone: int = 0
    """Objects that were to be deleted, and were not there."""
    again: bool = False
    """Something was learnt (taken over, found, made anew) that only another plan brings in line."""
    contradictions: list[Contradiction] = field(default_factory=list)
    """Answers that deny what the target was believed to be able to do, and were not looked at yet."""
    denied: set[str] = field(default_factory=set)
    """What they denied so far."""
    wishes: Wishes = field(default_factory=Wishes)

    def mended(self, change: Change) -> None:
        """A change went through; with a create or a delete, everything that failed for the object before is past."""
        whole = change.kind in (Kind.CREATE, Kind.DELETE)
        about = (change.object, change.key)
        self.failed = {one for one in self.failed if one[:2] != about or not (whole or one[2] == change.kind.value)}

    @property
    def failed_objects(self) -> int:
        """Objects of which something failed and was not mended since."""
        return len({one[:2] for one in self.failed})


@dataclass(slots=True)
class Settler:
    """Settles the outcomes of one plan's requests."""

    c: Connection
    source: Source
    target: int
    plan: int
    now: int
    tally: Tally
    news: list[events.Event] = field(default_factory=list)
    _gone: list[Change] = field(default_factory=list)

    def settle(self, outcome: Outcome) -> None:
        """Write down one outcome."""
        change = outcome.request.change
        if _what(change) not in self.tally.failed:  # trying again is not another change
            self.tally.tried += 1
        self.tally.unreachable = self.tally.unreachable + 1 if outcome.unreachable else 0
        taken = outcome.target_id != "" and self._linked(change, outcome.target_id)
        claimed = "" if taken else self._claimed(outcome)
        if not taken and not claimed and (outcome.ok or self._known_again(outcome) or self._adopted(outcome)):
            self._done(outcome, change)
        elif outcome.found is not None and not taken and self.source.app.settings.adopt == "ignore":
            self._ignored(outcome, change)
        else:
            self._failed(outcome, change, claimed)

    def finish(self) -> None:
        """Append the events of everything that was settled."""
        events.append_many(self.c, self.news, self.now)
        self.news.clear()

    def forget_gone(self) -> None:
        """Forget what was to be deleted and was not there: so few that the target is believed."""
        for change in self._gone:
            if change.object == "user":
                links.drop_user(self.c, self.target, change.link_id, change.target_id)
            else:
                links.drop_group(self.c, change.link_id)
        self.tally.gone += len(self._gone)
        self._gone.clear()

    def _done(self, outcome: Outcome, change: Change) -> None:
        if outcome.ok:
            self._remember(outcome, change)
        self.tally.applied += 1
        ledger.set_states(self.c, self.plan, [(outcome.request.placed.position, State.DONE, "")])
        if not self._part_has_failed(change):
            if _lets_follow(change, self.source.app) and ledger.trouble_of(self.c, self.target, _what(change)) is not None:
                self._again(change)  # their groups' changes were approved without them
            self.tally.mended(change)
            ledger.end_trouble(self.c, self.target, _what(change))
        self._forget_decisions(outcome, change)
        self._event(_DONE[change.object, change.kind] if outcome.ok else _LINKED[change.object], change, "")

    def _part_has_failed(self, change: Change) -> bool:
        """Whether another request for the members of the same group has failed in this plan."""
        if change.kind is not Kind.MEMBERS:
            return False
        trouble = ledger.trouble_of(self.c, self.target, _what(change))
        return trouble is not None and trouble.plan == self.plan

    def _ignored(self, outcome: Outcome, change: Change) -> None:
        """What is there is somebody else's, and is left alone until what we want there changes."""
        ledger.decide(self.c, self.source.app.id, ledger.IGNORED, [change.digest], self.now)
        ledger.end_trouble(self.c, self.target, _what(change))
        reason = "exists at the target, and is left alone (adopt=ignore)"
        ledger.set_states(self.c, self.plan, [(outcome.request.placed.position, State.DROPPED, reason)])

    def _forget_decisions(self, outcome: Outcome, change: Change) -> None:
        items = [change.digest]
        if change.kind is Kind.MEMBERS:
            items += [removal_item(_group_id(outcome), member) for member, _ in outcome.request.remove]
        ledger.undecide(self.c, self.source.app.id, items)

    def _failed(self, outcome: Outcome, change: Change, claimed: str) -> None:
        if outcome.doubt:
            ledger.open_create(self.c, self.target, change, ledger.made_at(self.c, self.plan))
        if outcome.missing:
            self._missing(outcome, change)
        for member in outcome.missing_members:
            link = links.user_by_target_id(self.c, self.target, member)
            if link is not None:
                links.set_user_missing(self.c, self.target, link)
            else:
                self._stranger_gone(outcome, member)
        self.tally.failed.add(_what(change))
        error = claimed or self._explained(outcome, change)
        ledger.set_states(self.c, self.plan, [(outcome.request.placed.position, State.FAILED, error)])
        mends_itself = bool(outcome.missing or outcome.missing_members)
        self.tally.again = self.tally.again or mends_itself
        trouble = self._trouble(outcome, change, error, at_once=mends_itself)
        ledger.put_trouble(self.c, self.target, trouble)
        self._event(_FAILED[change.object, change.kind], change, error)

    def _trouble(self, outcome: Outcome, change: Change, error: str, *, at_once: bool) -> Trouble:
        """What is remembered of a failure; `at_once` for what the next plan mends."""
        before = ledger.trouble_of(self.c, self.target, _what(change))
        attempts, first_at = retries.failed_again(before, change, self.plan, self.now)
        cause = cause_of(Failure(error, outcome.status, outcome.scim_type, change.name))
        return Trouble(
            change.object,
            change.key,
            change.name,
            change.kind.value,
            attempts,
            self.now if at_once else retries.next_try(attempts, first_at, self.now),
            error,
            outcome.status,
            outcome.scim_type,
            cause.id,
            retries.subject(change),
            self.plan,
            first_at,
            self.now,
        )

    def _explained(self, outcome: Outcome, change: Change) -> str:
        if outcome.ok and outcome.found is None:
            return f"the target answered with {ANOTHERS_ID}"
        if outcome.found is None:
            return outcome.error
        if self._linked(change, outcome.target_id):
            return f"the target's {change.object} of that name {LINKED}"
        return (
            f"a {change.object} with this name exists at the target, and {EXISTS}: "
            "delete or rename it there, or take it over with `adopt=adopt` "
            f"or `lockstep idp takeover {self.source.app.name} --link`"
        )

    def _missing(self, outcome: Outcome, change: Change) -> None:
        if change.object == "user":
            link = links.user_by_key(self.c, self.target, change.key)
            if link is not None:
                links.set_user_missing(self.c, self.target, link)
            return
        group = links.group_by_target_id(self.c, self.target, _group_id(outcome))
        if group is not None:
            links.set_group_missing(self.c, self.target, group.id)

    def _claimed(self, outcome: Outcome) -> str:
        """Why the user who was found can be somebody else of ours, "" if they cannot."""
        change, found = outcome.request.change, outcome.found
        if found is None or change.object != "user":
            return ""
        document, belonging = change.payload["document"], Belonging(self.c, self.source, self.target, self.tally.wishes)
        link = links.user_by_key(self.c, self.target, change.key)
        known = link is not None and link.target_id == outcome.target_id
        if known or (outcome.ours and belonging.is_what_was_sent(document, found)):
            return ""
        why = belonging.why_not(change.key, document, [found, *outcome.besides])
        return why and (
            f"{CLAIMED}: {why}; `lockstep idp takeover {self.source.app.name}` shows both: "
            "correct the userName or externalId of one of the two, here or at the target"
        )

    def _stranger_gone(self, outcome: Outcome, member: str) -> None:
        """Somebody whom nobody here knows was to leave a group, and is deleted at the target: the group has them no more."""
        group = links.group_by_target_id(self.c, self.target, _group_id(outcome))
        if group is not None:
            links.drop_members(self.c, group.id, [member])
            touch(self.c, self.target, "group", [group.key])

    def _linked(self, change: Change, target_id: str) -> bool:
        """Whether an object of the target is linked already, to something else than what this change is about."""
        find = links.user_by_target_id if change.object == "user" else links.group_by_target_id
        link = find(self.c, self.target, target_id)
        return link is not None and link.key != change.key

    def _adopted(self, outcome: Outcome) -> bool:
        """Whether what exists at the target is taken over; the next plan brings it in line."""
        change = outcome.request.change
        if outcome.found is None or self.source.app.settings.adopt != "adopt":
            return False
        self._again(change)
        ledger.close_create(self.c, self.target, change.object, change.key)
        if change.object == "user":
            links.put_user(self.c, self.target, change.key, outcome.target_id, self._observed(outcome.found), made=False)
        else:
            name = str(outcome.found.get("displayName", change.name))
            feeders = change.payload["feeders"]
            link = links.put_group(self.c, self.target, change.key, name, outcome.target_id, feeders, made=False)
            self._remember_members(link, outcome, added=False)
        return True

    def _remember_members(self, link: int, outcome: Outcome, *, added: bool) -> None:
        """Those of ours who were in a group that was found; others in it are not ours to judge."""
        known = {member: links.user_by_target_id(self.c, self.target, member) for member in outcome.members}
        ours = [(member, user.key) for member, user in known.items() if user is not None]
        links.add_members(self.c, link, ours, added=added)

    def _known_again(self, outcome: Outcome) -> bool:
        """Whether what stands in the way of making an object anew is that object itself, which was believed to be gone."""
        change = outcome.request.change
        if outcome.found is None:
            return False
        if change.object == "user":
            user = links.user_by_key(self.c, self.target, change.key)
            if user is None or user.target_id != outcome.target_id:
                return False
            links.set_value(self.c, user.id, self._observed(outcome.found))
            links.manager_is_back(self.c, self.target, user.key, user.target_id)
        else:
            group = links.group_by_key(self.c, self.target, change.key)
            if group is None or group.target_id != outcome.target_id:
                return False
            links.set_group_found(self.c, group.id)
            self._remember_members(group.id, outcome, added=True)
        self._again(change)
        return True

    def _again(self, change: Change) -> None:
        """Something was learnt that only another plan brings in line."""
        self.tally.again = True
        touch(self.c, self.target, change.object, [change.key])
        if change.object == "group" and change.kind is Kind.CREATE:
            touch(self.c, self.target, "user", [key for key, _ in change.payload["add"] if key])

    def _observed(self, resource: Document) -> Document:
        def key_of(target_id: str) -> str | None:
            link = links.user_by_target_id(self.c, self.target, target_id)
            return None if link is None or link.missing else link.key

        return observed_by(self.source.recipe, resource, key_of)

    def _remember(self, outcome: Outcome, change: Change) -> None:
        remember = self._remember_user if change.object == "user" else self._remember_group
        remember(outcome, change)

    def _remember_user(self, outcome: Outcome, change: Change) -> None:
        document = outcome.request.document
        if outcome.request.keeps_manager:
            document = with_manager(document, links.manager_held(self.c, change.link_id))
        if change.kind is not Kind.DELETE and manager_of(document) != manager_of(change.payload["document"]):
            self._again(change)  # sent without a manager who was not there yet
        if change.kind is Kind.DELETE and outcome.missing:
            self._missing(outcome, change)
            self._gone.append(change)
        elif change.kind is Kind.DELETE:
            links.drop_user(self.c, self.target, change.link_id, change.target_id)
        elif change.kind is Kind.CREATE:
            ledger.close_create(self.c, self.target, "user", change.key)
            value = document if outcome.found is None else self._observed(outcome.found)
            if value != document:
                touch(self.c, self.target, "user", [change.key])
            links.put_user(self.c, self.target, change.key, outcome.target_id, value, made=True)
        else:
            links.set_value(self.c, change.link_id, document)

    def _remember_group(self, outcome: Outcome, change: Change) -> None:
        request = outcome.request
        if change.kind is Kind.DELETE and outcome.missing:
            self._missing(outcome, change)
            self._gone.append(change)
        elif change.kind is Kind.DELETE:
            links.drop_group(self.c, change.link_id)
        elif change.kind is Kind.RENAME:
            links.name_group(self.c, change.link_id, change.key, change.name, change.payload["feeders"])
            links.set_pushed(self.c, change.link_id, self.now)
        elif change.kind is Kind.CREATE:
            ledger.close_create(self.c, self.target, "group", change.key)
            feeders = change.payload["feeders"]
            link = links.put_group(self.c, self.target, change.key, change.name, outcome.target_id, feeders, made=True)
            links.add_members(self.c, link, request.add, added=True)
            links.set_pushed(self.c, link, self.now)
        else:
            found = links.group_by_target_id(self.c, self.target, _group_id(outcome))
            if found is not None:
                links.add_members(self.c, found.id, request.add, added=True)
                links.drop_members(self.c, found.id, [member for member, _ in request.remove])
                if not found.feeders:  # one that was taken over, and is let go once ours are out of it
                    touch(self.c, self.target, "group", [found.key])
                links.set_pushed(self.c, found.id, self.now)

    def _event(self, kind: EventType, change: Change, error: str) -> None:
        app = self.source.app
        self.news.append(
            events.Event(
                type=kind,
                actor="engine",
                user_name=change.name if change.object == "user" else "",
                app_id=app.id,
                app_name=app.name,
                object=change.object,
                object_name=change.name if change.object == "group" else "",
                notes=_notes(change),
                error_description=error,
            )
        )


_LINKED = {"user": EventType.USER_LINKED_IN_APP, "group": EventType.GROUP_LINKED_IN_APP}


def _what(change: Change) -> ledger.What:
    return change.object, change.key, change.kind.value


def _lets_follow(change: Change, app: App) -> bool:
    """Whether somebody who is made now may have been left out of changes of groups that have to be approved."""
    asked = app.settings.approve_create or app.settings.approve_update
    return asked and change.object == "user" and change.kind is Kind.CREATE


def _group_id(outcome: Outcome) -> str:
    return outcome.request.path.removeprefix("/Groups/")


def _notes(change: Change) -> str:
    """What was sent, by the names of attributes and by counts; never values."""
    if change.kind is Kind.MEMBERS:
        return f"{len(change.payload['add'])} added, {len(change.payload['remove'])} removed"
    if change.kind is Kind.RENAME:
        return f"was {change.before}"
    if change.kind is Kind.UPDATE or (change.kind is Kind.CREATE and change.object == "user"):
        return ", ".join(sorted({**(change.before or {}), **(change.after or {})}))
    if change.kind is Kind.CREATE:
        first = len(change.payload["add"])
        return "1 member" if first == 1 else f"{first} members"
    return ""


def quarantine(c: Connection, app: App, why: str, now: int) -> None:
    """Stop the app by itself, saying why; a person lets it run again."""
    apps.set_quarantine(c, app.id, why)
    event = events.Event(
        type=EventType.APP_QUARANTINED, actor="engine", app_id=app.id, app_name=app.name, error_description=why
    )
    events.append(c, event, now)
