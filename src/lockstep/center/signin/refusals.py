"""What a person is told whose sign-in is refused: what happened, and what to do next.

Only who comes with a response that a trusted identity provider has signed learns what did not fit.  All that is not proven gets
one text, beside what its sender knows anyway (a size, a method): nothing that helps whoever forged it.
"""

from dataclasses import dataclass

from lockstep.saml.problems import Reason


@dataclass(frozen=True, slots=True)
class Told:
    """A page's title, what happened, and what to do next."""

    title: str
    text: str
    step: str


_AGAIN = "Start again."
_TELL = "This is not your fault, and starting again hardly helps. Give your administrator the reference below."

UNPROVEN = Told(
    "Sign-in failed",
    "What came from your identity provider could not be read, or was not signed by one that is trusted here. Nothing was "
    "changed.",
    "Start again. If it happens again, give your administrator the reference below: the certificate or the entity ID of your "
    "identity provider may have changed.",
)
_TOO_LATE = Told("This sign-in took too long", "It was not finished in time, and has expired.", _AGAIN)
_ELSEWHERE = Told(
    "This sign-in is for another service",
    "Your identity provider's answer was made out to another address than this one.",
    _TELL,
)
_INCOMPLETE = Told(
    "Something is missing in this sign-in", "Your identity provider's answer does not say what is needed to sign you in.", _TELL
)
_IN_WORDS = {
    Reason.IDP_STATUS: Told(
        "Your identity provider did not sign you in",
        "It answered that the sign-in was not successful.",
        "Start again. If it happens again, ask those who run your identity provider whether you may use this application.",
    ),
    Reason.UNSOLICITED_REFUSED: Told(
        "Sign-in has to begin here",
        "Sign-ins that begin at the identity provider are not accepted.",
        "Start again, with the button below.",
    ),
    Reason.UNKNOWN_USER: Told(
        "You do not have access",
        "Your identity provider signed you in, but there is no active user with your user name here: it was not made yet, or "
        "is switched off.",
        "Ask your administrator for access, and give them the reference below.",
    ),
    Reason.REPLAY: Told(
        "This sign-in was used already",
        "The page was loaded again, or you went back to it. A sign-in counts once. Nothing was changed.",
        "Start again. If you did not do this yourself, tell your administrator, with the reference below.",
    ),
    Reason.IRT_MISMATCH: Told(
        "This sign-in was not begun in this browser",
        "It was begun in another browser or too long ago, or this browser keeps no cookies.",
        "Start again, in one browser, and let it keep cookies for this address.",
    ),
    Reason.EXPIRED: _TOO_LATE,
    Reason.SESSION_EXPIRED: Told(
        "Your session at the identity provider is over",
        "It ended before you came back here.",
        "Start again, and sign in there anew.",
    ),
    Reason.NOT_YET_VALID: Told(
        "The clocks do not agree",
        "Your identity provider's answer is dated in the future.",
        "Start again in a minute. If it happens again, give your administrator the reference below.",
    ),
    Reason.AUDIENCE_MISMATCH: _ELSEWHERE,
    Reason.RECIPIENT_MISMATCH: _ELSEWHERE,
    Reason.DESTINATION_MISMATCH: _ELSEWHERE,
    Reason.BAD_NAMEID: _INCOMPLETE,
    Reason.NO_BEARER: _INCOMPLETE,
    Reason.BAD_CONDITION: _INCOMPLETE,
    Reason.BAD_AUTHN: _INCOMPLETE,
    Reason.BAD_ATTRIBUTE: Told(
        "A value about you cannot be used",
        "Your identity provider sent an attribute for access control that a session here cannot hold.",
        _TELL,
    ),
    Reason.TOO_LARGE: Told(
        "Too much was sent", "What came from your identity provider is larger than what is taken here.", _TELL
    ),
    Reason.BAD_BINDING: Told(
        "This address is not to be opened by itself",
        "Your identity provider sends sign-ins to it.",
        "Start again. If your identity provider led you here, give your administrator the reference below.",
    ),
}


def told(reason: Reason) -> Told:
    """The words for a reason."""
    return _IN_WORDS.get(reason, UNPROVEN)
