"""What is known of a target's capabilities."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """What a ServiceProviderConfig says (RFC 7643 section 5, RFC 9865 for cursors).  None: it does not say."""

    patch: bool | None = None
    bulk: bool | None = None
    bulk_operations: int | None = None
    bulk_bytes: int | None = None
    filter: bool | None = None
    page_size: int | None = None
    cursor: bool | None = None
    etag: bool | None = None
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about one target.

    `asked_at` is when it was asked (ms, 0 for never), `problem` why it did not say.  `refused` are the capabilities that its
    answers have denied since, whatever it says: patch, put, bulk, cursor, create-members.  `members` and `bulk_operations`
    are limits that its answers have shown (0: none).
    """

    said: Said = field(default_factory=Said)
    asked_at: int = 0
    problem: str = ""
    refused: frozenset[str] = frozenset()
    members: int = 0
    bulk_operations: int = 0
    schemas: str = ""
    """What it answers about its schemas, as JSON; kept apart from the rest, and so "" in what is stored."""
