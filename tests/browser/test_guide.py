"""AWS's guide "Setting up SCIM provisioning between OneLogin and IAM Identity Center", on the pages of both services, by its
labels: from "Enable" to the session tag.

Once by mouse, once by keyboard alone, once with script disabled.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.consoles import APP, PATIENCE, WAYS, Consoles
from tests.browser.guided import PASSWORD, Guided, guided

TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:Department"

pytestmark = pytest.mark.slow


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Guided]:
    with guided(tmp_path) as found:
        found.center("instance", "create", "acme")
        yield found


def connect(consoles: Consoles) -> None:
    """Steps 1 and 2 of the guide: enable here, paste there."""
    center, idp = consoles.center, consoles.idp
    center.link("acme")
    consoles.instance("Settings")
    center.button("Enable automatic provisioning")
    center.sees("Inbound automatic provisioning")
    endpoint = center.page.locator('[data-copy="SCIM endpoint"]').inner_text()
    center.show("Show token")
    token = center.page.locator('[data-copy="Access token"]').inner_text()
    center.link("Close")

    idp.link("Applications", "Administration")
    idp.link("Add App")
    idp.fill("Display Name", APP)
    idp.fill("SCIM Base URL", endpoint)
    idp.tick("The target is on this machine")
    idp.fill("SCIM Bearer Token", "mistyped")
    idp.button("Save")
    idp.button("Enable")
    idp.sees("The API connection does not work.")
    idp.sees("Generate")  # the refusal says what to do: a new token at the target
    idp.fill("SCIM Base URL", endpoint)
    idp.fill("SCIM Bearer Token", token)
    idp.button("Enable")
    idp.sees("Enabled")
    consoles.tab("Access")
    idp.button("Give it to everyone")


def provision(consoles: Consoles) -> None:
    """Steps 3 and 4: with approval as it is at first, which the pages do not let anybody forget."""
    idp = consoles.idp
    consoles.tab("Provisioning")
    idp.tick("Enable provisioning")
    idp.button("Save")
    consoles.tab("Users")
    consoles.action("Sync logins")
    idp.sees(f"Synchronizing users with {APP}")
    consoles.tab("Users")
    consoles.until(idp, "Pending")
    idp.sees("wait for your approval")
    approve_one(consoles, "ann@example.com")
    consoles.tab("Plan")
    idp.button("Approve all")
    consoles.action("Reapply entitlement mappings")
    idp.sees("Mappings are being reapplied")
    consoles.tab("Users")
    consoles.until(idp, "Provisioned")
    idp.link("Activity", "Administration")
    idp.sees("user.created_in_app")
    consoles.instance("Users")
    consoles.until(consoles.center, "ann@example.com")
    consoles.until(consoles.center, "ben@example.com")


def approve_one(consoles: Consoles, user_name: str) -> None:
    """Pending, the dialog, Approve."""
    idp = consoles.idp
    row = idp.page.get_by_role("row", name=user_name)
    pending = row.get_by_role("link", name="Pending")
    if consoles.script:
        idp.press(pending)
        expect(idp.page.get_by_role("dialog")).to_be_visible()
    else:
        idp.go(pending)
    idp.sees("Create User in Application")
    within = idp.page.get_by_role("dialog") if consoles.script else idp.page.locator("main")
    idp.go(within.get_by_role("button", name="Approve", exact=True))


def groups(consoles: Consoles) -> None:
    """Parameters, Groups, a rule that maps roles, Refresh."""
    idp = consoles.idp
    consoles.tab("Rules")
    idp.link("Add Rule")
    idp.fill("Name", "AWS roles", exact=True)
    idp.fill("with value that matches", "^AWS-(.*)")
    idp.button("Save")
    idp.sees("Rules set Groups, but “Include in User Provisioning” of the parameter Groups is off")
    idp.button("Reapply entitlement mappings", "Apply the rules")
    consoles.tab("Parameters")
    idp.sees("Required Parameters")
    idp.link("Edit Groups")
    idp.tick("Include in User Provisioning")
    idp.button("Save")
    consoles.tab("Plan")
    consoles.until(idp, "wait for approval")
    idp.button("Approve all")
    consoles.tab("Provisioning")
    idp.button("Refresh", "Entitlements")
    consoles.instance("Groups")
    consoles.until(consoles.center, "Readers")
    consoles.center.sees("Admins")
    expect(consoles.center.page.get_by_text("Cooks")).to_have_count(0)


def access_control(consoles: Consoles) -> None:
    """The attribute, and sign-in both ways."""
    idp, center = consoles.idp, consoles.center
    consoles.tab("Parameters")
    idp.link("+ Add parameter")
    idp.fill("Field name", TAG)
    idp.choose("Value", "Department")
    idp.tick("Include in SAML assertion")
    idp.button("Save")
    consoles.instance("Settings")
    center.button("Enable attributes for access control")
    consoles.instance("Settings")
    sp = consoles.download(center, "Download metadata file", "sp.xml")
    consoles.tab("Configuration")
    idp.upload("SAML metadata of the service provider", sp)
    idp.button("Save")
    consoles.tab("SSO")
    idp.show("More Actions")
    metadata = consoles.download(idp, "SAML Metadata", "idp.xml")
    center.link("Change identity source")
    center.upload("IdP SAML metadata", metadata)
    center.fill("Name that people see", "Our directory")
    center.button("Next")
    center.fill("To confirm, type ACCEPT", "ACCEPT")
    center.button("Change identity source")
    idp.link("Users", "Administration")
    idp.link("Ann Ø.")
    change = idp.page.get_by_role("link", name="Change Password")
    if consoles.script:
        idp.press(change)
        expect(idp.page.get_by_role("dialog")).to_be_visible()
    else:
        idp.go(change)
    idp.write(idp.page.get_by_label("Password", exact=True), PASSWORD)
    idp.write(idp.page.get_by_label("Password again"), PASSWORD)
    idp.button("Change password")


def sign_in(consoles: Consoles, chromium: Browser) -> None:
    """Ann, in a browser of her own, from the portal to the tag of her session."""
    start = consoles.center.page.locator('[data-copy="AWS access portal URL"]').inner_text()
    context = chromium.new_context(java_script_enabled=consoles.script)
    context.set_default_timeout(PATIENCE)
    ann = consoles.make(context.new_page())
    ann.page.goto(start)
    if not consoles.script:
        ann.page.wait_for_url(re.compile("/login"))
    ann.write(ann.page.locator("input[name=user_name]"), "ann@example.com")
    ann.write(ann.page.locator("input[name=password]"), PASSWORD)
    ann.go(ann.page.locator("main").get_by_role("button").first)
    if not consoles.script:
        ann.go(ann.page.locator("main").get_by_role("button").first)
    expect(ann.page.get_by_text("Treasury").first).to_be_visible()
    expect(ann.page.get_by_text("Department").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("way", WAYS)
def test_the_guide_from_enable_to_the_session_tag(chromium: Browser, both: Guided, way: str) -> None:
    consoles = Consoles(chromium, both, way)
    connect(consoles)
    provision(consoles)
    groups(consoles)
    access_control(consoles)
    consoles.instance("Settings")
    sign_in(consoles, chromium)
    consoles.context.close()
