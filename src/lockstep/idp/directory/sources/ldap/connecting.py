"""The first of several servers that answers.

Another one is tried where a server cannot be reached, is busy or has no certificate that holds.  One that refuses the password
has answered: asking the others, too, would lock the account the sooner.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from lockstep.idp.directory.sources.ldap.explaining import explain
from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.wire import Session, WireError

_BUSY, _UNAVAILABLE = 51, 52


class NoServerError(Exception):
    """None of the servers can be read; `problem` and `fix` are for people."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}. {fix}")
        self.problem = problem
        self.fix = fix


@contextmanager
def connected(settings: LdapSettings, password: str) -> Iterator[Session]:
    """A session that is bound.  Raises NoServerError, with what each of the servers said."""
    session = _first(settings, password)
    with session:
        yield session


def _first(settings: LdapSettings, password: str) -> Session:
    said: list[tuple[str, str]] = []
    for url in settings.servers:
        session = Session(url, settings)
        try:
            session.open(password)
        except WireError as error:
            session.close()
            said.append(explain(error, settings, url))
            if error.cause == "result" and error.code not in (_BUSY, _UNAVAILABLE):
                break
        else:
            return session
    raise NoServerError("; ".join(problem for problem, _ in said), said[-1][1])
