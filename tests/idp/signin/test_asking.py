"""What a service provider asks for; whole sign-ins are in `site/test_sso.py`."""

import base64
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from lockstep.idp.signin.asking import Asked, by_post, by_redirect, refusal, words_for
from lockstep.saml.bindings import encode_post, redirect_url
from lockstep.saml.keys import SigningKey, new_signing_key
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import AuthnRequest, Status
from lockstep.saml.requests import write_request
from tests.idp.signin.world import ACS, World

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@pytest.fixture
def sp_key(world: World) -> SigningKey:
    """The service provider's key, in its metadata."""
    key = new_signing_key("sp", now_ms=world.now, bits=2048)
    with world.changing() as c:
        world.config = world.configure(c, world.app, authn_requests_signed=True, certificates=(key.der,))
    return key


def signed_query(world: World, request: AuthnRequest, key: SigningKey, state: str | None = "a b") -> str:
    query = urlsplit(redirect_url(world.sso, write_request(request), state)).query + f"&SigAlg={quote(RSA_SHA256, safe='')}"
    signature = key.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"


def read(world: World, query: str) -> Asked:
    pairs = parse_qsl(query, keep_blank_values=True)
    return by_redirect(pairs, query.encode(), world.config, destination=world.sso, now=world.now)


def test_a_signed_address(world: World, sp_key: SigningKey) -> None:
    request = world.request()
    asked = read(world, signed_query(world, request, sp_key))
    assert (asked.request, asked.acs_url, asked.relay_state) == (request, ACS, "a b")
    assert read(world, signed_query(world, request, sp_key, None)).relay_state is None


def test_a_signed_address_that_was_changed(world: World, sp_key: SigningKey) -> None:
    query = signed_query(world, world.request(), sp_key)
    for changed, reason in (
        (query.replace("RelayState=a", "RelayState=b"), Reason.BAD_SIGNATURE),
        (query + "&RelayState=b", Reason.BAD_BINDING),
        (query.partition("&SigAlg")[0], Reason.UNSIGNED),
        (query.partition("&Signature")[0], Reason.UNSIGNED),
    ):
        with pytest.raises(SamlProblem) as problem:
            read(world, changed)
        assert problem.value.reason is reason


def test_a_signed_address_has_to_name_its_destination(world: World, sp_key: SigningKey) -> None:
    with pytest.raises(SamlProblem) as problem:
        read(world, signed_query(world, world.request(destination=None), sp_key))
    assert problem.value.reason is Reason.DESTINATION_MISMATCH


def test_another_key_does_not_count(world: World, sp_key: SigningKey, signing_key: SigningKey) -> None:
    with pytest.raises(SamlProblem) as problem:
        read(world, signed_query(world, world.request(), signing_key))
    assert problem.value.reason is Reason.BAD_SIGNATURE


def test_an_address_without_signature_is_taken_where_none_is_promised(world: World) -> None:
    request = world.request(destination=None)
    query = urlsplit(redirect_url(world.sso, write_request(request), None)).query
    assert read(world, query).request == request


@pytest.mark.parametrize("pairs", [[], [("SAMLRequest", "a")] * 2])
def test_a_form_holds_one_request(world: World, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(SamlProblem) as problem:
        by_post(pairs, world.config, destination=world.sso, now=world.now)
    assert problem.value.reason is Reason.BAD_BINDING


@pytest.mark.parametrize(
    ("states", "reason"),
    [(["a", "b"], Reason.BAD_BINDING), (["x" * 1025], Reason.TOO_LARGE), (["a\0"], Reason.BAD_ENCODING)],
)
def test_relay_states_that_are_none(world: World, states: list[str], reason: Reason) -> None:
    pairs = [("SAMLRequest", encode_post(write_request(world.request()))), *(("RelayState", state) for state in states)]
    with pytest.raises(SamlProblem) as problem:
        by_post(pairs, world.config, destination=world.sso, now=world.now)
    assert problem.value.reason is reason


def test_what_cannot_be_done_here(world: World) -> None:
    assert refusal(world.request()) is None
    kind, context = refusal(world.request(name_id_format="x")), refusal(world.request(requested_contexts=("x",)))
    assert kind is not None
    assert context is not None
    assert kind[:2] == (Status.REQUESTER, Status.INVALID_NAMEID_POLICY)
    assert context[:2] == (Status.RESPONDER, Status.NO_AUTHN_CONTEXT)


@pytest.mark.parametrize("reason", list(Reason))
def test_the_person_is_told_no_more_than_a_sentence_and_the_reason(reason: Reason) -> None:
    words = words_for(SamlProblem(reason, "<secret detail>"))
    assert "secret" not in words
    assert words.endswith(f"{reason}.")
