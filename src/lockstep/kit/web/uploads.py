"""What a form with a file sends: `multipart/form-data` (RFC 7578), of a size that fits into memory."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request

from lockstep.kit.web.forms import Form, read_body

MOST_PARTS = 50
_TYPE = re.compile(r'multipart/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([!-~]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition:\s*form-data\s*;[^\r\n]*?\bname="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE = re.compile(rb'^content-disposition:[^\r\n]*;\s*filename="([^"\r\n]*)', re.IGNORECASE | re.MULTILINE)
_BAD, _WRONG_TYPE = 400, 415

Files = dict[str, bytes]


async def read_upload(request: Request, longest: int) -> tuple[Form, Files]:
    """The fields and the files of a form, of at most `longest` bytes.  Raises HTTPException: 415, 413, 400."""
    found = _TYPE.fullmatch(request.headers.get("content-type", "").strip())
    if found is None:
        raise HTTPException(_WRONG_TYPE, "Only forms are understood here.")
    return parse_upload(await read_body(request, longest), (found[1] or found[2]).encode("ascii", "replace"))


def parse_upload(body: bytes, boundary: bytes) -> tuple[Form, Files]:
    """The fields and the files of a body.  Raises HTTPException (400)."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not 1 < len(parts) <= MOST_PARTS or not parts[-1].startswith(b"--"):
        raise _unreadable()
    fields: Form = []
    files: Files = {}
    for part in parts[1:-1]:
        head, gap, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not gap or name is None:
            raise _unreadable()
        try:
            key = name[1].decode()
            file = _FILE.search(head)
            if file is not None and not file[1] and not content:
                continue  # what a browser sends where no file has been chosen
            if file is not None:
                files[key] = content
            else:
                fields.append((key, content.decode()))
        except UnicodeDecodeError:
            raise _unreadable() from None
    return fields, files


def _unreadable() -> HTTPException:
    return HTTPException(_BAD, "The form cannot be read.")
