"""What "provision on demand" shows of one user or group: steps with a verdict each, and the requests that would be sent."""

from dataclasses import dataclass, field
from typing import Any, Literal

from lockstep.idp.provisioning.records import Document, ObjectKind

Verdict = Literal["success", "info", "warning", "error", "pending", "stopped"]
"""Whether a step is as it should be: for the indicator beside its words."""
MOST_ROWS = 50
"""Rows that a step lists; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was looked at, what came of it in words, and the details.

    `name` is for scripts.  `rows` have one text for each of `columns`; `more` counts those left off.
    """

    name: str
    title: str
    state: Verdict
    verdict: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    more: int = 0

    def as_json(self) -> dict[str, Any]:
        """For printing."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"name": self.name, "state": self.state, "verdict": self.verdict, "rows": rows, "more": self.more}


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """One request as it would be sent now, and how it stands with the change that it does.

    `method` is "" where nothing can be sent: `reason` says why.  `headers` are without the token's letters.  `open_ids` says
    that the body holds ids in ‹ › which the target gives when an earlier request is answered.
    """

    digest: str
    kind: str
    object: ObjectKind
    name: str
    state: str
    reason: str
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    open_ids: bool = False

    def as_json(self) -> dict[str, Any]:
        """For printing."""
        shown: dict[str, Any] = {"kind": self.kind, "object": self.object, "name": self.name, "digest": self.digest}
        shown["state"] = self.state
        if self.reason:
            shown["reason"] = self.reason
        if self.method:
            shown.update(method=self.method, path=self.path, headers=self.headers, body=self.body)
        return shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where one object is found at the target: by its id ("" if none is known), else by these attributes.

    `value` is what was last written to a user, or the ids of a group's members as they are remembered.
    """

    object: ObjectKind
    name: str
    target_id: str
    look_ups: tuple[tuple[str, str], ...]
    value: Document | None = None
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """All of it.  `key` is an employee_id or the key of a group; `digest` is of the plan, which sending is bound to."""

    object: ObjectKind
    key: str
    name: str
    app: str
    scim_url: str
    digest: str
    steps: tuple[Step, ...]
    requests: tuple[ShownRequest, ...]
    place: Place
    stopped: str = ""
    """Why nothing can be sent at all; "" where it can."""

    def states(self, state: str) -> int:
        """How many requests stand like this."""
        return sum(one.state == state for one in self.requests)

    @property
    def orders(self) -> dict[str, Any]:
        """The arguments of the job that sends it."""
        return {"only": self.key} if self.object == "user" else {"group": self.key}

    def as_json(self) -> dict[str, Any]:
        """`lockstep idp provision --json`."""
        return {
            "app": self.app,
            "scim_url": self.scim_url,
            "object": self.object,
            "name": self.name,
            "key": self.key,
            "digest": self.digest,
            "steps": [one.as_json() for one in self.steps],
            "requests": [one.as_json() for one in self.requests],
        }
