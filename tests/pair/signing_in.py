"""Both services as processes, set up for sign-in by their commands, and people with browsers."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.browser import Answer, Browser, over_http
from tests.support.processes import Finished, lockstep, served

KEY = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
PASSWORD = "correct horse battery staple"
PEOPLE = ("ann", "ben", "eva")


@dataclass(slots=True)
class Pair:
    """Where the two services are."""

    folder: Path
    idp_url: str
    center_url: str
    start: str = ""

    def idp(self, *words: str) -> Finished:
        """A command of the identity provider."""
        return lockstep("idp", *words, "--data", str(self.folder / "idp"))

    def center(self, *words: str) -> Finished:
        """A command of the identity centre."""
        return lockstep("center", *words, "--data", str(self.folder / "center"))

    def kept(self, name: str, text: str) -> str:
        """A file with this text."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    def trust_each_other(self) -> None:
        """Metadata both ways, as an administrator carries it."""
        sp = self.kept("sp.xml", self.center("metadata", "acme").ended(0).out)
        self.idp("app", "saml", "aws", "--metadata", sp).ended(0)
        self.trust_the_idp()

    def trust_the_idp(self) -> None:
        """The identity provider's metadata of this moment."""
        idp = self.kept("idp.xml", self.idp("metadata", "aws").ended(0).out)
        self.center("idp", "trust", "acme", "--metadata", idp, "--idp-name", "Our directory").ended(0)

    def sessions(self, name: str) -> list[dict[str, Any]]:
        """The live sessions of a person at the centre, oldest first."""
        listed = self.center("sessions", "acme", "--json").ended(0).lines
        return [one for one in listed if one["user_name"] == mail(name)]


def mail(name: str) -> str:
    return f"{name}@example.com"


def write_people(folder: Path) -> Path:
    folder.mkdir()
    columns = ["employee_id", "user_name", "given_name", "family_name", "display_name", "email", "department", "cost_center"]
    rows = {
        "people.csv": [
            columns,
            *([n, mail(n), n.title(), "Ødegård", f"{n.title()} Ø.", mail(n), "Nord", "N-1"] for n in PEOPLE),
        ],
        "groups.csv": [["group_id", "display_name"], ["g", "Lesere"]],
        "memberships.csv": [["group_id", "employee_id"], ["g", "ann"]],
    }
    for name, lines in rows.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


@contextmanager
def both_served(folder: Path) -> Iterator[Pair]:
    """The two services, people in both, each trusting the other, and two keys for access control."""
    (folder / "idp").mkdir()
    (folder / "center").mkdir()
    center = ("center", "serve", "--data", str(folder / "center"))
    idp = ("idp", "serve", "--data", str(folder / "idp"))
    with served(folder / "center.log", *center) as there, served(folder / "idp.log", *idp) as here:
        pair = Pair(folder, here.url, there.url)
        made = pair.center("instance", "create", "acme", "--json").ended(0).json
        pair.start = there.url + made["start_path"]
        enabled = pair.center("provisioning", "enable", "acme", "--json").ended(0).json
        target = ("--scim-url", there.url + enabled["scim_path"], "--token-file", pair.kept("token", enabled["token"]))
        pair.idp("app", "create", "aws", "--connector", "aws-iam-identity-center", *target, "--allow-loopback").ended(0)
        pair.idp("import", str(write_people(folder / "people"))).ended(0)
        pair.idp("app", "assign", "aws", "--everyone").ended(0)
        off = [f"approve-{action}=off" for action in ("create", "update", "delete")]
        pair.idp("app", "set", "aws", "groups=on", "provisioning=on", "rate=1000", *off).ended(0)
        pair.idp("sync", "aws").ended(0)
        pair.trust_each_other()
        pair.idp("app", "parameter", "aws", KEY, "--attribute", "cost_center", "--include-in-saml-assertion").ended(0)
        pair.center("attributes", "enable", "acme").ended(0)
        pair.center("attributes", "set", "acme", "Department=${path:enterprise.department}").ended(0)
        for name in PEOPLE:
            pair.idp("password", mail(name), "--password-file", pair.kept("password", PASSWORD)).ended(0)
        yield pair


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, pair: Pair, name: str) -> None:
        self.pair = pair
        self.name = name
        self.browser = Browser(over_http, pair.idp_url)

    async def at_the_portal(self) -> Answer:
        """The centre's portal, or the page that it leads to."""
        return await self.browser.follow(await self.browser.get(self.pair.start))

    async def log_in(self, page: Answer) -> Answer:
        """Fill in the identity provider's form."""
        return await self.browser.follow(
            await self.browser.submit(page, "/login", user_name=mail(self.name), password=PASSWORD)
        )

    async def hand_over(self, page: Answer) -> Answer:
        """What the button of the response's page does: a form of one site, posted to another."""
        form = page.form("/platform/saml/acs/")
        came = await self.browser.post(form.action, form.fields, site="same-site", sender=self.pair.idp_url)
        return await self.browser.follow(came)

    async def sign_in(self) -> Answer:
        """From the portal to the portal."""
        page = await self.at_the_portal()
        return await self.hand_over(page if "SAMLResponse" in page.html else await self.log_in(page))
