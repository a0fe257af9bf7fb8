"""An identity provider's answer, as others see it."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from lockstep.saml.accept import accept
from lockstep.saml.names import ASSERTION, BEARER, ISSUER, SIGNATURE, ds, saml, samlp
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Signed, Status
from lockstep.saml.response import issue, issue_refusal
from lockstep.saml.xml import Element, children, parse
from tests.saml.documents import ACS, ANSWER, EXPECTED, IDP, NOW, SP, USER, key, one, posted, reason_of, trusting

RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-"


def issued(signed: Signed = Signed.ASSERTION) -> Element:
    return parse(issue(ANSWER, key(), signed=signed))


def said(element: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


@pytest.mark.parametrize(
    ("signed", "response", "assertion"), [(Signed.ASSERTION, 0, 1), (Signed.RESPONSE, 1, 0), (Signed.BOTH, 1, 1)]
)
def test_what_is_to_be_signed_is_signed_right_after_the_issuer(signed: Signed, response: int, assertion: int) -> None:
    root = issued(signed)
    for element, count in ((root, response), (one(root, ASSERTION), assertion)):
        assert [child.tag for child in element][: count + 1] == [ISSUER, SIGNATURE][: count + 1]
        assert len(children(element, SIGNATURE)) == count


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_the_hash_is_that_of_the_signature_and_of_the_digest(hash_name: str) -> None:
    root = parse(issue(ANSWER, key(), hash_name=hash_name))
    assert next(root.iter(ds("SignatureMethod"))).get("Algorithm") == f"{RSA}{hash_name}"
    assert str(next(root.iter(ds("DigestMethod"))).get("Algorithm")).endswith(f"#{hash_name}")


def test_other_hashes_are_refused() -> None:
    assert reason_of(lambda: issue(ANSWER, key(), hash_name="sha1")) is Reason.BAD_ALGORITHM


def test_an_assertion_says_what_the_profile_wants() -> None:
    """SAML Profiles 4.1.4.2."""
    root = parse(issue(replace(ANSWER, in_response_to="_asked"), key()))
    assertion = one(root, ASSERTION)
    assert (root.get("Destination"), root.get("InResponseTo"), root.get("Version")) == (ACS, "_asked", "2.0")
    assert [one(root, ISSUER).text, one(assertion, ISSUER).text] == [IDP, IDP]
    confirmation = one(assertion, saml("Subject"), saml("SubjectConfirmation"))
    assert confirmation.get("Method") == BEARER
    assert said(confirmation[0]) == {
        "NotOnOrAfter": "2026-09-21T14:18:20Z",
        "Recipient": ACS,
        "InResponseTo": "_asked",
    }
    conditions = one(assertion, saml("Conditions"))
    assert said(conditions) == {"NotBefore": "2026-09-21T14:12:20Z", "NotOnOrAfter": "2026-09-21T14:18:20Z"}
    assert [element.text for element in conditions.iter(saml("Audience"))] == [SP]
    assert len(children(assertion, saml("AuthnStatement"))) == 1


def test_who_was_not_asked_answers_nothing() -> None:
    assert b"InResponseTo" not in issue(ANSWER, key())


def test_every_id_is_fresh() -> None:
    ids = [str(element.get("ID")) for _ in range(3) for element in issued().iter() if element.get("ID")]
    assert len(set(ids)) == len(ids) == 6
    assert all(re.fullmatch("_[0-9a-f]{40}", made) for made in ids)


@pytest.mark.parametrize("substatus", [None, Status.NO_PASSIVE])
def test_a_refusal_vouches_for_nothing(substatus: Status | None) -> None:
    raw = issue_refusal(
        issuer=IDP,
        acs_url=ACS,
        in_response_to="_asked",
        status=Status.RESPONDER,
        substatus=substatus,
        message="No <session>\x0b",
        now=NOW,
    )
    root = parse(raw)
    assert (root.get("Destination"), root.get("InResponseTo")) == (ACS, "_asked")
    assert [code.get("Value") for code in root.iter(samlp("StatusCode"))] == [
        Status.RESPONDER,
        *([substatus] if substatus else []),
    ]
    assert next(root.iter(samlp("StatusMessage"))).text == "No <session>"
    assert USER not in etree.tostring(root, encoding="unicode")
    with pytest.raises(SamlProblem) as refused:
        accept(posted(raw), trusting(), EXPECTED)
    assert refused.value.reason is Reason.IDP_STATUS
    assert (substatus or Status.RESPONDER) in refused.value.detail


def test_a_refusal_need_not_say_why() -> None:
    raw = issue_refusal(
        issuer=IDP, acs_url=ACS, in_response_to=None, status=Status.REQUESTER, substatus=None, message="", now=NOW
    )
    assert b"StatusMessage" not in raw
    assert b"InResponseTo" not in raw
