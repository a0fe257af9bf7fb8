"""Reads an LDAP directory: all of it, or what has changed since the last time.

A server says what was changed or added, and not who was deleted.  A reading of changes therefore lists the keys of everybody
besides, which costs a fraction of a full one, so that leavers are seen each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap import watermark as marks
from lockstep.idp.directory.sources.ldap.connecting import NoServerError, connected
from lockstep.idp.directory.sources.ldap.people import Keys, note
from lockstep.idp.directory.sources.ldap.reading import GROUPS, PEOPLE, Run, nobody
from lockstep.idp.directory.sources.ldap.records import ENTRY_DN, MANAGER_KEY, SECRETS, Entry, LdapSettings, plan_of
from lockstep.idp.directory.sources.ldap.searching import BrokenOffProblem, Searcher
from lockstep.idp.directory.sources.ldap.values import text_of
from lockstep.idp.directory.sources.ldap.wire import WireError
from lockstep.idp.directory.sources.records import Check, Reading, SourceProblem
from lockstep.kit.clock import Clock, now_ms

COUNTED = 20_000
"""As far as a test of the connection counts."""
_LOOKED_AT = 100
"""People whose attributes are listed."""


class LdapReader:
    """A `Reader` of one directory."""

    def __init__(self, settings: LdapSettings, password: str, *, now: Clock = now_ms) -> None:
        self._settings = settings
        self._plan = plan_of(settings)
        self._password = password
        self._now = now

    def check(self) -> Check:
        """Connect, and count who is there."""
        try:
            with connected(self._settings, self._password) as session:
                searcher = Searcher(session, self._settings)
                searcher.root()
                return self._counted(searcher)
        except NoServerError as error:
            return Check(ok=False, problem=f"{error.problem}.", fix=error.fix)
        except BrokenOffProblem as error:
            return Check(ok=False, problem=error.problem, fix=error.fix)
        except SourceProblem as error:
            return Check(ok=False, problem=error.text)

    def _counted(self, searcher: Searcher) -> Check:
        faults, plan, settings = Faults(), self._plan, self._settings
        people, groups = Keys(), Keys()
        for entry in _some(searcher.entries(PEOPLE, settings.people_bases, plan.people_filter, [plan.person_key])):
            note(people, entry, plan.person_key, "people_filter", faults)
        for entry in _some(searcher.entries(GROUPS, settings.group_bases, plan.group_filter, [plan.group_key])):
            note(groups, entry, plan.group_key, "group_filter", faults)
        faults.check()
        if not people.where:
            problem, fix = nobody(plan)
            return Check(ok=False, problem=problem, fix=fix)
        told = [f"{_count(people)} people"] + ([f"{_count(groups)} groups"] if settings.group_bases else [])
        bases = dict.fromkeys((*settings.people_bases, *settings.group_bases))
        return Check(ok=True, sees=f"{' and '.join(told)} below {'; '.join(bases)}")

    def attributes(self) -> tuple[str, ...]:
        """Those that the first people have.  Raises SourceProblem."""
        settings, names = self._settings, set[str]()
        with self._searcher() as searcher:
            searcher.root()
            size = min(_LOOKED_AT, settings.page_size) if searcher.pages else 0
            for base in settings.people_bases:
                try:
                    page = searcher.session.page(base, settings.scope, self._plan.people_filter, ["*", "+"], size=size)
                except WireError as error:
                    raise searcher.problem(error, f"people below {base}") from error
                names |= page.names
        found = sorted(name for name in names if name.lower() not in SECRETS)
        return (*found, ENTRY_DN, MANAGER_KEY)

    def read(self, watermark: str = "") -> Reading:
        """All, or what has changed since.  Raises SourceProblem."""
        with self._searcher() as searcher:
            now = datetime.fromtimestamp(self._now() // 1000, UTC)
            root = searcher.root()
            run = Run(self._plan, searcher, now, self._controller(searcher, root), _number(root, "highestCommittedUSN"))
            before = marks.read(watermark, self._plan)
            return run.since(before) if before and run.can_go_on(before) else run.whole()

    @contextmanager
    def _searcher(self) -> Iterator[Searcher]:
        try:
            with connected(self._settings, self._password) as session:
                yield Searcher(session, self._settings)
        except NoServerError as error:
            raise SourceProblem(f"{error.problem}. {error.fix}") from error

    def _controller(self, searcher: Searcher, root: Entry) -> str:
        """The invocation id of a domain controller, "" where there is none or it may not be read."""
        named = root.values("dsServiceName")
        if self._settings.flavour != "active-directory" or not named:
            return ""
        service = named[0].decode("utf-8", "replace")
        try:
            page = searcher.session.page(service, "base", "(objectClass=*)", ["invocationId"])
        except WireError as error:
            if error.cause != "result":
                raise searcher.problem(error, service) from error
            return ""
        ids = page.entries[0].values("invocationId") if page.entries else ()
        return text_of("guid", ids[0]) if ids else ""


def _some(entries: Iterator[Entry]) -> Iterator[Entry]:
    """The first of them, one more than are counted."""
    for number, entry in enumerate(entries):
        if number > COUNTED:
            return
        yield entry


def _count(keys: Keys) -> str:
    return f"more than {COUNTED:,}" if len(keys.where) > COUNTED else f"{len(keys.where):,}"


def _number(root: Entry, attribute: str) -> int:
    values = root.values(attribute)
    return int(values[0]) if values and values[0].isdigit() else 0
