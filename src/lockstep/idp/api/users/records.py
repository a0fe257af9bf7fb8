"""The fields of a user as OneLogin names them (facts 1)."""

TEXTS = {
    "username": "user_name",
    "email": "email",
    "firstname": "given_name",
    "lastname": "family_name",
    "title": "title",
    "department": "department",
    "company": "company",
    "comment": "comment",
    "phone": "phone",
    "samaccountname": "samaccountname",
    "member_of": "member_of",
    "userprincipalname": "userprincipalname",
    "distinguished_name": "distinguished_name",
    "external_id": "external_id",
    "preferred_locale_code": "locale",
}
"""OneLogin's names of what is a text, and ours."""
INSTANTS = ("activated_at", "last_login", "invitation_sent_at", "locked_until", "password_changed_at")
SHOWN = (
    "id",
    *TEXTS,
    "group_id",
    "role_ids",
    "state",
    "status",
    "directory_id",
    "trusted_idp_id",
    "manager_ad_id",
    "manager_user_id",
    *INSTANTS,
    "updated_at",
    "created_at",
    "invalid_login_attempts",
    "custom_attributes",
)
LONG = ("role_ids", "manager_user_id", "manager_ad_id", "custom_attributes")
"""Left out of lists, unless `fields` names them (facts 65)."""
READ_ONLY = (
    "id",
    "activated_at",
    "last_login",
    "invitation_sent_at",
    "locked_until",
    "password_changed_at",
    "updated_at",
    "created_at",
    "invalid_login_attempts",
)
"""Taken, because a program may send back all that it read, and not looked at."""
NOT_KEPT = ("directory_id", "trusted_idp_id", "manager_ad_id")
"""What only OneLogin's own directories and trusted identity providers have."""
SECRETS = ("password", "password_confirmation", "password_algorithm", "salt")
SENT = frozenset({*SHOWN, *SECRETS})
"""All that a program may send."""
