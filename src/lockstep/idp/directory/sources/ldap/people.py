"""Entries as people.  Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap import dn
from lockstep.idp.directory.sources.ldap.records import ENTRY_DN, MANAGER_KEY, Entry, Plan
from lockstep.idp.directory.sources.ldap.values import NotTextError, has_expired, is_switched_off, moment_of, text_of
from lockstep.idp.directory.sources.records import Person, Values

UID, MANAGER, CHANGED = "uid", "manager", "modifyTimestamp"
_CONTROL, _EXPIRES = "userAccountControl", "accountExpires"


@dataclass(slots=True)
class Keys:
    """Which key an entry has, by its DN in any spelling; and whom a bare uid names."""

    by_spelling: dict[str, str] = field(default_factory=dict)
    by_uid: dict[str, str] = field(default_factory=dict)
    """"" for a uid that several people have: it names nobody."""
    where: dict[str, str] = field(default_factory=dict)
    """The DN of each key."""
    _by_name: dict[str, str] = field(default_factory=dict)
    _unread: list[str] = field(default_factory=list)
    """DNs that are not in `_by_name` yet: most directories spell them always the same, and none has to be taken apart."""

    def add(self, entry: Entry, key: str) -> None:
        """Note an entry."""
        self.by_spelling[entry.dn] = key
        self._unread.append(entry.dn)
        self.where[key] = entry.dn
        for uid in entry.values(UID):
            name = uid.decode("utf-8", "replace")
            self.by_uid[name] = key if self.by_uid.get(name, key) == key else ""

    def of(self, name: str) -> str | None:
        """The key of the entry that a DN names."""
        found = self.by_spelling.get(name)
        if found is not None:
            return found
        self._by_name |= {dn.normal(one): self.by_spelling[one] for one in self._unread}
        self._unread.clear()
        return self._by_name.get(dn.normal(name))


def asked(plan: Plan, *, uids: bool) -> tuple[str, ...]:
    """The attributes to ask the server for; `uids` where groups name their members so."""
    names = [name for name in plan.attributes if name not in (ENTRY_DN, MANAGER_KEY)]
    names += [plan.person_key, CHANGED, plan.disabled_attribute]
    names += [MANAGER] if MANAGER_KEY in plan.attributes else []
    names += [UID] if uids else []
    names += [_CONTROL, _EXPIRES] if plan.settings.flavour == "active-directory" else []
    return tuple({name.lower(): name for name in names if name}.values())


def key_of(entry: Entry, attribute: str, filter_name: str, faults: Faults) -> str:
    """The entry's key, "" where it has none, which is noted."""
    values = entry.values(attribute)
    if len(values) != 1:
        what = "no" if not values else "more than one"
        rest = f"{what} {attribute}, by which %s would be known: mend %s, choose another key, or let {filter_name} leave %s out"
        faults.add(f"entry has {rest % ('it', 'it', 'it')}", f"entries have {rest % ('they', 'them', 'them')}", entry.dn)
        return ""
    try:
        key = text_of(attribute, values[0])
    except NotTextError:
        key = ""
    if not key.strip():
        rest = f"a {attribute} that is no text, and cannot be known by it"
        faults.add(f"entry has {rest}", f"entries have {rest}", entry.dn)
        return ""
    return key


def note(keys: Keys, entry: Entry, attribute: str, filter_name: str, faults: Faults) -> str:
    """Note an entry by its key, and return that; "" where it has none or another entry has it, which is noted as a fault."""
    key = key_of(entry, attribute, filter_name, faults)
    other = keys.where.get(key)
    if other is not None:
        rest = "give each entry its own, or choose another key"
        faults.add(
            f"key is that of two entries: {rest}", f"keys are those of two entries: {rest}", f"{key} of {other} and {entry.dn}"
        )
        return ""
    if key:
        keys.add(entry, key)
    return key


def met(keys: Keys, entry: Entry, attribute: str, filter_name: str, faults: Faults) -> str:
    """The key of an entry of which the list of keys was read before; one that came or moved in the meantime is noted."""
    key = key_of(entry, attribute, filter_name, faults)
    if key and keys.where.get(key) != entry.dn:
        keys.add(entry, key)
    return key


@dataclass(slots=True)
class People:
    """Those who were read."""

    plan: Plan
    now: datetime
    keys: Keys
    faults: Faults
    found: list[Person] = field(default_factory=list)
    changed: datetime | None = None
    """The latest change that was seen."""
    _managers: list[tuple[dict[str, Values], Values]] = field(default_factory=list)

    def add(self, entry: Entry, key: str) -> None:
        """Take an entry."""
        attributes = self._attributes(entry)
        person = Person(key=key, attributes=attributes, where=f"entry {entry.dn}", disabled=self._is_disabled(entry))
        self.found.append(person)
        self.changed = later(self.changed, entry)
        if MANAGER_KEY in self.plan.attributes:
            self._managers.append((attributes, texts(entry, MANAGER, self.faults)))

    def name_managers(self) -> None:
        """Say who the managers are, once all the keys are known.  Who is not read here is nobody's manager."""
        for attributes, named in self._managers:
            found = tuple(key for key in map(self.keys.of, named) if key)
            if found:
                attributes[MANAGER_KEY] = found
        self._managers.clear()

    def _attributes(self, entry: Entry) -> dict[str, Values]:
        attributes: dict[str, Values] = {ENTRY_DN: (entry.dn,)} if ENTRY_DN in self.plan.attributes else {}
        for name in self.plan.attributes:
            found = texts(entry, name, self.faults)
            if found:
                attributes[name] = found
        return attributes

    def _is_disabled(self, entry: Entry) -> bool:
        plan = self.plan
        if plan.settings.flavour == "active-directory" and _is_off(entry, self.now, plan.settings.expired_is_disabled):
            return True
        if not plan.disabled_attribute:
            return False
        said = texts(entry, plan.disabled_attribute, self.faults)
        return plan.disabled_value.casefold() in [value.casefold() for value in said]


def _is_off(entry: Entry, now: datetime, expired_is_disabled: bool) -> bool:
    control, expires = (b"".join(entry.values(name)).decode("ascii", "replace") for name in (_CONTROL, _EXPIRES))
    return is_switched_off(control) or (expired_is_disabled and has_expired(expires, now))


def texts(entry: Entry, name: str, faults: Faults) -> Values:
    """The values of an attribute as text; what is none is noted."""
    try:
        return tuple(text_of(name, value) for value in entry.values(name) if value)
    except NotTextError:
        one = f"entry has a value of {name} that is no text in UTF-8: mend it, or do not read {name}"
        several = f"entries have values of {name} that are no text in UTF-8: mend them, or do not read {name}"
        faults.add(one, several, entry.dn)
        return ()


def later(before: datetime | None, entry: Entry) -> datetime | None:
    """The later one of a moment and an entry's last change."""
    values = entry.values(CHANGED)
    changed = moment_of(values[0].decode("ascii", "replace")) if values else None
    return max(filter(None, (before, changed)), default=None)


def flat(attributes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Attributes of a group, each in one text."""
    return {name: ";".join(values) for name, values in attributes.items()}
