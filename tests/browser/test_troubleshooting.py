"""The four cases of the guide's troubleshooting, walked on the pages: each says what is the matter, and ends well."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.consoles import APP, Consoles
from tests.browser.guided import Guided, guided

pytestmark = pytest.mark.slow


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Guided]:
    """Both services set up by their commands, with everything at its first settings but provisioning."""
    with guided(tmp_path) as found:
        found.center("instance", "create", "acme")
        enabled = found.center("provisioning", "enable", "acme", "--json").json
        token = tmp_path / "token"
        token.write_text(enabled["token"], encoding="utf-8")
        target = ("--scim-url", found.center_url + enabled["scim_path"], "--token-file", str(token), "--allow-loopback")
        found.idp("app", "create", APP, "--connector", "aws-iam-identity-center", *target)
        found.idp("app", "connect", APP)
        found.idp("app", "assign", APP, "--everyone")
        found.idp("app", "set", APP, "provisioning=on")
        yield found


def nothing_is_synced(consoles: Consoles) -> None:
    """Admin approval waits, and nobody looked: every page of the app says so."""
    consoles.tab("Info")
    consoles.until(consoles.idp, "wait for your approval")
    consoles.idp.link("Review in Plan")
    consoles.idp.button("Approve all")
    consoles.instance("Users")
    consoles.until(consoles.center, "ben@example.com")
    consoles.tab("Provisioning")
    for action in ("Create user", "Delete user", "Update user"):
        consoles.idp.tick(action, False)
    consoles.idp.button("Save")


def groups_are_not_provisioned(consoles: Consoles) -> None:
    """The flag is off, which is said; switched on, groups go over by themselves."""
    consoles.instance("Groups")
    consoles.center.sees("No groups")
    consoles.tab("Users")
    consoles.idp.sees("Groups are not sent: “Include in User Provisioning” of the parameter Groups is off.")
    consoles.idp.link("Parameters > Groups")
    consoles.idp.tick("Include in User Provisioning")
    consoles.idp.button("Save")
    consoles.instance("Groups")
    consoles.until(consoles.center, "Cooks")
    consoles.center.link("AWS-Readers")
    consoles.center.sees("ben@example.com")


def a_rule_was_not_reapplied(consoles: Consoles) -> None:
    """A saved rule is not in force: every page says so and offers the button."""
    idp = consoles.idp
    consoles.tab("Rules")
    idp.link("Add Rule")
    idp.fill("Name", "Strip", exact=True)
    idp.fill("with value that matches", "(?:AWS-)?(.*)")
    idp.button("Save")
    idp.sees("Renamed from AWS-Readers")
    consoles.tab("Users")
    idp.sees("Rules have changed and are not applied yet")
    idp.link("See what would change")
    idp.button("Reapply entitlement mappings", "Apply the rules")
    idp.sees("Mappings are being reapplied")
    consoles.instance("Groups")
    consoles.until_gone(consoles.center, "AWS-")
    consoles.center.sees("Admins")


def a_deleted_group_goes_at_the_target(consoles: Consoles) -> None:
    """A role that is deleted takes its group along."""
    idp = consoles.idp
    idp.link("Users", "Administration")
    idp.link("Roles")
    idp.link("Cooks")
    idp.show("More Actions")
    idp.press(idp.page.get_by_role("link", name="Delete role"))
    idp.sees(APP)
    idp.go(idp.page.get_by_role("dialog").get_by_role("button", name="Delete role"))
    consoles.instance("Groups")
    consoles.until_gone(consoles.center, "Cooks")


def a_group_deleted_at_the_target_comes_back(consoles: Consoles) -> None:
    """Deleted there first, it breaks nothing: Refresh finds it gone, and it is made again with its members."""
    center, idp = consoles.center, consoles.idp
    consoles.instance("Groups")
    center.link("Readers")
    before = center.page.url
    center.press(center.page.get_by_role("link", name="Delete group"))
    dialog = center.page.get_by_role("dialog")
    center.write(dialog.get_by_label("To confirm"), "Delete")
    center.go(dialog.get_by_role("button", name="Delete group"))
    center.sees("Successfully deleted group")
    consoles.tab("Provisioning")
    idp.button("Refresh", "Entitlements")
    consoles.until(idp, "Done")
    consoles.instance("Groups")
    consoles.until(center, "Readers")
    center.link("Readers")
    assert center.page.url != before
    consoles.until(center, "ann@example.com")
    center.sees("ben@example.com")
    consoles.tab("Users")
    expect(idp.page.get_by_text("Failed")).to_have_count(0)


def test_the_four_cases(chromium: Browser, both: Guided) -> None:
    consoles = Consoles(chromium, both, "mouse")
    consoles.center.link("acme")
    nothing_is_synced(consoles)
    groups_are_not_provisioned(consoles)
    a_rule_was_not_reapplied(consoles)
    a_deleted_group_goes_at_the_target(consoles)
    a_group_deleted_at_the_target_comes_back(consoles)
    consoles.context.close()
