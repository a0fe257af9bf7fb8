"""Both services as processes with an administrator each, people, and nothing else: where AWS's guide begins."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Finished, lockstep, served

PASSWORD = "correct horse battery"
ROSTER = {
    "people.csv": [
        ["employee_id", "user_name", "given_name", "family_name", "display_name", "email", "department"],
        ["1", "ann@example.com", "Ann", "Ødegård", "Ann Ø.", "ann@example.com", "Treasury"],
        ["2", "ben@example.com", "Ben", "Berg", "Ben B.", "ben@example.com", "Research"],
    ],
    "groups.csv": [["group_id", "display_name"], ["g1", "AWS-Admins"], ["g2", "AWS-Readers"], ["g3", "Cooks"]],
    "memberships.csv": [["group_id", "employee_id"], ["g1", "1"], ["g2", "1"], ["g2", "2"], ["g3", "2"]],
}


@dataclass(slots=True)
class Guided:
    """Where the two services are, and a folder for files."""

    folder: Path
    idp_url: str
    center_url: str

    def idp(self, *words: str) -> Finished:
        """A command of the identity provider."""
        return lockstep("idp", *words, "--data", str(self.folder / "idp")).ended(0)

    def center(self, *words: str) -> Finished:
        """A command of the identity centre."""
        return lockstep("center", *words, "--data", str(self.folder / "center")).ended(0)


@contextmanager
def guided(folder: Path) -> Iterator[Guided]:
    """The two services on free ports."""
    people = folder / "people"
    people.mkdir()
    for name, lines in ROSTER.items():
        with (people / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    both = Guided(folder, "", "")
    both.idp("import", str(people))
    for side in (both.idp, both.center):
        side("admin", "create", "root", "--password-file", str(password))
    center = ("center", "serve", "--data", str(folder / "center"))
    idp = ("idp", "serve", "--data", str(folder / "idp"))
    with served(folder / "center.log", *center) as there, served(folder / "idp.log", *idp) as here:
        both.idp_url, both.center_url = here.url, there.url
        yield both
