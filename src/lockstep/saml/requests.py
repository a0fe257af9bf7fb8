"""A service provider asks for a sign-in: AuthnRequest (SAML Core 3.4.1)."""

import secrets
from typing import Final

from lxml import etree

from lockstep.saml.names import ENTITY_FORMAT, ISSUER, REQUEST, SAML, SAMLP, SIGNATURE, saml, samlp
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import EMAIL_FORMAT, UNSPECIFIED_FORMAT, AssertionConsumer, AuthnRequest, Binding, SpMetadata
from lockstep.saml.signature import verified_root
from lockstep.saml.xml import (
    Element,
    check_id,
    children,
    flag,
    leaf_text,
    only_child,
    parse,
    read_time,
    serialize,
    write_time,
)

_FRESH_MS: Final = 600_000
_ID_BYTES: Final = 20
_COMPARISONS: Final = frozenset({"exact", "minimum", "better", "maximum"})
_POLICY: Final = samlp("NameIDPolicy")
_CONTEXTS: Final = samlp("RequestedAuthnContext")


def new_request(
    *,
    issuer: str,
    destination: str,
    acs_url: str,
    now: int,
    name_id_format: str | None = EMAIL_FORMAT,
    force_authn: bool = False,
) -> AuthnRequest:
    """A request with a fresh id, which the answer has to name."""
    return AuthnRequest(
        id=new_id(),
        issue_instant=now,
        issuer=issuer,
        destination=destination,
        acs_url=acs_url,
        force_authn=force_authn,
        name_id_format=name_id_format,
    )


def new_id() -> str:
    """An identifier of 160 random bits (SAML Core 1.3.4)."""
    return f"_{secrets.token_hex(_ID_BYTES)}"


def write_request(request: AuthnRequest) -> bytes:
    """The document for it, not signed."""
    said = {
        "ID": request.id,
        "Version": "2.0",
        "IssueInstant": write_time(request.issue_instant),
        "Destination": request.destination,
        "ForceAuthn": "true" if request.force_authn else None,
        "IsPassive": "true" if request.is_passive else None,
        "ProtocolBinding": Binding.POST.value,
        "AssertionConsumerServiceURL": request.acs_url,
        "AssertionConsumerServiceIndex": None if request.acs_index is None else str(request.acs_index),
    }
    if request.acs_index is not None:
        said["ProtocolBinding"] = None  # the index stands for both (SAML Core 3.4.1)
    root = etree.Element(
        REQUEST, {name: value for name, value in said.items() if value is not None}, nsmap={"samlp": SAMLP, "saml": SAML}
    )
    etree.SubElement(root, ISSUER).text = request.issuer
    if request.name_id_format is not None:
        etree.SubElement(root, _POLICY, {"Format": request.name_id_format, "AllowCreate": "true"})
    if request.requested_contexts:
        contexts = etree.SubElement(root, _CONTEXTS, {"Comparison": request.context_comparison})
        for context in request.requested_contexts:
            etree.SubElement(contexts, saml("AuthnContextClassRef")).text = context
    return serialize(root)


def issuer_of_request(raw: bytes) -> str:
    """Who says that it asks, to find its metadata with; nothing else of the request is believed yet."""
    return _issuer(_parsed(raw))


def read_request(raw: bytes, *, now: int, destination: str, sp: SpMetadata, signature_verified: bool = False) -> AuthnRequest:
    """A request that this service provider may make, now, here (`destination` is our own address, as configured).

    A signature inside it has to be right where the metadata has certificates.  `signature_verified` says that the
    signature of a redirect was (`bindings.verify_redirect_signature`).

    SamlProblem: what `xml.parse` refuses, not_a_request, expired, not_yet_valid, issuer_mismatch, destination_mismatch,
    acs_mismatch, bad_nameid_policy; where a signature is wanted or there, unsigned and what is wrong with it.
    """
    root = _parsed(raw)
    if _issuer(root) != sp.entity_id:
        raise SamlProblem(Reason.ISSUER_MISMATCH, f"from {_issuer(root)[:200]!r}, not from {sp.entity_id!r}")
    root, signed = _checked_signature(root, sp, signature_verified=signature_verified)
    request = _request(root)
    _check_moment(request.issue_instant, now)
    if request.destination != destination and (signed or request.destination is not None):
        raise SamlProblem(Reason.DESTINATION_MISMATCH, f"for {(request.destination or '')[:200]!r}")
    choose_consumer(request, sp)
    _check_policy(request.name_id_format, sp)
    return request


def choose_consumer(request: AuthnRequest, sp: SpMetadata) -> AssertionConsumer:
    """Where the answer goes: the place that the request names, if the metadata knows it to the letter, or else the default.

    SamlProblem acs_mismatch, which is shown to the person and never answered to the address given.
    """
    if request.acs_url is not None and request.acs_index is not None:
        raise SamlProblem(Reason.ACS_MISMATCH, "an address and an index")
    for consumer in sp.consumers:
        if consumer.location == request.acs_url or (request.acs_index is not None and consumer.index == request.acs_index):
            return consumer
    if request.acs_url is not None or request.acs_index is not None:
        asked = request.acs_url if request.acs_index is None else str(request.acs_index)
        raise SamlProblem(Reason.ACS_MISMATCH, f"not in the metadata: {(asked or '')[:200]!r}")
    return next((consumer for consumer in sp.consumers if consumer.default), sp.consumers[0])


def _parsed(raw: bytes) -> Element:
    root = parse(raw)
    if root.tag != REQUEST:
        raise SamlProblem(Reason.NOT_A_REQUEST, f"a {root.tag[:100]!r}")
    return root


def _issuer(root: Element) -> str:
    """The issuer is a must here: without it nobody knows whose metadata counts (SAML Profiles 4.1.4.1)."""
    issuer = only_child(root, ISSUER, Reason.NOT_A_REQUEST)
    if issuer.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
        raise SamlProblem(Reason.ISSUER_MISMATCH, "an issuer that is not an entity")
    return leaf_text(issuer, Reason.NOT_A_REQUEST)


def _checked_signature(root: Element, sp: SpMetadata, *, signature_verified: bool) -> tuple[Element, bool]:
    """The request as it was signed, and whether it was."""
    if children(root, SIGNATURE) and sp.certificates:
        return verified_root(root, sp.certificates), True
    if sp.authn_requests_signed and not signature_verified:
        raise SamlProblem(Reason.UNSIGNED, "the metadata of the service provider says that it signs")
    return root, signature_verified


def _request(root: Element) -> AuthnRequest:
    if root.get("Version") != "2.0":
        raise SamlProblem(Reason.NOT_A_REQUEST, "not version 2.0")
    if root.get("ProtocolBinding", Binding.POST) != Binding.POST:
        raise SamlProblem(Reason.ACS_MISMATCH, "asks for an answer that is not a POST")
    return AuthnRequest(
        id=check_id(root.get("ID"), Reason.NOT_A_REQUEST),
        issue_instant=read_time(root.get("IssueInstant", ""), Reason.NOT_A_REQUEST),
        issuer=_issuer(root),
        destination=root.get("Destination"),
        acs_url=root.get("AssertionConsumerServiceURL"),
        acs_index=_index(root.get("AssertionConsumerServiceIndex")),
        force_authn=flag(root, "ForceAuthn"),
        is_passive=flag(root, "IsPassive"),
        name_id_format=_policy(root),
        requested_contexts=_contexts(root),
        context_comparison=_comparison(root),
    )


def _index(written: str | None) -> int | None:
    if written is None:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= len("65535")):
        raise SamlProblem(Reason.ACS_MISMATCH, f"an index that is no number: {written[:40]!r}")
    return int(written)


def _policy(root: Element) -> str | None:
    policies = children(root, _POLICY)
    if len(policies) > 1:
        raise SamlProblem(Reason.NOT_A_REQUEST, "two policies for names")
    return policies[0].get("Format") if policies else None


def _contexts(root: Element) -> tuple[str, ...]:
    """The classes asked for."""
    asked = [reference for contexts in children(root, _CONTEXTS) for reference in contexts]
    if any(reference.tag != saml("AuthnContextClassRef") for reference in asked):
        raise SamlProblem(Reason.NOT_A_REQUEST, "asks for a context that is not a class")
    return tuple(leaf_text(reference, Reason.NOT_A_REQUEST) for reference in asked)


def _comparison(root: Element) -> str:
    written = [contexts.get("Comparison", "exact") for contexts in children(root, _CONTEXTS)] or ["exact"]
    if len(written) > 1 or written[0] not in _COMPARISONS:
        raise SamlProblem(Reason.NOT_A_REQUEST, f"asks for contexts in a way nobody knows: {written[0][:40]!r}")
    return written[0]


def _check_moment(instant: int, now: int) -> None:
    if instant < now - _FRESH_MS:
        raise SamlProblem(Reason.EXPIRED, "asked more than ten minutes ago")
    if instant > now + _FRESH_MS:
        raise SamlProblem(Reason.NOT_YET_VALID, "asked more than ten minutes from now")


def _check_policy(asked: str | None, sp: SpMetadata) -> None:
    if asked not in (None, UNSPECIFIED_FORMAT, *sp.name_id_formats):
        raise SamlProblem(Reason.BAD_NAMEID_POLICY, f"asks for names of the kind {(asked or '')[:200]!r}")
