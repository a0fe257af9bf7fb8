"""What a response must look like before its signatures are worth checking: structure by allow-list, one of everything.

Signature wrapping works where the element that is verified and the element that is read may differ.  Here there is one
Assertion, in one place, and a signature stands in what it signs, or the document is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lockstep.saml.names import ASSERTION, DS, ISSUER, RESPONSE, SAML, SAMLP, SIGNATURE, saml, samlp
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Status
from lockstep.saml.signature import check_form
from lockstep.saml.xml import Element, check_id, children, only_child, read_time

_STATUS: Final = samlp("Status")
_ENCRYPTED: Final = saml("EncryptedAssertion")
_CONTENT: Final[dict[str, frozenset[str]]] = {
    RESPONSE: frozenset({ISSUER, SIGNATURE, _STATUS, ASSERTION}),
    _STATUS: frozenset({samlp("StatusCode"), samlp("StatusMessage"), samlp("StatusDetail")}),
    samlp("StatusCode"): frozenset({samlp("StatusCode")}),
    ASSERTION: frozenset(
        {ISSUER, SIGNATURE, saml("Subject"), saml("Conditions"), saml("AuthnStatement"), saml("AttributeStatement")}
    ),
    saml("Subject"): frozenset({saml("NameID"), saml("SubjectConfirmation")}),
    saml("SubjectConfirmation"): frozenset({saml("SubjectConfirmationData")}),
    saml("AuthnStatement"): frozenset({saml("SubjectLocality"), saml("AuthnContext")}),
    saml("AuthnContext"): frozenset(
        {saml("AuthnContextClassRef"), saml("AuthnContextDeclRef"), saml("AuthenticatingAuthority")}
    ),
    saml("AttributeStatement"): frozenset({saml("Attribute")}),
    saml("Attribute"): frozenset({saml("AttributeValue")}),
}
"""Element → what may stand in it; elements that are not listed hold text only."""
_CLOSED: Final = frozenset({SIGNATURE})
_JUDGED_LATER: Final = _CLOSED | {samlp("StatusDetail"), saml("Conditions"), saml("AttributeValue")}
"""What stands in these is looked at when they are read, if they are."""


@dataclass(frozen=True, slots=True)
class Message:
    """A response of the right shape, none of it believed yet."""

    root: Element
    assertion: Element
    response_signed: bool
    assertion_signed: bool


def check_shape(root: Element) -> Message:
    """Steps 8 to 17 of what a service provider checks: all that can be said about a response without a key.

    SamlProblem: not_a_response, duplicate_id, wrapping, bad_structure, idp_status (a refusal, which has no assertion),
    unsigned, bad_reference, bad_algorithm, bad_transform.
    """
    _check_root(root)
    ids = _unique_ids(root)
    if children(root, _ENCRYPTED):  # with parts of signatures in it, which is no attack
        raise SamlProblem(Reason.BAD_STRUCTURE, "an encrypted assertion: switch encryption off at the identity provider")
    _check_places(root)
    assertion = _check_response(root)
    _check_content(root)
    _check_head(assertion, Reason.BAD_STRUCTURE)
    signatures = [*children(root, SIGNATURE), *children(assertion, SIGNATURE)]
    if not signatures:
        raise SamlProblem(Reason.UNSIGNED, "neither the response nor the assertion is signed")
    for signature in signatures:
        check_form(signature, ids)
    return Message(root, assertion, bool(children(root, SIGNATURE)), bool(children(assertion, SIGNATURE)))


def _check_root(root: Element) -> None:
    if root.tag != RESPONSE:
        raise SamlProblem(Reason.NOT_A_RESPONSE, f"a {root.tag[:100]!r}")
    _check_head(root, Reason.NOT_A_RESPONSE)


def _check_head(element: Element, reason: Reason) -> None:
    if element.get("Version") != "2.0":
        raise SamlProblem(reason, f"version {element.get('Version', '')[:20]!r} of {element.tag}")
    check_id(element.get("ID"), reason)
    read_time(element.get("IssueInstant", ""), reason)


def _unique_ids(root: Element) -> frozenset[str]:
    """Every attribute that any library could take for an identifier, whatever its case or namespace."""
    found: set[str] = set()
    for element in root.iter():
        ids = [str(value) for name, value in element.attrib.items() if str(name).rpartition("}")[2].lower() == "id"]
        if len(ids) > 1 or not found.isdisjoint(ids):
            raise SamlProblem(Reason.DUPLICATE_ID, f"twice, or two on one element: {ids[0][:100]!r}")
        found.update(ids)
    return frozenset(found)


def _check_places(root: Element) -> None:
    """Responses, assertions and signatures stand where they belong, and parts of signatures inside signatures only."""
    for element in _walk(root, _CLOSED):
        parent = element.getparent()
        if element.tag == RESPONSE and element is not root:
            raise SamlProblem(Reason.WRAPPING, "a response inside the response")
        if element.tag == ASSERTION and parent is not root:
            raise SamlProblem(Reason.WRAPPING, "an assertion that is not a child of the response")
        if element.tag == SIGNATURE:
            _check_signature_place(root, element)
        elif element.tag.startswith(f"{{{DS}}}"):
            raise SamlProblem(Reason.WRAPPING, f"a {element.tag} outside of signatures")


def _walk(element: Element, closed: frozenset[str]) -> Iterator[Element]:
    """The element and all below it, but nothing of what is inside those that are `closed`."""
    yield element
    if element.tag not in closed:
        for child in element:
            yield from _walk(child, closed)


def _check_signature_place(root: Element, signature: Element) -> None:
    parent = signature.getparent()
    if parent is None or (parent is not root and parent.tag != ASSERTION) or len(children(parent, SIGNATURE)) > 1:
        raise SamlProblem(Reason.WRAPPING, "a signature that is no child of what it signs, or the second one")
    for inside in signature.iterdescendants():
        if inside.tag == SIGNATURE or inside.tag.startswith((f"{{{SAML}}}", f"{{{SAMLP}}}")):
            raise SamlProblem(Reason.WRAPPING, f"a {inside.tag} inside a signature")


def _check_response(root: Element) -> Element:
    """The one assertion."""
    if len(children(root, ISSUER)) > 1 or len(children(root, _STATUS)) != 1:
        raise SamlProblem(Reason.BAD_STRUCTURE, "two issuers, or not one status")
    assertions = children(root, ASSERTION)
    if len(assertions) > 1:
        # An identity provider that says too much is a mistake; an assertion beside the signed one is an attack.
        protected = children(root, SIGNATURE) or all(children(assertion, SIGNATURE) for assertion in assertions)
        raise SamlProblem(Reason.BAD_STRUCTURE if protected else Reason.WRAPPING, f"{len(assertions)} assertions")
    if not assertions:
        _check_content(root)
        raise _refusal(root)
    return assertions[0]


def _refusal(root: Element) -> SamlProblem:
    codes = [code.get("Value", "") for code in only_child(root, _STATUS).iter(samlp("StatusCode"))]
    if codes[:1] in ([], [Status.SUCCESS]):
        return SamlProblem(Reason.BAD_STRUCTURE, "no assertion")
    message = next((element.text or "" for element in root.iter(samlp("StatusMessage"))), "")
    return SamlProblem(Reason.IDP_STATUS, f"{' '.join(codes)[:300]} {message[:200]!r}")


def _check_content(root: Element) -> None:
    for element in _walk(root, _JUDGED_LATER):
        if element.tag in _JUDGED_LATER:
            continue
        allowed = _CONTENT.get(element.tag, frozenset())
        for child in element:
            if child.tag not in allowed:
                raise SamlProblem(Reason.BAD_STRUCTURE, f"a {child.tag[:100]} in {element.tag}")
        if allowed and any(text.strip() for text in (element.text or "", *(child.tail or "" for child in element))):
            raise SamlProblem(Reason.BAD_STRUCTURE, f"text in {element.tag}")
