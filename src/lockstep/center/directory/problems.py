"""Why a request on the directory is refused, in the words of AWS's SCIM API and Identity Store API alike."""

from enum import StrEnum

CATCH_ALL = "Request is unparsable, syntactically incorrect, or violates schema."
DUPLICATE = "Refused to create a new, duplicate resource."
PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying a single attribute.'
)
REPLACING_MEMBERS = "Replacing group memberships is not supported."
MISSING_PATH = "Missing path in PATCH request"

CAPTURED = frozenset({CATCH_ALL, PATHLESS, REPLACING_MEMBERS})
"""Texts of ValidationExceptions that have been seen in `detail` itself; other known ones come from CloudTrail."""


class Code(StrEnum):
    """Exception names, as in AWS's error tables ("Common errors" of each SCIM operation)."""

    VALIDATION = "ValidationException"
    UNAUTHORIZED = "UnauthorizedException"
    ACCESS_DENIED = "AccessDeniedException"
    NOT_FOUND = "ResourceNotFoundException"
    CONFLICT = "ConflictException"
    THROTTLED = "ThrottlingException"
    INTERNAL = "InternalServerException"


STATUS = {
    Code.VALIDATION: 400,
    Code.UNAUTHORIZED: 401,
    Code.ACCESS_DENIED: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.THROTTLED: 429,
    Code.INTERNAL: 500,
}


class Refusal(Exception):
    """A request that is refused; nothing of it is kept.

    `detail` is the text that the client gets, `cause` what the trail says (often more), `scim_type` RFC 7644's keyword
    (table 9).
    """

    def __init__(
        self, code: Code, detail: str, cause: str | None = None, *, status: int | None = None, scim_type: str | None = None
    ) -> None:
        super().__init__(cause or detail)
        self.code = code
        self.detail = detail
        self.cause = cause or detail
        self.status = STATUS[code] if status is None else status
        self.scim_type = scim_type


def invalid(detail: str, cause: str | None = None, *, scim_type: str = "invalidValue") -> Refusal:
    """A ValidationException."""
    return Refusal(Code.VALIDATION, detail, cause, scim_type=scim_type)


def unreadable(cause: str, *, scim_type: str = "invalidSyntax") -> Refusal:
    """A ValidationException with AWS's catch-all; `cause` is for the trail."""
    return Refusal(Code.VALIDATION, CATCH_ALL, cause, scim_type=scim_type)


def duplicate(cause: str) -> Refusal:
    """A ConflictException; `cause` says of what, as CloudTrail does (`Duplicate GroupDisplayName`)."""
    return Refusal(Code.CONFLICT, DUPLICATE, cause, scim_type="uniqueness")


def absent(kind: str, resource_id: str, status: int | None = None) -> Refusal:
    """A ResourceNotFoundException; with another `status` the exception that goes with it."""
    code = Code.VALIDATION if status == STATUS[Code.VALIDATION] else Code.NOT_FOUND
    return Refusal(code, f"{kind} not found.", f"{kind} {resource_id} not found", status=status)
