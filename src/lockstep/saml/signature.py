"""Signatures (XML Signature as SAML Core 5.4 narrows it): their form, and what they cover.

The form is checked here, to the letter; signxml then does the mathematics, and only what it gives back is read from there on.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from cryptography import x509
from signxml.verifier import SignatureConfiguration, XMLVerifier

from lockstep.saml.algorithms import DIGESTS, ENVELOPED, EXCLUSIVE, SIGNATURE_METHODS
from lockstep.saml.keys import read_certificate
from lockstep.saml.names import EXC_C14N, ISSUER, SIGNATURE, ds
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.xml import Element, children, leaf_text, only_child

_INCLUSIVE: Final = f"{{{EXC_C14N}}}InclusiveNamespaces"
_PARTS: Final = ([ds("SignedInfo"), ds("SignatureValue")], [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")])
_INFO: Final = [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference")]
_REFERENCE: Final = [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]
_MOST_PREFIXES: Final = 32
"""Each is looked for in every element, before anybody knows who signed."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/ \t\r\n]++[= \t\r\n]*+", re.ASCII)
_CONFIGURATION: Final = SignatureConfiguration(
    signature_methods=SIGNATURE_METHODS, digest_algorithms=frozenset(DIGESTS.values()), ignore_ambiguous_key_info=True
)


def check_form(signature: Element, ids: frozenset[str]) -> None:
    """That a signature says what SAML lets it say about its parent.  `ids` are those of the whole document.

    SamlProblem: bad_structure, wrapping (not after the Issuer, or about another element), bad_reference, bad_algorithm,
    bad_transform.
    """
    parent = signature.getparent()
    before = signature.getprevious()
    if parent is None or (before is not None and (before.tag != ISSUER or before.getprevious() is not None)):
        raise SamlProblem(Reason.WRAPPING, "a signature that does not follow the Issuer")
    if [part.tag for part in signature] not in _PARTS:
        raise SamlProblem(Reason.BAD_STRUCTURE, "a signature with other parts than SignedInfo, SignatureValue and KeyInfo")
    info = signature[0]
    references = children(info, ds("Reference"))
    if len(references) != 1:
        raise SamlProblem(Reason.BAD_REFERENCE, f"{len(references)} references, one expected")
    _check_reference(references[0], parent, ids)
    _check_algorithms(info, references[0])
    _check_transforms(references[0])
    _check_parts(signature, info, references[0])


def verify(root: Element, location: str, certificates: Iterable[bytes]) -> tuple[Element, bytes]:
    """The element that the signature at `location` covers, parsed anew from the octets that were signed, and who signed it.

    `location` is the way from `root` to the parent of the signature, as lxml writes it, ending in `/`.  KeyInfo is never a
    source of keys.  Every certificate is tried, whatever its dates: those are for the caller.

    SamlProblem: bad_key where no certificate is fit to be trusted, bad_signature.
    """
    usable, weak = _usable(certificates)
    if not usable:
        raise weak or SamlProblem(Reason.BAD_KEY, "no certificate to check with")
    reasons = []
    for der, certificate in usable:
        try:
            return _verified(root, location, certificate), der
        except Exception as wrong:  # many kinds from three libraries; whatever it is, nothing was verified
            reasons.append(f"{type(wrong).__name__}: {wrong}"[:200])
    raise SamlProblem(Reason.BAD_SIGNATURE, "; ".join(reasons))


def verified_root(root: Element, certificates: Iterable[bytes]) -> Element:
    """A message whose root is signed, as it was signed.  SamlProblem: as `check_form` and `verify`."""
    check_form(only_child(root, SIGNATURE, Reason.WRAPPING), frozenset({root.get("ID", "")}))
    signed, _ = verify(root, "./", certificates)
    if signed.tag != root.tag:
        raise SamlProblem(Reason.WRAPPING, "another element is signed")
    return signed


def _check_reference(reference: Element, parent: Element, ids: frozenset[str]) -> None:
    uri = reference.get("URI", "")
    if uri == f"#{parent.get('ID')}":
        return
    if uri.startswith("#") and uri[1:] in ids:
        raise SamlProblem(Reason.WRAPPING, f"a signature of another element: {uri[:100]!r}")
    raise SamlProblem(Reason.BAD_REFERENCE, f"a signature of {uri[:100]!r}")


def _check_algorithms(info: Element, reference: Element) -> None:
    canonical = only_child(info, ds("CanonicalizationMethod"))
    if canonical.get("Algorithm") != EXCLUSIVE:
        raise SamlProblem(Reason.BAD_ALGORITHM, f"canonicalized with {(canonical.get('Algorithm') or '')[:100]!r}")
    _check_inclusive(canonical, Reason.BAD_ALGORITHM)
    method = only_child(info, ds("SignatureMethod"))
    digest = only_child(reference, ds("DigestMethod"))
    _check_one_of(method, {known.value for known in SIGNATURE_METHODS})
    _check_one_of(digest, {known.value for known in DIGESTS.values()})


def _check_parts(signature: Element, info: Element, reference: Element) -> None:
    """That nothing else stands in it, and that values are base64.

    In place of the schema of XML Signature, which lets Object and Manifest in, and keeps InclusiveNamespaces out.
    """
    if [part.tag for part in info] != _INFO or [part.tag for part in reference] != _REFERENCE:
        raise SamlProblem(Reason.BAD_STRUCTURE, "a signature with other parts than it needs")
    for value in (only_child(signature, ds("SignatureValue")), only_child(reference, ds("DigestValue"))):
        if not _BASE64.fullmatch(leaf_text(value)):
            raise SamlProblem(Reason.BAD_STRUCTURE, f"not base64: {value.tag}")


def _check_one_of(method: Element, known: set[str]) -> None:
    """An algorithm without parameters, such as HMACOutputLength."""
    if method.get("Algorithm") not in known or len(method):
        raise SamlProblem(Reason.BAD_ALGORITHM, f"an algorithm that is not taken: {(method.get('Algorithm') or '')[:100]!r}")


def _check_transforms(reference: Element) -> None:
    transforms = list(only_child(reference, ds("Transforms"), Reason.BAD_TRANSFORM))
    if any(transform.tag != ds("Transform") for transform in transforms):
        raise SamlProblem(Reason.BAD_TRANSFORM, "something that is no transform")
    if [transform.get("Algorithm") for transform in transforms] != [ENVELOPED, EXCLUSIVE]:
        raise SamlProblem(Reason.BAD_TRANSFORM, "other transforms than enveloped-signature and exclusive canonicalization")
    if len(transforms[0]):
        raise SamlProblem(Reason.BAD_TRANSFORM, "a transform with parameters")
    _check_inclusive(transforms[1], Reason.BAD_TRANSFORM)


def _check_inclusive(canonical: Element, reason: Reason) -> None:
    if any(child.tag != _INCLUSIVE or len(child) for child in canonical) or len(canonical) > 1:
        raise SamlProblem(reason, "canonicalization with other parameters than InclusiveNamespaces")
    if any(len(child.get("PrefixList", "").split()) > _MOST_PREFIXES for child in canonical):
        raise SamlProblem(reason, f"canonicalization with more than {_MOST_PREFIXES} prefixes")


def _usable(certificates: Iterable[bytes]) -> tuple[list[tuple[bytes, x509.Certificate]], SamlProblem | None]:
    usable, weak = [], None
    for der in certificates:
        try:
            usable.append((der, read_certificate(der)))
        except SamlProblem as problem:
            weak = problem
    return usable, weak


def _verified(root: Element, location: str, certificate: x509.Certificate) -> Element:
    # The dates of a pinned certificate are judged elsewhere, so signxml is told a day on which it is valid.
    at: datetime = certificate.not_valid_before_utc
    result = XMLVerifier().verify(
        root,
        x509_cert=certificate,
        id_attribute="ID",
        validate_schema=False,
        expect_config=replace(_CONFIGURATION, location=location, verification_time=at),
    )
    if isinstance(result, list) or result.signed_xml is None:
        raise ValueError("not one signed element")
    return result.signed_xml
