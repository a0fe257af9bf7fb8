"""A service provider asks for a sign-in."""

import re
from dataclasses import replace
from typing import Any

import pytest

from lockstep.saml.names import ISSUER
from lockstep.saml.problems import Reason
from lockstep.saml.records import (
    EMAIL_FORMAT,
    PROTECTED_TRANSPORT,
    UNSPECIFIED_FORMAT,
    AssertionConsumer,
    AuthnRequest,
    SpMetadata,
)
from lockstep.saml.requests import choose_consumer, issuer_of_request, new_request, read_request, write_request
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, parse, serialize
from tests.saml.documents import ACS, MINUTE, NOW, SP, key, one, reason_of

SSO = "https://idp.test/sso"
OTHER_ACS = "https://eu.sp.test/saml/acs"
FIRST, SECOND = AssertionConsumer(ACS, 3), AssertionConsumer(OTHER_ACS, 7)
METADATA = SpMetadata(SP, (FIRST, SECOND))
REQUEST = AuthnRequest(id="_1", issue_instant=NOW, issuer=SP, destination=SSO, acs_url=ACS, name_id_format=EMAIL_FORMAT)
ASKING = replace(REQUEST, requested_contexts=(PROTECTED_TRANSPORT,))


def read(request: AuthnRequest | bytes, sp: SpMetadata = METADATA, **how: Any) -> AuthnRequest:
    raw = request if isinstance(request, bytes) else write_request(request)
    return read_request(raw, **{"now": NOW, "destination": SSO, "sp": sp, **how})


def signed(request: AuthnRequest, by: str = "sp") -> bytes:
    return serialize(sign(parse(write_request(request)), key(by)))


def spoilt(old: str, new: str, request: AuthnRequest = REQUEST) -> bytes:
    text = write_request(request).decode()
    assert old in text
    return text.replace(old, new).encode()


def test_a_new_request_has_a_fresh_id() -> None:
    first, second = (new_request(issuer=SP, destination=SSO, acs_url=ACS, now=NOW) for _ in range(2))
    assert re.fullmatch("_[0-9a-f]{40}", first.id)
    assert first.id != second.id
    assert read(first) == first


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        replace(REQUEST, acs_url=None),
        replace(REQUEST, acs_url=None, acs_index=7),
        replace(REQUEST, destination=None, name_id_format=None),
        replace(REQUEST, force_authn=True, is_passive=True, name_id_format=UNSPECIFIED_FORMAT),
        replace(REQUEST, requested_contexts=(PROTECTED_TRANSPORT, "urn:x")),
        replace(REQUEST, requested_contexts=(PROTECTED_TRANSPORT,), context_comparison="minimum"),
        replace(REQUEST, issue_instant=NOW - 10 * MINUTE),
        replace(REQUEST, issue_instant=NOW + 10 * MINUTE),
    ],
)
def test_a_request_is_read_as_it_was_written(request_: AuthnRequest) -> None:
    assert read(request_) == request_
    assert issuer_of_request(write_request(request_)) == SP


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (replace(REQUEST, issue_instant=NOW - 10 * MINUTE - 1), Reason.EXPIRED),
        (replace(REQUEST, issue_instant=NOW + 10 * MINUTE + 1), Reason.NOT_YET_VALID),
        (replace(REQUEST, issuer=f"{SP}/"), Reason.ISSUER_MISMATCH),
        (replace(REQUEST, destination=f"{SSO}/"), Reason.DESTINATION_MISMATCH),
        (replace(REQUEST, destination=""), Reason.DESTINATION_MISMATCH),
        (replace(REQUEST, acs_url=f"{ACS}/"), Reason.ACS_MISMATCH),
        (replace(REQUEST, acs_url="https://evil.test/acs"), Reason.ACS_MISMATCH),
        (replace(REQUEST, acs_url=""), Reason.ACS_MISMATCH),
        (replace(REQUEST, acs_url=None, acs_index=0), Reason.ACS_MISMATCH),
        (replace(REQUEST, acs_index=3), Reason.ACS_MISMATCH),
        (replace(REQUEST, name_id_format="urn:x"), Reason.BAD_NAMEID_POLICY),
        (replace(REQUEST, requested_contexts=("urn:x",), context_comparison="best"), Reason.NOT_A_REQUEST),
        (replace(REQUEST, id="1"), Reason.NOT_A_REQUEST),
        (replace(REQUEST, id="a" * 257), Reason.NOT_A_REQUEST),
        (spoilt("</samlp:AuthnRequest>", "<samlp:NameIDPolicy/></samlp:AuthnRequest>"), Reason.NOT_A_REQUEST),
        (spoilt("AuthnContextClassRef", "AuthnContextDeclRef", ASKING), Reason.NOT_A_REQUEST),
        (spoilt('Version="2.0"', 'Version="1.1"'), Reason.NOT_A_REQUEST),
        (spoilt("AuthnRequest", "LogoutRequest"), Reason.NOT_A_REQUEST),
        (spoilt(f"<saml:Issuer>{SP}</saml:Issuer>", ""), Reason.NOT_A_REQUEST),
        (spoilt("<saml:Issuer>", '<saml:Issuer Format="urn:x">'), Reason.ISSUER_MISMATCH),
        (spoilt("bindings:HTTP-POST", "bindings:PAOS"), Reason.ACS_MISMATCH),
        (spoilt('IssueInstant="', 'IssueInstant="x'), Reason.NOT_A_REQUEST),
        (spoilt("<saml:Issuer>", "<!-- --><saml:Issuer>"), Reason.MARKUP_FORBIDDEN),
        (spoilt('Index="7"', 'Index="+7"', replace(REQUEST, acs_url=None, acs_index=7)), Reason.ACS_MISMATCH),
        (b"<!DOCTYPE a>" + write_request(REQUEST), Reason.DTD_FORBIDDEN),
        (b"", Reason.NOT_XML),
    ],
)
def test_a_request_that_is_refused(request_: AuthnRequest | bytes, reason: Reason) -> None:
    assert reason_of(lambda: read(request_)) is reason


def test_the_place_for_the_answer() -> None:
    """By address, by index, else the default one, else the first."""
    nothing = replace(REQUEST, acs_url=None)
    assert choose_consumer(replace(REQUEST, acs_url=OTHER_ACS), METADATA) is SECOND
    assert choose_consumer(replace(nothing, acs_index=7), METADATA) is SECOND
    assert choose_consumer(nothing, METADATA) is FIRST
    default = replace(SECOND, default=True)
    assert choose_consumer(nothing, replace(METADATA, consumers=(FIRST, default))) is default


SIGNING = replace(METADATA, authn_requests_signed=True, certificates=(key("sp").der,))


def test_a_signed_request_is_read() -> None:
    assert read(signed(REQUEST), SIGNING) == REQUEST
    assert read(signed(REQUEST), replace(SIGNING, authn_requests_signed=False)) == REQUEST


def test_a_signature_is_passed_over_where_there_is_nothing_to_check_it_with() -> None:
    assert read(signed(REQUEST), METADATA) == REQUEST


def test_who_says_that_they_sign_has_to() -> None:
    assert reason_of(lambda: read(REQUEST, SIGNING)) is Reason.UNSIGNED
    assert read(REQUEST, SIGNING, signature_verified=True) == REQUEST
    assert reason_of(lambda: read(signed(REQUEST), replace(SIGNING, certificates=()))) is Reason.UNSIGNED


def test_a_signed_request_names_where_it_goes() -> None:
    assert reason_of(lambda: read(signed(replace(REQUEST, destination=None)), SIGNING)) is Reason.DESTINATION_MISMATCH
    unsigned = replace(REQUEST, destination=None)
    assert reason_of(lambda: read(unsigned, SIGNING, signature_verified=True)) is Reason.DESTINATION_MISMATCH


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (signed(REQUEST, "stranger"), Reason.BAD_SIGNATURE),
        (signed(REQUEST).replace(b'Destination="', b'ForceAuthn="true" Destination="'), Reason.BAD_SIGNATURE),
        (signed(REQUEST).replace(b'URI="#_1"', b'URI="#_2"'), Reason.BAD_REFERENCE),
        (signed(REQUEST).replace(b"enveloped-signature", b"base64"), Reason.BAD_TRANSFORM),
    ],
)
def test_a_signature_has_to_be_right(raw: bytes, reason: Reason) -> None:
    assert reason_of(lambda: read(raw, SIGNING)) is reason


def test_only_what_was_signed_is_read() -> None:
    """The signed request inside a forged one, whose signature it is: the reference is that of another element."""
    good = parse(signed(REQUEST))
    evil: Element = parse(write_request(replace(REQUEST, id="_2", acs_url=OTHER_ACS)))
    one(evil, ISSUER).addnext(good[1])
    evil.append(parse(write_request(REQUEST)))
    assert reason_of(lambda: read(serialize(evil), SIGNING)) is Reason.BAD_REFERENCE
