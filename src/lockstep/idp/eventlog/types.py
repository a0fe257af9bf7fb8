"""The types of events as OneLogin's API names them: `GET /api/1/events/types`.  Pure.

A type that OneLogin has keeps OneLogin's id.  Every other type has an id of our own, from 90,000,000 on: OneLogin's are far
below (facts 133).  It is computed from the dotted name, so it never changes, whatever comes and goes beside it, and a new type
has its own at once.  Of OneLogin's constant names 1 to 6, 12, 13, 15, 17 and 19 are known from its own clients (facts 132); the
others are its words in the same spelling (facts 134).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lockstep.idp.events import EventType as T

OWN_FROM = 90_000_000
"""Our own ids begin here, and end below 106,777,216."""
_OWN_BYTES = 3

_ALSO = {T.SIGNED_OUT: 7, T.PASSWORD_CHANGED: 11, T.CREDENTIAL_CREATED: 179, T.CREDENTIAL_DELETED: 180}
"""Types that OneLogin has, too, and that are stored without its id, because they were from the beginning."""

_ONELOGIN: dict[int, tuple[str, str]] = {
    1: ("APP_ADDED_TO_ROLE", "App %app% added to role %role%"),
    2: ("APP_REMOVED_FROM_ROLE", "App %app% removed from role %role%"),
    5: ("USER_LOGGED_INTO_ONELOGIN", "%user% logged into OneLogin"),
    6: ("USER_FAILED_ONELOGIN_LOGIN", "%user% failed authentication"),
    7: ("USER_LOGGED_OUT_OF_ONELOGIN", "%user% logged out of OneLogin"),
    8: ("USER_LOGGED_INTO_APP", "%user% logged into %app%"),
    11: ("USER_CHANGED_PASSWORD", "%user% changed password"),
    13: ("CREATED_USER", "%actor_user% created user %user%"),
    14: ("UPDATED_USER", "%actor_user% updated user %user%"),
    15: ("DEACTIVATED_USER", "%actor_user% deactivated user %user%"),
    16: ("ACTIVATED_USER", "%actor_user% activated user %user%"),
    17: ("DELETED_USER", "%actor_user% deleted user %user%"),
    19: ("USER_LOCKED", "%user% was locked"),
    21: ("USER_SUSPENDED", "%actor_user% suspended user %user%"),
    23: ("USER_TRIGGERED_BULK_OPERATION", "%actor_user% triggered a bulk operation"),
    25: ("PROVISIONING_EXCEPTION", "Exception while provisioning %app%"),
    26: ("PROVISIONING_EVENT", "Provisioning of %app%"),
    32: ("USER_REACTIVATED", "%actor_user% reactivated user %user%"),
    39: ("CONNECTOR_BROKEN", "The connector of %app% is broken"),
    51: ("USER_CREATED_IN_APP", "%user% created in %app%"),
    52: ("USER_UPDATED_IN_APP", "%user% updated in %app%"),
    53: ("USER_SUSPENDED_IN_APP", "%user% suspended in %app%"),
    54: ("USER_REACTIVATED_IN_APP", "%user% reactivated in %app%"),
    55: ("USER_DELETED_IN_APP", "%user% deleted in %app%"),
    56: ("UNMATCHED_USERS", "There are users in %app% that match nobody"),
    59: ("USER_LINKED_IN_APP", "%user% linked in %app%"),
    60: ("DEPROVISIONING_MODE_DO_NOTHING_WARNING", "%user% left as is in %app%: the deprovisioning mode is Do Nothing"),
    61: ("USER_SUSPENSION_FAILED_IN_APP", "%user% could not be suspended in %app%"),
    62: ("USER_REACTIVATION_FAILED_IN_APP", "%user% could not be reactivated in %app%"),
    63: ("USER_DELETION_FAILED_IN_APP", "%user% could not be deleted in %app%"),
    64: ("USER_CREATION_FAILED_IN_APP", "%user% could not be created in %app%"),
    65: ("USER_UPDATE_FAILED_IN_APP", "%user% could not be updated in %app%"),
    124: ("SAFE_ENTITLEMENTS_CACHE_ACTIVITY", "Activity of the entitlements cache of %app%"),
    125: ("NEW_ENTITLEMENTS_CREATION", "Creation of new entitlements in %app%"),
    135: ("CERTIFICATE_EXPIRATION_NOTICE", "A certificate expires soon"),
    147: ("USER_MANUALLY_ADDED_TO_ROLE", "%actor_user% added %user% to role %role%"),
    148: ("USER_MANUALLY_REMOVED_FROM_ROLE", "%actor_user% removed %user% from role %role%"),
    149: ("USER_AUTOMATICALLY_ADDED_TO_ROLE", "A mapping added %user% to role %role%"),
    150: ("USER_AUTOMATICALLY_REMOVED_FROM_ROLE", "A mapping removed %user% from role %role%"),
    177: ("CERTIFICATE_CREATED", "%actor_user% created a certificate"),
    178: ("CERTIFICATE_DELETED", "%actor_user% deleted a certificate"),
    179: ("API_CREDENTIAL_CREATED", "%actor_user% created an API credential"),
    180: ("API_CREDENTIAL_DELETED", "%actor_user% deleted an API credential"),
    189: ("MAPPING_ADDED", "%actor_user% added a mapping"),
    190: ("MAPPING_DELETED", "%actor_user% deleted a mapping"),
    191: ("MAPPING_DISABLED", "%actor_user% disabled a mapping"),
    192: ("MAPPING_ENABLED", "%actor_user% enabled a mapping"),
    193: ("MAPPING_UPDATED", "%actor_user% updated a mapping"),
    194: ("USER_FIELD_ADDED", "%actor_user% added a user field"),
    195: ("USER_FIELD_DELETED", "%actor_user% deleted a user field"),
    202: ("MAPPINGS_REAPPLIED", "%actor_user% reapplied mappings"),
    206: ("LOGIN_MANUALLY_ADDED", "%actor_user% added %user% to %app%"),
    207: ("LOGIN_MANUALLY_REMOVED", "%actor_user% removed %user% from %app%"),
    208: ("PROVISIONING_RETRIEVED", "Provisioning of %app% retrieved"),
}
_OBJECTS = {"user": " %user%", "app": " %app%", "role": " %role%"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of event: its id and constant name, what happens in words with `%user%` and the like, and our dotted name."""

    id: int
    name: str
    description: str
    type: T

    @property
    def is_onelogins(self) -> bool:
        """Whether OneLogin has this type, too."""
        return self.id < OWN_FROM

    def as_json(self) -> dict[str, Any]:
        """An element of `data` in the answer of `GET /api/1/events/types`."""
        return {"id": self.id, "name": self.name, "description": self.description}


def id_of(kind: T) -> int:
    """OneLogin's id of a type, or else our own."""
    return kind.onelogin_id or _ALSO.get(kind) or own_id(kind.value)


def own_id(name: str) -> int:
    """The id of a type that OneLogin does not have, by its dotted name."""
    return OWN_FROM + int.from_bytes(sha256(name.encode()).digest()[:_OWN_BYTES], "big")


def kind_of(kind: T) -> Kind:
    """A type as OneLogin's API shows it."""
    number = id_of(kind)
    known = _ONELOGIN.get(number)
    name, description = known if known is not None else (kind.name, _in_words(kind))
    return Kind(number, name, description, kind)


def _in_words(kind: T) -> str:
    """`role.members_changed`: "Role %role%: members changed by %actor_user%"; in an app, or by the engine, nobody is named."""
    about, _, what = kind.value.partition(".")
    in_app = what.endswith("_in_app")
    what = what.removesuffix("_in_app").replace("_", " ")
    by = " in %app%" if in_app else " by %actor_user%"
    return f"{about.replace('_', ' ').capitalize()}{_OBJECTS.get(about, '')}: {what}{by}"


def all_kinds() -> list[Kind]:
    """Every type that there is, by id."""
    return sorted(map(kind_of, T), key=lambda one: one.id)


_BY_ID = {id_of(kind): kind for kind in T}


def types_of(ids: Iterable[int]) -> frozenset[T]:
    """The types with these ids; an id that is nobody's names none."""
    return frozenset(_BY_ID[one] for one in ids if one in _BY_ID)
