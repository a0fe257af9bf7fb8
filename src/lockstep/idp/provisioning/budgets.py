"""One rate budget for each target, however many apps have the same SCIM URL: what one of them is refused slows all of them."""

import threading
from dataclasses import dataclass, field

from lockstep.idp.apps.records import App
from lockstep.scim.client import Budget


@dataclass(slots=True)
class _Shared:
    budget: Budget
    rates: dict[int, float] = field(default_factory=dict)
    """What each app that has the URL may send."""


class Budgets:
    """The budgets of one worker; of several workers only one has the apps of a target (`fleet`).

    They outlive a run: what a target was found to take is known to the next one.
    """

    def __init__(self) -> None:
        self._by_url: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def of(self, app: App) -> Budget:
        """The budget of the app's target, at the smallest rate that an app with this URL has."""
        with self._lock:
            for shared in self._by_url.values():
                shared.rates.pop(app.id, None)
            shared = self._by_url.setdefault(app.scim_url, _Shared(Budget(app.settings.rate)))
            shared.rates[app.id] = app.settings.rate
            shared.budget.allow(min(shared.rates.values()))
            return shared.budget
