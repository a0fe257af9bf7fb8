"""A plan as a file: to read, to send to a colleague, to check without a database, and to apply exactly.

It is the JSON of `lockstep idp plan --json` with every change in it, one a line.  What is changed by hand is noticed: each
change has the digest of what it says, the plan's digest is of those, the seal is of the rest.  That is no signature: who may
write the file may make another plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.records import digest_of
from lockstep.idp.provisioning.summary import COVERED, Total, change_json
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

NAMED = 5
"""Changes that a refusal names."""
_DIGESTED = ("kind", "object", "key", "target_id", "name", "before", "after")
_ADVICE = "Make the plan anew: lockstep idp plan NAME --out FILE"
Shown = dict[str, Any]


def write(c: Connection, plan: Plan, shown: Shown, path: Path) -> None:
    """Write `shown` (the JSON of the plan) with all of its changes, however many.  Raises Problem."""
    head = {name: value for name, value in shown.items() if name not in ("changes", "more")}
    head.update(format=1, more=0)
    head["seal"] = _seal(head)
    text = msgspec.json.format(msgspec.json.encode(head), indent=2).rstrip(b"}").rstrip()
    try:
        with path.open("wb") as file:
            file.write(text + b',\n  "changes": [')
            for number, line in enumerate(_lines(c, plan)):
                file.write((b",\n    " if number else b"\n    ") + line)
            file.write(b"\n  ]\n}\n")
    except OSError as error:
        raise Problem(f"--out {path}: {error.strerror}") from None


def _lines(c: Connection, plan: Plan) -> Iterator[bytes]:
    for placed in ledger.all_changes(c, plan.id):
        if placed.change.state in COVERED:
            yield msgspec.json.encode(change_json(placed.change))


def _seal(head: Shown) -> str:
    return digest_of({name: value for name, value in head.items() if name not in ("seal", "changes")})


def read(path: Path) -> Shown:
    """A plan from a file, whole and as it was written.  Raises Problem for anything else."""
    try:
        shown: Any = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise Problem(f"{path} is not a plan: {error.strerror}. {_ADVICE}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(f"{path} is not a plan: {error}. {_ADVICE}") from None
    if not isinstance(shown, dict):
        raise Problem(f"{path} is not a plan: it holds no JSON object. {_ADVICE}")
    try:
        _check(path, shown)
    except KeyError as error:
        raise Problem(f"{path} is not a plan: {error} is missing. {_ADVICE}") from None
    except (TypeError, AttributeError):
        raise Problem(f"{path} is not a plan: something in it is of another kind. {_ADVICE}") from None
    return shown


def _check(path: Path, shown: Shown) -> None:
    shown["app"] + shown["digest"]  # both are text
    if shown["more"]:
        raise Problem(f"{path} holds only the first {len(shown['changes']):,} changes of the plan: write it with --out")
    total = Total()
    for number, change in enumerate(shown["changes"], start=1):
        if digest_of([change[name] for name in _DIGESTED]) != change["digest"]:
            what = f"change {number} ({change['kind']} {change['object']} {change['name']})"
            raise Problem(f"{path} was changed after it was written: {what} is not what its digest says. {_ADVICE}")
        total.add(change["digest"])
    if total.digest != shown["digest"]:
        raise Problem(f"{path} was changed after it was written: a change was added, taken out or moved. {_ADVICE}")
    if "format" in shown and shown.get("seal") != _seal(shown):
        raise Problem(f"{path} was changed after it was written: something beside its changes is different. {_ADVICE}")


@dataclass(frozen=True, slots=True)
class Moved:
    """What is different now: changes that a new plan has and the file has not, and the other way round, a few in words."""

    new: int
    gone: int
    new_words: tuple[str, ...]
    gone_words: tuple[str, ...]

    @property
    def words(self) -> str:
        """In a sentence; "" where nothing moved."""
        said = [
            f"{label} {', '.join(words)}" + (f" and {count - len(words)} more" if count > len(words) else "")
            for label, count, words in (("New:", self.new, self.new_words), ("Gone:", self.gone, self.gone_words))
            if count
        ]
        return ". ".join(said)


def moved(c: Connection, app: App, file: Shown, now: int) -> Moved:
    """Compare the file with a plan made now, of the same scope.  `c` is a write transaction."""
    plan = make_plan(c, app, now, only=file.get("user"), retry_now=True, shown=True)
    before = {change["digest"]: change for change in file["changes"]}
    new: list[str] = []
    count = 0
    for placed in ledger.all_changes(c, plan.id):
        change = placed.change
        if change.state in COVERED and before.pop(change.digest, None) is None:
            count += 1
            if len(new) < NAMED:
                new.append(f"{change.kind.value} {change.object} {change.name}")
    gone = [f"{one['kind']} {one['object']} {one['name']}" for one in before.values()]
    return Moved(count, len(gone), tuple(new), tuple(gone[:NAMED]))
