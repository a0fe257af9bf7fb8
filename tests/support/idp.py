"""An identity provider in this process, for tests where the command line is not the point."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from lockstep.idp import events
from lockstep.idp.apps import actions as app_actions
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.csv_folder import read_folder
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.idp.directory.nesting import actions as nesting
from lockstep.idp.provisioning import actions, drift_actions, summary
from lockstep.idp.provisioning.drift import Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.vault import open_vault

Json = dict[str, Any]
APP = "aws"
HAND = "a person"
AT_ONCE = ("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off", "rate=10000")
"""Settings under which nothing waits for an approval, nor for a rate."""
NO_LIMITS = ("limit-deletions=100000", "limit-deletions-share=1")


class Idp:
    """The identity provider on the data in `folder`, which commands may work on at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ahead_ms = 0
        """How far its clock is ahead."""
        self.db = open_idp(folder, None)
        self.engine = Engine(self.db, open_vault(folder / "key", may_create=True), clock=self._now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def _now(self) -> int:
        return now_ms() + self.ahead_ms

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction of one's own."""
        with self.db.write(serial=events.SERIAL) as c:
            yield c

    # The directory

    def take(self, folder: Path) -> None:
        """Import a folder of CSV files."""
        roster = read_folder(folder)
        with self.changing() as c:
            apply_roster(c, roster, self._now())

    def contents(self) -> list[Any]:
        """Everything that the directory holds, to be compared."""
        with self.db.read() as c:
            roles = [(role, list(store.members_of_role(c, role.id))) for role in store.roles(c)]
            return [*store.stream_users(c), *roles]

    def change(self, user: str, **fields: str) -> None:
        """Change a person by hand."""
        with self.changing() as c:
            directory.change_user(c, find_user(c, user).id, fields, actor=HAND, now=self._now())

    def remove(self, user: str) -> None:
        """Remove a person by hand."""
        with self.changing() as c:
            directory.remove_user(c, find_user(c, user).id, actor=HAND, now=self._now())

    def suspend(self, user: str) -> None:
        """Suspend a person."""
        with self.changing() as c:
            directory.suspend(c, find_user(c, user).id, actor=HAND, now=self._now())

    def reactivate(self, user: str) -> None:
        """End a suspension."""
        with self.changing() as c:
            directory.reactivate(c, find_user(c, user).id, actor=HAND, now=self._now())

    def found(self, role: str, *users: str) -> None:
        """Make a role by hand."""
        with self.changing() as c:
            directory.create_role(c, role, actor=HAND, now=self._now())
        self.seat(role, *users)

    def rename(self, role: str, name: str) -> None:
        """Rename a role."""
        with self.changing() as c:
            directory.rename_role(c, find_role(c, role).id, name, actor=HAND, now=self._now())

    def close_role(self, role: str) -> None:
        """Remove a role by hand."""
        with self.changing() as c:
            directory.remove_role(c, find_role(c, role).id, actor=HAND, now=self._now())

    def nest(self, parent: str, child: str) -> None:
        """Put a role into another."""
        with self.changing() as c:
            nesting.nest_role(c, find_role(c, parent).id, find_role(c, child).id, actor=HAND, now=self._now())

    def unnest(self, parent: str, child: str) -> None:
        """Take a role out of another."""
        with self.changing() as c:
            nesting.unnest_role(c, find_role(c, parent).id, find_role(c, child).id, actor=HAND, now=self._now())

    def seat(self, role: str, *users: str) -> None:
        """Put people into a role by hand."""
        with self.changing() as c:
            ids = [find_user(c, user).id for user in users]
            directory.add_members(c, find_role(c, role).id, ids, actor=HAND, now=self._now())

    def unseat(self, role: str, *users: str) -> None:
        """Take people out of a role by hand."""
        with self.changing() as c:
            ids = [find_user(c, user).id for user in users]
            directory.remove_members(c, find_role(c, role).id, ids, actor=HAND, now=self._now())

    def events(self) -> list[Json]:
        """`lockstep idp events --json`."""
        with self.db.read() as c:
            return [events.describe(event) for event in events.follow(c, 0)]

    # The app

    def app(self, url: str, token: str, *settings: str, name: str = APP, role: str | None = None) -> None:
        """An app for a target, assigned to everyone or to a role."""
        with self.changing() as c:
            made = app_actions.create_app(
                c,
                self.engine.vault,
                self._now(),
                name=name,
                connector="aws-iam-identity-center",
                scim_url=url,
                token=token,
                allow_loopback=True,
            )
            app_actions.assign(c, made, role, self._now())
        self.set(*settings, name=name)

    def set(self, *settings: str, name: str = APP) -> None:
        """Change settings of an app."""
        with self.changing() as c:
            app_actions.change_settings(c, app_actions.find_app(c, name), list(settings), self._now())

    def stop(self, name: str = APP) -> None:
        """Stop an app."""
        with self.changing() as c:
            app_actions.stop(c, app_actions.find_app(c, name), self._now())

    def start(self, name: str = APP) -> None:
        """Let an app run again."""
        with self.changing() as c:
            actions.start(c, app_actions.find_app(c, name), self._now())

    # The engine

    def sync(self, name: str = APP, **orders: Any) -> Json:
        """`lockstep idp sync`."""
        return self._job(name, "sync", orders)

    def drift(self, name: str = APP) -> Json:
        """`lockstep idp drift`."""
        return self._job(name, "drift", {})

    def takeover(self, name: str = APP, **orders: Any) -> Json:
        """`lockstep idp takeover`."""
        return self._job(name, "takeover", orders)

    def say_of_drift(self, decision: Decision, *digests: str, name: str = APP) -> int:
        """`lockstep idp drift NAME --put-back | --take-over | --ignore`; without digests of all that nobody has decided."""
        with self.changing() as c:
            return drift_actions.decide(c, app_actions.find_app(c, name), decision, digests or None, self._now(), actor=HAND)

    def _job(self, name: str, kind: str, arguments: Json) -> Json:
        with self.db.read() as c:
            app = app_actions.find_app(c, name)
        return self.engine.wait(self.engine.order(app.id, kind, arguments))

    def plan(self, name: str = APP) -> Json:
        """`lockstep idp plan --json`."""
        with self.changing() as c:
            app = app_actions.find_app(c, name)
            return summary.as_json(c, app, make_plan(c, app, self._now(), retry_now=True, shown=True))

    def approve(self, digest: str | None = None, *, name: str = APP) -> int:
        """`lockstep idp approve`."""
        with self.changing() as c:
            return actions.approve(c, app_actions.find_app(c, name), digest, self._now())

    def reject(self, digest: str | None = None, *, name: str = APP) -> int:
        """`lockstep idp reject`."""
        with self.changing() as c:
            return actions.reject(c, app_actions.find_app(c, name), digest, self._now())

    def release(self, kind: str | None = None, *, discard: bool = False, name: str = APP) -> dict[str, int]:
        """`lockstep idp release`."""
        with self.changing() as c:
            return actions.release(c, app_actions.find_app(c, name), kind, discard=discard, now=self._now())
