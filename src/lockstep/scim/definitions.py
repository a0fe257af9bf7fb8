"""The attributes of User, Group and the enterprise extension, as data (RFC 7643 sections 3.1, 4.1 to 4.3, 8.7.1).

Where section 8.7.1 and section 2.3 disagree, section 2.3 holds: references and binaries are case-exact (2.3.6, 2.3.7), and
so is whatever holds an `id` (3.1).  Otherwise two members whose ids differ in case only would be one.
"""

from dataclasses import dataclass, field
from typing import Literal

from lockstep.scim.messages import ENTERPRISE, GROUP, USER

Type = Literal["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What RFC 7643 section 7 says of one attribute; `subs` maps lower-case names to the sub-attributes of a complex one."""

    name: str
    description: str = ""
    type: Type = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple["Attribute", ...] = ()
    subs: dict[str, "Attribute"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subs", {sub.name.lower(): sub for sub in self.sub_attributes})


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema and its attributes; `by_name` maps lower-case names to them."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    by_name: dict[str, Attribute] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {attribute.name.lower(): attribute for attribute in self.attributes})


def _reference(name: str, description: str, *types: str, mutability: Mutability = "readWrite") -> Attribute:
    return Attribute(name, description, "reference", case_exact=True, mutability=mutability, reference_types=types)


def _complex(name: str, description: str, *subs: Attribute) -> Attribute:
    return Attribute(name, description, "complex", sub_attributes=subs)


def _many(name: str, description: str, *subs: Attribute, mutability: Mutability = "readWrite") -> Attribute:
    return Attribute(name, description, "complex", multi_valued=True, mutability=mutability, sub_attributes=subs)


def _type(*values: str) -> Attribute:
    return Attribute("type", "A label that says what the value is for.", canonical_values=values)


_DISPLAY = Attribute("display", "A human-readable name, for display only.")
_PRIMARY = Attribute("primary", "Whether this is the preferred value. True at most once.", "boolean")


def _plural(name: str, description: str, value: Attribute, *types: str) -> Attribute:
    """A multi-valued attribute with the usual sub-attributes (RFC 7643 2.4)."""
    return _many(name, description, value, _DISPLAY, _type(*types), _PRIMARY)


SCHEMAS = Attribute("schemas", "The URNs of the schemas in use.", "reference", True, True, True, returned="always")
COMMON = (
    SCHEMAS,
    Attribute("id", "The service provider's identifier.", "string", False, True, True, "readOnly", "always", "server"),
    Attribute("externalId", "The provisioning client's identifier.", case_exact=True),
    Attribute(
        "meta",
        "What the service provider knows of the resource.",
        "complex",
        mutability="readOnly",
        sub_attributes=(
            Attribute("resourceType", "The name of the resource type.", case_exact=True, mutability="readOnly"),
            Attribute("created", "When it was made.", "dateTime", mutability="readOnly"),
            Attribute("lastModified", "When it was last changed.", "dateTime", mutability="readOnly"),
            _reference("location", "Where it is.", "uri", mutability="readOnly"),
            Attribute("version", "Its entity tag.", case_exact=True, mutability="readOnly"),
        ),
    ),
)
"""Attributes of every resource (RFC 7643 3.1); they belong to no schema and are not rendered in one."""

_NAME = _complex(
    "name",
    "The components of the user's name.",
    Attribute("formatted", "The full name, formatted for display."),
    Attribute("familyName", "The family name, or last name."),
    Attribute("givenName", "The given name, or first name."),
    Attribute("middleName", "The middle names."),
    Attribute("honorificPrefix", "Titles before the name."),
    Attribute("honorificSuffix", "Suffixes after the name."),
)

_ADDRESSES = _many(
    "addresses",
    "Physical mailing addresses.",
    Attribute("formatted", "The full address, formatted for display."),
    Attribute("streetAddress", "Street, house number, and more lines."),
    Attribute("locality", "The city."),
    Attribute("region", "The state or region."),
    Attribute("postalCode", "The postal code."),
    Attribute("country", "The country, as an ISO 3166-1 alpha-2 code."),
    _type("work", "home", "other"),
    _PRIMARY,
)

_GROUPS = _many(
    "groups",
    "The groups the user belongs to; changed at the groups.",
    Attribute("value", "The group's id.", case_exact=True, mutability="readOnly"),
    _reference("$ref", "The group's URI.", "User", "Group", mutability="readOnly"),
    Attribute("display", "The group's name.", mutability="readOnly"),
    Attribute("type", "Direct or indirect.", mutability="readOnly", canonical_values=("direct", "indirect")),
    mutability="readOnly",
)

USER_SCHEMA = Schema(
    USER,
    "User",
    "User Account",
    (
        Attribute("userName", "What the user signs in with.", required=True, uniqueness="server"),
        _NAME,
        Attribute("displayName", "The name to show to others."),
        Attribute("nickName", "The casual name."),
        _reference("profileUrl", "A page about the user.", "external"),
        Attribute("title", "The job title."),
        Attribute("userType", "The relation to the organisation, such as Employee."),
        Attribute("preferredLanguage", "Preferred languages, as in Accept-Language."),
        Attribute("locale", "The place, for formats of numbers and dates."),
        Attribute("timezone", "The time zone, by its IANA name."),
        Attribute("active", "Whether the account is switched on.", "boolean"),
        Attribute("password", "The password; set only.", case_exact=True, mutability="writeOnly", returned="never"),
        _plural("emails", "E-mail addresses.", Attribute("value", "The address."), "work", "home", "other"),
        _plural(
            "phoneNumbers",
            "Phone numbers.",
            Attribute("value", "The number."),
            *("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _plural(
            "ims",
            "Instant messaging addresses.",
            Attribute("value", "The address."),
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        _plural("photos", "Pictures.", _reference("value", "The picture's URL.", "external"), "photo", "thumbnail"),
        _ADDRESSES,
        _GROUPS,
        _plural("entitlements", "What the user has.", Attribute("value", "The entitlement.")),
        _plural("roles", "What the user is.", Attribute("value", "The role.")),
        _plural("x509Certificates", "Certificates.", Attribute("value", "The certificate.", "binary", case_exact=True)),
    ),
)

GROUP_SCHEMA = Schema(
    GROUP,
    "Group",
    "Group",
    (
        Attribute("displayName", "The group's name.", required=True),
        _many(
            "members",
            "The members.",
            Attribute("value", "The member's id.", case_exact=True, mutability="immutable"),
            _reference("$ref", "The member's URI.", "User", "Group", mutability="immutable"),
            Attribute("type", "What the member is.", mutability="immutable", canonical_values=("User", "Group")),
            Attribute("display", "The member's name."),
        ),
    ),
)

ENTERPRISE_SCHEMA = Schema(
    ENTERPRISE,
    "EnterpriseUser",
    "Enterprise User",
    (
        Attribute("employeeNumber", "The number of the person in the organisation."),
        Attribute("costCenter", "The cost center."),
        Attribute("organization", "The organisation."),
        Attribute("division", "The division."),
        Attribute("department", "The department."),
        _complex(
            "manager",
            "The user's manager.",
            Attribute("value", "The manager's id.", case_exact=True),
            _reference("$ref", "The manager's URI.", "User"),
            Attribute("displayName", "The manager's name.", mutability="readOnly"),
        ),
    ),
)
