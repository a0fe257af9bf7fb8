"""The reader of fields."""

import pytest

from tests.support.fields import fields_of_page, strange_in, wrong_fields

PAGE = """<form action="/x"><label for="f-a">A</label>
<input id="f-a" name="a" value="&lt;b&gt;" aria-invalid="true" aria-describedby="f-a-error f-a-help">
<p id="f-a-error"><strong>Error:</strong> too short</p><p id="f-a-help">Help</p>
<textarea name="t" id="f-t">
two
lines</textarea><select name="s"><option value="1">1</option><option value="2" selected>2</option></select></form>"""


def test_fields_come_with_values_and_descriptions() -> None:
    assert [(field.name, field.value) for field in fields_of_page(PAGE)] == [("a", "<b>"), ("t", "two\nlines"), ("s", "2")]
    assert wrong_fields(PAGE)["a"].description == "Error: too short Help"
    with pytest.raises(AssertionError):
        wrong_fields(PAGE.replace("Error:", ""))


@pytest.mark.parametrize(
    "bad", ["<img>", "<p onclick=x>", "<script>", "<a href='javascript:x'>", "<form action='//x'>", "<a href='x'>"]
)
def test_what_is_not_ours_is_strange(bad: str) -> None:
    assert strange_in(PAGE) == []
    assert strange_in(PAGE + bad)
