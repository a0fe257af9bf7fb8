"""A process that carries one run by DBOS, whose steps only write down that they were done; it can die in the middle."""

import asyncio
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dbos import DBOS

from lockstep.idp.provisioning import workflows
from lockstep.idp.provisioning.run import Orders, Run, Values

JOB = 7
BATCHES = 3


class Scripted:
    """The steps of a run, written to a file; dies in the batch of number `dies_in`."""

    def __init__(self, log: Path, dies_in: int) -> None:
        self._log = log
        self._dies_in = dies_in

    def _note(self, what: str) -> None:
        with self._log.open("a") as out:
            out.write(f"{what}\n")

    def _batches(self) -> int:
        return self._log.read_text().split().count("batch")

    async def begin(self) -> Values:
        self._note("begin")
        return {"quarantine": "", "at": 0, "requests": 0}

    async def plan(self, attempt: int) -> Values:
        self._note(f"plan{attempt}")
        return {"plan": 1, "floor": BATCHES, "seen": 5, "quarantine": ""}

    async def batch(self, plan: int) -> Values:
        assert plan == 1
        if self._batches() == self._dies_in:
            os._exit(9)
        claimed = int(self._batches() < BATCHES)
        if claimed:
            self._note("batch")
        return {"claimed": claimed, "requests": claimed, "applied": claimed, "failed": 0, "quarantine": "", "problem": ""}

    async def status(self, plan: int) -> Values:
        self._note(f"status{plan}")
        return {"held": 0, "waiting": 0, "blocked": 0, "again": False}

    async def finish(self, result: Values, seen: int, began: int) -> float:
        self._note(f"finish{seen}{began}{result['requests']}")
        return 1.5

    async def close(self) -> None:
        self._note("close")


def _away(*_: object) -> None:
    raise ConnectionError("the database is away")


async def _of_another(job: int) -> Values:
    """A run that goes on at another worker, although this process knows of it: what it raises here is no end of it."""
    handle: Any = await DBOS.retrieve_workflow_async(f"job-{job}")
    try:
        return await workflows._ended(job, SimpleNamespace(get_result=_refused))
    except RuntimeError:
        status = await handle.get_status()
        return {"status": status.status}


async def _refused() -> Values:
    raise RuntimeError("the owner is another one")


async def main(url: str, log: Path, mode: str) -> Any:
    dies_in = 2 if mode == "die" else -1
    if mode == "away":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DBOS, "launch", _away)
            with pytest.raises(ConnectionError):
                workflows.launch(url, lambda _job: (cast(Run, Scripted(log, dies_in)), Orders()), "first")
    workflows.launch(url, lambda _job: (cast(Run, Scripted(log, dies_in)), Orders()), f"{mode}-{os.getpid()}")
    try:
        if mode == "another":
            return await _of_another(JOB)
        return await (workflows.start(JOB) if mode in ("run", "die", "away") else workflows.resume(JOB))
    finally:
        if mode == "resume-away":
            pytest.MonkeyPatch().setattr(DBOS, "delete_queue_async", _away)
        await workflows.close()


if __name__ == "__main__":
    result = asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
    Path(sys.argv[2]).with_suffix(".result").write_text(repr(result))
