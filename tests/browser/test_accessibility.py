"""axe-core over every page of both consoles and of signing in: what it calls serious or critical is not there.

Pages are found by following links, so a new one is looked at, too; each once in light at 1280 pixels with every rule, and once
in dark at 390 pixels with those that depend on it.  What axe cannot see (focus, Escape, the order of Tab) is tested elsewhere.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from lockstep.idp.console.routes import ROUTES
from tests.browser.guided import PASSWORD
from tests.pair.signing_in import PASSWORD as OF_PEOPLE
from tests.pair.signing_in import Pair, both_served, mail
from tests.support.processes import lockstep, served

pytestmark = pytest.mark.slow
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY = {"resultTypes": ["violations"], "runOnly": TAGS, "rules": {"target-size": {"enabled": True}}}
ON_A_PHONE = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}
NOT_PAGES = ("/stream", "/metadata", "/static/", "/platform/saml/")
MOST = 200


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both services with something of everything, and an administrator each."""
    with both_served(tmp_path_factory.mktemp("axe")) as pair:
        password = pair.kept("admin", PASSWORD)
        for side in (pair.idp, pair.center):
            side("admin", "create", "root", "--password-file", password).ended(0)
            side("admin", "create", "other", "--password-file", password).ended(0)
        pair.idp("app", "rule", "aws", "--add", "All", "--matching", ".*", "--if", "department equals Nord").ended(0)
        pair.idp("app", "rule", "aws", "--add", "Few", "--group", "Few").ended(0)
        pair.idp("mapping", "add", "Nord", "--if", "department equals Nord", "--set", "title={department}").ended(0)
        pair.idp("mapping", "add", "All", "--set", "company=Example").ended(0)
        pair.idp("user", "change", mail("ben"), f"nickname={'n' * 1_100}").ended(0)
        pair.idp("sync", "aws").ended(4)  # more than the centre takes
        pair.idp("app", "set", "aws", "approve-create=on", "approve-update=on").ended(0)
        pair.idp("app", "assign", "aws", "--role", "Lesere").ended(0)
        pair.idp("role", "create", "Alle").ended(0)
        pair.idp("group", "create", "Treasury", "lock-after=5").ended(0)
        pair.idp("group", "assign", "Treasury", mail("ben")).ended(0)
        pair.idp("role", "nest", "Alle", "Lesere").ended(0)
        pair.idp("certificate", "new").ended(0)
        pair.idp("user", "change", mail("ben"), "department=Sør", "custom.badge=7").ended(0)
        yield pair


def signed_in(page: Page, url: str) -> None:
    page.set_default_timeout(30_000)
    page.goto(url)
    page.locator("input[name=name]").fill("root")
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main button").first.click()


def shape(url: str) -> str:
    """What makes a page another one: its address without ids, and which filters it has."""
    parts = urlsplit(url)
    path = re.sub(r"/(\d+|d-[0-9a-f]+|[0-9a-f-]{32,})(?=/|$)", "/{}", parts.path)
    return path + "?" + "&".join(sorted(name for name in parse_qs(parts.query) if name not in ("after", "before", "type")))


def links(page: Page, base: str) -> list[str]:
    """Where the page leads to below `base`, but for what is no page."""
    found = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(one => one.href)")
    here = [url.partition("#")[0] for url in found if url.startswith(base)]
    return [url for url in here if not any(part in url for part in NOT_PAGES)]


def every_page(page: Page, start: str, base: str) -> Iterator[str]:
    """The address of each page that links lead to, opened."""
    waiting, seen = [start], {shape(start)}
    while waiting and len(seen) < MOST:
        url = waiting.pop(0)
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        yield url
        for one in links(page, base):
            if shape(one) not in seen:
                seen.add(shape(one))
                waiting.append(one)


def faults(page: Page, options: Mapping[str, Any]) -> list[str]:
    """What axe calls serious or critical, and where."""
    found = Axe().run(page, options=dict(options)).response["violations"]
    return [
        f"{page.url} {one['id']} ({one['impact']}): {node['target']} {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


def ill_laid(page: Page) -> list[str]:
    """Whether a person would have to scroll sideways, or a navigation has lost its looks."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    listed = page.eval_on_selector_all(
        "nav ul", "all => all.filter(one => getComputedStyle(one).listStyleType !== 'none').length"
    )
    return [
        *([f"{page.url} is {width} px wider than the screen"] if width > 0 else []),
        *([f"{page.url} has a navigation that looks like a list of points"] if listed else []),
    ]


def crawled(chromium: Browser, start: str, base: str, login: str) -> tuple[list[str], list[str]]:
    """(addresses that were looked at, everything that is wrong with them)."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    signed_in(page, login)
    seen, wrong = [], []
    for url in every_page(page, start, base):
        seen.append(url)
        wrong += faults(page, EVERY) + ill_laid(page)
    context.close()
    context = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    page = context.new_page()
    signed_in(page, login)
    for url in seen:
        page.goto(url)
        wrong += faults(page, ON_A_PHONE) + ill_laid(page)
    context.close()
    return seen, wrong


def test_axe_finds_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'><input><p style='color:#eee'>pale</p></main>"
    )
    assert {line.split()[1] for line in faults(page, EVERY)} >= {"image-alt", "label", "color-contrast"}
    page.close()


def test_the_console_of_the_identity_provider(chromium: Browser, pair: Pair) -> None:
    seen, wrong = crawled(chromium, f"{pair.idp_url}/admin/apps", f"{pair.idp_url}/admin", f"{pair.idp_url}/admin/login")
    assert wrong == []
    reached = {shape(url).partition("?")[0] for url in seen}
    routes = {re.sub(r"\{[^}]*\}", "{}", route.path) for route in ROUTES if "GET" in (route.methods or ())}
    unlinked = {"/admin", "/admin/login", "/admin/apps/{}/jobs/{}"}  # a job is led to by what files it
    unlinked |= {"/admin/apps/{}/comparison", "/admin/apps/{}/configuration/tokens/remove"}  # by a held app, by a second token
    unlinked |= {"/admin/users/{}/factor/remove"}  # by a device that is set up
    unlinked |= {"/admin/apps/{}/evidence/{}", "/admin/apps/{}/evidence/key"}  # downloads
    unlinked |= {"/admin/users/bulk/{}"}  # led to by what begins it
    assert routes - reached - unlinked <= {path for path in routes if path.endswith(NOT_PAGES[:2])}


def test_the_console_of_the_centre(chromium: Browser, pair: Pair) -> None:
    url = f"{pair.center_url}/console"
    seen, wrong = crawled(chromium, url, url, url)
    assert wrong == []
    reached = {shape(one).partition("?")[0] for one in seen}
    wanted = (
        "users/{}",
        "groups/{}",
        "trail",
        "settings/attributes/manage",
        "provisioning/disable",
        "settings/identity-source/change",
    )
    assert {f"/console/{{}}/{part}" for part in wanted} <= reached


def test_pages_that_are_wrong_and_pages_of_people(chromium: Browser, pair: Pair) -> None:
    page = chromium.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []

    def look() -> None:
        wrong.extend(faults(page, EVERY))

    for url in (
        f"{pair.idp_url}/admin/login",
        f"{pair.center_url}/console",
        f"{pair.idp_url}/nowhere",
        f"{pair.center_url}/console/x",
    ):
        page.goto(url)
        look()
    page.goto(pair.start)
    look()
    page.locator("input[name=user_name]").fill(mail("ann"))
    page.locator("input[name=password]").fill("wrong")
    page.locator("main button").first.click()
    page.get_by_role("alert").first.wait_for()
    look()
    page.locator("input[name=password]").fill(OF_PEOPLE)
    page.locator("main button").first.click()
    page.get_by_text("CostCenter").first.wait_for()
    look()
    page.goto(f"{pair.idp_url}/")
    look()
    signed_in(page, f"{pair.idp_url}/admin/login")
    for path, button in (("/admin/users/new", "Save User"), ("/admin/apps/1/rules/edit", "Save"), ("/admin/apps/new", "Save")):
        page.goto(urljoin(pair.idp_url, path))
        page.eval_on_selector_all("[required]", "all => all.forEach(one => one.removeAttribute('required'))")
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()
        assert "Error" in page.title()
        look()
    assert wrong == []
    page.close()


def test_a_console_without_anything(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What stands where there is nothing yet."""
    folder = tmp_path_factory.mktemp("empty")
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    lockstep("idp", "admin", "create", "root", "--password-file", str(password), "--data", str(folder / "idp")).ended(0)
    with served(folder / "log", "idp", "serve", "--data", str(folder / "idp")) as server:
        seen, wrong = crawled(chromium, f"{server.url}/admin/apps", f"{server.url}/admin", f"{server.url}/admin/login")
    assert wrong == []
    assert len(seen) > 5
