"""Keys that sign, and certificates that are trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lockstep.saml.algorithms import HASHES
from lockstep.saml.keys import (
    certificate_from_pem,
    fingerprint,
    load_signing_key,
    new_signing_key,
    not_after_ms,
    not_before_ms,
    read_certificate,
    verify_octets,
)
from lockstep.saml.problems import Reason
from tests.saml.documents import DAY, HOUR, NOW, key, reason_of

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def certificate_of(private: Private) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    start = datetime.fromtimestamp(NOW // 1000, UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return dated.sign(private, None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def der_of(private: Private) -> bytes:
    return certificate_of(private).public_bytes(Encoding.DER)


def test_a_new_key_has_3072_bits_and_ten_years() -> None:
    made = new_signing_key("Corp " * 30, now_ms=NOW)
    assert made.private.key_size == 3072
    assert not_before_ms(made.der) == NOW - HOUR
    assert not_after_ms(made.der) == NOW + 3650 * DAY
    assert made.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert made.certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature is True
    made.certificate.verify_directly_issued_by(made.certificate)


def test_two_keys_differ() -> None:
    assert key("idp").fingerprint != key("other").fingerprint
    assert key("idp").certificate.serial_number != key("other").certificate.serial_number


def test_a_key_is_stored_and_loaded() -> None:
    loaded = load_signing_key(key().pem_private, key().pem_certificate)
    assert (loaded.pem_private, loaded.der) == (key().pem_private, key().der)
    assert load_signing_key(key().pem_private.decode(), key().pem_certificate.decode()).der == key().der


def test_a_key_does_not_show_itself() -> None:
    assert "rivate" not in repr(key())


def test_a_key_has_its_own_certificate() -> None:
    assert reason_of(lambda: load_signing_key(key().pem_private, key("other").pem_certificate)) is Reason.BAD_KEY
    assert reason_of(lambda: load_signing_key(b"x", key().pem_certificate)) is Reason.BAD_KEY
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = certificate_of(private).public_bytes(Encoding.PEM)
    assert reason_of(lambda: load_signing_key(pem, certificate)) is Reason.BAD_KEY


def test_a_fingerprint_is_that_of_the_certificate() -> None:
    assert key().fingerprint == fingerprint(key().der) == key().certificate.fingerprint(hashes.SHA256()).hex()


def test_a_certificate_comes_as_pem() -> None:
    assert certificate_from_pem(key().pem_certificate) == key().der
    assert certificate_from_pem(key().pem_certificate.decode()) == key().der
    for wrong in (b"", b"x", key().pem_private, key().der):
        assert reason_of(lambda wrong=wrong: certificate_from_pem(wrong)) is Reason.BAD_KEY  # type: ignore[misc]


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_two_curves_are_trusted(curve: ec.EllipticCurve) -> None:
    read_certificate(der_of(ec.generate_private_key(curve)))


def test_other_keys_are_not_trusted() -> None:
    weak: list[Private] = [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    for private in weak:
        assert reason_of(lambda private=private: read_certificate(der_of(private))) is Reason.BAD_KEY  # type: ignore[misc]
    assert reason_of(lambda: read_certificate(b"x")) is Reason.BAD_KEY


@pytest.mark.parametrize("method", HASHES)
def test_octets_are_verified_with_the_key_of_the_method(method: str) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    certificates = (key().der, der_of(elliptic))
    if "ecdsa" in method:
        der = elliptic.sign(b"octets", ec.ECDSA(HASHES[method]))
        raw = b"".join(part.to_bytes(32) for part in decode_dss_signature(der))
        verify_octets(b"octets", raw, method, certificates)
        verify_octets(b"octets", der, method, certificates)
    else:
        raw = key().private.sign(b"octets", padding.PKCS1v15(), HASHES[method])
        verify_octets(b"octets", raw, method, certificates)
    assert reason_of(lambda: verify_octets(b"octet", raw, method, certificates)) is Reason.BAD_SIGNATURE
    assert reason_of(lambda: verify_octets(b"octets", b"", method, certificates)) is Reason.BAD_SIGNATURE
    assert reason_of(lambda: verify_octets(b"octets", raw, method, ())) is Reason.BAD_SIGNATURE
