"""The grammar of RFC 7644 3.4.2.2."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scim2_models import ScimFilter
from scim2_models.exceptions import InvalidFilterException

from lockstep.scim.filters import And, AttrPath, Comparison, Filter, Not, Or, Present, ValuePath, parse_filter
from lockstep.scim.messages import ENTERPRISE, USER, ScimError
from tests.scim import strategies

NAME, TITLE, TYPE, USER_TYPE = AttrPath("userName"), AttrPath("title"), AttrPath("type"), AttrPath("userType")
HAS_TITLE, HAS_NICK, HAS_LOCALE = Present(TITLE), Present(AttrPath("nickName")), Present(AttrPath("locale"))
HAS_VALUE, HAS_PRIMARY = Present(AttrPath("value")), Present(AttrPath("primary"))
HAS_TYPE, WORK = Present(TYPE), Comparison(TYPE, "eq", "work")
EMPLOYEE, INTERN = Comparison(USER_TYPE, "eq", "Employee"), Comparison(USER_TYPE, "eq", "Intern")
EMAILS, IMS = AttrPath("emails"), AttrPath("ims")

RFC_EXAMPLES: list[tuple[str, Filter]] = [
    ('userName eq "bjensen"', Comparison(NAME, "eq", "bjensen")),
    ('name.familyName co "O\'Malley"', Comparison(AttrPath("name", "familyName"), "co", "O'Malley")),
    ('userName sw "J"', Comparison(NAME, "sw", "J")),
    (f'{USER}:userName sw "J"', Comparison(AttrPath("userName", None, USER), "sw", "J")),
    ("title pr", Present(TITLE)),
    (
        'meta.lastModified gt "2011-05-13T04:42:34Z"',
        Comparison(AttrPath("meta", "lastModified"), "gt", "2011-05-13T04:42:34Z"),
    ),
    ('title pr and userType eq "Employee"', And((Present(TITLE), EMPLOYEE))),
    ('title pr or userType eq "Intern"', Or((Present(TITLE), INTERN))),
    (f'schemas eq "{ENTERPRISE}"', Comparison(AttrPath("schemas"), "eq", ENTERPRISE)),
    (
        'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
        And(
            (
                EMPLOYEE,
                Or((Comparison(EMAILS, "co", "example.com"), Comparison(AttrPath("emails", "value"), "co", "example.org"))),
            )
        ),
    ),
    (
        'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
        And(
            (
                Comparison(USER_TYPE, "ne", "Employee"),
                Not(
                    Or((Comparison(EMAILS, "co", "example.com"), Comparison(AttrPath("emails", "value"), "co", "example.org")))
                ),
            )
        ),
    ),
    (
        'userType eq "Employee" and (emails.type eq "work")',
        And((EMPLOYEE, Comparison(AttrPath("emails", "type"), "eq", "work"))),
    ),
    (
        'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
        And(
            (
                EMPLOYEE,
                ValuePath(EMAILS, And((Comparison(TYPE, "eq", "work"), Comparison(AttrPath("value"), "co", "@example.com")))),
            )
        ),
    ),
    (
        'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
        Or(
            (
                ValuePath(EMAILS, And((Comparison(TYPE, "eq", "work"), Comparison(AttrPath("value"), "co", "@example.com")))),
                ValuePath(IMS, And((Comparison(TYPE, "eq", "xmpp"), Comparison(AttrPath("value"), "co", "@foo.com")))),
            )
        ),
    ),
]


@pytest.mark.parametrize(("text", "tree"), RFC_EXAMPLES)
def test_examples_of_rfc_7644_figure_2(text: str, tree: Filter) -> None:
    assert parse_filter(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('USERNAME EQ "a"', Comparison(AttrPath("USERNAME"), "eq", "a")),
        ("title PR AND NOT (nickName Pr)", And((HAS_TITLE, Not(HAS_NICK)))),
        ("title pr or nickName pr and locale pr", Or((HAS_TITLE, And((HAS_NICK, HAS_LOCALE))))),
        ("(title pr or nickName pr) and locale pr", And((Or((HAS_TITLE, HAS_NICK)), HAS_LOCALE))),
        ("title pr and(nickName pr)", And((HAS_TITLE, HAS_NICK))),
        ("not(title pr)", Not(HAS_TITLE)),
        ("((title pr))", HAS_TITLE),
        ('  title   eq\t"x" ', Comparison(TITLE, "eq", "x")),
        ("active eq true", Comparison(AttrPath("active"), "eq", True)),
        ("active eq False", Comparison(AttrPath("active"), "eq", False)),
        ("title eq null", Comparison(TITLE, "eq", None)),
        ("level ge -12.5e1", Comparison(AttrPath("level"), "ge", -125.0)),
        ("level lt 7", Comparison(AttrPath("level"), "lt", 7)),
        (r'title eq "a\"b\\c\/d\u00e9\n"', Comparison(TITLE, "eq", 'a"b\\c/dé\n')),
        (r'title eq "\ud83d\ude00"', Comparison(TITLE, "eq", "😀")),
        ('members.$ref sw "https:"', Comparison(AttrPath("members", "$ref"), "sw", "https:")),
        ("never pr", Present(AttrPath("never"))),
        (f"{ENTERPRISE} pr", Present(AttrPath("", None, ENTERPRISE))),
        (f'{ENTERPRISE.upper()}:manager.value eq "1"', Comparison(AttrPath("manager", "value", ENTERPRISE), "eq", "1")),
        ('emails[type eq "work"].value eq "x"', ValuePath(EMAILS, And((WORK, Comparison(AttrPath("value"), "eq", "x"))))),
        ("emails[type pr].value pr", ValuePath(EMAILS, And((HAS_TYPE, HAS_VALUE)))),
        ("emails[type pr and primary pr].value pr", ValuePath(EMAILS, And((HAS_TYPE, HAS_PRIMARY, HAS_VALUE)))),
        ("emails[not (type pr)]", ValuePath(EMAILS, Not(HAS_TYPE))),
    ],
)
def test_grammar(text: str, tree: Filter) -> None:
    assert parse_filter(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "title",
        "title eq",
        'eq "x"',
        'title is "x"',
        "title eq x",
        "title eq 'x'",
        'title eq "x',
        r'title eq "\x"',
        'title eq "a\nb"',
        r'title eq "\ud800"',
        "title eq 1x",
        "level eq 01",
        "level eq 1e999",
        "level eq " + "9" * 65,
        "title pr and",
        "and title pr",
        "title pr title pr",
        "title pr)",
        "(title pr",
        "not pr",
        'title pr and NOT eq "x"',
        "not title pr",
        "a.b.c pr",
        "a. pr",
        "1a pr",
        "title pr;",
        "emails[type pr",
        "emails[]",
        "emails[type pr]]",
        "emails[roles[type pr]]",
        "emails[type pr].value",
        "emails[type pr].a.b pr",
        "emails.value[type pr]",
        "name[givenName pr]",
        "title[value pr]",
        f"{ENTERPRISE}[department pr]",
        f"{ENTERPRISE}: pr",
        "urn: pr",
        "urn:x pr",
        "active gt true",
        'active co "tru"',
        'active eq "maybe"',
        "active eq 1",
        "emails.primary gt true",
        "emails[primary le false]",
        'emails[type eq "work"].primary gt true',
        'x509Certificates.value sw "a"',
        'meta.created gt "yesterday"',
        "meta.created gt 5",
        "userName eq 5",
        "title co true",
        "members gt 5",
        'password sw "a"',
    ],
)
def test_malformed_text_is_an_invalid_filter(text: str) -> None:
    with pytest.raises(ScimError) as caught:
        parse_filter(text)
    assert (caught.value.status, caught.value.scim_type) == (400, "invalidFilter")
    assert caught.value.detail.endswith(".")


def test_the_error_says_where() -> None:
    with pytest.raises(ScimError, match="'!' at column 7"):
        parse_filter('title ! "x"')


def test_length_is_bounded() -> None:
    assert parse_filter('title eq "' + "x" * 989 + '"')
    with pytest.raises(ScimError, match="longer than 1000 characters"):
        parse_filter('title eq "' + "x" * 990 + '"')
    with pytest.raises(ScimError, match="longer than 5 characters"):
        parse_filter("title pr", max_length=5)


def test_depth_is_bounded() -> None:
    assert parse_filter("(" * 20 + "title pr" + ")" * 20) == Present(TITLE)
    with pytest.raises(ScimError, match="too many levels at column 21"):
        parse_filter("(" * 21 + "title pr" + ")" * 21)


@pytest.mark.parametrize("opening", ["(", "not(", "emails["])
def test_a_hundred_thousand_levels_are_refused_not_crashed(opening: str) -> None:
    with pytest.raises(ScimError) as caught:
        parse_filter(opening * 100_000, max_length=1_000_000, max_depth=1_000_000)
    assert caught.value.scim_type == "invalidFilter"


def test_a_long_chain_costs_no_depth() -> None:
    chain = " or ".join(["title pr"] * 10_000)
    tree = parse_filter(chain, max_length=1_000_000, max_depth=0)
    assert isinstance(tree, Or)
    assert len(tree.terms) == 10_000


@settings(deadline=None)
@given(strategies.filters)
def test_a_tree_prints_as_text_that_parses_back_to_it(tree: Filter) -> None:
    assert parse_filter(str(tree), max_length=100_000, max_depth=100) == tree


WORDS = ["userName", "emails", "type", "eq", "co", "pr", "and", "or", "not", "true", "null", "urn:"]
ALPHABET = st.sampled_from([*WORDS, ".", "(", ")", "[", "]", " ", '"a"', "1", ":"])
PIECES = st.lists(ALPHABET | st.text(max_size=3), max_size=14).map("".join) | st.lists(ALPHABET, max_size=14).map(" ".join)


@settings(deadline=None)
@given(st.text() | PIECES)
@example('a eq "' + "\\ud800" + '"')
@example("a eq 1e400")
def test_any_text_is_a_filter_or_a_scim_error(text: str) -> None:
    try:
        tree = parse_filter(text)
    except ScimError as error:
        assert (error.status, error.scim_type) == (400, "invalidFilter")
    else:
        assert parse_filter(str(tree), max_length=100_000) == tree


def _accepted_by_us(text: str) -> bool:
    try:
        parse_filter(text)
    except ScimError:
        return False
    return True


def _accepted_by_scim2_models(text: str) -> bool:
    try:
        ScimFilter(text)
    except InvalidFilterException:
        return False
    return True


@settings(deadline=None)
@given(PIECES)
@example("title pr and(nickName pr)")
@example("never eq null")
@example("not pr")
@example("and pr or or pr and and pr")
@example("eq eq true")
def test_scim2_models_accepts_the_same_texts(text: str) -> None:
    """What only scim2-models accepts makes no sense for its attribute; scim2-models says so too, once bound to a model."""
    assert _accepted_by_us(text) <= _accepted_by_scim2_models(text)
    if "userName" not in text and "emails" not in text:
        assert _accepted_by_us(text) == _accepted_by_scim2_models(text)
