"""A made company over nine days, always the same, in which everything happens that makes a sync go wrong.

People join, move and leave, managers among them; user names change and pass from one to another; roles are renamed, in case
only, too; names merge, split, and pass from a leaving role to a new one; one day every seat is vacated; groups stand empty,
or hold more than a hundred or two hundred; text is long, accented, quoted, broken over lines, and outside the first 65,536
characters of Unicode.
"""

from collections.abc import Callable
from random import Random

from tests.pair.rosters import Roster, person

PEOPLE, GROUPS = 224, 40
GIVEN = ("Zoë", "José", "Anaïs", "Siân", "Björk", "Łucja", "Олена", "Nguyễn", "𝒜da", "Mary Ann", "Þór", "Ωμέγα")
FAMILY = ("Müller", "Ó Briain", "O'Neil", "Škvorecký", "de la Cruz y Martínez", "𠮷田", "Sørensen", "İnönü", "Straße", "Ng")
TITLES = ("Clerk", 'Head of "Special" Projects, EMEA', "Analyst  II", "Ingénieur·e", "First line\nsecond line", "")
DEPARTMENTS = ("Research", "Treasury", "Überwachung", "人事部", "")
LONG = "a very long name that goes on ".replace(" ", "-") * 12
EVERYONE, HALF = "G000", "G001"


class Company:
    """The company as it changes."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # the same company every time
        self.now = Roster()
        self._hired = 0
        self._founded = 0

    def some(self, count: int, among: list[str] | None = None) -> list[str]:
        """So many people, or of `among`."""
        return self.random.sample(sorted(self.now.people) if among is None else among, count)

    def hire(self, count: int, manager: str = "") -> list[str]:
        """New people, in Everyone; who has no `manager` has one of those before, or none."""
        return [self._hire(manager) for _ in range(count)]

    def _hire(self, manager: str) -> str:
        number, key = self._hired, f"E{self._hired:04d}"
        self._hired += 1
        given, family = GIVEN[number % len(GIVEN)], FAMILY[number // 3 % len(FAMILY)]
        boss = manager or (f"E{number // 6:04d}" if number else "")
        self.now.people[key] = person(
            key,
            user_name=f"{'Ünïcode.' if number % 17 == 0 else 'user.'}{number}@x.example",
            given_name=given,
            middle_name="J." if number % 4 == 0 else "",
            family_name=family,
            suffix="Jr." if number % 23 == 0 else "",
            nickname="Ace 🂡" if number % 19 == 0 else "",
            display_name=f"{given} {family} {LONG if number % 31 == 0 else ''}{number}",
            email=f"mail.{number}@x.example" if number % 13 else "",
            phone=f"+1 555 {number:04d}" if number % 5 else "",
            title=TITLES[number % len(TITLES)],
            department=DEPARTMENTS[number % len(DEPARTMENTS)],
            division="North" if number % 3 else "",
            cost_center=f"CC-{number % 7}" if number % 2 else "",
            manager_id=boss if boss in self.now.people else "",
        )
        if EVERYONE in self.now.groups:
            self.now.seats.add((EVERYONE, key))
        return key

    def dismiss(self, people: list[str]) -> None:
        """They leave.  Those whom they managed still say so: a real feed is often a day behind there."""
        for key in people:
            del self.now.people[key]
        self.now.seats = {seat for seat in self.now.seats if seat[1] in self.now.people}

    def found(self, name: str, people: list[str]) -> str:
        """A new role."""
        group_id = f"G{self._founded:03d}"
        self._founded += 1
        self.now.groups[group_id] = name
        self.seat(group_id, people)
        return group_id

    def close(self, group_id: str) -> str:
        """A role ends; its name."""
        self.now.seats = {seat for seat in self.now.seats if seat[0] != group_id}
        return self.now.groups.pop(group_id)

    def seat(self, group_id: str, people: list[str]) -> None:
        """They are in the role."""
        self.now.seats |= {(group_id, key) for key in people}

    def unseat(self, group_id: str, people: list[str]) -> None:
        """They are not in the role any more."""
        self.now.seats -= {(group_id, key) for key in people}

    def members(self, group_id: str) -> list[str]:
        """Who is in the role."""
        return sorted(key for group, key in self.now.seats if group == group_id)

    def set(self, key: str, **values: str) -> None:
        """Change a person."""
        self.now.people[key].update(values)


def founding(c: Company) -> None:
    """The first day.  Two roles share a name but for its case, some are empty, three need more than one request."""
    c.hire(PEOPLE)
    everybody = sorted(c.now.people)
    c.found("Everyone", everybody)
    c.found("Half, the “better” one", everybody[:120])
    c.found("Data Platform", c.some(9))
    c.found("DATA PLATFORM", c.some(12))
    c.found(f'Quote " backslash \\ 100% {LONG}', c.some(3))
    c.found("Ελληνικά 𠮷 🚀", c.some(5))
    for number in range(6, GROUPS):
        c.found(f"Team {number}", c.some(c.random.randrange(2, 14)) if number % 9 else [])


def movement(c: Company) -> None:
    """Joiners, movers, leavers; a manager leaves, and one joins together with those whom they manage."""
    c.dismiss(["E0003", *c.some(8, sorted(c.now.people)[40:])])
    (boss,) = c.hire(1)
    c.hire(7, manager=boss)
    for key in c.some(15):
        c.set(key, department="Bewegung", title="", cost_center="CC-99", phone="+49 30 1")
    c.set(c.some(1)[0], manager_id=boss)
    c.set("E0100", email="", middle_name="", division="", nickname="Neu")
    for number in range(10, 25):
        c.unseat(f"G{number:03d}", c.members(f"G{number:03d}")[:2])
        c.seat(f"G{number:03d}", c.some(3))


def names(c: Company) -> None:
    """Names of people and roles change: a chain of user names, leavers' names taken by others, case alone."""
    one, two, three, four, five, six = sorted(c.now.people)[60:66]
    first, second = c.now.name_of(two), c.now.name_of(three)
    c.set(three, user_name="brand.new@x.example", email="brand.new@x.example")
    c.set(two, user_name=second)
    c.set(one, user_name=first, email="MAIL.upper@x.example")
    c.set(six, user_name=c.now.name_of(four).upper())
    taken = c.now.name_of(five)
    c.dismiss([four, five])
    (joiner,) = c.hire(1)
    c.set(joiner, user_name=taken)
    cased = sorted(c.now.people)[80]
    c.set(cased, user_name=c.now.name_of(cased).swapcase())
    for number in range(12, 18):
        c.now.groups[f"G{number:03d}"] = f"Équipe {number} " + "x" * number
    c.seat("G012", c.some(4))
    c.now.groups["G018"] = "Ελληνικά ΣΤΟ τέλος"
    c.now.groups["G020"] = c.now.groups["G020"].upper()
    c.now.groups["G000"] = "EVERYone"


def merging(c: Company) -> None:
    """Names merge into a free name and into a taken one, move along a chain, and pass from a leaving role to a new one."""
    c.now.groups["G021"] = c.now.groups["G022"] = "Merged, new"
    c.now.groups["G023"] = c.now.groups["G024"].lower()
    c.now.groups["G025"], c.now.groups["G026"] = c.now.groups["G026"], "Free at last"
    heir = c.close("G028")
    c.found(heir, c.some(6))
    c.now.groups["G002"] = "data platform"
    c.close("G029")


def vacated(c: Company) -> None:
    """Every seat is vacated."""
    c.now.seats.clear()


def returning(c: Company) -> None:
    """The seats are taken again, not all by the same people."""
    c.seat(EVERYONE, sorted(c.now.people))
    c.seat(HALF, c.some(115))
    for group_id in sorted(c.now.groups.keys() - {EVERYONE, HALF}):
        c.seat(group_id, c.some(c.random.randrange(0, 15)))
    c.hire(4)


def splitting(c: Company) -> None:
    """What shared a name parts again; a group changes by more than a hundred both ways, and large ones are made."""
    c.now.groups["G003"] = "Data Platform, the other one"
    c.now.groups["G021"], c.now.groups["G022"] = "Split one", "Split two"
    inside = c.members(HALF)
    outside = sorted(c.now.people.keys() - set(inside))
    c.unseat(HALF, inside[:70])
    c.seat(HALF, outside[:60])
    c.found("Made with 205", c.some(205))
    c.found("Made with 100", c.some(100))
    c.found("Made with none", [])


def quiet(_company: Company) -> None:
    """Nothing happens."""


def leaving(c: Company) -> None:
    """Many leave, managers first, and roles end, one of them large."""
    c.dismiss(sorted(c.now.people)[:9] + c.some(15, sorted(c.now.people)[50:]))
    for group_id in ("G001", "G030", "G031", "G033"):
        c.close(group_id)
    c.seat("G036", c.hire(2))


STEPS: tuple[Callable[[Company], None], ...] = (
    founding,
    movement,
    names,
    merging,
    vacated,
    returning,
    splitting,
    quiet,
    leaving,
)


def history(seed: int = 1) -> dict[str, Roster]:
    """What the roster says after each step, by the step's name."""
    company = Company(seed)
    days = {}
    for step in STEPS:
        step(company)
        days[step.__name__] = company.now.copy()
    return days
