"""What a person is told whose sign-in is refused."""

from lockstep.center.signin.refusals import told
from lockstep.saml.problems import Reason


def test_three_reasons_have_words_of_their_own_and_all_others_the_same() -> None:
    own = {Reason.IDP_STATUS, Reason.UNSOLICITED_REFUSED, Reason.UNKNOWN_USER}
    assert len({told(reason) for reason in Reason}) == len(own) + 1
    assert len({told(reason) for reason in Reason if reason not in own}) == 1
