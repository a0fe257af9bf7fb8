"""Every attack document, and good ones, shown to python3-saml too: where it thinks otherwise, we know why."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from lxml import etree

from lockstep.saml.accept import accept
from lockstep.saml.names import ASSERTION, SIGNATURE, ds, saml
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import SKEW_MS, Accepted, Attribute, Expected, Signed, TrustedIdp
from lockstep.saml.response import issue
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, parse
from tests.clients.environment import batch
from tests.saml.corpus import ATTACKS, Made
from tests.saml.documents import (
    ACS,
    ANSWER,
    ANSWERING,
    ASKED,
    EVIL,
    EXPECTED,
    IDP,
    SP,
    USER,
    build,
    key,
    name_id,
    one,
    posted,
    signed_as,
    text_of,
    trusting,
    unsigned,
    without_signatures,
)

DIFFERENCES: dict[str, tuple[str, ...]] = {
    "follows whatever form of signature the signer chose; ours takes one form only": (
        "B19 RSA with the length of an HMAC",
        "B24 a second reference",
        "B29 XPath",
        "B29 XPath filter",
        "B29 a canonicalization with very many prefixes",
        "B30 with comments",
        "B30 a transform with comments",
    ),
    "takes comments and processing instructions out, and goes on; ours takes no document with any": (
        "B23 DigestValue with a comment before the real value",
        "C34 a comment in NameID",
        "C34 a comment after the root",
        "C34 a comment before the root",
        "C35 a comment in Audience",
        "C35 a comment in Issuer",
        "C35 a comment in AttributeValue",
        "C36 a processing instruction in the name",
    ),
    "reads every encoding that the parser knows, whatever is declared; ours reads UTF-8": (
        "D08 UTF-16 declared as UTF-8",
        "D08 UTF-16",
        "D08 UTF-32",
        "D08 Latin-1 declared",
        "D08 a mark and another declaration",
        "D08 a mark",
        "D08 a declaration in the wrong version",
    ),
    "takes an empty namespace where nothing stands in it": ("D10 no namespace at all",),
    "passes over what is not base64": ("D14 base64 with other characters", "D14 base64 with a tab"),
    "has no limit of its own on the size": ("D16 just over the limit",),
    "does not miss what the profile wants, and is not there": (
        "E38 no restriction",
        "E39 no recipient",
        "E40 no destination, signed",
        "E45 conditions without an end",
        "E45 conditions without a start",
        "E46 a confirmation without an end",
        "E60 a signed response without issuer",
    ),
    "compares the beginning of the destination": ("E41 a destination that begins like ours",),
    "looks for our address anywhere in the recipient": ("E42 a recipient that contains ours",),
    "compares InResponseTo only where there is one and a request is named; what else came unasked is the caller's to know": (
        "E43 an answer to a request of another browser",
        "E43 only the response answers",
        "E43 only the confirmation answers",
        "E43 an unknown request, in the response only",
        "E44 nobody asked, and that is not allowed",
        "E44 nobody asked, though we did",
    ),
    "looks at each end of the conditions alone, with a tolerance": (
        "E45 conditions of two hours",
        "E45 conditions that end before they start",
    ),
    "lets a confirmation begin at a time, which the profile forbids": ("E46 a confirmation with a start",),
    "takes any name that is not empty": (
        "E50 a name: spaces",
        "E50 a name: a space before it",
        "E50 a name: a line break after it",
        "E50 a name: zero width",
        "E50 a name: a soft hyphen",
        "E50 a name: right to left",
        "E50 a name: a Cyrillic letter among Latin ones",
        "E50 a name: a Greek letter among Latin ones",
        "E50 a name: a full-width letter",
        "E50 a name: a letter and its accent",
        "E50 a name: too long",
        "E50 a name: a control",
        "E50 a name in another format",
        "E50 a name without format",
        "E50 a name another one qualifies",
    ),
    "does not read when the person signed in": ("E51 a sign-in to come",),
    "takes any number of attributes, and XML in their values": ("E52 XML for a value", "E52 fifty-one attributes"),
    "is content with one audience restriction of two": ("E55 two restrictions, one ours",),
    "does not read when a message was made, nor the version of an assertion": (
        "E57 the year 9999",
        "E57 an assertion of version 1.1",
        "E57 an assertion in the year 9999",
    ),
    "never looks at the dates of a certificate": ("E58 an expired certificate where those do not count",),
    "does not read the format of an issuer": ("E60 an issuer that is no entity",),
}
"""What python3-saml does where it accepts and ours refuses, and the documents that show it."""
KNOWN = {name: why for why, names in DIFFERENCES.items() for name in names}


@dataclass(frozen=True)
class Question:
    """A document, and the circumstances under which it comes."""

    id: str
    value: str
    trusted: Mapping[str, TrustedIdp]
    expected: Expected

    def as_json(self) -> dict[str, Any]:
        idp = self.trusted.get(IDP)
        pending = self.expected.pending
        return {
            "response": self.value,
            "certificates": [base64.b64encode(der).decode() for der in (idp.certificates if idp else ())],
            "request_id": None if pending is None else pending.id,
            "now": self.expected.now // 1000,
        }

    def ours(self) -> Accepted | None:
        try:
            return accept(self.value, self.trusted, self.expected)
        except SamlProblem:
            return None


@dataclass(frozen=True)
class Opinions:
    """What both say about one document: ours None where it is refused."""

    question: Question
    ours: Accepted | None
    theirs: Mapping[str, Any]

    @property
    def their_user(self) -> str | None:
        user: str | None = self.theirs.get("user")
        return user


def asked(questions: list[Question]) -> dict[str, Opinions]:
    where = {"sp": SP, "acs": ACS, "idp": IDP, "drift": SKEW_MS // 1000}
    answers = batch("second_opinion", {"where": where, "questions": [one.as_json() for one in questions]})
    return {one.id: Opinions(one, one.ours(), answer) for one, answer in zip(questions, answers, strict=True)}


@pytest.fixture(scope="module")
def on_attacks(clients: None) -> dict[str, Opinions]:
    return asked([Question(one.id, one.value, one.trusted(), one.expected) for one in ATTACKS])


def signed_name(question: Question) -> str:
    """The name that the signer wrote: only in these families is it another one than in all the rest."""
    if question.id.startswith("E50 a name: "):
        return name_id(etree.fromstring(base64.b64decode(question.value))).text or ""
    if question.id.startswith(("C34 a comment in ", "C35 a comment in ")):
        return f"{EVIL}.evil.test"
    return USER


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_an_attack(on_attacks: dict[str, Opinions], attack: Any) -> None:
    """Ours refuses it; theirs does too, or we know why not, and even so it is about nobody but who was signed."""
    opinions = on_attacks[attack.id]
    assert opinions.ours is None
    if opinions.theirs["accepted"]:
        assert attack.id in KNOWN, "a new difference: either ours is too strict, or this belongs into the table"
        assert opinions.their_user == signed_name(opinions.question) != EVIL


def test_the_table_is_up_to_date(on_attacks: dict[str, Opinions]) -> None:
    assert len(KNOWN) == sum(map(len, DIFFERENCES.values()))
    assert [name for name in KNOWN if name not in on_attacks or not on_attacks[name].theirs["accepted"]] == []


# --- Good ones ----------------------------------------------------------------------------------------------------------------

_INJECTED = "x</saml:AttributeValue></saml:Attribute><saml:Attribute Name='role'><saml:AttributeValue>admin"


def _split_name() -> bytes:
    return text_of(build()).replace(USER, f"{USER[:5]}<![CDATA[{USER[5:]}]]>").encode()


def _two_audiences() -> Element:
    other = etree.Element(saml("Audience"))
    other.text = "https://elsewhere.test"
    return build(lambda root: next(root.iter(saml("AudienceRestriction"))).insert(0, other))


def _without_key_info() -> Element:
    root = build()
    one(root, ASSERTION, SIGNATURE).remove(next(root.iter(ds("KeyInfo"))))
    return root


def _other_prefixes() -> Element:
    text = text_of(unsigned()).replace("<saml:", "<").replace("</saml:", "</").replace("xmlns:saml=", "xmlns=")
    return signed_as(parse(text.replace("samlp:", "p2:").replace("xmlns:samlp=", "xmlns:p2=").encode()))


def _indented() -> Element:
    root = unsigned()
    etree.indent(root)
    return signed_as(root, Signed.BOTH)


def _by_an_expired_certificate() -> Element:
    root = build()
    root.replace(one(root, ASSERTION), sign(without_signatures(one(root, ASSERTION)), key("old", 1)))
    return root


def _good() -> list[Question]:
    def question(name: str, made: Made, expected: Expected = EXPECTED, *by: str) -> Question:
        return Question(name, posted(made), trusting(*by), expected)

    answering = replace(ANSWER, in_response_to=ASKED.id)
    hashes = ("sha256", "sha384", "sha512")
    profile = replace(ANSWER, attributes=(Attribute("title", (_INJECTED, "]]>", "&amp;<!--", "a\tb", "\u65e5\u672c")),))
    return [
        *(question(f"{signed} signed", issue(ANSWER, key(), signed=signed)) for signed in Signed),
        *(question(f"{signed} signed, an answer", issue(answering, key(), signed=signed), ANSWERING) for signed in Signed),
        *(question(name, issue(ANSWER, key(), signed=Signed.BOTH, hash_name=name)) for name in hashes),
        question("markup in a profile", issue(profile, key())),
        question("CDATA in the name", _split_name()),
        question("two audiences", _two_audiences()),
        question("no KeyInfo", _without_key_info()),
        question("other prefixes", _other_prefixes()),
        question("indented", _indented()),
        question("a key before its turn", build(), EXPECTED, "idp", "next"),
        question("a key after its turn", build(), EXPECTED, "next", "idp"),
        Question(
            "an expired certificate",
            posted(_by_an_expired_certificate()),
            {IDP: TrustedIdp(IDP, (key("old", 1).der,))},
            EXPECTED,
        ),
    ]


def test_good_ones(clients: None) -> None:
    """Both accept them, and read the same of them."""
    opinions = asked(_good())
    assert {name: both.theirs.get("why") for name, both in opinions.items() if not both.theirs["accepted"]} == {}
    for name, both in opinions.items():
        assert both.ours is not None, name
        assert both.ours.name_id == both.their_user == USER
        assert filled(both.ours.attributes) == filled(both.theirs["attributes"])


def filled(attributes: Mapping[str, Iterable[str | None]]) -> dict[str, list[str]]:
    """The values that are not empty: python3-saml drops those that are."""
    found = {name: [value for value in values if value] for name, values in attributes.items()}
    return {name: values for name, values in found.items() if values}
