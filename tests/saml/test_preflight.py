"""The shape of a response.  What must not pass is in the corpus."""

import pytest
from lxml import etree

from lockstep.saml.names import ASSERTION, samlp
from lockstep.saml.preflight import check_shape
from lockstep.saml.problems import Reason
from lockstep.saml.records import Signed
from lockstep.saml.xml import Element
from tests.saml.documents import build, one, reason_of


@pytest.mark.parametrize(
    ("signed", "response", "assertion"),
    [(Signed.ASSERTION, False, True), (Signed.RESPONSE, True, False), (Signed.BOTH, True, True)],
)
def test_it_says_what_is_signed(signed: Signed, response: bool, assertion: bool) -> None:
    root = build(signed=signed)
    message = check_shape(root)
    assert (message.root, message.assertion) == (root, one(root, ASSERTION))
    assert (message.response_signed, message.assertion_signed) == (response, assertion)


def test_a_status_may_have_a_message_and_details() -> None:
    def edit(root: Element) -> None:
        status = one(root, samlp("Status"))
        etree.SubElement(status[0], samlp("StatusCode"), {"Value": "urn:x"})
        etree.SubElement(status, samlp("StatusMessage")).text = "fine"
        etree.SubElement(etree.SubElement(status, samlp("StatusDetail")), "{urn:x}detail")

    assert check_shape(build(edit)).assertion_signed


@pytest.mark.parametrize("name", ["Status", "Extensions", "Response", "Anything"])
def test_nothing_else_stands_in_a_response(name: str) -> None:
    reason = Reason.WRAPPING if name == "Response" else Reason.BAD_STRUCTURE
    assert reason_of(lambda: check_shape(build(lambda root: root.append(etree.Element(samlp(name)))))) is reason


def test_a_response_has_a_status() -> None:
    assert reason_of(lambda: check_shape(build(lambda root: root.remove(one(root, samlp("Status")))))) is Reason.BAD_STRUCTURE


def test_ids_are_compared_whatever_they_are_called() -> None:
    def edit(root: Element) -> None:
        one(root, samlp("Status")).set("{urn:x}iD", str(root.get("ID")))

    assert reason_of(lambda: check_shape(build(edit))) is Reason.DUPLICATE_ID


def test_a_refusal_has_a_shape_too() -> None:
    root = build()
    root.remove(one(root, ASSERTION))
    one(root, samlp("Status"))[0].set("Value", "urn:x")
    assert reason_of(lambda: check_shape(root)) is Reason.IDP_STATUS
    root.append(etree.Element(samlp("Extensions")))
    assert reason_of(lambda: check_shape(root)) is Reason.BAD_STRUCTURE
