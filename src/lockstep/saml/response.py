"""An identity provider's answer: Response (SAML Core 3.3.3), with a signed assertion or a refusal."""

from lxml import etree

from lockstep.saml.assertion import build_assertion
from lockstep.saml.keys import SigningKey
from lockstep.saml.names import ISSUER, RESPONSE, SAML, SAMLP, samlp
from lockstep.saml.records import Answer, Signed, Status
from lockstep.saml.requests import new_id
from lockstep.saml.signing import sign
from lockstep.saml.xml import Element, carried, serialize, write_time

_CODE = samlp("StatusCode")


def issue(answer: Answer, key: SigningKey, *, signed: Signed = Signed.ASSERTION, hash_name: str = "sha256") -> bytes:
    """The signed response for an answer, ready for `bindings.encode_post`.

    With both signed, the assertion comes first: the signature of the response covers it.

    SamlProblem: bad_nameid, bad_attribute (text that XML cannot carry), bad_algorithm.
    """
    response = _response(answer.issuer, answer.acs_url, answer.in_response_to, answer.now)
    etree.SubElement(etree.SubElement(response, samlp("Status")), _CODE, {"Value": Status.SUCCESS.value})
    assertion = build_assertion(answer)
    if signed is not Signed.RESPONSE:
        assertion = sign(assertion, key, hash_name)
    response.append(assertion)
    if signed is not Signed.ASSERTION:
        response = sign(response, key, hash_name)
    return serialize(response)


def issue_refusal(
    *, issuer: str, acs_url: str, in_response_to: str | None, status: Status, substatus: Status | None, message: str, now: int
) -> bytes:
    """The response of an identity provider that signs nobody in; it vouches for nothing, so nothing is signed."""
    response = _response(issuer, acs_url, in_response_to, now)
    element = etree.SubElement(response, samlp("Status"))
    code = etree.SubElement(element, _CODE, {"Value": status.value})
    if substatus is not None:
        etree.SubElement(code, _CODE, {"Value": substatus.value})
    if message:
        etree.SubElement(element, samlp("StatusMessage")).text = carried(message)
    return serialize(response)


def _response(issuer: str, acs_url: str, in_response_to: str | None, now: int) -> Element:
    said = {"ID": new_id(), "Version": "2.0", "IssueInstant": write_time(now), "Destination": acs_url}
    if in_response_to is not None:
        said["InResponseTo"] = in_response_to
    response = etree.Element(RESPONSE, said, nsmap={"samlp": SAMLP, "saml": SAML})
    etree.SubElement(response, ISSUER).text = issuer
    return response
