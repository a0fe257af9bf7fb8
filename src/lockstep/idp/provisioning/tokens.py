"""The access tokens of an app, for a client that works on it: read anew when one is refused, and told what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.memory.client import memory_client
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions
from lockstep.idp.provisioning.budgets import Budgets
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import Vault
from lockstep.scim.client import ScimClient


def client_of(
    db: Database, vault: Vault, app: App, clock: Clock, *, budgets: Budgets | None = None, somebody_waits: bool = False
) -> ScimClient:
    """A client for the app's target, with its tokens and its rate of this moment, or the target's budget among `budgets`.

    It gives up sooner where `somebody_waits` for the answer.  Raises VaultError if the key is another one.
    """
    local = memory_client(db, app, clock)
    if local is not None:
        return local
    tokens = AppTokens(db, vault, app.id, clock)
    secret, rate = tokens.there()[0], app.settings.rate
    if somebody_waits:
        return ScimClient(app.scim_url, secret, rate=rate, timeout_seconds=15.0, patience=2, tokens=tokens)
    return ScimClient(app.scim_url, secret, rate=rate, tokens=tokens, budget=None if budgets is None else budgets.of(app))


@dataclass(slots=True)
class AppTokens:
    """What `ScimClient` asks and tells about tokens, of one app.  Many requests find the same at once: it is written once."""

    db: Database
    vault: Vault
    app_id: int
    clock: Clock
    _told: tuple[dict[str, int], str] | None = field(default=None)

    def there(self) -> Sequence[str]:
        """The tokens as they are now, the one in use first.  Raises VaultError if the key is another one."""
        with self.db.read() as c:
            return [one.secret for one in actions.opened(c, self.vault, self.app_id)]

    def answered(self, refused: Mapping[str, int], took: str) -> None:
        """Write down which were refused, and that `took` is in use from now on."""
        told = dict(refused), took
        if told == self._told:
            return
        with self.db.write(serial=events.SERIAL) as c:
            self._note(c, {**refused, **(actions.works(took) if took else {})})
        self._told = told

    def worked(self, c: Connection, secret: str) -> None:
        """A whole run went well with this token."""
        self._note(c, actions.works(secret))

    def _note(self, c: Connection, answers: Mapping[str, int]) -> None:
        app = apps.app_by_id(c, self.app_id)
        if app is not None:
            actions.note_answers(c, self.vault, app, answers, self.clock())
