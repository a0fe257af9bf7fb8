"""What a SCIM endpoint does where services differ: a profile is a value with named settings, never a branch on its name.

The defaults are AWS's documented behaviour; where AWS's documents are silent the comment says so, and the setting is the place
to change one's mind.  (The pages named below are those of the IAM Identity Center SCIM Implementation developer guide.)
"""

from typing import Annotated, Any, Literal

import msgspec

from lockstep.kit.problems import Problem


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Named settings of one instance's SCIM endpoint.  An instance may override any of them."""

    name: Literal["aws", "rfc"] = "aws"

    # Statuses
    put_user_status: int = 201
    """PutUser's success.  Undocumented; reviewers of a public emulator checked 201."""
    put_group_status: int = 400
    """PUT /Groups/{id}, which AWS does not have.  Undocumented; ValidationException stands for unsupported operations, too."""
    unsupported_operation_status: int = 400
    """Any other method that a known path does not have."""
    absent_member_status: int = 404
    """A member to add (or, in a filter, to look for) that is no user.  PATCH and POST: undocumented; the filter: ListGroups."""
    absent_member_remove_status: int = 404
    """A member to remove that is no user.  Undocumented.  A user who is merely not in the group: always done already."""
    oversized_body_status: int = 413
    """Undocumented."""
    unknown_schema_status: int = 400
    """GetSchema for a URN it does not know: GetSchema lists 400 and no 404."""

    # Errors
    error_details: Literal["specific", "general"] = "specific"
    """`general`: a ValidationException says AWS's catch-all wherever no other text was seen in a response.  The trail keeps the
    cause."""
    scim_type: bool = False
    """RFC 7644, 3.12 has `scimType`; AWS never sends it."""
    retry_after_seconds: int | None = None
    """`Retry-After` on 429.  Not in AWS's documents."""
    location_header: bool = False
    """`Location` on 201 (RFC 7644, 3.3).  Absent from AWS's examples."""

    # What may be sent
    unsupported_attributes: Literal["reject", "drop"] = "reject"
    """Attributes that AWS lists as not supported (password, photos, ...), unless they are empty.  Undocumented."""
    unknown_attributes: Literal["reject", "drop"] = "reject"
    """Attributes that no schema here has.  Undocumented."""
    unsupported_sub_attributes: Literal["reject", "drop"] = "drop"
    """`display`, `manager.displayName` and unknown parts.  Undocumented; OneLogin and Okta send some of them."""
    require_schemas: bool = False
    """Refuse a resource without `schemas`.  Undocumented."""
    require_primary_email: bool = True
    """CreateUser: an e-mail must be marked primary.  A PATCH that makes one (Entra) marks it by itself."""
    single_valued: bool = True
    """emails, addresses, phoneNumbers and roles hold one element at most (CreateUser)."""
    user_name_spaces: bool = False
    """CreateUser excludes spaces in userName, PutUser allows them, the Identity Store model excludes them."""
    refuse_markup_characters: bool = False
    """Refuse `< > ; : %` in every text, as older AWS advice says; the Identity Store model permits them."""
    reserved_names: tuple[str, ...] = ("Administrator", "AWSAdministrators")
    """Identity Store API: these name neither users nor groups."""
    put_without_active: Literal["keep", "enable"] = "keep"
    """PutUser without `active`.  Undocumented; keeping cannot re-enable somebody by accident."""
    max_body_bytes: int = 1_048_576
    """ServiceProviderConfig's bulk.maxPayloadSize, applied to every request.  Undocumented."""
    max_members: int = 100
    """Members of CreateGroup, membership changes of PatchGroup."""

    # Names compared without case
    user_name_ignores_case: bool = True
    """caseExact is false in GetSchema."""
    email_ignores_case: bool = True
    """Undocumented."""
    group_name_ignores_case: bool = True
    """Undocumented."""

    # PATCH
    patch_roles: bool = False
    """PatchUser's list of paths has no `roles`, although CreateUser has them."""
    scim_1_patch: bool = False
    """SCIM 1.1's partial bodies, which OneLogin's v1.1 connectors send; AWS takes PatchOp only."""
    legacy_patch: bool = False
    """PatchGroup as it was in 2024: replacing members by nothing answers 204 and does nothing; by `[{"value": ""}]` it answers
    400 and empties the group."""

    # Lists
    page_size: int = 100
    """ListUsers, ListGroups: results in a page, and the most that `count` may ask for.  50 in the older documents."""
    count_out_of_range: Literal["refuse", "clamp"] = "refuse"
    """`count` beyond 1 to `page_size`.  Undocumented."""
    empty_members_in_list: bool = True
    """ListGroups shows `"members": []`; CreateGroup and GetGroup leave members out."""

    # Identifiers
    prefixed_ids: bool = False
    """`<10 hex of the store>-<uuid>`, as older stores have; newer ones have a bare UUID."""

    # Access tokens
    token_days: int = 365
    """A year from generation."""
    max_tokens: int = 2
    """Expired ones count until they are deleted."""

    # Sign-in
    session_minutes: Annotated[int, msgspec.Meta(ge=15, le=129_600)] = 480
    """How long a session of the access portal lasts, unless the identity provider ends it sooner.  AWS: 15 minutes to 90 days,
    8 hours at first."""

    # Trail
    trail_reads: bool = False
    """Record reads that succeed.  Changes and failures are always recorded, whatever this says."""
    trail_days: int = 90
    """How long events are kept (CloudTrail's event history: 90 days)."""


FIXED = frozenset({"user_name_ignores_case", "email_ignores_case", "group_name_ignores_case"})
"""Settings that cannot change once there is an instance: names are stored in the form in which they are compared."""

PROFILES = {
    "aws": Profile(),
    "rfc": Profile(
        name="rfc",
        put_user_status=200,
        scim_type=True,
        retry_after_seconds=1,
        location_header=True,
        unsupported_attributes="drop",
        unknown_attributes="drop",
        patch_roles=True,
        scim_1_patch=True,
        count_out_of_range="clamp",
    ),
}


def profile_of(name: str, settings: dict[str, Any]) -> Profile:
    """The profile `name` with `settings` in place of its own.  Raises Problem for a name or setting that there is not."""
    base = PROFILES.get(name)
    if base is None:
        raise Problem(f"there is no profile {name!r}; there are: {', '.join(sorted(PROFILES))}")
    if not settings:
        return base
    try:
        return msgspec.convert({**msgspec.structs.asdict(base), **settings}, Profile)
    except msgspec.ValidationError as error:
        raise Problem(f"a setting of the profile does not fit: {error}") from None


def setting_of(text: str) -> tuple[str, Any]:
    """`("put_user_status", 200)` of `put_user_status=200`; the value is JSON, or a text as it stands.  Raises Problem."""
    key, equals, value = text.partition("=")
    if not equals or key == "name":
        raise Problem(f"a setting is written KEY=VALUE, not {text!r}")
    try:
        return key, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return key, value
