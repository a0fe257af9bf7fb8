"""How messages travel."""

import base64
import zlib
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from lockstep.saml.bindings import (
    decode_post,
    decode_redirect,
    encode_post,
    redirect_url,
    single_parameter,
    verify_redirect_signature,
)
from lockstep.saml.problems import Reason
from tests.saml.documents import key, reason_of

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@given(st.binary(min_size=1))
def test_a_posted_message_comes_back(raw: bytes) -> None:
    value = encode_post(raw)
    assert decode_post(value) == raw
    assert decode_post("\r\n".join(value[place : place + 7] for place in range(0, len(value), 7)) + " \n") == raw


@pytest.mark.parametrize("value", ["", " ", "YQ", "YQ=", "YR==", "YQ==YQ==", "Y*Q==", "_-_-", "YQ==\t", "ÿQ==", "=", "YQ==x"])
def test_what_is_not_strict_base64(value: str) -> None:
    assert reason_of(lambda: decode_post(value)) is Reason.BAD_BASE64


def test_a_large_message_is_not_decoded() -> None:
    assert decode_post(encode_post(b"x" * 90), longest=90) == b"x" * 90
    assert reason_of(lambda: decode_post(encode_post(b"x" * 91), longest=90)) is Reason.TOO_LARGE
    assert reason_of(lambda: decode_post("*" * 181, longest=90)) is Reason.TOO_LARGE


@given(st.binary(max_size=5_000), st.none() | st.text(max_size=80), st.sampled_from(["SAMLRequest", "SAMLResponse"]))
def test_a_redirected_message_comes_back(raw: bytes, state: str | None, parameter: str) -> None:
    for location in ("https://idp.test/sso", "https://idp.test/sso?tenant=1"):
        url = redirect_url(location, raw, state, parameter=parameter)
        assert url.startswith(location)
        pairs = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert decode_redirect(pairs[parameter]) == raw
        assert pairs.get("RelayState") == state


def packed(raw: bytes, after: bytes = b"") -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(raw) + packer.flush() + after).decode()


def test_a_message_inflates_to_64_kib_and_no_further() -> None:
    assert decode_redirect(packed(b"x" * 65_536)) == b"x" * 65_536
    assert reason_of(lambda: decode_redirect(packed(b"x" * 65_537))) is Reason.TOO_LARGE
    assert reason_of(lambda: decode_redirect(packed(bytes(50_000_000)))) is Reason.TOO_LARGE
    assert reason_of(lambda: decode_redirect("A" * 200_000)) is Reason.TOO_LARGE


def test_a_message_ends_where_it_ends() -> None:
    whole = base64.b64decode(packed(b"<a/>" * 20))
    for wrong in (whole[:-1], whole + b"x", zlib.compress(b"x"), b"\xff\xff"):
        assert reason_of(lambda wrong=wrong: decode_redirect(encode_post(wrong))) is Reason.BAD_BASE64  # type: ignore[misc]
    assert reason_of(lambda: decode_redirect(packed(b"x") + "\n")) is Reason.BAD_BASE64


def test_a_parameter_comes_once() -> None:
    assert single_parameter([("a", "1"), ("b", "2")], "b") == "2"
    for pairs in ([], [("a", "1"), ("a", "1")]):
        assert reason_of(lambda pairs=pairs: single_parameter(pairs, "a")) is Reason.BAD_BINDING  # type: ignore[misc]


def signed_query(query: str, algorithm: str = RSA_SHA256, by: str = "idp") -> bytes:
    octets = f"{query}&SigAlg={quote(algorithm, safe='')}".encode()
    signature = key(by).private.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    return octets + b"&Signature=" + quote(encode_post(signature), safe="").encode()


GOOD = "SAMLRequest=fVHL%2BA%3D%3d&RelayState=a%20b"
CERTIFICATES = (key("other").der, key().der)


def test_a_signature_covers_the_octets_as_they_came() -> None:
    """Lower and upper case of escapes, `%20` or `+`: nothing is decoded and encoded again."""
    for query in (GOOD, "SAMLRequest=fVHL%2BA%3D%3d", "SAMLResponse=fVHL%2bA%3D%3d&RelayState=", f"{GOOD}+c"):
        verify_redirect_signature(signed_query(query), CERTIFICATES)
    verify_redirect_signature(signed_query(GOOD) + b"&other=1", CERTIFICATES)


def test_parameters_may_come_in_any_order() -> None:
    verify_redirect_signature(b"&".join(reversed(signed_query(GOOD).split(b"&"))), CERTIFICATES)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (GOOD.encode(), Reason.UNSIGNED),
        (signed_query(GOOD).rpartition(b"&")[0], Reason.UNSIGNED),
        (signed_query(GOOD).replace(b"%3d", b"%3D"), Reason.BAD_SIGNATURE),
        (signed_query(GOOD).replace(b"a%20b", b"a+b"), Reason.BAD_SIGNATURE),
        (signed_query(GOOD).replace(b"&RelayState=a%20b", b""), Reason.BAD_SIGNATURE),
        (signed_query(GOOD, by="stranger"), Reason.BAD_SIGNATURE),
        (signed_query(GOOD, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"), Reason.BAD_ALGORITHM),
        (signed_query(GOOD, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"), Reason.BAD_SIGNATURE),
        (signed_query(GOOD) + b"&SAMLRequest=x", Reason.BAD_BINDING),
        (signed_query(GOOD) + b"&SAMLResponse=x", Reason.BAD_BINDING),
        (signed_query(GOOD) + b"&SAML%52equest=x", Reason.BAD_BINDING),
        (signed_query("RelayState=x"), Reason.BAD_BINDING),
        (signed_query(GOOD) + b"*", Reason.BAD_BASE64),
    ],
)
def test_a_query_that_is_not_signed_well(raw: bytes, reason: Reason) -> None:
    assert reason_of(lambda: verify_redirect_signature(raw, CERTIFICATES)) is reason


def test_a_weak_certificate_is_not_tried() -> None:
    assert reason_of(lambda: verify_redirect_signature(signed_query(GOOD), (b"x",))) is Reason.BAD_KEY
