"""What a connector is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Writes = Literal["patch", "put"]
Paging = Literal["cursor", "index", "either"]
MembersRead = Literal["filter", "shown"]
MembersRemoved = Literal["values", "paths"]
SAFE_MEMBERS = 100
"""Members in one request that every service provider we know of takes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is typical of a kind of target.

    An answer of the HTTP status `status` whose text holds `pattern` (a regular expression, without case) has the cause `means`;
    `fix` is what an administrator does about it.
    """

    status: int
    pattern: str
    means: str
    fix: str

    def is_it(self, status: int, detail: str) -> bool:
        """Whether an answer is this fault."""
        return status == self.status and re.search(self.pattern, detail, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of target, as data: nothing anywhere branches on its name.

    `template` maps a parameter key to a user attribute.  `members_per_request` and `page_size` are the target's limits,
    `rate` the requests a second that an app begins with.  With `asks`, what the target says of itself (its
    ServiceProviderConfig) is laid over the declaration; without, the declaration stands.
    """

    name: str
    words: str
    about: str
    template: Mapping[str, str]
    members_per_request: int
    page_size: int
    asks: bool = False
    writes: Writes = "patch"
    """How an object is changed: PATCH with the documented paths, or PUT of the whole (read first, so that what is not ours
    survives)."""
    may_put: bool = True
    """Whether PUT can take the place of PATCH."""
    if_match: bool = False
    """Whether a PUT says which version it replaces."""
    loose: bool = False
    """Whether what is read has to be brought into RFC 7643's shape first (`scim.dialects`)."""
    matches: tuple[str, ...] = ("externalId", "userName")
    """By what a user is looked for, in this order; groups by displayName."""
    paging: Paging = "cursor"
    members_read: MembersRead = "filter"
    """How to learn who is in a group: the filters groups.value and members.value, or `members` of the group itself."""
    removes_members: MembersRemoved = "values"
    """How members are removed: by values beside the path (AWS), or by a path for each (RFC 7644 section 3.5.2.2)."""
    create_takes_members: bool = True
    bulk_operations: int = 0
    """Operations in one Bulk request, 0 where there is no Bulk."""
    bulk_bytes: int = 0
    rate: float = 20.0
    says_page_size: int = 0
    """What the service is known to say of its pages although it takes `page_size`; 0 where it says what it takes."""
    token_days: int = 0
    """How long its access tokens last, at most; 0 where that is not known."""
    local: bool = False
    """Whether the target is kept by Lockstep itself: there is no URL and no token."""
    lacks: tuple[str, ...] = ()
    """Attributes of a user that it does not take: `ims`, `phoneNumbers.primary`; `*.display` is that sub-attribute of any."""
    one_value: tuple[str, ...] = ()
    """Multi-valued attributes of which it takes one value."""
    primary: tuple[str, ...] = ()
    """Of these, attributes whose value has to be marked as the primary one."""
    faults: tuple[Fault, ...] = ()

    def explain(self, status: int, detail: str) -> str:
        """What an answer means here and what to do about it; "" where it is no fault that is known."""
        found = next((one for one in self.faults if one.is_it(status, detail)), None)
        return "" if found is None else f"{found.means} {found.fix}"
