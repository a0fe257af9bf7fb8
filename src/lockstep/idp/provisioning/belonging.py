"""Whether what a create found at the target could be somebody else of ours.

A sync decides as the take-over report does (`matching`), with those alone who are concerned: whoever of ours wants a name, an
externalId or an e-mail address that is in question.  They are found by index, so it costs the same among any number of people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import value_of
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.evaluate import value_rules
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import desired, links
from lockstep.idp.provisioning.matching import Ours, Theirs, Verdict, match_users, ours_of, theirs_of
from lockstep.idp.provisioning.picture import TAKEABLE
from lockstep.idp.provisioning.records import DesiredUser, Document, name_key
from lockstep.idp.provisioning.source import Source, given_to, people_given
from lockstep.kit.db import Connection

_KEYS = ("userName", "externalId", "emails")


@dataclass(slots=True)
class Wishes:
    """Who is given which userName, externalId and address, as far as no index of the directory says so: of one run.

    Made when it is first needed, by a look at everybody; what somebody is given is asked again before it counts.
    """

    _first: dict[Parameter, dict[str, str]] = field(default_factory=dict)
    _more: dict[Parameter, dict[str, list[str]]] = field(default_factory=dict)

    def holders(self, c: Connection, parameter: Parameter, value: str, rules: Sequence[Rule] = ()) -> list[User]:
        """Who may be given `value`, without regard to case; `rules` are those in force."""
        if not value:
            return []
        by_rules = any(action.parameter == parameter.key for rule in value_rules(rules) for action in rule.actions)
        by_index = None if parameter.macro or by_rules else _BY_INDEX.get(parameter.source)
        if by_index is not None:
            return by_index(c, value)
        if parameter not in self._first:
            self._read(c, parameter, rules if by_rules else ())
        key = name_key(value)
        first = self._first[parameter].get(key)
        keys = [] if first is None else [first, *self._more[parameter].get(key, ())]
        return directory.users_by_employee_ids(c, keys) if keys else []

    def _read(self, c: Connection, parameter: Parameter, rules: Sequence[Rule]) -> None:
        first: dict[str, str] = {}
        more: dict[str, list[str]] = {}
        for user, given in people_given(c, rules):
            key = name_key(value_of(parameter, user, given))
            if key and first.setdefault(key, user.employee_id) != user.employee_id:
                more.setdefault(key, []).append(user.employee_id)
        self._first[parameter], self._more[parameter] = first, more


def _by_employee_id(c: Connection, value: str) -> list[User]:
    user = directory.user_by_employee_id(c, value)
    return [] if user is None else [user]


def _by_user_name(c: Connection, value: str) -> list[User]:
    user = directory.user_by_user_name(c, value)
    return [] if user is None else [user]


_BY_INDEX = {
    "employee_id": _by_employee_id,
    "external_id": _by_employee_id,
    "user_name": _by_user_name,
    "username": _by_user_name,
    "email": directory.users_by_email,
}
"""Sources of parameters by which the directory finds people."""


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
        parameters = {one.key: one for one in self.source.parameters}
        for values in asked:
            for attribute, value in zip(_KEYS, values, strict=True):
                if attribute in parameters:
                    yield from self.wishes.holders(self.c, parameters[attribute], value, self.source.rules)

    def _document(self, user: User) -> DesiredUser:
        given = given_to(self.c, self.source.rules, user)
        return desired.for_user(user, self.source.parameters, self.source.app.settings, frozenset(), given)

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
