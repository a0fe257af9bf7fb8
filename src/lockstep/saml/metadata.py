"""What the two sides hand each other before anybody signs in (SAML Metadata)."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

from lxml import etree

from lockstep.saml.keys import read_certificate
from lockstep.saml.locations import check_location
from lockstep.saml.names import DS, MD, SAMLP, ds, md
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import EMAIL_FORMAT, AssertionConsumer, Binding, IdpMetadata, SpMetadata
from lockstep.saml.xml import Element, children, flag, leaf_text, parse, serialize, write_time

_MOST_CHARACTERS: Final = 75_000
_LONGEST_ENTITY_ID: Final = 1_024
_MOST_INDEX: Final = 65_535
_BINDINGS: Final = frozenset(binding.value for binding in Binding)
_IDP: Final = md("IDPSSODescriptor")
_SP: Final = md("SPSSODescriptor")


def read_idp_metadata(raw: bytes) -> IdpMetadata:
    """An identity provider's metadata: one entity with an IDPSSODescriptor, also inside an EntitiesDescriptor.

    Comments are dropped.

    SamlProblem not_metadata says in words what is missing; bad_key for a certificate that is too weak; too_large from 75,000
    characters; and what `xml.parse` refuses.
    """
    entity, role = _role(raw, _IDP, "identity provider (IDPSSODescriptor)")
    certificates = _certificates(role)
    if not certificates:
        _refuse("has no signing certificate (KeyDescriptor with an X509Certificate)")
    return IdpMetadata(
        entity_id=_entity_id(entity),
        certificates=certificates,
        sso=_sign_on(role),
        name_id_formats=_formats(role),
        want_authn_requests_signed=flag(role, "WantAuthnRequestsSigned"),
    )


def read_sp_metadata(raw: bytes) -> SpMetadata:
    """A service provider's metadata, as `read_idp_metadata` with an SPSSODescriptor; at least one place that takes a POST."""
    entity, role = _role(raw, _SP, "service provider (SPSSODescriptor)")
    return SpMetadata(
        entity_id=_entity_id(entity),
        consumers=_consumers(role),
        name_id_formats=_formats(role),
        authn_requests_signed=flag(role, "AuthnRequestsSigned"),
        want_assertions_signed=flag(role, "WantAssertionsSigned"),
        certificates=_certificates(role),
    )


def write_idp_metadata(metadata: IdpMetadata, *, valid_until: int | None = None) -> bytes:
    """The document that `read_idp_metadata` reads; the certificates in the order given."""
    entity, role = _described(metadata.entity_id, _IDP)
    if valid_until is not None:
        entity.set("validUntil", write_time(valid_until))
    role.set("WantAuthnRequestsSigned", _written(metadata.want_authn_requests_signed))
    _add_keys(role, metadata.certificates)
    _add_formats(role, metadata.name_id_formats)
    for binding, location in metadata.sso.items():
        etree.SubElement(role, md("SingleSignOnService"), {"Binding": binding, "Location": location})
    return serialize(entity)


def write_sp_metadata(metadata: SpMetadata) -> bytes:
    """The document that `read_sp_metadata` reads."""
    entity, role = _described(metadata.entity_id, _SP)
    role.set("AuthnRequestsSigned", _written(metadata.authn_requests_signed))
    role.set("WantAssertionsSigned", _written(metadata.want_assertions_signed))
    _add_keys(role, metadata.certificates)
    _add_formats(role, metadata.name_id_formats)
    for consumer in metadata.consumers:
        said = {"Binding": Binding.POST, "Location": consumer.location, "index": str(consumer.index)}
        if consumer.default:
            said["isDefault"] = "true"
        etree.SubElement(role, md("AssertionConsumerService"), said)
    return serialize(entity)


def _refuse(what: str) -> NoReturn:
    raise SamlProblem(Reason.NOT_METADATA, f"The metadata {what}.")


def _role(raw: bytes, name: str, wanted: str) -> tuple[Element, Element]:
    """The one entity that plays the role, and its descriptor."""
    if len(raw.decode("utf-8", errors="replace")) > _MOST_CHARACTERS:
        raise SamlProblem(Reason.TOO_LARGE, f"The metadata has more than {_MOST_CHARACTERS} characters.")
    root = parse(raw, longest=4 * _MOST_CHARACTERS, comments=True)
    if root.tag not in (md("EntityDescriptor"), md("EntitiesDescriptor")):
        _refuse(f"is another kind of document: it begins with {root.tag[:100]!r}, not with an EntityDescriptor")
    found = [
        (entity, role)
        for entity in root.iter(md("EntityDescriptor"))
        for role in children(entity, name)
        if SAMLP in role.get("protocolSupportEnumeration", "").split()
    ]
    if len(found) != 1:
        _refuse(f"describes {'no' if not found else 'more than one'} {wanted} that speaks SAML 2.0")
    return found[0]


def _entity_id(entity: Element) -> str:
    entity_id = entity.get("entityID", "")
    if not entity_id.strip():
        _refuse("has no entityID")
    if len(entity_id) > _LONGEST_ENTITY_ID or entity_id != entity_id.strip():
        _refuse(f"has an entityID that is too long, or has spaces around it: {entity_id[:100]!r}")
    return entity_id


def _certificates(role: Element) -> tuple[bytes, ...]:
    """Those that sign, each once.  Of a chain only the first: nobody is trusted for who vouches."""
    found = [
        _certificate(chain[0])
        for key in children(role, md("KeyDescriptor"))
        if key.get("use", "signing") == "signing"
        for info in children(key, ds("KeyInfo"))
        for data in children(info, ds("X509Data"))
        if (chain := children(data, ds("X509Certificate")))
    ]
    return tuple(dict.fromkeys(found))


def _certificate(element: Element) -> bytes:
    try:
        der = base64.b64decode("".join(leaf_text(element).split()), validate=True)
    except (ValueError, binascii.Error) as wrong:
        raise SamlProblem(Reason.NOT_METADATA, "The metadata has a certificate that is not base64.") from wrong
    read_certificate(der)
    return der


def _sign_on(role: Element) -> dict[Binding, str]:
    """The first location for each binding that we use; others, such as SOAP, are passed over."""
    found: dict[Binding, str] = {}
    for binding, service in _services(role, "SingleSignOnService"):
        found.setdefault(binding, check_location(service.get("Location", "")))
    if not found:
        _refuse("has no SingleSignOnService for HTTP-POST or HTTP-Redirect")
    return found


def _services(role: Element, name: str) -> Iterator[tuple[Binding, Element]]:
    for service in children(role, md(name)):
        written = service.get("Binding", "")
        if written in _BINDINGS:
            yield Binding(written), service


def _consumers(role: Element) -> tuple[AssertionConsumer, ...]:
    services = [service for binding, service in _services(role, "AssertionConsumerService") if binding is Binding.POST]
    found = tuple(
        AssertionConsumer(
            check_location(service.get("Location", "")), _index(service.get("index", str(place))), flag(service, "isDefault")
        )
        for place, service in enumerate(services)
    )
    if not found:
        _refuse("has no AssertionConsumerService for HTTP-POST")
    if len({consumer.index for consumer in found}) != len(found):
        _refuse("gives the same index to two AssertionConsumerServices")
    return found


def _index(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(_MOST_INDEX)) and int(written) <= _MOST_INDEX):
        _refuse(f"has an index that is no number: {written[:40]!r}")
    return int(written)


def _formats(role: Element) -> tuple[str, ...]:
    """As listed; who lists none means e-mail addresses."""
    return tuple(leaf_text(element).strip() for element in children(role, md("NameIDFormat"))) or (EMAIL_FORMAT,)


def _described(entity_id: str, role: str) -> tuple[Element, Element]:
    entity = etree.Element(md("EntityDescriptor"), {"entityID": entity_id}, nsmap={"md": MD, "ds": DS})
    return entity, etree.SubElement(entity, role, {"protocolSupportEnumeration": SAMLP})


def _written(value: bool) -> str:
    return "true" if value else "false"


def _add_keys(role: Element, certificates: Iterable[bytes]) -> None:
    for der in certificates:
        key = etree.SubElement(role, md("KeyDescriptor"), {"use": "signing"})
        data = etree.SubElement(etree.SubElement(key, ds("KeyInfo")), ds("X509Data"))
        etree.SubElement(data, ds("X509Certificate")).text = base64.b64encode(der).decode("ascii")


def _add_formats(role: Element, formats: Iterable[str]) -> None:
    for name_id_format in formats:
        etree.SubElement(role, md("NameIDFormat")).text = name_id_format
