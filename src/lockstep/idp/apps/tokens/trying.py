"""What a connection test said to each of an app's tokens."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.tokens.actions import works
from lockstep.idp.apps.tokens.records import REFUSED


@dataclass(frozen=True, slots=True)
class Tried:
    """The secret of each token with what came of it, the one in use first."""

    each: tuple[tuple[str, Connection], ...]

    @property
    def connection(self) -> Connection:
        """Whether the app can work with the target: that is enough of one token, since the other gives way to it."""
        found = [one for _, one in self.each]
        return next((one for one in found if one.ok), found[0])

    @property
    def answers(self) -> dict[str, int]:
        """Secret → status, for `note_answers`: of those that were taken or refused."""
        answers: dict[str, int] = {}
        for secret, found in self.each:
            if found.ok:
                answers |= works(secret)
            elif found.status in REFUSED:
                answers[secret] = found.status
        return answers

    @property
    def works(self) -> str:
        """The secret that the target takes, the one in use first; "" where it takes none."""
        return next((secret for secret, found in self.each if found.ok), "")

    @property
    def words(self) -> str:
        """Which works, in a sentence; "" where there is one only."""
        if len(self.each) == 1:
            return ""
        (_, current), (_, spare) = self.each
        if current.ok:
            but = f"The current access token works. The next one does not: {spare.said}"
            return "Both access tokens work." if spare.ok else but
        if spare.ok:
            return "The target refused the current access token. The next one works, and is in use from now on."
        return "Neither access token works."


async def try_tokens(url: str, secrets: Sequence[str], test: Callable[[str, str], Awaitable[Connection]]) -> Tried:
    """Try each token at the target, by `test` (URL, secret): one read for each."""
    return Tried(tuple([(secret, await test(url, secret)) for secret in secrets]))
