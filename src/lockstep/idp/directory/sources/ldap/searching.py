"""A search to its end, page by page, or an error that says where it broke off.

What servers do at times and what would pass for the end of the list is seen: a limit that is reached, a page that comes twice,
a list of values of which only a range was given.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lockstep.idp.directory.sources.ldap.explaining import SIZE_LIMIT, explain
from lockstep.idp.directory.sources.ldap.records import Entry, LdapSettings
from lockstep.idp.directory.sources.ldap.wire import PAGED, Session, WireError
from lockstep.idp.directory.sources.records import SourceProblem

_RANGE = re.compile(r"([^;]+);range=(\d+)-(\d+|\*)", re.IGNORECASE)


class BrokenOffProblem(SourceProblem):
    """A search that did not come to its end.  `problem` says where and why, `fix` what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}; nothing was taken over. {fix}")
        self.problem = f"{problem}."
        self.fix = fix


@dataclass(slots=True)
class Searcher:
    """Searches of one session."""

    session: Session
    settings: LdapSettings
    until: float = field(init=False)
    """By the monotonic clock: when it has taken too long."""
    pages: bool = True
    """Whether the server gives pages; else everything comes in one answer, if its limits allow."""
    referrals: list[str] = field(default_factory=list)
    """Where else something is, in the order seen."""

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.settings.read_seconds

    def root(self) -> Entry:
        """What the server says of itself; learns whether it gives pages.  Raises SourceProblem."""
        try:
            root = self.session.root()
        except WireError as error:
            raise self.problem(error, "the server's own entry") from error
        controls = {value.decode("ascii", "replace") for value in root.values("supportedControl")}
        self.pages = not controls or PAGED in controls
        return root

    def entries(self, what: str, bases: Sequence[str], filter_text: str, attributes: Sequence[str]) -> Iterator[Entry]:
        """What is below the bases, each entry once.  `what` says in words what they are.  Raises SourceProblem."""
        seen: set[str] = set()
        for base in bases:
            here: set[str] = set()
            for number, entry in self._pages(what, base, filter_text, attributes):
                if entry.dn in here:
                    raise BrokenOffProblem(
                        f"page {number} of {what} below {base} has the entry {entry.dn} again: the server repeats itself",
                        "Make the page size smaller, or ask its operator.",
                    )
                here.add(entry.dn)
                if entry.dn not in seen:  # else bases lie one in the other
                    yield self._whole(entry)
            seen |= here

    def _pages(self, what: str, base: str, filter_text: str, attributes: Sequence[str]) -> Iterator[tuple[int, Entry]]:
        cookie, number, last = b"", 0, ""
        while True:
            number += 1
            place = f"page {number} of {what} below {base}" + (f", after the entry {last}" if last else "")
            self._check_time(place)
            try:
                size = self.settings.page_size if self.pages else 0
                page = self.session.page(base, self.settings.scope, filter_text, attributes, size=size, cookie=cookie)
            except WireError as error:
                raise self.problem(error, place) from error
            self.referrals += page.referrals
            for entry in page.entries:
                last = entry.dn
                yield number, entry
            cookie = page.cookie
            if not cookie:
                return

    def _check_time(self, place: str) -> None:
        if time.monotonic() > self.until:
            raise BrokenOffProblem(
                f"{place}: the reading has taken more than {self.settings.read_seconds:,} seconds",
                "Raise read_seconds, or name narrower bases or filters.",
            )

    def problem(self, error: WireError, place: str) -> BrokenOffProblem:
        """What an error means at this place."""
        problem, fix = explain(error, self.settings, self.session.url)
        if error.code == SIZE_LIMIT and not self.pages:
            fix += " It gives no pages, so that all has to fit into one answer."
        return BrokenOffProblem(f"{place}: {problem}", fix)

    def _whole(self, entry: Entry) -> Entry:
        """The entry with all values of what came as a range, as Active Directory gives long lists (MS-ADTS 3.1.1.3.1.3.3)."""
        ranges = [found for found in map(_RANGE.fullmatch, entry.attributes) if found]
        if not ranges:
            return entry
        attributes = {name: values for name, values in entry.attributes.items() if not _RANGE.fullmatch(name)}
        for found in ranges:
            attributes[found[1]] = entry.attributes[found[0]] + self._rest(entry.dn, found)
        return Entry(dn=entry.dn, attributes=attributes)

    def _rest(self, dn: str, found: re.Match[str]) -> tuple[bytes, ...]:
        values: tuple[bytes, ...] = ()
        while found[3] != "*":
            begin = int(found[3]) + 1
            place = f"the values of {found[1]} from number {begin:,} on, of the entry {dn}"
            self._check_time(place)
            try:
                page = self.session.page(dn, "base", "(objectClass=*)", [f"{found[1]};range={begin}-*"])
            except WireError as error:
                raise self.problem(error, place) from error
            answers = [(name, _RANGE.fullmatch(name)) for entry in page.entries for name in entry.attributes]
            came = [(name, match) for name, match in answers if match and match[1].lower() == found[1].lower()]
            if len(came) != 1 or int(came[0][1][2]) != begin:
                raise BrokenOffProblem(
                    f"{place}: the server gave others, or none",
                    "The entry may have changed while it was being read: try again.",
                )
            name, found = came[0]
            values += page.entries[0].attributes[name]
        return values
