"""A company with an app that has been synced, and an administrator."""

from pathlib import Path

from benchmarks.engine import rosters
from benchmarks.engine.planning import settle
from benchmarks.support.processes import lockstep
from benchmarks.support.text import say
from lockstep.cli.demo.browser import Browser
from lockstep.idp.storage import open_idp

NAME, PASSWORD = "root", "correct horse battery"
OPEN = ("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off")
LARGE, SMALL = 4, 1_000
"""Roles with half of all people, and with ten each."""


def made_company(folder: Path, people: int, database_url: str = "") -> list[str]:
    """The options that name the data, which is made where it is not there yet."""
    key = folder / "key"
    place = ["--database-url", database_url, "--key-file", str(key)] if database_url else ["--data", str(folder / "data")]
    if (folder / "made").exists():
        return place
    small = min(SMALL, people // 10)
    roster = rosters.made(people, [people // 2] * LARGE + [10] * small).write(folder / "roster")
    done = lockstep("idp", "import", roster, *place)
    say(f"- import of {people:,} people and {people // 2 * LARGE + 10 * small:,} memberships: {done.seconds:.1f} s")
    (folder / "token").write_text("token\n")
    (folder / "password").write_text(f"{PASSWORD}\n")
    lockstep("idp", "admin", "create", NAME, "--password-file", folder / "password", *place)
    target = ("--scim-url", "https://scim.example.com/t/scim/v2", "--token-file", folder / "token")
    lockstep("idp", "app", "create", "aws", "--connector", "aws-iam-identity-center", *target, *place)
    lockstep("idp", "app", "assign", "aws", "--everyone", *place)
    lockstep("idp", "app", "set", "aws", *OPEN, *place)
    lockstep("idp", "plan", "aws", *place)
    database = open_idp(folder / "data", database_url or None)
    settle(database)
    database.close()
    lockstep("idp", "user", "suspend", "--where", "text=priya eriksson", "--yes", *place)
    lockstep("idp", "app", "set", "aws", "approve-update=on", "approve-delete=on", *place)
    lockstep("idp", "user", "create", "extra@example.com", "custom.badge=7", *place)
    lockstep("idp", "plan", "aws", *place)
    (folder / "made").touch()
    return place


def admin_in(browser: Browser, url: str) -> None:
    """Sign in."""
    page = browser.visit(f"{url}/admin")
    browser.submit(page, page.form("password"), name=NAME, password=PASSWORD)
