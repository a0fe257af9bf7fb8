"""Statements: compiled for each database, and the same answers from both."""

import random
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from lockstep.kit.db import Database
from lockstep.kit.sql import DialectName, KeyText, Statement, among, among_numbers, json_member, listed, numbered

words = sa.Table(
    "words",
    sa.MetaData(),
    sa.Column("word", KeyText, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, server_default="0"),
)
DIALECTS: tuple[DialectName, ...] = ("sqlite", "postgresql")
ODD = [
    "",
    " ",
    "a",
    "A",
    "ä",
    "ß",
    "é",
    "e\u0301",
    "Z",
    "z",
    "_",
    "~",
    "\u007f",
    "\u00a0",
    "漢",
    "\ufb01",
    "\uffff",
    "🙂",
    "\U0010ffff",
]
QUOTED = ["it's", '"', "\\", '\\"', "'; DROP TABLE words; --", "%s", ":word", "%(word)s", "a,b", "[1]", "\n\t\r", "\u2028", "?"]
INSERT = Statement(sa.insert(words), columns=["word"])
ORDERED = Statement(sa.select(words.c.word).order_by(words.c.word))
AMONG = Statement(sa.select(words.c.word).where(among(words.c.word, "wanted")).order_by(words.c.word))


def create(dialect: DialectName) -> str:
    """The table's definition, as a migration writes it."""
    return str(CreateTable(words).compile(dialect={"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}[dialect]()))


@pytest.fixture
def database(each_database: Database) -> Database:
    """A database with an empty table `words`."""
    with each_database.write() as connection:
        connection.script([create(each_database.dialect)])
    return each_database


@pytest.fixture
def filled(database: Database) -> Database:
    """`words` with odd words in it."""
    with database.write() as connection:
        connection.many(INSERT, [{"word": word} for word in random.Random(7).sample([*ODD, *QUOTED], len(ODD) + len(QUOTED))])
    return database


def found(database: Database, statement: Statement, **params: Any) -> list[str]:
    with database.read() as connection:
        return [row[0] for row in connection.all(statement, **params)]


@pytest.mark.parametrize(("dialect", "parameter"), [("sqlite", ":word"), ("postgresql", "%(word)s")])
def test_parameters_are_written_as_the_driver_wants_them(dialect: DialectName, parameter: str) -> None:
    statement = Statement(sa.select(words.c.number).where(words.c.word == sa.bindparam("word")))
    compiled = statement.for_dialect(dialect)
    assert parameter in compiled.text
    assert compiled.fixed == {}
    assert statement.for_dialect(dialect) is compiled


def test_values_of_the_statement_itself_are_kept_apart() -> None:
    statement = Statement(
        sa.select(words.c.word).where(words.c.number > 5, words.c.number < 9, words.c.word == sa.bindparam("word"))
    )
    for dialect in DIALECTS:
        assert sorted(statement.for_dialect(dialect).fixed.values()) == [5, 9]


def test_an_insert_names_its_columns() -> None:
    for dialect in DIALECTS:
        assert "(word)" in INSERT.for_dialect(dialect).text
        assert "number" not in INSERT.for_dialect(dialect).text


def test_a_statement_with_fixed_and_given_values_runs(database: Database) -> None:
    add = Statement(sa.insert(words), columns=["word", "number"])
    double = Statement(sa.update(words).values(number=words.c.number * 2).where(words.c.word == sa.bindparam("which")))
    with database.write() as connection:
        connection.many(add, [{"word": "a", "number": 1}, {"word": "b", "number": 2}])
        assert connection.run(double, which="b") == 1
        assert connection.run(double, which="none") == 0
    over = Statement(sa.select(words.c.word).where(words.c.number > 2, words.c.word != sa.bindparam("but")))
    assert found(database, over, but="a") == ["b"]
    assert found(database, over, but="b") == []


def test_what_the_dialects_own_insert_has(database: Database) -> None:
    def build(insert: Any) -> Any:
        made = insert(words).values(word=sa.bindparam("word"), number=1)
        return made.on_conflict_do_update(index_elements=["word"], set_={"number": words.c.number + 10})

    statement = Statement(build)
    with database.write() as connection:
        assert [connection.run(statement, word=word) for word in ("a", "b", "a")] == [1, 1, 1]
        assert connection.all(Statement(sa.select(words).order_by(words.c.word))) == [("a", 11), ("b", 1)]


def test_a_percent_sign_is_itself(filled: Database) -> None:
    assert found(filled, Statement(sa.select(words.c.word).where(words.c.word == "%s"))) == ["%s"]
    assert found(filled, Statement(sa.select(words.c.word).where(words.c.word.like("%;%")))) == ["'; DROP TABLE words; --"]


def test_keys_are_not_sorted_by_the_rules_of_a_language() -> None:
    """Whatever the collation of the PostgreSQL database is; SQLite's own compares bytes."""
    assert 'word TEXT COLLATE "C" NOT NULL' in create("postgresql")
    assert "word TEXT NOT NULL" in create("sqlite")


def test_keys_sort_by_code_point_in_each_database(filled: Database) -> None:
    assert found(filled, ORDERED) == sorted([*ODD, *QUOTED])
    after = Statement(sa.select(words.c.word).where(words.c.word > sa.bindparam("last")).order_by(words.c.word))
    for last in [*ODD, *QUOTED]:
        assert found(filled, after, last=last) == sorted(word for word in [*ODD, *QUOTED] if word > last)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), unique=True, max_size=20))
def test_any_keys_sort_by_code_point_in_sqlite(given_words: list[str]) -> None:
    """SQLite compares bytes of UTF-8, as PostgreSQL does with collation C."""
    assert sorted(given_words) == sorted(given_words, key=str.encode)


@pytest.mark.parametrize("wanted", [[], ["none"], [""], ["a", "a"], ["it's", '"', "\\"], ODD, QUOTED, [*QUOTED, "none"]])
def test_among_finds_exactly_what_is_listed(filled: Database, wanted: list[str]) -> None:
    assert found(filled, AMONG, wanted=listed(wanted)) == sorted({*ODD, *QUOTED} & {*wanted})


def test_among_can_be_turned_round(filled: Database) -> None:
    others = Statement(sa.select(words.c.word).where(~among(words.c.word, "wanted")).order_by(words.c.word))
    assert found(filled, others, wanted=listed(ODD)) == sorted(QUOTED)
    assert found(filled, others, wanted=listed([])) == sorted([*ODD, *QUOTED])


def test_words_are_text_and_no_json(database: Database) -> None:
    looks_like = ["1", "1.0", "true", "null", "[]", "{}", '"a"']
    with database.write() as connection:
        connection.many(INSERT, [{"word": word} for word in looks_like])
    for word in looks_like:
        assert found(database, AMONG, wanted=listed([word])) == [word]


def test_among_takes_more_than_a_statement_may_have_parameters(filled: Database) -> None:
    many = [f"word {number}" for number in range(100_000)]
    assert found(filled, AMONG, wanted=listed([*many, "a", "it's"])) == ["a", "it's"]


def test_among_beside_other_parameters(filled: Database) -> None:
    both = Statement(
        sa.select(words.c.word).where(among(words.c.word, "some"), among(words.c.word, "others"), words.c.word != "a")
    )
    assert found(filled, both, some=listed(["a", "z", "Z"]), others=listed(["a", "z"])) == ["z"]


def test_a_change_takes_a_list_too(filled: Database) -> None:
    with filled.write() as connection:
        assert connection.run(Statement(sa.delete(words).where(among(words.c.word, "gone"))), gone=listed(QUOTED)) == len(
            QUOTED
        )
    assert found(filled, ORDERED) == sorted(ODD)


def test_listed_takes_any_iterable() -> None:
    assert listed(word for word in ("a", "ä")) == '["a","ä"]'
    assert listed([]) == "[]"


@pytest.mark.parametrize("wanted", [[], [0], [0, 7, 7, 9], [*range(40_000)]])
def test_among_numbers_finds_exactly_what_is_listed(filled: Database, wanted: list[int]) -> None:
    some = Statement(sa.select(words.c.word).where(among_numbers(words.c.number, "wanted")).order_by(words.c.word))
    with filled.read() as connection:
        known = connection.all(Statement(sa.select(words.c.word, words.c.number).order_by(words.c.word)))
        found = connection.all(some, wanted=numbered(wanted))
    assert [word for (word,) in found] == [word for word, number in known if number in wanted]


holders = sa.Table(
    "holders",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("held", sa.Text, nullable=False),
)


def test_members_of_json(each_database: Database) -> None:
    """Both databases find texts in an object, whatever their names have in them."""
    names = {"plain": "a", 'quo"ted': "b", "dot.ted": "c", "back\\slash": "d", "": "e", "$": "f", "ä": "ö"}
    held = [msgspec.json.encode(names).decode(), '{"plain":"z"}', "{}"]
    having = Statement(
        sa.select(holders.c.number)
        .where(json_member(holders.c.held, "name") == sa.bindparam("value", type_=sa.Text))
        .order_by("number")
    )
    dialect = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}[each_database.dialect]()
    with each_database.write() as c:
        c.script([str(CreateTable(holders).compile(dialect=dialect))])
        for number, text in enumerate(held, 1):
            c.run(Statement(sa.insert(holders), columns=["number", "held"]), number=number * 10**12, held=text)
        for name, value in names.items():
            assert c.all(having, name=name, value=value) == [(10**12,)], name
        assert c.all(having, name="plain", value="z") == [(2 * 10**12,)]
        assert c.all(having, name="nothing", value="") == []
