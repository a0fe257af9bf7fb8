"""Session tags of a document, a configuration and an assertion."""

import unicodedata
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.center.attributes.records import PREFIX, AccessControlAttribute, LeftOut, Precedence, SessionTag, Tagged
from lockstep.center.attributes.sources import SOURCES
from lockstep.center.attributes.tags import fits, session_tags
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.scim.messages import ENTERPRISE

COST = AccessControlAttribute("CostCenter", "${path:enterprise.costCenter}")
TITLE = AccessControlAttribute("Title", "${path:title}")
USER = {"userName": "ada@example.com", "title": "Countess", ENTERPRISE: {"costCenter": "CC-7"}}
COST_TAG = SessionTag("CostCenter", "CC-7", "directory", COST.source)
CONFIGURED, ASSERTION = Precedence.CONFIGURED, Precedence.ASSERTION


def sent(**values: str | Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {PREFIX + key: (value,) if isinstance(value, str) else value for key, value in values.items()}


def tags(
    configured: Sequence[AccessControlAttribute] | None = (),
    attributes: Mapping[str, Sequence[str]] | None = None,
    precedence: Precedence = CONFIGURED,
) -> Tagged:
    return session_tags(USER, configured, attributes or {}, precedence)


def refused(attributes: Mapping[str, Sequence[str]], configured: Sequence[AccessControlAttribute] = ()) -> str:
    with pytest.raises(SamlProblem) as caught:
        tags(configured, attributes)
    assert caught.value.reason is Reason.BAD_ATTRIBUTE
    return caught.value.detail


def test_the_prefix_is_awss() -> None:
    assert PREFIX == "https://aws.amazon.com/SAML/Attributes/AccessControl:"


def test_where_they_are_not_enabled_there_are_none() -> None:
    assert tags(None, sent(CostCenter=("a", "b"))) == Tagged()


def test_a_configured_key_takes_its_value_from_the_directory() -> None:
    assert tags([COST]) == Tagged((COST_TAG,))


def test_what_the_assertion_has_beside_is_passed_on() -> None:
    team = SessionTag("Team", "blue", "assertion", f"{PREFIX}Team")
    assert tags([COST], sent(Team="blue")) == Tagged((COST_TAG, team))


def test_the_configured_value_counts() -> None:
    found = tags([COST], sent(costcenter="CC-9"))
    assert found.tags == (COST_TAG,)
    (left,) = found.left_out
    assert (left.key, left.source_kind, left.source) == ("costcenter", "assertion", f"{PREFIX}costcenter")
    assert "directory" in left.why


def test_the_assertions_value_counts_where_that_is_the_setting() -> None:
    found = tags([COST, TITLE], sent(costcenter="CC-9"), ASSERTION)
    assert [(tag.key, tag.value, tag.source_kind) for tag in found.tags] == [
        ("costcenter", "CC-9", "assertion"),
        ("Title", "Countess", "directory"),
    ]
    assert [(left.key, left.source_kind) for left in found.left_out] == [("CostCenter", "directory")]


def test_a_configured_key_without_a_value_takes_none_from_the_assertion() -> None:
    nick = AccessControlAttribute("Nick", "${path:nickName}")
    found = tags([nick], sent(Nick="x"))
    assert found.tags == ()
    assert [(left.source_kind, left.why) for left in found.left_out] == [
        ("directory", "there is no value"),
        ("assertion", "this key takes its value from the directory"),
    ]
    assert [tag.value for tag in tags([nick], sent(Nick="x"), ASSERTION).tags] == ["x"]


@pytest.mark.parametrize("values", [(), ("",)])
def test_an_empty_value_of_the_assertion_is_no_tag(values: tuple[str, ...]) -> None:
    assert tags((), sent(Team=values)) == Tagged((), (LeftOut("Team", "assertion", f"{PREFIX}Team", "there is no value"),))
    assert tags([COST], sent(CostCenter=values), ASSERTION).tags == (COST_TAG,)


@pytest.mark.parametrize(
    "name",
    [
        "https://aws.amazon.com/SAML/Attributes/accesscontrol:Team",
        "https://aws.amazon.com/SAML/Attributes/AccessControl/Team",
        "http://aws.amazon.com/SAML/Attributes/AccessControl:Team",
        " https://aws.amazon.com/SAML/Attributes/AccessControl:Team",
        "https://aws.amazon.com/SAML/Attributes/RoleSessionName",
        "Team",
    ],
)
def test_other_attributes_are_no_tags(name: str) -> None:
    assert tags([COST], {name: ("blue", "green")}) == Tagged((COST_TAG,))


def test_what_aws_refuses_is_refused() -> None:
    assert "2 values" in refused(sent(Team=("blue", "green")))
    assert "twice" in refused(sent(Team="blue", TEAM="blue"))
    assert "longer" in refused(sent(Team="x" * 257))
    assert "character" in refused(sent(Team="R&D"))
    assert "key" in refused(sent(**{"": "x"}))
    assert "key" in refused(sent(**{"k" * 129: "x"}))
    assert "key" in refused(sent(**{"a;b": "x"}))
    assert "51" in refused(sent(**{f"k{number}": "x" for number in range(51)}))


def test_a_wrong_attribute_is_refused_although_another_value_counts() -> None:
    assert "2 values" in refused(sent(CostCenter=("a", "b")), [COST])


def test_a_session_has_fifty_tags_at_most() -> None:
    fifty = sent(**{f"k{number}": "x" for number in range(50)})
    assert len(tags((), fifty).tags) == 50
    assert "51 session tags" in refused(fifty, [COST])


@pytest.mark.parametrize(("value", "why"), [("x" * 257, "longer"), ("R&D", "character"), ("a\nb", "character")])
def test_a_value_of_the_directory_that_does_not_fit_is_left_out(value: str, why: str) -> None:
    found = session_tags({"title": value}, [TITLE], {}, CONFIGURED)
    assert found.tags == ()
    assert why in found.left_out[0].why


def test_long_but_possible_values_are_taken() -> None:
    assert tags((), sent(**{"k" * 128: "v" * 256})).tags[0].value == "v" * 256


@pytest.mark.parametrize("text", ["", "Ünïcode 東京", "a.b:c/d=e+f-g@h_i", "½ Ⅷ", "a\u00a0b"])
def test_what_fits(text: str) -> None:
    assert fits(text)


@pytest.mark.parametrize("text", ["a,b", "a\tb", "a\0b", "☃", "a*b", "e\u0301", "\ud800"])
def test_what_does_not_fit(text: str) -> None:
    assert not fits(text)


# --- properties

KEYS = st.text(st.sampled_from("aAbB:/ é"), min_size=1, max_size=3)
VALUES = st.sampled_from(["", "x", "y z", "R&D", "v" * 256, "w" * 257])
PATHS = {"${path:title}": "title", "${path:userName}": "userName", "${path:nickName}": "nickName", "${path:locale}": "locale"}
configured_keys = st.builds(AccessControlAttribute, KEYS, st.sampled_from(sorted(PATHS)))
configurations = st.lists(configured_keys, max_size=4, unique_by=lambda one: one.key.casefold())
assertions = st.dictionaries(
    st.one_of(KEYS.map(lambda key: PREFIX + key), st.sampled_from(["mail", PREFIX.lower() + "x"])),
    st.lists(VALUES, max_size=2).map(tuple),
    max_size=4,
)
people = st.fixed_dictionaries({}, optional=dict.fromkeys(PATHS.values(), VALUES))


@given(people, st.none() | configurations, assertions, st.sampled_from(Precedence))
def test_whatever_comes_tags_are_well_formed_and_accounted_for(
    person: dict[str, str],
    configured: list[AccessControlAttribute] | None,
    attributes: dict[str, tuple[str, ...]],
    precedence: Precedence,
) -> None:
    try:
        found = session_tags(person, configured, attributes, precedence)
    except SamlProblem as problem:
        assert problem.reason is Reason.BAD_ATTRIBUTE
        return
    folded = [tag.key.casefold() for tag in found.tags]
    assert len(folded) == len(set(folded)) <= 50
    for tag in found.tags:
        assert 0 < len(tag.value) <= 256
        assert fits(tag.key + tag.value)
        if tag.source_kind == "directory":
            assert AccessControlAttribute(tag.key, tag.source) in (configured or [])
            assert person[PATHS[tag.source]] == tag.value
        else:
            assert attributes[PREFIX + tag.key] == (tag.value,)
    wanted = {("directory", one.source, one.key) for one in configured or []}
    passed = {("assertion", name, name.removeprefix(PREFIX)) for name in attributes if name.startswith(PREFIX)}
    expected = set() if configured is None else wanted | passed
    every: list[SessionTag | LeftOut] = [*found.tags, *found.left_out]
    accounted = [(one.source_kind, one.source, one.key) for one in every]
    assert sorted(accounted) == sorted(expected)


@given(people, configurations, assertions)
def test_under_configured_no_configured_key_comes_from_the_assertion(
    person: dict[str, str], configured: list[AccessControlAttribute], attributes: dict[str, tuple[str, ...]]
) -> None:
    try:
        found = session_tags(person, configured, attributes, CONFIGURED)
    except SamlProblem:
        return
    keys = {one.key.casefold() for one in configured}
    assert all(tag.source_kind == "directory" for tag in found.tags if tag.key.casefold() in keys)


@given(st.characters())
def test_fits_is_the_documented_pattern(character: str) -> None:
    assert fits(character) == (character in "_.:/=+-@" or unicodedata.category(character)[0] in ("L", "Z", "N"))


def test_every_source_can_be_configured() -> None:
    every = [AccessControlAttribute(f"k{number}", source) for number, source in enumerate(SOURCES)]
    assert len(tags(every).tags) + len(tags(every).left_out) == len(SOURCES)
