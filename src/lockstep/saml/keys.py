"""Keys that sign, and certificates that are trusted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from lockstep.saml.algorithms import HASHES
from lockstep.saml.problems import Reason, SamlProblem

_SMALLEST_RSA: Final = 2048
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1)
_EARLY: Final = timedelta(hours=1)
"""A new certificate counts from an hour before it was made: clocks differ."""
_LONGEST_NAME: Final = 64
"""What X.520 allows for a common name."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key and the certificate that is published for it."""

    private: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate

    @property
    def pem_private(self) -> bytes:
        """The key in PKCS #8, not encrypted: whoever stores it does that."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def pem_certificate(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate, as `IdpMetadata.certificates` holds it."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.der)


def new_signing_key(common_name: str, *, now_ms: int, days: int = 3650, bits: int = 3072) -> SigningKey:
    """A fresh key with a self-signed certificate: SAML trusts the key that was handed over, not who vouches for it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_LONGEST_NAME])])
    now = datetime.fromtimestamp(now_ms // 1000, UTC)
    only_signs = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    unsigned = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(only_signs, critical=True)
    )
    return SigningKey(private, unsigned.sign(private, hashes.SHA256()))


def load_signing_key(private_pem: bytes | str, certificate_pem: bytes | str) -> SigningKey:
    """What `pem_private` and `pem_certificate` gave; SamlProblem bad_key where they are not RSA or do not belong together."""
    try:
        private = load_pem_private_key(_octets(private_pem), password=None)
        certificate = x509.load_pem_x509_certificate(_octets(certificate_pem))
    except (ValueError, TypeError) as wrong:
        raise SamlProblem(Reason.BAD_KEY, f"cannot be read: {wrong}") from wrong
    if not isinstance(private, rsa.RSAPrivateKey) or private.public_key() != certificate.public_key():
        raise SamlProblem(Reason.BAD_KEY, "not an RSA key, or not the key of this certificate")
    return SigningKey(private, certificate)


def certificate_from_pem(pem: bytes | str) -> bytes:
    """The DER bytes of a certificate that may be trusted; SamlProblem bad_key otherwise."""
    try:
        der = x509.load_pem_x509_certificate(_octets(pem)).public_bytes(Encoding.DER)
    except ValueError as wrong:
        raise SamlProblem(Reason.BAD_KEY, "not a certificate in PEM") from wrong
    read_certificate(der)
    return der


def read_certificate(der: bytes) -> x509.Certificate:
    """A certificate whose key is strong enough to be trusted: RSA of 2048 bits or more, or on P-256 or P-384.

    SamlProblem bad_key for any other.  Dates are not looked at: see `not_after_ms`.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except Exception as wrong:  # the library raises many kinds for certificates that are malformed
        raise SamlProblem(Reason.BAD_KEY, "not a certificate") from wrong
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA:
        return certificate
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return certificate
    raise SamlProblem(Reason.BAD_KEY, "a key that is too weak, or of a kind that is not taken")


def not_after_ms(der: bytes) -> int:
    """The last moment of a certificate."""
    return int(x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()) * 1000


def not_before_ms(der: bytes) -> int:
    """The first moment of a certificate."""
    return int(x509.load_der_x509_certificate(der).not_valid_before_utc.timestamp()) * 1000


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, in lower-case hex."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    return digest.finalize().hex()


def verify_octets(octets: bytes, signature: bytes, method: str, certificates: Iterable[bytes]) -> None:
    """That one of the certificates signed `octets`.  SamlProblem: bad_algorithm, bad_key, bad_signature."""
    if method not in HASHES:
        raise SamlProblem(Reason.BAD_ALGORITHM, f"signed with {method[:100]!r}")
    keys = [read_certificate(der).public_key() for der in certificates]
    if not any(_signed_by(key, octets, signature, method) for key in keys):
        raise SamlProblem(Reason.BAD_SIGNATURE, "signed by none of the certificates")


def _signed_by(key: object, octets: bytes, signature: bytes, method: str) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey) and "#rsa-" in method:
            key.verify(signature, octets, padding.PKCS1v15(), HASHES[method])
        elif isinstance(key, ec.EllipticCurvePublicKey) and "#ecdsa-" in method:
            key.verify(_as_der(signature, key), octets, ec.ECDSA(HASHES[method]))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _as_der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """XML Signature writes r and s side by side; some senders keep the DER of their library."""
    half = (key.key_size + 7) // 8
    if len(signature) != 2 * half:
        return signature
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))


def _octets(pem: bytes | str) -> bytes:
    return pem.encode() if isinstance(pem, str) else pem
