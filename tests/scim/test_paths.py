"""PATCH paths (RFC 7644 3.5.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.scim.messages import ENTERPRISE, USER, ScimError
from lockstep.scim.paths import Path, parse_path
from lockstep.scim.syntax import And, AttrPath, Comparison

WORK = Comparison(AttrPath("type"), "eq", "work")
PRIMARY = Comparison(AttrPath("primary"), "eq", True)
MEMBER = Comparison(AttrPath("value"), "eq", "2819c223-7f76-453a-919d-413861904646")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("members", Path("members")),
        ("name.familyName", Path("name", "familyName")),
        ('addresses[type eq "work"]', Path("addresses", where=WORK)),
        ('members[value eq "2819c223-7f76-453a-919d-413861904646"]', Path("members", where=MEMBER)),
        ('members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName', Path("members", "displayName", where=MEMBER)),
    ],
)
def test_examples_of_rfc_7644(text: str, path: Path) -> None:
    assert parse_path(text) == path
    assert str(path) == text


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("userName", Path("userName")),
        (f"{USER}:name.givenName", Path("name", "givenName", USER)),
        (ENTERPRISE, Path("", None, ENTERPRISE)),
        (ENTERPRISE.lower(), Path("", None, ENTERPRISE)),
        (f"{ENTERPRISE}:department", Path("department", None, ENTERPRISE)),
        (f"{ENTERPRISE}:manager.value", Path("manager", "value", ENTERPRISE)),
        ("urn:scim:schemas:extension:enterprise:1.0:department", Path("department", None, ENTERPRISE)),
        ("urn:scim:schemas:core:1.0:userName", Path("userName", None, "urn:scim:schemas:core:1.0")),
        ("urn:okta:app:1.0:user:custom:badge", None),
        ("urn:okta:app:1.0:user:badge", Path("badge", None, "urn:okta:app:1.0:user")),
        ("urn:okta:app:1.0:user", Path("", None, "urn:okta:app:1.0:user")),
        ("urn:acme:ext:1.0", Path("", None, "urn:acme:ext:1.0")),
        ("urn:acme:ext:1.0:name.given", Path("name", "given", "urn:acme:ext:1.0")),
        ("urn:acme:ext:badge", Path("badge", None, "urn:acme:ext")),
        ('emails[type eq "work" and primary eq true].value', Path("emails", "value", where=And((WORK, PRIMARY)))),
        (f'{USER}:emails[type eq "work"]', Path("emails", None, USER, WORK)),
        ("members.$ref", Path("members", "$ref")),
    ],
)
def test_paths(text: str, path: Path | None) -> None:
    if path is None:
        with pytest.raises(ScimError):
            parse_path(text)
    else:
        assert parse_path(text) == path
        assert parse_path(str(path)) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "a.",
        ".a",
        "a.b.c",
        "a b",
        "a eq 1",
        "title pr",
        "a[",
        "a[]",
        "a[b pr].",
        "a[b pr]c",
        "a[b pr].c.d",
        "name[a pr]",
        "a.b[c pr]",
        "a[b[c pr]]",
        '"a"',
        "1",
        "urn:",
        "urn:x",
        "members[value eq 1]",
        "a[b pr].urn:x:y",
    ],
)
def test_malformed_text_is_an_invalid_path(text: str) -> None:
    with pytest.raises(ScimError) as caught:
        parse_path(text)
    assert (caught.value.status, caught.value.scim_type) == (400, "invalidPath")


def test_length_and_depth_are_bounded() -> None:
    with pytest.raises(ScimError, match="longer than 8000"):
        parse_path("a" * 8001)
    with pytest.raises(ScimError, match="too many levels"):
        parse_path("a[" + "(" * 100_000, max_length=1_000_000, max_depth=1_000_000)


@settings(deadline=None)
@given(st.text() | st.text("abe.[]()\"\\ :'$-10prqnot", max_size=20) | st.text("urn:.0ab", max_size=16).map("urn:{}".format))
def test_any_text_is_a_path_or_a_scim_error(text: str) -> None:
    try:
        path = parse_path(text)
    except ScimError as error:
        assert (error.status, error.scim_type) == (400, "invalidPath")
    else:
        assert parse_path(str(path)) == path
