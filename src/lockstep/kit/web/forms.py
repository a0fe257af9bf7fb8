"""What a browser's form sends: `application/x-www-form-urlencoded`, nothing else."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

LONGEST = 262_144
MOST_FIELDS = 1_000
_TYPE = "application/x-www-form-urlencoded"
_BAD, _TOO_LARGE, _WRONG_TYPE = 400, 413, 415

Form = list[tuple[str, str]]
"""Names and values in their order; a name that came twice is there twice."""


async def read_form(request: Request, longest: int = LONGEST) -> Form:
    """The form in the body, of at most `longest` bytes.  Raises HTTPException: 415, 413, or 400 for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise HTTPException(_WRONG_TYPE, "Only forms are understood here.")
    return parse_form(await read_body(request, longest))


def parse_form(body: bytes) -> Form:
    """The fields of an encoded form, or of a query.  Raises HTTPException (400)."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:  # UnicodeDecodeError is one
        raise HTTPException(_BAD, "The form cannot be read.") from None


def field(form: Iterable[tuple[str, str]], name: str) -> str | None:
    """The value of a field that may come once; None without it.  Raises HTTPException (400) where it is there twice."""
    values = [value for key, value in form if key == name]
    if len(values) > 1:
        raise HTTPException(_BAD, f"The field {name} is there more than once.")
    return values[0] if values else None


async def read_body(request: Request, longest: int) -> bytes:
    """The body, of at most `longest` bytes.  Raises HTTPException: 413, 400."""
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        raise HTTPException(_BAD, "The form cannot be read.")
    if len(announced) > len(str(longest)) or int(announced) > longest:
        raise HTTPException(_TOO_LARGE, "The form is too large.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > longest:
            raise HTTPException(_TOO_LARGE, "The form is too large.")
    return bytes(body)
