"""What somebody is found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.words.text import LONGEST, MOST, MOST_TERMS, folded_word, terms_of, words_of

ZOE = ("zoe.akers@example.com", "zoe.akers@example.com", "Zoë Akers", "Zoë", "Akers", "", "1001", "", "", "")


def found(text: str, values: tuple[str, ...] = ZOE) -> bool:
    words = words_of(values)
    return all(any(word.startswith(term) for word in words) for term in terms_of(text))


@pytest.mark.parametrize(
    "text",
    ["zoe", "ZOË", "Zoë Akers", "akers zoe", "ake", "zoe.a", "akers@ex", "example.com", "@example.com", "100", "", "  ", "z a"],
)
def test_a_person_is_found_by_each_beginning(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["kers", "com", "zoe ben", "%", "_", "zoeakers", "2001"])
def test_and_by_nothing_else(text: str) -> None:
    assert not found(text)


def test_names_of_other_scripts_are_found() -> None:
    assert found("山田", ("yamada@example.com", "", "山田 太郎"))
    assert found("ÅNG", ("", "", "Ångström"))
    assert found("strasse", ("", "", "Straße"))
    assert found("o'n", ("", "", "Shay O'Neill"))
    assert found("neill", ("", "", "Shay O'Neill"))


def test_a_word_that_begins_another_is_left_out() -> None:
    assert words_of(ZOE) == ["1001", "akers@example.com", "example.com", "zoe.akers@example.com"]
    assert terms_of("zoe zo z") == ["zoe"]


def test_it_has_an_end() -> None:
    many = words_of([" ".join(f"w{number:03}" for number in range(500)), "x" * 5_000])
    assert len(many) <= MOST
    assert max(map(len, many)) <= LONGEST
    assert len(terms_of(" ".join(f"w{number:03}" for number in range(500)))) == MOST_TERMS
    assert found("y" * 500, ("y" * 400,))
    assert words_of(["a\0b"]) == ["ab"]


@given(st.text(max_size=40))
def test_everybody_is_found_by_the_whole_of_a_name(name: str) -> None:
    assert found(name, (name,))


@given(st.text(max_size=40))
def test_words_are_sorted_and_folded_once(name: str) -> None:
    words = words_of([name])
    assert words == sorted(set(words))
    assert [folded_word(word) for word in words] == words
