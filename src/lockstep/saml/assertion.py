"""What an identity provider vouches for, as an Assertion (SAML Core 2.3.3, Profiles 4.1.4.2).

Built as a tree, never from text: whatever a profile says stays a value.
"""

import unicodedata
from collections.abc import Iterable

from lxml import etree

from lockstep.saml.names import ASSERTION, BEARER, ISSUER, SAML, saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Answer, Attribute
from lockstep.saml.requests import new_id
from lockstep.saml.xml import Element, carried, write_time


def build_assertion(answer: Answer) -> Element:
    """The assertion for an answer, not signed.  SamlProblem: bad_nameid, bad_attribute for text that XML cannot carry."""
    root = etree.Element(
        ASSERTION, {"ID": new_id(), "Version": "2.0", "IssueInstant": write_time(answer.now)}, nsmap={"saml": SAML}
    )
    etree.SubElement(root, ISSUER).text = answer.issuer
    _add_subject(root, answer)
    _add_conditions(root, answer)
    _add_statement(root, answer)
    _add_attributes(root, answer.attributes)
    return root


def _add_subject(root: Element, answer: Answer) -> None:
    subject = etree.SubElement(root, saml("Subject"))
    etree.SubElement(subject, saml("NameID"), {"Format": answer.name_id_format}).text = _name(answer.name_id)
    confirmation = etree.SubElement(subject, saml("SubjectConfirmation"), {"Method": BEARER})
    said = {"NotOnOrAfter": write_time(answer.now + answer.valid_ms), "Recipient": answer.acs_url}
    if answer.in_response_to is not None:
        said["InResponseTo"] = answer.in_response_to
    etree.SubElement(confirmation, saml("SubjectConfirmationData"), said)


def _add_conditions(root: Element, answer: Answer) -> None:
    window = {"NotBefore": write_time(answer.now - answer.early_ms), "NotOnOrAfter": write_time(answer.now + answer.valid_ms)}
    restriction = etree.SubElement(etree.SubElement(root, saml("Conditions"), window), saml("AudienceRestriction"))
    etree.SubElement(restriction, saml("Audience")).text = answer.audience


def _add_statement(root: Element, answer: Answer) -> None:
    said = {
        "AuthnInstant": write_time(answer.authn_instant),
        "SessionIndex": answer.session_index,
        "SessionNotOnOrAfter": write_time(answer.session_ends),
    }
    context = etree.SubElement(etree.SubElement(root, saml("AuthnStatement"), said), saml("AuthnContext"))
    etree.SubElement(context, saml("AuthnContextClassRef")).text = answer.context


def _add_attributes(root: Element, attributes: Iterable[Attribute]) -> None:
    """The statement is left out where there is nothing to state: an empty one is not allowed (SAML Core 2.7.3)."""
    statement = etree.Element(saml("AttributeStatement"))
    for attribute in attributes:
        said = {"Name": _text(attribute.name), "NameFormat": attribute.name_format}
        element = etree.SubElement(statement, saml("Attribute"), said)
        for value in attribute.values:
            etree.SubElement(element, saml("AttributeValue")).text = _text(value)
    if len(statement):
        root.append(statement)


def _name(name_id: str) -> str:
    """Nothing is taken out of a name: it would be another's."""
    if carried(name_id) != name_id or not name_id.strip():
        raise SamlProblem(Reason.BAD_NAMEID, "an empty name, or one that XML cannot carry")
    return unicodedata.normalize("NFC", name_id)


def _text(text: str) -> str:
    if "\0" in text:
        raise SamlProblem(Reason.BAD_ATTRIBUTE, "an attribute with a NUL")
    return unicodedata.normalize("NFC", carried(text))
