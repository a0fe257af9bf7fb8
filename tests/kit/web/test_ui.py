"""The components of the consoles: what they say to a screen reader, and that values are only ever text."""

import pytest

from lockstep.kit.web.pages import Pages

EVIL = "\"'><script>alert(1)</script>"


def rendered(source: str, **values: object) -> str:
    environment = Pages("Site", "lockstep.kit.web").environment
    return environment.from_string('{% import "kit/ui.html" as ui %}' + source).render(**values)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ui.header(v, v) }}",
        "{{ ui.breadcrumb([(v, v)], v) }}",
        "{{ ui.side_nav(v, [(v, v, v)], v) }}",
        "{{ ui.top_nav(v, [(v, v, v)], v) }}",
        "{{ ui.tabs(v, [(v, v, v)], v) }}",
        "{% call ui.table(v, [v, ''], 1) %}{{ v }}{% endcall %}",
        "{% call ui.table(v, [v], 0, v, v) %}{% endcall %}",
        "{{ ui.more(v, v) }}",
        "{{ ui.key_values([(v, v)]) }}",
        "{{ ui.status('error', v) }}",
        "{% call ui.alert('warning', v, v) %}{{ v }}{% endcall %}",
        "{% call ui.form(v, v) %}{{ ui.field(v, v, v, v, v) }}{{ ui.textarea(v, v, v, v, v) }}{% endcall %}",
        "{{ ui.select(v, v, [(v, v)], v, v, v) }}{{ ui.checkbox(v, v, true, v, v, v) }}{{ ui.button(v, v, v, v) }}",
        "{% call ui.filters(v, v) %}{{ v }}{% endcall %}",
        "{% call ui.confirm(v, v, v, v, v, v, v, {v: v}) %}{{ v }}{% endcall %}",
        "{{ ui.chips([(v, v, v)], v) }}{{ ui.live(v, v, v, v, v, v, v) }}{{ ui.link_button(v, v, v, true) }}",
        "{{ ui.copy(v, v) }}{{ ui.code_block(v, v) }}",
    ],
)
def test_values_are_text_everywhere(source: str) -> None:
    page = rendered(source, v=EVIL)
    assert EVIL not in page
    assert "<script" not in page


def test_an_error_stands_beside_its_field_and_the_value_stays() -> None:
    page = rendered('{{ ui.field("name", "Name", "typed", "Help.", "Too long.") }}')
    assert 'value="typed"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="f-name-error f-name-help"' in page
    assert 'id="f-name-error"' in page


def test_an_empty_table_says_so() -> None:
    page = rendered('{% call ui.table("Users", ["Name"], 0, "No users", "They come by SCIM.") %}{% endcall %}')
    assert "No users" in page
    assert "<table" not in page


def test_a_state_is_never_colour_alone() -> None:
    page = rendered('{{ ui.status("success", "Enabled") }}')
    assert "<svg" in page
    assert "Enabled</span>" in page


def test_where_one_is_is_marked() -> None:
    page = rendered('{{ ui.side_nav("Side", [("A", "/a", ""), ("B", "/b", "3")], "/b") }}')
    assert page.count("aria-current") == 1
    assert '<a href="/b" aria-current="page">B <span class="count">3</span></a>' in page
