"""RelayState."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.center.signin.relay import LONGEST, is_path


@pytest.mark.parametrize("text", ["/", "/d-0123456789/start", "/device?user_code=A-B&x=%20", "/" + "a" * (LONGEST - 1)])
def test_paths(text: str) -> None:
    assert is_path(text)


NOT_PATHS = ["", "a", "//", "//evil", "/\\evil", "\\/evil", "https://evil", "https:evil", "javascript:x", " /a", "/a b", "/a\n"]
NOT_PATHS += ["/\t/evil", "/é", "/a\0", "/a\x7f", "/<b>", '/"', "/" + "a" * LONGEST]


@pytest.mark.parametrize("text", NOT_PATHS)
def test_anything_else(text: str) -> None:
    assert not is_path(text)


@given(st.text(max_size=100) | st.text("/\\.:@%a?#\t ", max_size=20).map(lambda text: "/" + text))
def test_a_path_never_leads_away(text: str) -> None:
    if is_path(text):
        assert urlsplit(urljoin("https://center.example/d-1/start", text))[:2] == ("https", "center.example")
