"""What an administrator says of an account at OneLogin."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Key = Literal["id", "external_id", "username", "email"]


class OneLoginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to read one account.  The client secret is kept apart."""

    url: str
    """`https://SUBDOMAIN.onelogin.com`, or another service with the same API."""
    client_id: str
    """Of an API credential with the scope Read Users, or Read All (which the names of groups and the events need)."""
    key: Key = "id"
    """What people are known by over time.  "id" everybody has; "external_id" is good where every person has their own."""
    roles: bool = True
    """Read roles, and who is in them."""
    disabled_statuses: tuple[int, ...] = (2,)
    """Who may not sign in, by status: Suspended.  A lock ends by itself, and somebody without a password yet is no leaver."""
    disabled_states: tuple[int, ...] = (0, 2)
    """Who may not sign in, by state: Unapproved and Rejected."""
    allow_loopback: bool = False
    """The API may be on this machine, without TLS."""
    answer_seconds: int = 60
    """How long an answer may take."""
    longest_wait_seconds: int = 900
    """How long a reading waits in all for OneLogin's limit on requests (5,000 an hour for the whole account)."""


MANAGER_KEY, ROLES, GROUP, LOGIN = "manager_key", "roles", "group_name", "login_name"
"""What every person has besides OneLogin's own fields: the key of the manager, the names of their roles, that of their group,
and what they sign in with: the username, or the email of those who have none."""
CUSTOM = "custom_attribute_"
"""Before the shortname of a custom field, as OneLogin's own rules write it."""
FIELDS = (
    "id",
    "username",
    "email",
    "firstname",
    "lastname",
    "title",
    "department",
    "company",
    "comment",
    "group_id",
    "role_ids",
    "phone",
    "state",
    "status",
    "directory_id",
    "trusted_idp_id",
    "manager_ad_id",
    "manager_user_id",
    "samaccountname",
    "member_of",
    "userprincipalname",
    "distinguished_name",
    "external_id",
    "activated_at",
    "last_login",
    "updated_at",
    "created_at",
    "preferred_locale_code",
    "custom_attributes",
)
"""What is asked for: lists leave out roles, managers and custom fields unless they are named."""
NO_ATTRIBUTES = frozenset({"role_ids", "custom_attributes", "last_login", "activated_at", "updated_at", "created_at"})
"""Of these no attributes are made as they are: they have their own, or change with each sign-in."""

DEFAULT_MAPPING: Mapping[str, str] = {
    "user_name": LOGIN,
    "email": "email",
    "given_name": "firstname",
    "family_name": "lastname",
    "display_name": "{firstname} {lastname}",
    "phone": "phone",
    "title": "title",
    "department": "department",
    "company": "company",
    "comment": "comment",
    "external_id": "external_id",
    "manager_id": MANAGER_KEY,
    "locale": "preferred_locale_code",
    "member_of": "member_of",
    "samaccountname": "samaccountname",
    "userprincipalname": "userprincipalname",
    "distinguished_name": "distinguished_name",
}
"""Field of a user -> attribute, or a text with macros, that it comes from."""
