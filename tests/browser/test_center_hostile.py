"""Long and hostile values in a real browser: no page gets wider than the screen, and nothing of them runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from lockstep.center.admins import actions as admins
from lockstep.center.directory import actions as directory
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps import actions as idps
from lockstep.kit.clock import now_ms
from tests.browser.test_center_console import PASSWORD, opened
from tests.support.center import Center, served_center
from tests.support.saml_idp import Idp, key

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3
EVIL = "<script>document.title='evil'</script>{{7*7}}"
NAME = f"{LONG}-{EVIL}"


def call(operation: Operation) -> Call:
    return instances.admin_call(operation, "test", now_ms())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Center, list[str]]]:
    """A centre whose instance, identity provider, user and group have such names; the pages that show them."""
    with served_center(tmp_path_factory.mktemp("hostile")) as center:
        with center.database.write() as c:
            admins.create(c, call(Operation.CREATE_ADMIN), "root", PASSWORD)
            instance = instances.create(c, call(Operation.CREATE_INSTANCE), NAME)
            _, made = instances.enable_provisioning(c, call(Operation.ENABLE_PROVISIONING), NAME)
            idps.trust(c, call(Operation.TRUST_IDP), NAME, Idp(f"https://idp.example/{LONG * 5}", key("one")).metadata)
            body: dict[str, Any] = {
                "userName": LONG,
                "displayName": NAME,
                "title": NAME,
                "name": {"givenName": NAME, "familyName": NAME},
            }
            body |= {"emails": [{"value": f"{LONG}@example.com", "type": "work", "primary": True}]}
            user = directory.create_user(c, instance, body, call(Operation.CREATE_USER)).id
            body = {"displayName": NAME, "members": [{"value": user}]}
            group = directory.create_group(c, instance, body, call(Operation.CREATE_GROUP)).id
        here = f"/console/{instance.identity_store_id}"
        within = ["", "/users", f"/users/{user}", f"/users/{user}/delete", f"/users/{user}/end-sessions", "/groups", "/trail"]
        within += [
            f"/groups/{group}",
            f"/groups/{group}/delete",
            "/settings",
            "/provisioning",
            "/settings/identity-source/change",
        ]
        within += [f"/provisioning/tokens/{made.token_id}/delete", f"/users?q={LONG * 2}", f"/trail?since={LONG}&actor={LONG}"]
        yield center, ["/console", "/console/activity", *(here + rest for rest in within)]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_screen_and_nothing_runs(
    chromium: Browser, filled: tuple[Center, list[str]], width: int
) -> None:
    center, pages = filled
    page = opened(chromium, center, width=width)
    for path in pages:
        answer = page.goto(center.server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.title() != "evil", path
        assert "49" not in page.locator("h1").inner_text()
    page.context.close()
