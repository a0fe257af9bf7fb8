"""Forms with files."""

import pytest
from starlette.exceptions import HTTPException

from lockstep.kit.web.uploads import MOST_PARTS, parse_upload

FIELD = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n'
FILE = b'--B\r\ncontent-disposition: form-data; name="f"; filename="x.xml"\r\nContent-Type: text/xml\r\n\r\n%s\r\n'
END = b"--B--\r\n"


def test_fields_and_files_are_told_apart() -> None:
    fields, files = parse_upload(FIELD % "Grüße".encode() + FILE % b"\xff\r\n--\r\n" + FIELD % b"" + END, b"B")
    assert fields == [("a", "Grüße"), ("a", "")]
    assert files == {"f": b"\xff\r\n--\r\n"}


def test_a_file_name_is_no_field_name() -> None:
    body = b'--B\r\nContent-Disposition: form-data; filename="x"; name="f"\r\n\r\nz\r\n' + END
    assert parse_upload(body, b"B") == ([], {"f": b"z"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        FIELD % b"x",
        FIELD % b"\xff" + END,
        b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END,
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n' + END,
        FIELD % b"x" * MOST_PARTS + END,
    ],
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(HTTPException):
        parse_upload(body, b"B")


def test_no_file_chosen_and_an_empty_file_are_told_apart() -> None:
    none = b'--B\r\nContent-Disposition: form-data; name="f"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n'
    assert parse_upload(none + END, b"B") == ([], {})
    assert parse_upload(none.replace(b'filename=""', b'filename="x.xml"') + END, b"B") == ([], {"f": b""})
