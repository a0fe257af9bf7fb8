"""The text of a plan, from its JSON."""

from typing import Any

from lockstep.cli.idp.plan_text import LISTED, lines_of, undecided


def change(kind: str, name: str, *, obj: str = "user", before: Any = None, after: Any = None, **more: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "object": obj,
        "name": name,
        "before": before,
        "after": after,
        "state": "ready",
        "digest": "d",
        **more,
    }


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in changes:
        sort = f"{one['object']} {one['kind']}"
        counts[sort] = counts.get(sort, 0) + 1
    base = {"app": "aws", "digest": "D", "requests": len(changes), "counts": counts, "changes": list(changes), "held": []}
    return {**base, "assigned": True, "thrown_away": 0, **more}


def test_what_takes_away_comes_first_and_each_sort_has_its_heading() -> None:
    shown = plan(
        change("create", "a", after={"displayName": "Ann", "department": "Sales"}),
        change("update", "b", before={"title": "x", "active": False}, after={"active": True}),
        change("switch-off", "c", before={"active": True, "title": "t"}, after={"active": False}),
        change("delete", "d", before={"title": "t"}),
        change("delete", "G", obj="group", before={"displayName": "G"}),
        change("members", "H", obj="group", after={"add": ["a"], "remove": [str(one) for one in range(12)]}),
        change("create", "I", obj="group", after={"displayName": "I", "members": []}),
        change("rename", "K", obj="group", before="J", after="K"),
    )
    assert list(lines_of(shown)) == [
        "Plan of aws, digest D: 8 requests",
        *("", "Users to be switched off (1)", "  c", "      title: t → –"),
        *("", "Users to be deleted (1)", "  d"),
        *("", "Groups to be renamed (1)", "  J → K"),
        *("", "Users to be updated (1)", "  b", "      title: x → –", "      active: no → yes"),
        *("", "Users to be created (1)", "  a (Ann, Sales)"),
        *("", "Groups to be created (1)", "  I, without members"),
        *("", "Groups whose members change (1)", "  H: + a; − 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
        *("", "Groups to be deleted (1)", "  G"),
    ]


def test_long_lists_are_cut() -> None:
    shown = plan(*(change("create", f"p{one}", after={}) for one in range(LISTED + 5)))
    shown["counts"]["user create"] = 2_000
    assert list(lines_of(shown))[-1] == f"  … and {2_000 - LISTED:,} more"


def test_what_waits_is_held_or_comes_later_says_so() -> None:
    waits = change("create", "a", after={}, state="waiting", reason="waits for approval of create")
    later = change("update", "b", before={}, after={"title": "x"}, state="later", reason="failed before")
    held = {
        "kind": "user-deletions",
        "reason": "9 are more than 5",
        "count": 9,
        "changes": [change("delete", f"p{n}") for n in range(9)],
    }
    said = list(lines_of(plan(waits, later, held=[held], user="E1", failures=["user b: no"], quarantine="gone")))
    assert said[0] == "aws is in quarantine, so nothing is sent: gone"
    assert said[1].startswith("Plan of aws for E1, digest D: ")
    assert "  a  [waiting for approval, digest d]" in said
    assert "  b  [later: failed before]" in said
    at = said.index("Held, as unusually many: 9 are more than 5")
    assert said[at + 1] == "  users to be deleted: p0, p1, p2, p3, p4, p5, p6, p7, p8"
    assert said[-3:] == ["", "Failed before, and tried again (1)", "  user b: no"]


def test_differences_that_wait_are_told_with_what_decides() -> None:
    assert list(undecided("aws", 0)) == []
    assert list(undecided("aws", 1)) == ["1 difference found at the target waits for a decision: lockstep idp drift aws"]
    assert list(undecided("aws", 2)) == ["2 differences found at the target wait for a decision: lockstep idp drift aws"]
