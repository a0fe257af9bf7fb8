"""What a person is told whose sign-in is refused."""

import pytest

from lockstep.center.signin.refusals import UNPROVEN, told
from lockstep.saml.problems import Reason

PROVEN = frozenset(
    {
        Reason.DESTINATION_MISMATCH,
        Reason.BAD_NAMEID,
        Reason.NO_BEARER,
        Reason.RECIPIENT_MISMATCH,
        Reason.EXPIRED,
        Reason.NOT_YET_VALID,
        Reason.IRT_MISMATCH,
        Reason.UNSOLICITED_REFUSED,
        Reason.AUDIENCE_MISMATCH,
        Reason.BAD_CONDITION,
        Reason.BAD_AUTHN,
        Reason.SESSION_EXPIRED,
        Reason.BAD_ATTRIBUTE,
        Reason.REPLAY,
        Reason.UNKNOWN_USER,
    }
)
"""Seen only after the signature was found right (`lockstep.saml.postflight.check_meaning`)."""
PLAIN = frozenset({Reason.IDP_STATUS, Reason.TOO_LARGE, Reason.BAD_BINDING})
"""Whoever sends it knows it."""


def test_what_is_not_proven_gets_one_text_and_all_else_words_of_its_own() -> None:
    assert {reason for reason in Reason if told(reason) != UNPROVEN} == PROVEN | PLAIN


@pytest.mark.parametrize("reason", Reason)
def test_each_says_what_happened_and_what_to_do_next(reason: Reason) -> None:
    said = told(reason)
    assert all((said.title, said.text, said.step))
    assert any(word in said.step for word in ("Start again", "administrator"))
    for word in ("assertion", "SAML", "XML", "signature", "--"):
        assert word not in said.title + said.text + said.step
