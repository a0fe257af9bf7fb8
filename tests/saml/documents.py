"""Good responses, and the tools to spoil them: build, edit the tree, sign."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from lockstep.saml.bindings import encode_post
from lockstep.saml.keys import SigningKey, new_signing_key
from lockstep.saml.names import ASSERTION, DS, ISSUER, SIGNATURE, ds, saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Accepted, Answer, Attribute, Expected, Pending, Signed, TrustedIdp
from lockstep.saml.response import issue
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, parse, serialize

NOW = 1_790_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
IDP, OTHER_IDP = "https://idp.test/saml/metadata", "https://other.test/saml/metadata"
SP, ACS = "https://sp.test/saml", "https://sp.test/saml/acs"
USER, EVIL = "alice@corp.test", "admin@corp.test"
DEPARTMENT = "https://aws.amazon.com/SAML/Attributes/AccessControl:Department"
ATTRIBUTES = {DEPARTMENT: ("Treasury",), "Note": ("",), "Groups": ("A & B", "<C>"), "None": ()}
SESSION = "_session"

ANSWER = Answer(
    issuer=IDP,
    acs_url=ACS,
    audience=SP,
    name_id=USER,
    attributes=tuple(Attribute(name, values) for name, values in ATTRIBUTES.items()),
    now=NOW,
    authn_instant=NOW - MINUTE,
    session_index=SESSION,
    session_ends=NOW + 8 * HOUR,
)
ASKED = Pending("_asked", IDP)

Edit = Callable[[Element], None]


def key(name: str = "idp", days: int = 3650) -> SigningKey:
    """One key a name for the whole run; 2048 bits are enough for tests."""
    return _key(name, days)


@cache
def _key(name: str, days: int) -> SigningKey:
    return new_signing_key(name, now_ms=NOW - 30 * DAY, days=days, bits=2048)


def trusting(*names: str, **changes: Any) -> Mapping[str, TrustedIdp]:
    certificates = tuple(key(name).der for name in names or ("idp",))
    return {IDP: replace(TrustedIdp(IDP, certificates), **changes)}


EXPECTED = Expected(acs_url=ACS, audience=SP, now=NOW)
ANSWERING = replace(EXPECTED, pending=ASKED)


def unsigned(**changes: Any) -> Element:
    """A response that nobody signed."""
    root = parse(issue(replace(ANSWER, **changes), key(), signed=Signed.RESPONSE))
    root.remove(one(root, SIGNATURE))
    return root


def signed_as(root: Element, signed: Signed = Signed.ASSERTION, by: str = "idp", hash_name: str = "sha256") -> Element:
    assertion = one(root, ASSERTION)
    if signed is not Signed.RESPONSE:
        root.replace(assertion, sign(deepcopy(assertion), key(by), hash_name))
    return root if signed is Signed.ASSERTION else sign(root, key(by), hash_name)


def build(edit: Edit | None = None, *, signed: Signed = Signed.ASSERTION, by: str = "idp", **changes: Any) -> Element:
    """A response whose signer says what `edit` makes of it."""
    root = unsigned(**changes)
    if edit is not None:
        edit(root)
    return signed_as(root, signed, by)


def resigned(root: Element, by: str = "idp", prefixes: list[str] | None = None) -> Element:
    """The first signature made anew over its SignedInfo as it stands now: what a signer can do and a thief cannot."""
    signature = next(root.iter(SIGNATURE))
    info = one(signature, ds("SignedInfo"))
    octets = etree.tostring(info, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes)
    one(signature, ds("SignatureValue")).text = encode_post(key(by).private.sign(octets, padding.PKCS1v15(), hashes.SHA256()))
    return root


def one(root: Element, *path: str) -> Element:
    """The first element at the end of the way, each step the exact name of a child."""
    for name in path:
        root = next(child for child in root if child.tag == name)
    return root


def name_id(root: Element) -> Element:
    return next(root.iter(saml("NameID")))


def forged(root: Element, new_id: str = "_forged") -> Element:
    """A copy of a response or an assertion about somebody else, without signatures and with another id."""
    copied = without_signatures(root)
    name_id(copied).text = EVIL
    for assertion in copied.iter(ASSERTION):
        assertion.set("ID", "_forged_assertion")
    copied.set("ID", new_id)
    return copied


def without_signatures(root: Element) -> Element:
    copied = deepcopy(root)
    for signature in list(copied.iter(SIGNATURE)):
        parent = signature.getparent()
        if parent is not None:
            parent.remove(signature)
    return copied


def after_issuer(parent: Element, child: Element) -> None:
    one(parent, ISSUER).addnext(child)


def in_object(signature: Element, content: Element) -> None:
    etree.SubElement(signature, ds("Object"), nsmap={"ds": DS}).append(content)


def posted(document: Element | bytes | str) -> str:
    if isinstance(document, str):
        document = document.encode()
    return encode_post(document if isinstance(document, bytes) else serialize(document))


def text_of(root: Element) -> str:
    return serialize(root).decode()


def is_the_signed_one(accepted: Accepted) -> bool:
    return accepted.name_id == USER and accepted.attributes == ATTRIBUTES and accepted.issuer == IDP


def reason_of(call: Callable[[], object]) -> Reason | None:
    """Why it is refused, None where it is not."""
    try:
        call()
    except SamlProblem as problem:
        return problem.reason
    return None
