"""What a policy may say, and which passwords keep to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.groups.policies import BOUNDS, changed, check_password
from lockstep.idp.directory.groups.records import Policy, SecondFactor
from lockstep.kit.problems import ValueProblem


@given(st.sampled_from(sorted(BOUNDS)), st.integers(-10, 100_000))
def test_a_number_is_taken_within_its_bounds_and_nothing_else_is(name: str, number: int) -> None:
    low, high = BOUNDS[name]
    if low <= number <= high and not (name == "lock_after" and number in (1, 2)):
        assert getattr(changed(Policy(), {name: str(number)}), name) == number
        return
    with pytest.raises(ValueProblem) as raised:
        changed(Policy(), {name: str(number)})
    assert raised.value.field == name


@pytest.mark.parametrize(
    ("name", "text"),
    [("second_factor", "maybe"), ("history", "many"), ("history", ""), ("history", "1.5"), ("shoes", "1"), ("history", "٣")],
)
def test_what_is_no_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueProblem) as raised:
        changed(Policy(), {name: text})
    assert raised.value.field == name


def test_the_shortest_password_is_never_shorter_than_the_project_s() -> None:
    with pytest.raises(ValueProblem):
        changed(Policy(), {"min_length": "7"})
    with pytest.raises(ValueProblem, match="8 to 1024"):
        check_password("1234567", Policy(min_length=1))


def test_every_field_can_be_said() -> None:
    given_ = {**{name: str(high) for name, (_, high) in BOUNDS.items()}, "second_factor": "required"}
    made = changed(Policy(), given_)
    assert made.second_factor is SecondFactor.REQUIRED
    assert {name: str(getattr(made, name)) for name in BOUNDS} == {name: given_[name] for name in BOUNDS}
    assert changed(made, {}) == made


@pytest.mark.parametrize(
    ("password", "classes", "taken"),
    [
        ("abcdefgh", 1, True),
        ("abcdefgh", 2, False),
        ("abcdefg1", 2, True),
        ("Abcdefg1", 3, True),
        ("Abcdefg1", 4, False),
        ("Abcdef 1", 4, True),
        ("Äbcdéf-1", 4, True),
        ("correct horse battery", 0, True),
    ],
)
def test_kinds_of_characters(password: str, classes: int, taken: bool) -> None:
    policy = Policy(classes=classes)
    if taken:
        check_password(password, policy)
        return
    with pytest.raises(ValueProblem, match="this one lacks"):
        check_password(password, policy)


@given(st.text(min_size=8, max_size=30), st.integers(0, 4), st.integers(8, 20))
def test_a_stricter_policy_takes_no_more(password: str, classes: int, length: int) -> None:
    try:
        check_password(password, Policy(min_length=length, classes=classes))
    except ValueProblem as problem:
        assert password not in str(problem)
        return
    check_password(password, Policy(min_length=8))
