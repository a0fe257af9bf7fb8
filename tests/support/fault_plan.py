"""What goes wrong at a target, and when: drawn from a seed, or laid in wait for one kind of request.

What is drawn for a request depends on the seed, on the request and on how often the same one came before, and not on which of
several requests in flight arrives first: a run with the same seed meets the same faults.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way to fail a request.  `*_done`: the target has done the work before it fails to say so."""

    ERROR_500 = "500"
    ERROR_503 = "503"
    WAIT_503 = "503 with Retry-After"
    BUSY_429 = "429"
    WAIT_429 = "429 with Retry-After"
    DONE_500 = "500, done"
    DONE_503 = "503, done"
    DROPPED = "connection dropped"
    DROPPED_DONE = "connection dropped, done"
    LATE = "too late"
    LATE_DONE = "too late, done"
    HTML_200 = "a web page with 200"
    HTML_502 = "a web page with 502"


DONE = frozenset({Fault.DONE_500, Fault.DONE_503, Fault.DROPPED_DONE, Fault.LATE_DONE})
"""The work was done before the answer went wrong."""
SLOW = frozenset({Fault.LATE, Fault.LATE_DONE})


class Mischief(StrEnum):
    """What somebody does at the target behind the client's back."""

    LOSE_USER = "user deleted"
    LOSE_GROUP = "group deleted"
    LOSE_MEMBER = "membership removed"
    ADD_MEMBER = "membership added"
    EDIT_USER = "user changed"
    RENAME_GROUP = "group renamed"


@dataclass(slots=True)
class Ambush:
    """Faults that wait for requests of one kind: the first gets the first."""

    method: str
    path: str
    faults: list[Fault]
    where: Callable[[bytes], bool] = lambda _body: True


@dataclass(slots=True)
class FaultPlan:
    """The faults of one target.  `rates` give each kind's share of the requests; `most` ends them after so many."""

    seed: int = 0
    rates: Mapping[Fault, float] = field(default_factory=dict)
    most: int | None = None
    ambushes: list[Ambush] = field(default_factory=list)
    injected: Counter[Fault] = field(default_factory=Counter)
    _met: Counter[str] = field(default_factory=Counter)

    def draw(self, method: str, path: str, body: bytes) -> Fault | None:
        """The fault that this request meets, if any."""
        fault = self._ambushed(method, path, body) or self._drawn(method, path, body)
        if fault is not None:
            self.injected[fault] += 1
        return fault

    def lie_in_wait(self, method: str, path: str, *faults: Fault, where: Callable[[bytes], bool] | None = None) -> None:
        """The next requests of this method whose path begins so (and whose body is so) meet these faults."""
        self.ambushes.append(Ambush(method, path, list(faults), where or (lambda _body: True)))

    def _ambushed(self, method: str, path: str, body: bytes) -> Fault | None:
        for ambush in self.ambushes:
            if ambush.faults and method == ambush.method and path.startswith(ambush.path) and ambush.where(body):
                return ambush.faults.pop(0)
        return None

    def _drawn(self, method: str, path: str, body: bytes) -> Fault | None:
        if not self.rates or (self.most is not None and self.injected.total() >= self.most):
            return None
        request = f"{method} {path} {hashlib.sha256(body).hexdigest()}"
        self._met[request] += 1
        lot = random.Random(f"{self.seed} {request} {self._met[request]}").random()
        for fault, share in self.rates.items():
            lot -= share
            if lot < 0:
                return fault
        return None


def rates_of(rng: random.Random, kinds: list[Fault], share: float) -> dict[Fault, float]:
    """Some of `kinds`, weighted at random, that together hit `share` of the requests."""
    weights = {kind: rng.random() for kind in kinds}
    return {kind: share * weight / sum(weights.values()) for kind, weight in weights.items()}
