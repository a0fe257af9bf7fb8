"""What counts as a well-formed file, and on which line a record begins."""

from pathlib import Path

import pytest

from lockstep.idp.directory import csv_records
from lockstep.idp.directory.csv_records import Record, records
from lockstep.kit.problems import Problem


def _read(tmp_path: Path, content: bytes) -> list[Record]:
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    return list(records(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", [], id="an empty file has no records"),
        pytest.param(b"a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])], id="LF"),
        pytest.param(b"a,b\r\n1,2\r\n", [(1, ["a", "b"]), (2, ["1", "2"])], id="CRLF"),
        pytest.param(b"a,b\n1,2", [(1, ["a", "b"]), (2, ["1", "2"])], id="no line end at the end"),
        pytest.param(b"\xef\xbb\xbfa,b\n", [(1, ["a", "b"])], id="byte order mark"),
        pytest.param(b'\xef\xbb\xbf"a",b\n', [(1, ["a", "b"])], id="byte order mark before a quote"),
        pytest.param(b"a,\xef\xbb\xbfb\n", [(1, ["a", "\ufeffb"])], id="a byte order mark elsewhere is text"),
        pytest.param(b"a,b\n\n\n", [(1, ["a", "b"])], id="empty lines at the end"),
        pytest.param(b" a , b\t\n", [(1, [" a ", " b\t"])], id="spaces are text"),
        pytest.param(b",\n", [(1, ["", ""])], id="empty cells"),
        pytest.param(b'"a,b","c"\n', [(1, ["a,b", "c"])], id="a comma in quotes"),
        pytest.param(b'"say ""hi""",b\n', [(1, ['say "hi"', "b"])], id="quotes in quotes"),
        pytest.param(b'"",b\n', [(1, ["", "b"])], id="an empty quoted cell"),
        pytest.param(b'a,"1\n2\r\n3"\nb,c\n', [(1, ["a", "1\n2\r\n3"]), (4, ["b", "c"])], id="line ends in quotes"),
        pytest.param(b'a,"1\r2"\nb,c\n', [(1, ["a", "1\r2"]), (2, ["b", "c"])], id="a carriage return in quotes"),
        pytest.param("é\u2028é,\x85ß\nb,c\n".encode(), [(1, ["é\u2028é", "\x85ß"]), (2, ["b", "c"])], id="only LF ends a line"),
    ],
)
def test_reads(tmp_path: Path, content: bytes, expected: list[tuple[int, list[str]]]) -> None:
    assert _read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        pytest.param(b"a,b\n\nc,d\n", 2, "an empty line", id="an empty line in between"),
        pytest.param(b"a,b\n\n\nc,d\n", 2, "an empty line", id="the first of two empty lines"),
        pytest.param(b"a,b\n1,\x002\n", 2, "NUL", id="NUL"),
        pytest.param(b'a,b\n"1\n\x00",2\n', 3, "NUL", id="NUL inside of quotes"),
        pytest.param(b"a,b\n1,2\nM\xfcller,3\n", 3, "not UTF-8", id="Latin-1"),
        pytest.param("a,b\n".encode("utf-16"), 1, "not UTF-8", id="UTF-16"),
        pytest.param(b"a,\xed\xa0\x80\n", 1, "not UTF-8", id="half a surrogate pair"),
        pytest.param(b'a,b\n"1,2\n3,4\n', 2, "never closed", id="a quote that is never closed"),
        pytest.param(b'a,b\n"1"x,2\n', 2, "not CSV", id="text after a closing quote"),
        pytest.param(b'a,b\n1"x,2\n', 2, "not quoted", id="a quote in a cell that is not quoted"),
        pytest.param(b'a,b\n1, "2"\n', 2, "not quoted", id="a space before a quote"),
        pytest.param(b'a,b\n"1\n2",3\n4, "5"\n', 4, "not quoted", id="the line after a cell of two lines"),
        pytest.param(b"a,b\r1,2\r", 1, "carriage return", id="CR as line end"),
    ],
)
def test_refuses(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    with pytest.raises(Problem, match=f"^some.csv, line {line}: .*{words}.*nothing was applied$"):
        _read(tmp_path, content)


def test_a_cell_may_be_a_mebibyte_and_no_more(tmp_path: Path) -> None:
    longest = b"x" * csv_records.MAX_CELL
    assert _read(tmp_path, b"a\n" + longest + b"\n")[1].cells == [longest.decode()]
    with pytest.raises(Problem, match="line 2: a cell is longer than 1048576 characters"):
        _read(tmp_path, b"a\nx" + longest + b"\n")


def test_columns_are_limited(tmp_path: Path) -> None:
    assert len(_read(tmp_path, b"," * 999)[0].cells) == 1000
    with pytest.raises(Problem, match="1001 cells"):
        _read(tmp_path, b"," * 1000)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MAX_FILE_BYTES", 4)
    assert len(_read(tmp_path, b"a,b\n")) == 1
    with pytest.raises(Problem, match=r"^some\.csv is larger than"):
        _read(tmp_path, b"a,b\n1")


def test_a_file_that_is_missing_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^other\.csv is missing in "):
        list(records(tmp_path / "other.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(Problem, match=r"^folder\.csv cannot be read: Is a directory"):
        list(records(tmp_path / "folder.csv"))
