"""What the demo came to: the object that `lockstep demo --once --json` prints (a contract)."""

import msgspec


class Taken(msgspec.Struct):
    """One step that was taken."""

    name: str
    ok: bool
    seconds: float


class Change(msgspec.Struct, rename={"before": "from", "after": "to"}):
    """What was changed while the services ran, and how long it took to arrive."""

    user_name: str
    attribute: str
    before: str
    after: str
    seconds: float


class Session(msgspec.Struct):
    """Who signed in last, and the session tags."""

    user_name: str
    tags: dict[str, str]


class Result(msgspec.Struct):
    """Everything.  `requests` and `floor` are those of the first provisioning run."""

    ok: bool = False
    idp_url: str = ""
    center_url: str = ""
    steps: list[Taken] = []
    people: int = 0
    groups: int = 0
    memberships: int = 0
    requests: int = 0
    floor: int = 0
    resync_requests: int | None = None
    change: Change | None = None
    session: Session | None = None
    problem: str | msgspec.UnsetType = msgspec.UNSET
    """Why it is not ok; left out where it is."""
