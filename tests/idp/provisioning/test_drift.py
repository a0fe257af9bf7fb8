"""What differs at a target, and what follows from what people say about it: the pure part."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.settings import Settings
from lockstep.idp.provisioning import drift
from lockstep.idp.provisioning.drift import Difference, Overlay, TakenOver
from lockstep.idp.provisioning.plan_groups import Match
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.values import document, group, group_link, wanted

ALL = frozenset("ABC")
DEPARTMENT = f"{ENTERPRISE}:department"


def changed(here: Any, there: Any, key: str = "A") -> Difference:
    return Difference("user", "A", drift.CHANGED, 1, key, f"t-{key}", here, there)


def member(kind: str, key: str = "A", link: int = 7) -> Difference:
    here, there = (key, None) if kind == drift.MEMBER_MISSING else (None, key)
    return Difference("membership", "Team", kind, link, "team", "t-Team", here, there, f"t-{key}", key)


def numbered(*taken: TakenOver) -> list[TakenOver]:
    """As the store gives them."""
    return [replace(one, id=number) for number, one in enumerate(taken, 1)]


def overlay(*differences: Difference, logins: frozenset[str] = ALL, only: str | None = None) -> Overlay:
    """After these were taken over."""
    return Overlay(numbered(*(one for it in differences for one in drift.takes_over(it, ALL, ("1",)))), logins, only)


_TEXT = st.text(max_size=3)
_DOCUMENTS = st.fixed_dictionaries(
    {"active": st.booleans()},
    optional={
        "userName": _TEXT,
        "title": _TEXT,
        "name": st.dictionaries(st.sampled_from(["givenName", "familyName"]), _TEXT, min_size=1),
        "emails": st.just([{"value": "a@x", "type": "work", "primary": True}]),
        ENTERPRISE: st.dictionaries(st.sampled_from(["department", "costCenter", "manager"]), _TEXT, min_size=1),
    },
)


@given(_DOCUMENTS, _DOCUMENTS)
def test_a_document_laid_over_with_what_moved_is_the_other_one(here: dict[str, Any], there: dict[str, Any]) -> None:
    one, other = drift.unflat(drift.flat(here)), drift.unflat(drift.flat(there))
    assert {key: one[key] for key in one if key != "schemas"} == here
    theirs = {path: value for path, (_, value) in drift.moved(one, other).items()}
    assert drift.laid_over(one, theirs) == other


def test_the_detail_names_what_differs_on_both_sides() -> None:
    here = document("a@x", email="a@x", manager="B", title="x")
    there = document("a@x", email="b@x", active=False, department="D")
    assert drift.detail(changed(here, there)) == {
        "active": {"before": True, "after": False},
        "title": {"before": "x", "after": None},
        "emails": {"before": "a@x", "after": "b@x"},
        "manager": {"before": "B", "after": None},
        "department": {"before": None, "after": "D"},
    }
    [same_text] = drift.detail(changed({"emails": [{"value": "a", "type": "work"}]}, {"emails": [{"value": "a"}]})).values()
    assert same_text == {"before": [{"value": "a", "type": "work"}], "after": [{"value": "a"}]}
    assert drift.detail(Difference("user", "a@x", drift.MISSING, 1, here=here)) == {
        "userName": {"before": "a@x", "after": None}
    }
    assert drift.detail(Difference("group", "T", drift.RENAMED, 1, here="T", there="U")) == {
        "displayName": {"before": "T", "after": "U"}
    }
    assert drift.detail(member(drift.MEMBER_EXTRA)) == {"member": {"before": None, "after": "A"}}


def test_a_digest_is_of_exactly_one_difference() -> None:
    here, there = document("a@x", title="x"), document("a@x", title="y")
    one = changed(here, there)
    same = changed({**here, "nickName": "n"}, {**there, "nickName": "n"})
    assert one.digest == same.digest, "what does not differ does not count"
    others = [changed(here, document("a@x", title="z")), changed(here, there, "B"), changed(there, here)]
    others += [member(drift.MEMBER_EXTRA), member(drift.MEMBER_MISSING), member(drift.MEMBER_EXTRA, "B")]
    assert len({one.digest, *(other.digest for other in others)}) == 7


def test_policies_by_kind() -> None:
    settings = Settings(drift="report", drift_members="put-back")
    assert drift.policy_of(settings, changed({}, {})) == "report"
    assert drift.policy_of(settings, member(drift.MEMBER_EXTRA)) == "put-back"
    assert drift.policy_of(settings, Difference("group", "T", drift.RENAMED, 1)) == "report"
    assert drift.policy_of(settings, Difference("group", "T", drift.FOUND, 1)) == "put-back", "nothing to decide"
    assert drift.policy_of(Settings(drift="report"), member(drift.MEMBER_MISSING, "")) == "put-back", "nobody of ours"


def test_a_value_stands_until_ours_changes() -> None:
    over = overlay(changed(document("a", title="x", department="d"), document("a", title="y", nickName="n", department="d")))
    assert over.user(wanted("A", document("a", title="x", department="e"))).document == document(
        "a", title="y", nickName="n", department="e"
    )
    assert over.user(wanted("B", document("b", title="x"))).document == document("b", title="x")
    assert over.ended == set()
    assert over.user(wanted("A", document("a", title="z"))).document == document("a", title="z", nickName="n")
    assert over.ended == {1}, "title; the nickname stands"


def test_active_stands_until_ours_changes() -> None:
    over = overlay(changed(document("a"), document("a", active=False)))
    assert over.user(wanted("A", document("a"))).document["active"] is False
    over.user(wanted("A", document("a", active=False)))
    assert over.ended == {1}


def test_a_manager_stands_while_they_have_the_app() -> None:
    difference = changed(document("a", manager="B"), document("a", manager="C"))
    assert drift.MANAGER in {one.attribute for one in drift.takes_over(difference, ["C"])}
    ours = wanted("A", document("a", manager="B"))
    assert overlay(difference).user(ours).document == document("a", manager="C")
    without = overlay(difference, logins=frozenset("AB"))
    assert (without.user(ours).document, without.ended) == (ours.document, {1})
    with pytest.raises(ValueError, match="nobody of this directory"):
        drift.takes_over(changed(document("a"), document("a", manager="t-stranger")), ALL)


def test_who_leaves_takes_all_along() -> None:
    gone = Difference("user", "C", drift.MISSING, 1, "C", "t-C", document("c"))
    of_c = changed(document("c"), document("c", title="y"), "C")
    over = overlay(gone, of_c, member(drift.MEMBER_EXTRA, "C"), member(drift.MEMBER_MISSING, "C"), logins=frozenset("AB"))
    assert over.ended == {1, 2, 3, 4}
    assert not over.stays(group_link("Team", number=7), "t-C")
    assert over.logins == frozenset("AB")


def test_a_user_deleted_for_good_does_not_have_the_app() -> None:
    over = overlay(Difference("user", "C", drift.MISSING, 1, "C", "t-C", document("c")), member(drift.MEMBER_MISSING, "C"))
    assert over.logins == frozenset("AB")
    assert over.members(group_link("Team", number=7), {"A": "a"}) == {"A": "a"}
    assert over.ended == set(), "that they are not wanted as a member is because they are gone"


def test_a_group_deleted_for_good_until_it_leaves_and_comes_back() -> None:
    gone = Difference("group", "Team", drift.MISSING, 1, "team", "t-Team", "Team")
    team, crew = group("Team", "1"), group("Crew", "2")
    assert overlay(gone).groups([team, crew], []) == [crew]
    assert overlay(gone).groups([group("Team", "1", "3")], []) == [], "the name is what it is known by"
    assert overlay(gone).groups([group("Other", "1")], []) == [], "a rename is no coming back"
    merged = group("Crew", "1", "2")
    assert overlay(gone).groups([merged], [group_link("Crew")]) == [merged], "another group that it feeds, too, stays"
    again = group("Team", "1")
    assert overlay(gone).groups([again], [group_link("Team")]) == [again], "one that is linked is there"
    left = overlay(gone)
    assert (left.groups([crew], []), left.ended) == ([crew], {1})
    one_person = overlay(gone, only="A")
    assert (one_person.groups([crew], []), one_person.ended) == ([crew], set())


def test_a_name_stands_until_ours_changes() -> None:
    over = overlay(Difference("group", "Team", drift.RENAMED, 7, "team", "t-Team", "Team", "Theirs"))
    link = group_link("Theirs", number=7)
    named = over.named(Match(group("Team"), link)).desired
    assert named is not None
    assert (named.name, named.key, over.ended) == ("Theirs", "team", set())
    for other in (Match(group("Team"), None), Match(None, link), Match(group("Team"), group_link("Team", number=8))):
        assert over.named(other) == other
    renamed = Match(group("TEAM"), link)
    assert (over.named(renamed), over.ended) == (renamed, {1})


def test_memberships_that_stand() -> None:
    over = overlay(member(drift.MEMBER_EXTRA, "B"), member(drift.MEMBER_MISSING, "A"), member(drift.MEMBER_EXTRA, ""))
    link, other = group_link("Team", number=7), group_link("Crew", number=8)
    assert (over.stays(link, "t-B"), over.stays(other, "t-B"), over.stays(link, "t-")) == (True, False, True)
    assert over.members(link, {"A": "a", "C": "c"}) == {"C": "c"}
    assert over.members(other, {"A": "a"}) == over.members(None, {"A": "a"}) == {"A": "a"}
    assert over.ended == set()
    over.members(link, {"C": "c"})
    assert over.ended == {2}, "the role's membership was taken away: given again, it counts again"


def test_seen_from_what_is_wanted_while_it_is_put_back() -> None:
    """The links hold what an earlier check found, and that is not what we want."""
    before = changed(document("a", title="ours", nickName="n"), document("a", title="theirs", nickName="n"))
    now = changed(document("a", title="theirs", nickName="n"), document("a", title="third", nickName="m"))
    assert drift.detail(drift.continued(now, before)) == {
        "title": {"before": "ours", "after": "third"},
        "nickName": {"before": "n", "after": "m"},
    }
    first = Difference("group", "Ours", drift.RENAMED, 1, here="Ours", there="Theirs")
    second = Difference("group", "Theirs", drift.RENAMED, 1, here="Theirs", there="Third")
    seen = drift.continued(second, first)
    assert (seen.name, seen.here, seen.there) == ("Ours", "Ours", "Third")
