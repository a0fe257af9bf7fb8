"""A plan as a file: whole, checked, and compared with what is so now."""

import json
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning import ledger, plan_file, summary
from lockstep.idp.provisioning.planner import make_plan
from lockstep.kit.problems import Problem
from tests.idp.provisioning.world import World, everyone


def written(world: World, path: Path, **scope: Any) -> dict[str, Any]:
    with world.write() as c:
        app = apps.find_app(c, "aws")
        plan = make_plan(c, app, world.now, retry_now=True, **scope)
        plan_file.write(c, plan, summary.as_json(c, app, plan), path)
    return plan_file.read(path)


def test_what_is_written_is_read_and_covers_every_kind_of_change(each_world: World, tmp_path: Path) -> None:
    """The digest of each change is of what the file says: it is computed again from there."""
    each_world.make_app("leavers=delete")
    people = everyone("A", "B", "C", "D")
    each_world.synced(people, {"G": ("Team", ["A", "B"]), "H": ("Old", ["A"]), "I": ("Name", [])})
    each_world.become(
        {"A": {"title": "x", "manager_id": "B"}, "B": {}, "C": {}, "E": {}}, {"G": ("Team", ["B", "C", "E"]), "I": ("Else", [])}
    )
    each_world.suspend("C")
    file = written(each_world, tmp_path / "plan.json")
    kinds = {f"{one['object']} {one['kind']}" for one in file["changes"]}
    assert kinds == {
        "user switch-off",
        "user delete",
        "user create",
        "user update",
        "group rename",
        "group members",
        "group delete",
    }
    with each_world.db.read() as c:
        newest = ledger.newest(c, each_world.app_id(c))
    assert newest is not None
    assert (file["digest"], file["more"]) == (newest.digest, 0)


def test_nothing_has_moved_or_this_is_new_and_that_is_gone(world: World, tmp_path: Path) -> None:
    world.make_app()
    world.become(everyone("A", "B"))
    file = written(world, tmp_path / "plan.json")

    def moved() -> plan_file.Moved:
        with world.write() as c:
            return plan_file.moved(c, apps.find_app(c, "aws"), file, world.now)

    assert (moved().words, moved().new, moved().gone) == ("", 0, 0)
    world.become({"A": {"title": "x"}, "B": {}})
    assert moved().words == "New: create user A@x.example. Gone: create user A@x.example"
    world.become(everyone("A"))
    assert moved().words == "Gone: create user B@x.example"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "null", '{"app": "a"}', '{"app": "a", "digest": "d", "more": 0, "changes": [5]}', "\udcff", "[" * 100_000],
)
def test_what_is_no_plan_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(Problem, match=r"is not a plan: .*\. Make the plan anew: lockstep idp plan NAME --out FILE"):
        plan_file.read(path)


def test_the_seal_covers_what_stands_beside_the_changes(world: World, tmp_path: Path) -> None:
    world.make_app()
    world.become(everyone("A"))
    path = tmp_path / "plan.json"
    file = written(world, path)
    for name in ("app", "scim_url", "made_at", "counts", "held", "takes_away"):
        path.write_text(json.dumps({**file, name: "other"}))
        with pytest.raises(Problem, match="something beside its changes is different"):
            plan_file.read(path)
