"""What the pages mark for the scripts of the consoles, and that without script they are the pages they were."""

from lockstep.kit.web.pages import Pages, static_files
from tests.kit.web.test_ui import rendered


def test_a_confirmation_can_be_shown_as_a_dialog() -> None:
    page = rendered("{% call ui.confirm('/do', 'c', 'Remove', '/back') %}<p>Gone.</p>{% endcall %}")
    assert '<form method="post" action="/do" class="card confirm" data-dialog-content>' in page
    assert '<a class="button quiet" href="/back" data-dialog-cancel>Cancel</a>' in page


def test_only_a_link_that_asks_for_it_opens_a_dialog() -> None:
    assert "data-dialog" not in rendered("{{ ui.link_button('A', '/a') }}")
    assert '<a class="button quiet" href="/a" data-dialog>A</a>' in rendered("{{ ui.link_button('A', '/a', dialog=true) }}")


def test_what_goes_on_by_itself_has_a_link_without_script_and_a_hidden_button() -> None:
    page = rendered("{{ ui.live('/stream?after=3&x=1', 'rows', '12:00', '/list', 'event', 'events') }}")
    assert 'data-live="/stream?after=3&amp;x=1"' in page
    assert 'data-live-into="rows"' in page
    assert "data-live-pause hidden>Pause</button>" in page
    assert 'href="/list">Reload</a>' in page
    assert 'role="status"' in page
    assert '<tbody id="rows">' in rendered("{% call ui.table('T', ['A'], 1, rows='rows') %}{% endcall %}")


def test_each_filter_that_is_set_is_a_link_that_drops_it() -> None:
    page = rendered("{{ ui.chips([('User', 'ada', '/list?x=1')], '/list') }}")
    assert '<a href="/list?x=1" aria-label="Remove filter, User: ada">' in page
    assert '<a href="/list">Clear filters</a>' in page
    assert rendered("{{ ui.chips([], '/list') }}").strip() == ""


def test_every_console_page_loads_the_dialogs() -> None:
    environment = Pages("Site", "lockstep.kit.web").environment
    page = environment.from_string('{% extends "kit/console.html" %}').render()
    assert "/static/dialog.js?v=" in page
    assert "live.js" not in page


def test_scripts_keep_to_what_the_policy_lets_through() -> None:
    for name, content in static_files().items():
        if name.endswith(".js"):
            text = content.decode()
            assert "eval(" not in text, name
            assert ".style" not in text, name
            assert "http" not in text, name
