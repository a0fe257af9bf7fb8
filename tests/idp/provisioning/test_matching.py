"""Who is who: by externalId, by names without case, and where these disagree."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning.matching import (
    Match,
    Ours,
    Theirs,
    Verdict,
    match_groups,
    match_users,
    ours_of,
    primary_email,
    theirs_of,
)
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser


def ours(key: str, name: str = "", email: str = "", external: str | None = None) -> Ours:
    name = name or f"{key.lower()}@x.example"
    return Ours(key, name, key if external is None else external, email or name)


def theirs(number: str, name: str, external: str = "", email: str = "") -> Theirs:
    return Theirs(number, name, external, email)


def matched(mine: Sequence[Ours], there: Sequence[Theirs], linked: Mapping[str, str] | None = None) -> dict[str, Match]:
    found = list(match_users(mine, there, linked or {}))
    assert [one.key for one in found] == [one.key for one in mine]
    return {one.key: one for one in found}


def verdicts(mine: Sequence[Ours], there: Sequence[Theirs], linked: Mapping[str, str] | None = None) -> dict[str, str]:
    """`adopt t1` for one of ours who is t1."""
    found = matched(mine, there, linked)
    return {key: f"{one.verdict} {'' if one.number is None else there[one.number].id}".strip() for key, one in found.items()}


@pytest.mark.parametrize(
    ("there", "verdict", "by"),
    [
        (theirs("t", "e1@x.example", "E1", "e1@x.example"), "adopt t", ("externalId", "userName", "e-mail")),
        (theirs("t", "e1@x.example"), "adopt t", ("userName",)),
        (theirs("t", "old@x.example", "E1"), "adopt t", ("externalId",)),
        (theirs("t", "alice", email="E1@X.example"), "adopt t", ("e-mail",)),
        (theirs("t", "E1@X.example"), "case t", ("userName",)),
        (theirs("t", "E1@X.example", "E1"), "case t", ("externalId", "userName")),
        (theirs("t", "e1@x.example", "00uOkta"), "other_external_id t", ("userName",)),
        (theirs("t", "e1@x.example", "e1"), "other_external_id t", ("userName",)),
        (theirs("t", "somebody@x.example", "E9", "somebody@x.example"), "create", ()),
    ],
)
def test_one_is_known_again_by_any_of_three_keys(there: Theirs, verdict: str, by: tuple[str, ...]) -> None:
    assert verdicts([ours("E1")], [there]) == {"E1": verdict}
    assert matched([ours("E1")], [there])["E1"].by == by


def test_empty_values_are_nobodys_key() -> None:
    assert verdicts([Ours("E1", "", "", "")], [theirs("t", "", "", "")]) == {"E1": "create"}
    assert verdicts([Ours("E1", "a", "", "")], [theirs("t", "a", "", "")]) == {"E1": "adopt t"}


def test_where_no_external_id_is_sent_theirs_does_not_count() -> None:
    assert verdicts([Ours("E1", "a", "", "")], [theirs("t", "a", "another system's")]) == {"E1": "adopt t"}


def test_one_of_ours_and_two_of_theirs() -> None:
    there = [theirs("t1", "e1@x.example"), theirs("t2", "other", email="e1@x.example")]
    found = matched([ours("E1")], there)["E1"]
    assert (found.verdict, found.number, found.among) == (Verdict.CONFLICT, None, (0, 1))
    assert found.why == "agrees with several users there: userName with e1@x.example; e-mail with other"


def test_the_name_of_one_and_the_address_of_a_third() -> None:
    """Although the externalId says who it is, the target could not give the address to it."""
    there = [theirs("t1", "e1@x.example", "E1"), theirs("t2", "third", email="e1@x.example")]
    found = matched([ours("E1")], there)["E1"]
    assert (found.verdict, found.among) == (Verdict.CONFLICT, (0, 1))
    assert "externalId and userName with e1@x.example; e-mail with third" in found.why


def test_two_at_the_target_with_our_external_id() -> None:
    there = [theirs("t1", "a", "E1"), theirs("t2", "b", "E1")]
    assert verdicts([ours("E1")], there) == {"E1": "conflict"}


def test_two_of_ours_and_one_of_theirs() -> None:
    mine = [ours("E1", email="shared@x.example"), ours("E2", email="shared@x.example")]
    found = matched(mine, [theirs("t", "somebody", email="shared@x.example")])
    assert [one.verdict for one in found.values()] == [Verdict.CONFLICT, Verdict.CONFLICT]
    assert found["E1"].why == "agrees in e-mail with somebody, and so does e2@x.example"


def test_many_of_ours_and_one_of_theirs_are_not_all_named() -> None:
    mine = [ours(f"E{one}", email="shared@x.example") for one in range(6)]
    found = matched(mine, [theirs("t", "somebody", email="shared@x.example")])["E0"]
    assert found.why.endswith("and so does e1@x.example, e2@x.example, e3@x.example and 2 more")


def test_the_external_id_of_somebody_else_of_ours() -> None:
    """E1's account is called as E2 is: whose it is, and whose access, only a person knows."""
    found = matched([ours("E1"), ours("E2")], [theirs("t", "e2@x.example", "E1")])
    assert {key: one.verdict for key, one in found.items()} == {"E1": Verdict.CONFLICT, "E2": Verdict.CONFLICT}
    assert "who has the externalId of somebody else here, E1" in found["E2"].why
    assert found["E1"].why == "agrees in externalId with e2@x.example, and so does e2@x.example"


def test_an_address_of_somebody_known_for_sure_stands_in_nobodys_way() -> None:
    """E1's old address is E2's new one: both are known, and the plan passes the address on."""
    mine = [ours("E1", email="new@x.example"), ours("E2", email="old@x.example")]
    there = [theirs("t1", "e1@x.example", "E1", "old@x.example"), theirs("t2", "e2@x.example", "E2", "e2@x.example")]
    assert verdicts(mine, there) == {"E1": "adopt t1", "E2": "adopt t2"}
    assert verdicts(mine, there[:1]) == {"E1": "adopt t1", "E2": "create"}


def test_who_is_linked_is_left_as_is_and_is_nobody_else() -> None:
    mine = [ours("E1"), ours("E2", email="e1@x.example")]
    there = [theirs("t1", "e1@x.example", "E1", "e1@x.example")]
    found = matched(mine, there, {"t1": "E1"})
    assert (found["E1"].verdict, found["E1"].number, found["E1"].by) == (Verdict.LINKED, 0, ("externalId",))
    assert found["E2"].verdict is Verdict.CREATE
    assert matched(mine, [theirs("t1", "e1@x.example", "E7")], {"t1": "E1"})["E1"].by == ()


def test_a_link_to_somebody_who_is_gone_does_not_count() -> None:
    assert verdicts([ours("E1")], [theirs("t2", "e1@x.example")], {"t1": "E1"}) == {"E1": "adopt t2"}
    assert verdicts([ours("E1")], [], {"t1": "E1"}) == {"E1": "create"}


def test_who_is_linked_to_somebody_who_has_left_is_not_taken() -> None:
    found = matched([ours("E2", name="ann@x.example")], [theirs("t1", "ann@x.example", "E1")], {"t1": "E1"})["E2"]
    assert found.verdict is Verdict.CONFLICT
    assert found.why == "agrees in userName with ann@x.example, who is linked to E1, who has left"
    one = [theirs("t1", "ann@x.example", "E2")]
    assert verdicts([ours("E2")], one, {"t1": "E1"}) == {"E2": "conflict"}


_names = st.sampled_from(["a", "A", "b", "B", "c", ""])
_ours = st.lists(st.tuples(_names, _names), max_size=5).map(
    lambda values: [Ours(f"E{number}", name, f"E{number}", email) for number, (name, email) in enumerate(values)]
)
_theirs = st.lists(st.tuples(_names, st.sampled_from(["", "E0", "E1", "E2", "other"]), _names), max_size=5).map(
    lambda values: [Theirs(f"t{number}", *one) for number, one in enumerate(values)]
)
_linked = st.dictionaries(st.sampled_from(["t0", "t1", "t2", "t9"]), st.sampled_from(["E0", "E1", "E2", "left"]), max_size=3)


@given(_ours, _theirs, _linked)
def test_nobody_is_two_and_no_two_are_one(mine: list[Ours], there: list[Theirs], linked: dict[str, str]) -> None:
    linked = {target_id: key for target_id, key in linked.items() if list(linked.values()).count(key) == 1}
    found = matched(mine, there, linked)
    numbers = [one.number for one in found.values() if one.number is not None]
    assert len(numbers) == len(set(numbers))
    known = {one.key for one in mine}
    for match, one in zip(found.values(), mine, strict=True):
        if match.number is None:
            continue
        place = there[match.number]
        if match.verdict is Verdict.LINKED:
            assert linked[place.id] == one.key
            continue
        assert place.id not in linked
        assert place.external not in known - {one.key}
        agrees = (
            one.external == place.external,
            one.name.lower() == place.name.lower(),
            one.email.lower() == place.email.lower(),
        )
        assert any(agrees)


def group(name: str) -> DesiredGroup:
    return DesiredGroup(name.lower(), name, ("G",))


def test_groups_are_known_by_name_without_case() -> None:
    there = [theirs("g1", "Readers"), theirs("g2", "WRITERS")]
    found = list(match_groups([group("Readers"), group("Writers"), group("Others")], there, {}, {}))
    assert [(one.verdict, one.number) for one in found] == [
        (Verdict.ADOPT, 0),
        (Verdict.CASE, 1),
        (Verdict.CREATE, None),
    ]


def test_two_groups_of_a_name_and_one_that_is_linked_conflict() -> None:
    there = [theirs("g1", "Readers"), theirs("g2", "readers"), theirs("g3", "Writers")]
    found = list(match_groups([group("Readers"), group("Writers")], there, {}, {"g3": "Authors"}))
    assert [one.verdict for one in found] == [Verdict.CONFLICT, Verdict.CONFLICT]
    assert found[0].why == "agrees with several groups there: Readers, readers"
    assert found[1].why == "is the name of Writers there, which is linked as Authors"


def test_a_group_that_is_linked_stays_so_whatever_it_is_called() -> None:
    found = list(match_groups([group("Readers")], [theirs("g1", "Renamed")], {"readers": "g1"}, {"g1": "Readers"}))
    assert [(one.verdict, one.number) for one in found] == [(Verdict.LINKED, 0)]
    gone = list(match_groups([group("Readers")], [theirs("g2", "Readers")], {"readers": "g1"}, {"g1": "Readers"}))
    assert [(one.verdict, one.number) for one in gone] == [(Verdict.ADOPT, 0)]


def test_what_both_sides_are_known_by() -> None:
    document = {"userName": "a", "externalId": "E1", "emails": [{"value": "x"}, {"value": "y", "primary": True}]}
    assert ours_of(DesiredUser("E1", document)) == Ours("E1", "a", "E1", "y")
    assert theirs_of({**document, "id": "t", "externalId": None}) == Theirs("t", "a", "", "y")
    assert theirs_of({}) == Theirs("", "")
    assert primary_email({"emails": "x"}) == ""
    assert primary_email({"emails": [{"value": "x", "primary": "true"}, "y"]}) == "x"
