"""Two spellings of one name are equal, two names are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.sources.ldap.dn import is_below, normal, parse

ANN = "uid=ann,ou=people,dc=example,dc=com"


@pytest.mark.parametrize(
    "spelling",
    [
        "UID=Ann,OU=People,DC=Example,DC=COM",
        " uid = ann , ou=people,dc=example , dc=com ",
        "0.9.2342.19200300.100.1.1=ann,2.5.4.11=people,0.9.2342.19200300.100.1.25=example,dc=com",
        "OID.0.9.2342.19200300.100.1.1=ann,ou=people,dc=example,dc=com",
        r"uid=\61nn,ou=people,dc=example,dc=com",
        "uid=#0403616e6e,ou=people,dc=example,dc=com",
        "userid=ann,organizationalUnitName=people,dc=example,domainComponent=com",
    ],
)
def test_a_spelling(spelling: str) -> None:
    assert normal(spelling) == normal(ANN)


@pytest.mark.parametrize(
    "other",
    [
        "uid=anna,ou=people,dc=example,dc=com",
        "cn=ann,ou=people,dc=example,dc=com",
        r"uid=ann\,ou=people,dc=example,dc=com",
        "uid=ann+ou=people,dc=example,dc=com",
        "ou=people,dc=example,dc=com",
        "",
    ],
)
def test_another_name(other: str) -> None:
    assert normal(other) != normal(ANN)


def test_characters_that_have_to_be_escaped() -> None:
    assert parse(r"CN=Akers\, Zo\C3\AB \"Z\" \+ \\ \#1\ ,DC=example") == (
        (("cn", 'Akers, Zoë "Z" + \\ #1 '),),
        (("dc", "example"),),
    )


def test_parts_of_one_relative_name_have_no_order() -> None:
    assert normal("cn=a+uid=b,dc=x") == normal("UID=B + CN=A,dc=x")


def test_spaces_inside_count_once() -> None:
    assert normal("cn=Ann  van   Ax") == normal("cn=ann van ax") != normal("cn=annvanax")


@pytest.mark.parametrize("text", ["ann", "=ann", "uid=ann,", 'uid="ann', "uid=a;b", "uid=a\\", "uid=#", "uid=#zz", "1.=x"])
def test_what_is_no_dn(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
    assert normal(text) == normal(text.upper()) != normal(f"{text}x")


def test_below() -> None:
    assert is_below(ANN, "OU=people, DC=example,DC=com")
    assert is_below(ANN, ANN)
    assert is_below(ANN, "")
    assert not is_below("uid=ann,ou=otherpeople,dc=example,dc=com", "ou=people,dc=example,dc=com")
    assert not is_below("dc=com", ANN)


values = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and "\0" not in text)
rdns = st.lists(st.tuples(st.sampled_from(["cn", "ou", "uid", "dc"]), values), min_size=1, max_size=4)


def by_hex(value: str) -> str:
    return "".join(f"\\{byte:02X}" for byte in value.encode())


def by_character(value: str) -> str:
    """RFC 4514 section 2.4."""
    escaped = "".join(f"\\{one}" if one in '"+,;<>\\' else one for one in value)
    if escaped.startswith((" ", "#")):
        escaped = f"\\{escaped}"
    return f"{escaped[:-1]}\\ " if escaped.endswith(" ") and value != " " else escaped


@given(rdns)
def test_both_ways_of_escaping_are_one_name(parts: list[tuple[str, str]]) -> None:
    one = ",".join(f"{kind}={by_hex(value)}" for kind, value in parts)
    other = ", ".join(f"{kind.upper()}={by_character(value)}" for kind, value in parts)
    assert parse(one) == parse(other) == tuple(((kind, value),) for kind, value in parts)
    assert normal(one) == normal(other)


@given(rdns, rdns)
def test_different_names_have_different_keys(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    plain = [[(kind, by_hex(value)) for kind, value in parts] for parts in (one, other)]
    keys = [normal(",".join(f"{kind}={value}" for kind, value in parts)) for parts in plain]
    letters = [[(kind, normal(f"cn={by_hex(value)}")) for kind, value in parts] for parts in (one, other)]
    assert (keys[0] == keys[1]) == (letters[0] == letters[1])
