"""The algorithms of signatures that we make or believe: SHA-2 with RSA or ECDSA, nothing older."""

from typing import Final

from cryptography.hazmat.primitives import hashes
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from lockstep.saml.names import EXC_C14N

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE: Final = EXC_C14N

RSA_METHODS: Final = {
    "sha256": SignatureMethod.RSA_SHA256,
    "sha384": SignatureMethod.RSA_SHA384,
    "sha512": SignatureMethod.RSA_SHA512,
}
DIGESTS: Final = {"sha256": DigestAlgorithm.SHA256, "sha384": DigestAlgorithm.SHA384, "sha512": DigestAlgorithm.SHA512}
SIGNATURE_METHODS: Final = frozenset({*RSA_METHODS.values(), SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384})

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    SignatureMethod.RSA_SHA256.value: hashes.SHA256(),
    SignatureMethod.RSA_SHA384.value: hashes.SHA384(),
    SignatureMethod.RSA_SHA512.value: hashes.SHA512(),
    SignatureMethod.ECDSA_SHA256.value: hashes.SHA256(),
    SignatureMethod.ECDSA_SHA384.value: hashes.SHA384(),
}
"""Signature method → its hash."""
