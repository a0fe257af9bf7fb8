"""What a person is told whose sign-in is refused: enough to go on, nothing that helps whoever sent a forged response."""

from dataclasses import dataclass

from lockstep.saml.problems import Reason


@dataclass(frozen=True, slots=True)
class Told:
    """A page's title and text."""

    title: str
    text: str


_ANY = Told("Sign-in failed", "Your sign-in could not be completed, and nothing was changed.")
_IN_WORDS = {
    Reason.IDP_STATUS: Told("Your identity provider did not sign you in", "It answered that the sign-in was not successful."),
    Reason.UNSOLICITED_REFUSED: Told(
        "Sign-in has to begin here", "Sign-ins that begin at the identity provider are not accepted."
    ),
    Reason.UNKNOWN_USER: Told("You do not have access", "Nobody with your user name has access here at the moment."),
}


def told(reason: Reason) -> Told:
    """The words for a reason: three have their own, all others the same."""
    return _IN_WORDS.get(reason, _ANY)
