"""Whether what a create found at the target could be somebody else of ours.

A sync decides as the take-over report does (`matching`), with those alone who are concerned: whoever of ours wants a name, an
externalId or an e-mail address that is in question.  They are found by index, so it costs the same among any number of people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.rules.evaluate import value_rules
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import desired, links
from lockstep.idp.provisioning.matching import Ours, Theirs, Verdict, match_users, ours_of, theirs_of
from lockstep.idp.provisioning.picture import TAKEABLE
from lockstep.idp.provisioning.plan import email_of, name_of
from lockstep.idp.provisioning.records import DesiredUser, Document, name_key
from lockstep.idp.provisioning.source import Source, given_to, people_given
from lockstep.kit.db import Connection

_IN_DOCUMENT: dict[str, Callable[[Document], str]] = {
    "userName": name_of,
    "externalId": lambda document: str(document.get("externalId", "")),
    "emails": email_of,
}
"""The attributes by which people are looked for, and where a document has them."""


@dataclass(slots=True)
class Wishes:
    """Who is given which userName, externalId and address, as far as no index of the directory says so: of one run.

    Made when it is first needed, by a look at everybody; what somebody is given is asked again before it counts.
    """

    _first: dict[str, dict[str, str]] = field(default_factory=dict)
    _more: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def holders(self, c: Connection, source: Source, attribute: str, value: str) -> list[User]:
        """Who may be given `value` in `attribute`, without regard to case."""
        if not value:
            return []
        field_name, key = source.recipe.fed_by(attribute)
        by_rules = any(action.parameter == key for rule in value_rules(source.rules) for action in rule.actions)
        by_index = None if by_rules else _BY_INDEX.get(field_name)
        if by_index is not None:
            return by_index(c, value)
        if attribute not in self._first:
            self._read(c, source, attribute)
        key = name_key(value)
        first = self._first[attribute].get(key)
        keys = [] if first is None else [first, *self._more[attribute].get(key, ())]
        return directory.users_by_employee_ids(c, keys) if keys else []

    def _read(self, c: Connection, source: Source, attribute: str) -> None:
        first: dict[str, str] = {}
        more: dict[str, list[str]] = {}
        for user, given in people_given(c, source.rules):
            key = name_key(_IN_DOCUMENT[attribute](source.recipe.writer(user, True, given)))
            if key and first.setdefault(key, user.employee_id) != user.employee_id:
                more.setdefault(key, []).append(user.employee_id)
        self._first[attribute], self._more[attribute] = first, more


def _by_employee_id(c: Connection, value: str) -> list[User]:
    user = directory.user_by_employee_id(c, value)
    return [] if user is None else [user]


def _by_user_name(c: Connection, value: str) -> list[User]:
    user = directory.user_by_user_name(c, value)
    return [] if user is None else [user]


_BY_INDEX = {
    "employee_id": _by_employee_id,
    "user_name": _by_user_name,
    "email": directory.users_by_email,
}
"""Fields by which the directory finds people."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Judges what was found for people of one app."""

    c: Connection
    source: Source
    target: int
    wishes: Wishes

    def why_not(self, key: str, document: Document, found: Sequence[Mapping[str, Any]]) -> str:
        """Why the first of `found` cannot be taken for the person `key`, who should be there as `document`; "" if it can.

        The others of `found` are users of the target who agree with the document in something else.
        """
        one = ours_of(DesiredUser(key, document))
        theirs = [theirs_of(resource) for resource in found]
        others = self._others(one, theirs)
        theirs, linked = self._with_linked(theirs, others)
        matches = {match.key: match for match in match_users([one, *others.values()], theirs, linked)}
        match, there = matches[key], theirs[0]
        if match.verdict is Verdict.CONFLICT:
            return f"{one.name} {match.why}"
        named = [other.name for other in others.values() if name_key(other.name) == name_key(there.name)]
        if named and name_key(there.name) != name_key(one.name):
            return f"{one.name} agrees with {there.name}, which is the userName of {named[0]} here"
        if match.number == 0 and match.verdict in (*TAKEABLE, Verdict.OTHER_ID):
            return ""
        known = next((other.name for other in matches.values() if other.number == 0 and other.key != key), "somebody else")
        return f"{one.name} agrees with {there.name or there.id}, who is {known} here"

    def is_what_was_sent(self, document: Document, found: Mapping[str, Any]) -> bool:
        """Whether `found` has the names under which we asked for it, so that no one else's wish can say otherwise."""
        sent, there = ours_of(DesiredUser("", document)), theirs_of(found)
        return name_key(sent.name) == name_key(there.name) and there.external in ("", sent.external)

    def ours(self, key: str) -> Document | None:
        """What a person should be at the target; None for somebody whom the directory does not know."""
        user = directory.user_by_employee_id(self.c, key)
        return None if user is None else self._document(user).document

    def _others(self, one: Ours, theirs: Sequence[Theirs]) -> dict[str, Ours]:
        """Everybody else who wants anything of what is in question, by employee_id."""
        found: dict[str, Ours] = {}
        for user in self._wanting([(one.name, one.external, one.email), *((it.name, it.external, it.email) for it in theirs)]):
            key = user.employee_id
            if key != one.key and key not in found and apps.has_app(self.c, self.source.app.id, user.id):
                found[key] = ours_of(self._document(user))
        return found

    def _wanting(self, asked: Sequence[tuple[str, str, str]]) -> Iterator[User]:
        for values in asked:
            for attribute, value in zip(_IN_DOCUMENT, values, strict=True):
                yield from self.wishes.holders(self.c, self.source, attribute, value)

    def _document(self, user: User) -> DesiredUser:
        given = given_to(self.c, self.source.rules, user)
        return desired.for_user(user, self.source.recipe, self.source.app.settings, frozenset(), given)

    def _with_linked(self, theirs: list[Theirs], others: Mapping[str, Ours]) -> tuple[list[Theirs], dict[str, str]]:
        """What was found, and whom the others are linked to; and the links of all these (id → employee_id)."""
        linked: dict[str, str] = {}
        for there in theirs:
            link = links.user_by_target_id(self.c, self.target, there.id)
            if link is not None:
                linked[there.id] = link.key
        known = [link for link in links.users_by_keys(self.c, self.target, others) if not link.missing]
        more = [theirs_of({**link.value, "id": link.target_id}) for link in known if link.target_id not in linked]
        linked.update((link.target_id, link.key) for link in known)
        return [*theirs, *more], linked
