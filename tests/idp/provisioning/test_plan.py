"""Desired users against links: named stories."""

from typing import Any

import pytest

from lockstep.idp.apps.settings import Leavers, Settings
from lockstep.idp.provisioning import plan
from lockstep.idp.provisioning.plan import DAY_MS, Forgotten, Ignored, Leaver, UserStep
from lockstep.idp.provisioning.records import Change, DesiredUser, Kind, Stage, UserLink
from tests.idp.provisioning.values import document, linked, wanted

NOW = 100 * DAY_MS


def nobody(_kind: plan.NameKind, _name: str) -> str | None:
    return None


def steps(
    desired: list[DesiredUser], links: list[UserLink], *, holder: plan.Holder = nobody, now: int = NOW, **settings: Any
) -> list[UserStep]:
    return list(plan.for_users(desired, links, Settings(**settings), holder, now))


def only(found: list[UserStep]) -> Change:
    assert len(found) == 1, found
    assert isinstance(found[0], Change)
    return found[0]


def test_a_newcomer_is_made() -> None:
    change = only(steps([wanted("E1", document("ann", title="Trader"))], []))
    assert (change.kind, change.object, change.action, change.limited) == (Kind.CREATE, "user", "create", None)
    assert (change.key, change.name, change.stage, change.link_id) == ("E1", "ann", Stage.USERS, 0)
    assert (change.before, change.after) == (None, {"active": True, "userName": "ann", "title": "Trader"})
    assert change.payload == {"document": document("ann", title="Trader")}


def test_who_is_as_wanted_costs_nothing() -> None:
    assert steps([wanted("E1")], [linked("E1")]) == []


def test_what_scim_holds_to_be_the_same_costs_nothing() -> None:
    """Null, empty and absent are one."""
    assert steps([wanted("E1")], [linked("E1", document("E1", title=""))]) == []


def test_a_difference_is_one_patch_of_what_differs() -> None:
    before = document("ann", title="Trader", nickName="A")
    change = only(steps([wanted("E1", document("ann", title="Head"))], [linked("E1", before, id=7)]))
    assert (change.kind, change.action, change.stage) == (Kind.UPDATE, "update", Stage.USERS)
    assert (change.before, change.after) == ({"title": "Trader", "nickName": "A"}, {"title": "Head"})
    assert (change.link_id, change.target_id) == (7, "t-E1")
    assert change.payload["operations"] == [
        {"op": "remove", "path": "nickName"},
        {"op": "replace", "path": "title", "value": "Head"},
    ]


def test_a_suspended_person_is_switched_off_with_all_else_that_changed() -> None:
    change = only(steps([wanted("E1", document("ann", active=False, title="x"))], [linked("E1", document("ann"))]))
    assert (change.kind, change.action, change.limited) == (Kind.SWITCH_OFF, "delete", "switch-offs")
    assert (change.stage, change.weight) == (Stage.TAKEN_AWAY, 1)
    assert change.after == {"active": False, "title": "x"}


def test_who_is_switched_on_again_is_an_update() -> None:
    change = only(steps([wanted("E1")], [linked("E1", document("E1", active=False))]))
    assert (change.kind, change.action, change.limited, change.after) == (Kind.UPDATE, "update", None, {"active": True})


def test_who_vanished_at_the_target_is_made_again_under_the_same_link() -> None:
    change = only(steps([wanted("E1")], [linked("E1", id=7, missing=True)]))
    assert (change.kind, change.link_id, change.target_id) == (Kind.CREATE, 7, "")


def test_a_leaver_who_vanished_is_forgotten() -> None:
    assert steps([], [linked("E1", id=7, missing=True)]) == [Forgotten(7)]


def test_a_leaver_is_switched_off_by_default() -> None:
    mark, change = steps([], [linked("E1", document("ann", title="x"), id=7)])
    assert mark == Leaver(7, left=True)
    assert isinstance(change, Change)
    assert (change.kind, change.limited, change.after) == (Kind.SWITCH_OFF, "switch-offs", {"active": False})
    assert change.payload["document"]["title"] == "x"


def test_a_leaver_who_is_off_already_costs_nothing() -> None:
    assert steps([], [linked("E1", document("E1", active=False), left_at=5)]) == []


def test_leavers_nothing_leaves_them_as_they_are() -> None:
    assert steps([], [linked("E1", id=7)], leavers="nothing") == [Leaver(7, left=True), Ignored("E1")]
    assert steps([], [linked("E1", id=7, left_at=5)], leavers="nothing") == [Ignored("E1")]


def test_leavers_delete() -> None:
    change = only(steps([], [linked("E1", document("ann"), id=7, left_at=5)], leavers="delete"))
    assert (change.kind, change.action, change.limited) == (Kind.DELETE, "delete", "user-deletions")
    assert (change.stage, change.link_id, change.target_id) == (Stage.TAKEN_AWAY, 7, "t-E1")
    assert (change.before, change.after) == ({"active": True, "userName": "ann"}, None)


def test_without_grace_a_leaver_is_deleted_at_once() -> None:
    mark, change = steps([], [linked("E1", id=7)], leavers="delete")
    assert mark == Leaver(7, left=True)
    assert isinstance(change, Change)
    assert change.kind is Kind.DELETE


@pytest.mark.parametrize(
    ("left_at", "kind"),
    [(0, Kind.SWITCH_OFF), (NOW - 30 * DAY_MS + 1, Kind.SWITCH_OFF), (NOW - 30 * DAY_MS, Kind.DELETE)],
)
def test_in_the_grace_time_a_leaver_is_switched_off(left_at: int, kind: Kind) -> None:
    found = steps([], [linked("E1", left_at=left_at)], leavers="delete", grace_days=30)
    assert [one.kind for one in found if isinstance(one, Change)] == [kind]


@pytest.mark.parametrize("leavers", ["delete", "suspend"])
def test_an_adopted_leaver_is_switched_off_never_deleted(leavers: Leavers) -> None:
    change = only(steps([], [linked("E1", made=False, left_at=5)], leavers=leavers))
    assert change.kind is Kind.SWITCH_OFF


def test_who_comes_back_is_no_leaver_any_more_and_keeps_the_link() -> None:
    mark, change = steps([wanted("E1")], [linked("E1", document("E1", active=False), id=7, left_at=5)])
    assert mark == Leaver(7, left=False)
    assert isinstance(change, Change)
    assert (change.kind, change.target_id) == (Kind.UPDATE, "t-E1")


def holds(name_kind: plan.NameKind, name: str, key: str) -> plan.Holder:
    return lambda kind, value: key if (kind, value) == (name_kind, name) else None


def test_a_name_that_somebody_else_holds_is_needed_from_them() -> None:
    taken = holds("userName", "Bob", "E2")
    assert only(steps([wanted("E1", document("Bob"))], [], holder=taken)).needs == ("E2",)
    assert only(steps([wanted("E1", document("Bob"))], [linked("E1")], holder=taken)).needs == ("E2",)


def test_an_address_that_somebody_else_holds_is_needed_from_them() -> None:
    taken = holds("email", "b@x", "E2")
    assert only(steps([wanted("E1", document("E1", email="b@x"))], [linked("E1")], holder=taken)).needs == ("E2",)


def test_two_holders_are_both_needed() -> None:
    held = {("userName", "bob"): "E2", ("email", "c@x"): "E3"}
    change = only(steps([wanted("E1", document("bob", email="c@x"))], [], holder=lambda kind, value: held.get((kind, value))))
    assert change.needs == ("E2", "E3")


def test_one_holder_of_both_is_needed_once() -> None:
    change = only(steps([wanted("E1", document("bob", email="c@x"))], [], holder=lambda _kind, _value: "E2"))
    assert change.needs == ("E2",)


def test_one_s_own_name_is_not_needed_from_anybody() -> None:
    own = holds("userName", "E1", "E1")
    assert only(steps([wanted("E1", document("E1", title="x"))], [linked("E1")], holder=own)).needs == ()
    assert only(steps([wanted("E1", document("e1"))], [linked("E1")], holder=own)).needs == ()


def test_a_name_that_one_has_already_is_not_asked_for() -> None:
    """A roster may hold one address twice: that does not stop other changes."""
    taken = holds("email", "b@x", "E2")
    change = only(
        steps([wanted("E1", document("E1", email="B@x", title="x"))], [linked("E1", document("E1", email="b@x"))], holder=taken)
    )
    assert change.needs == ()


def test_what_is_left_of_a_held_switch_off() -> None:
    link = linked("E1", document("ann"))
    change = only(steps([wanted("E1", document("ann", active=False, title="x"))], [link]))
    rest = plan.without_switch_off(change, link.value)
    assert rest is not None
    assert (rest.kind, rest.action, rest.limited, rest.stage) == (Kind.UPDATE, "update", None, Stage.USERS)
    assert (rest.before, rest.after) == ({}, {"title": "x"})
    assert rest.payload["operations"] == [{"op": "replace", "path": "title", "value": "x"}]
    assert rest.digest not in ("", change.digest)


def test_a_switch_off_alone_leaves_nothing() -> None:
    link = linked("E1")
    assert plan.without_switch_off(only(steps([wanted("E1", document("E1", active=False))], [link])), link.value) is None


def test_both_sides_are_walked_by_key() -> None:
    pairs = plan.joined([wanted("B"), wanted("C"), wanted("é")], [linked("A"), linked("C"), linked("z")])
    assert [(one and one.key, other and other.key) for one, other in pairs] == [
        (None, "A"),
        ("B", None),
        ("C", "C"),
        (None, "z"),
        ("é", None),
    ]


def digest(value: dict[str, Any], link: UserLink | None = None) -> str:
    return only(steps([wanted("E1", value)], [link] if link else [])).digest


def test_a_digest_says_what_is_done_to_whom() -> None:
    base = digest(document("ann", title="x"))
    assert base == digest(document("ann", title="x"))
    assert base == digest(dict(reversed(document("ann", title="x").items())))
    others = [
        digest(document("ann", title="y")),
        digest(document("ann", title="x"), linked("E1")),
        digest(document("ann", title="x"), linked("E1", target_id="another")),
        digest(document("ann", title="x"), linked("E1", document("bob"))),
        only(steps([wanted("E2", document("ann", title="x"))], [])).digest,
    ]
    assert len({base, *others}) == 6


@pytest.mark.parametrize("value", [{}, {"emails": []}, {"emails": [{}]}])
def test_a_document_without_names(value: dict[str, Any]) -> None:
    assert (plan.name_of(value), plan.email_of(value), plan.manager_of(value)) == ("", "", "")
