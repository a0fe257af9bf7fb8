"""What is taken out of a page for who may not do it; the pages themselves are in test_access."""

import pytest
from starlette.routing import Route

from lockstep.idp.admins.permissions import OWNER, Grant, Privilege, Rights
from lockstep.idp.console.hiding import only_what_one_may
from lockstep.idp.console.routes import ROUTES
from tests.idp.console.world import HOSTILE

VIEWER = Rights(frozenset({Grant(Privilege.READ_ONLY)}))
PEOPLE = Rights(frozenset({Grant(Privilege.USER_ADMIN)}))
FORM = '<form method="post" action="{}">\n<input type="hidden" name="csrf" value="secret">\n{}</form>'
BUTTON = '<button type="submit">Go</button>'


def hidden(html: str, rights: Rights = VIEWER, **locked: str) -> str:
    return only_what_one_may(html, rights, ROUTES, {key.replace("_", "/"): why for key, why in locked.items()})


@pytest.mark.parametrize("rights", [OWNER, PEOPLE])
def test_what_one_may_stays_to_the_letter(rights: Rights) -> None:
    html = FORM.format("/admin/users/1", '<input name="x">') + '<a href="/admin/users/new">New User</a>'
    assert hidden(html, rights) == html


def test_a_form_of_buttons_goes() -> None:
    assert hidden(FORM.format("/admin/users/1/status", BUTTON)) == ""


@pytest.mark.parametrize("field", ['<input type="text" name="x" value="y">', "<select></select>", "<textarea>y</textarea>"])
def test_a_form_with_fields_stays_to_be_read(field: str) -> None:
    shown = hidden(FORM.format("/admin/users/1", field + BUTTON))
    assert shown.startswith(f'<fieldset disabled class="locked">\n{field}<p class="soft">')
    assert "Account owners, super users and user admins may make, change" in shown
    assert "secret" not in shown


def test_links_become_text_and_buttons_go() -> None:
    assert hidden('see <a href="/admin/apps/1/rules/edit">the rule</a>') == "see the rule"
    assert hidden('<a class="button quiet" href="/admin/users/new">New User</a>') == ""
    assert hidden('<a data-dialog href="/admin/users/1/remove">Delete user</a>') == ""
    assert hidden('<a href="/admin/apps">Apps</a>', PEOPLE) == "Apps"


def test_an_empty_menu_goes_and_a_full_one_stays() -> None:
    menu = '<details class="menu"><summary>More Actions</summary>{}</details>'
    assert hidden(menu.format('<a href="/admin/users/1/remove">Delete user</a>')) == ""
    assert hidden(menu.format('<a data-dialog href="/admin/users/1/remove">Delete user</a>')) == ""
    kept = menu.format('<a href="/admin/users">Users</a>')
    assert hidden(kept) == kept


def test_an_item_of_the_navigation_goes_as_a_whole() -> None:
    users, apps = '<li><a href="/admin/users">Users</a></li>\n', '<li><a href="/admin/apps">Apps <span>2</span></a></li>\n'
    nav = '<nav aria-label="x"><ul>\n{}</ul></nav>'
    assert hidden(nav.format(users + apps), PEOPLE) == nav.format(users)


def test_a_box_that_belongs_to_a_form_elsewhere_goes_with_it() -> None:
    form = '<form id="ticked" method="post" action="/admin/apps/1/drift">' + BUTTON + "</form>"
    box = '<td><input type="checkbox" form="ticked" name="x"></td>'
    assert hidden(form + box) == "<td></td>"
    assert hidden(form + box, OWNER) == form + box


@pytest.mark.parametrize("address", ["https://elsewhere.example/admin/users", "/static/x.css", "#main", "", "/login"])
def test_addresses_that_are_not_the_console_s_are_left_alone(address: str) -> None:
    html = f'<a href="{address}">x</a>'
    assert hidden(html) == html


def test_a_page_that_nobody_has_and_one_that_is_open_to_all() -> None:
    assert hidden('<a href="/admin/nowhere">x</a>') == "x"
    assert hidden('<a href="/admin/login">x</a>') == '<a href="/admin/login">x</a>'
    assert only_what_one_may('<a href="/admin/users">x</a>', VIEWER, [Route("/else", lambda _: None)], {}) == "x"


def test_a_locked_address_may_be_seen_and_not_changed() -> None:
    html = '<a href="/admin/users/1">x</a><a href="/admin/users/1/password">y</a><a href="/admin/users/12/password">z</a>'
    assert hidden(html, OWNER, _admin_users_1="no") == '<a href="/admin/users/1">x</a>y<a href="/admin/users/12/password">z</a>'
    shown = hidden(FORM.format("/admin/users/1", '<input name="x">'), OWNER, _admin_users_1="Your own.")
    assert shown.endswith('<p class="soft">Your own.</p></fieldset>')


def test_the_text_of_a_value_is_no_form_and_no_link() -> None:
    from markupsafe import escape

    html = f'<p title="{escape(HOSTILE)}">{escape("<form action=/admin/users/new></form>")}</p>'
    assert hidden(html) == html
