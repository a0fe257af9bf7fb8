"""What waits for a person, and what a person's word does to it."""

import pytest

from lockstep.idp.apps.settings import Settings, changed
from lockstep.idp.provisioning import plan, plan_groups
from lockstep.idp.provisioning.approval import Decisions, judged, needs_approval, removal_item
from lockstep.idp.provisioning.plan_groups import MemberDiff
from lockstep.idp.provisioning.records import Change, State
from tests.idp.provisioning.values import document, group, group_link, linked, members, wanted

ALL_ON = Settings()
ALL_OFF = Settings(approve_create=False, approve_update=False, approve_delete=False)


def user_change(desired: bool, active: bool = True, **settings: str) -> Change:
    want = [wanted("E1", document("new", active=active))] if desired else []
    found = plan.for_users(want, [linked("E1", left_at=1)], Settings(**settings), lambda _kind, _name: None, 10)  # type: ignore[arg-type]
    return next(one for one in found if isinstance(one, Change))


CREATE = next(one for one in plan.for_user(wanted("E1"), None, lambda _kind, _name: None) if isinstance(one, Change))
LINK = group_link("A", "1")
RENAME = plan_groups.rename(group("B", "1"), LINK)
assert RENAME is not None
CHANGES: list[tuple[str, Change, str]] = [
    ("user made", CREATE, "create"),
    ("user changed", user_change(True), "update"),
    ("user switched off", user_change(True, active=False), "delete"),
    ("leaver switched off", user_change(False), "delete"),
    ("user deleted", user_change(False, leavers="delete"), "delete"),
    ("group made", next(plan_groups.create(group("A", "1"), [], None, 100)), "create"),
    ("group renamed", RENAME, "update"),
    ("members changed", next(plan_groups.members("a", "A", LINK, MemberDiff(now=members(["E1"])), 100)), "update"),
    ("group deleted", plan_groups.delete(LINK), "delete"),
]


@pytest.mark.parametrize(("change", "action"), [one[1:] for one in CHANGES], ids=[one[0] for one in CHANGES])
def test_each_change_waits_for_the_approval_of_its_action(change: Change, action: str) -> None:
    assert not needs_approval(change, ALL_OFF)
    for name in ("create", "update", "delete"):
        only = changed(ALL_OFF, [f"approve-{name}=on"])
        assert needs_approval(change, only) is (name == action)
        found = judged(change, only, Decisions())
        assert found.state is (State.WAITING if name == action else State.READY)
        assert found.reason == (f"waits for approval of {action}" if name == action else "")


def test_an_approval_lets_exactly_this_change_go() -> None:
    assert judged(CREATE, ALL_ON, Decisions(approved=frozenset({CREATE.digest}))) == CREATE
    assert judged(CREATE, ALL_ON, Decisions(approved=frozenset({"another"}))).state is State.WAITING
    assert judged(CREATE, ALL_ON, Decisions(released=frozenset({CREATE.digest}))).state is State.WAITING


@pytest.mark.parametrize("decision", ["rejected", "discarded"])
@pytest.mark.parametrize("settings", [ALL_ON, ALL_OFF])
def test_what_was_thrown_away_is_dropped(decision: str, settings: Settings) -> None:
    found = judged(CREATE, settings, Decisions(**{decision: frozenset({CREATE.digest})}))
    assert (found.state, found.reason) == (State.DROPPED, "thrown away by an administrator until the object changes again")


def test_an_item_names_one_member_of_one_group() -> None:
    assert len({removal_item("g1", "u1"), removal_item("g1", "u2"), removal_item("g2", "u1"), CREATE.digest}) == 4
