"""What goes wrong, in OneLogin's shapes.

Version 2 says `{"message", "statusCode", "name"}`, and with fields the 422 of its documents besides; version 1 wraps all in
`{"status": {"error", "code", "type", "message"}}`, which the addresses below /auth do, too (facts 57, 62, 64).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = {
    400: ("BadRequestError", "bad request"),
    401: ("UnauthorizedError", "Unauthorized"),
    403: ("ForbiddenError", "forbidden"),
    404: ("NotFoundError", "not found"),
    405: ("MethodNotAllowedError", "method not allowed"),
    409: ("ConflictError", "conflict"),
    413: ("PayloadTooLargeError", "payload too large"),
    422: ("UnprocessableEntityError", "unprocessable entity"),
    429: ("TooManyRequestsError", "too many requests"),
    500: ("InternalServerError", "internal server error"),
    503: ("ServiceUnavailableError", "service unavailable"),
}
BAD, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, CONFLICT = 400, 401, 403, 404, 405, 409
TOO_LARGE, INVALID, TOO_MANY, BROKEN, BUSY = 413, 422, 429, 500, 503


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, named by its path: `conditions.[0].value`."""

    field: str
    message: tuple[str, ...]


class ApiProblem(Exception):
    """Why a call is refused.  With `errors`, field by field."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def invalid(field: str, *message: str) -> ApiProblem:
    """One field that cannot be taken."""
    return ApiProblem(INVALID, "Validation Failed", [FieldError(field, message)])


def not_found(what: str) -> ApiProblem:
    """Something that is not there."""
    return ApiProblem(NOT_FOUND, what)


def body_of(problem: ApiProblem, *, version: int) -> dict[str, Any]:
    """The answer's JSON for version 2, or 1."""
    name, kind = _NAMES[problem.status]
    if version == 1:
        said = "; ".join([problem.message, *(f"{one.field}: {' '.join(one.message)}" for one in problem.errors)])
        return {"status": {"error": True, "code": problem.status, "type": kind, "message": said}}
    body: dict[str, Any] = {"message": problem.message, "statusCode": problem.status, "name": name}
    if problem.errors:
        body["code"] = problem.status
        body["errors"] = [{"field": one.field, "message": list(one.message)} for one in problem.errors]
    return body
