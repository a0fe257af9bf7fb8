"""An authority of a test's own, and certificates for servers on this machine."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True)
class Issued:
    """The files of one server."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates; `pem` is its own."""

    def __init__(self, name: str = "Tests") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        builder = self._builder(self._name, self._key.public_key(), datetime.datetime.now(datetime.UTC) + 10 * _DAY)
        self._certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            self._key, hashes.SHA256()
        )
        self.pem = _pem(self._certificate)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, end: datetime.datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.datetime.now(datetime.UTC) - 10 * _DAY)
            .not_valid_after(end)
        )

    def issue(self, folder: Path, *names: str, days: int = 10) -> Issued:
        """A certificate for host names and addresses, that ends in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(names[0]), key.public_key(), datetime.datetime.now(datetime.UTC) + days * _DAY)
        alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
        certificate = builder.add_extension(alternatives, critical=False).sign(self._key, hashes.SHA256())
        folder.mkdir(parents=True, exist_ok=True)
        issued = Issued(folder / "certificate.pem", folder / "key.pem")
        issued.certificate.write_text(_pem(certificate))
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        issued.key.write_bytes(private)
        return issued


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
