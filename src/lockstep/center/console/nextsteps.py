"""What an administrator can do about a refusal, in words.  Which refusals there are is said where they are made."""

from dataclasses import dataclass

from lockstep.center.console.site import path_of
from lockstep.center.console.store import TrailEvent
from lockstep.center.events import SIGNIN_SOURCE, Operation
from lockstep.center.instances.records import Instance
from lockstep.saml.problems import Reason


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and where in the console: an address and its name, or "" twice."""

    text: str
    url: str = ""
    name: str = ""


_SIGN_IN = {
    Reason.UNKNOWN_USER: "Nobody active has exactly this userName. Look for the person under Users; provision or "
    "enable them at "
    "the identity provider, and check that its NameID is the userName that it sends over SCIM (case counts).",
    Reason.ISSUER_MISMATCH: "The answer came from an identity provider that is not trusted here. Compare its entity ID "
    "with the "
    "one under Settings, Identity source.",
    Reason.BAD_SIGNATURE: "The answer is not signed with a certificate that is trusted here. If the identity provider "
    "has a new "
    "certificate, upload its new metadata under Settings, Identity source.",
    Reason.UNSIGNED: "The identity provider has to sign the assertion. Switch that on there.",
    Reason.AUDIENCE_MISMATCH: "The identity provider was set up for another service. Copy the issuer (audience) from Settings, "
    "Identity source, to it.",
    Reason.RECIPIENT_MISMATCH: "Copy the assertion consumer service (ACS) URL from Settings, Identity source, to the "
    "identity provider.",
    Reason.DESTINATION_MISMATCH: "Copy the assertion consumer service (ACS) URL from Settings, Identity source, to the "
    "identity "
    "provider.",
    Reason.REPLAY: "This answer was used before: a page was loaded again, or somebody sent it a second time. The "
    "person signs in "
    "anew; if they did not do it themselves, look at who could have seen the answer.",
    Reason.EXPIRED: "The answer came too late. If it happens again and again, compare the clocks of both sides.",
    Reason.NOT_YET_VALID: "The answer is from the future: compare the clocks of both sides.",
    Reason.UNSOLICITED_REFUSED: "Sign-ins may not begin at this identity provider. Allow it by changing the identity "
    "source, or "
    "let people begin at the access portal.",
    Reason.BAD_ATTRIBUTE: "An attribute for access control that the identity provider sent cannot be a session tag. The "
    "message says which: mend it at the identity provider.",
    Reason.IRT_MISMATCH: "The answer is for a request that this browser did not make. The person begins anew at the "
    "access portal.",
    Reason.SESSION_EXPIRED: "The identity provider's own session was over. The person signs in there anew; if it happens to "
    "many, compare the clocks of both sides.",
    Reason.IDP_STATUS: "The identity provider refused. Its own log says why; often the person is not assigned to "
    "the application.",
    Reason.BAD_KEY: "The certificate that signed the answer is outside of its dates. Renew it at the identity provider, and "
    "upload its new metadata under Settings, Identity source.",
    Reason.BAD_ALGORITHM: "Choose RSA or ECDSA with SHA-256 for signatures at the identity provider.",
    Reason.BAD_BINDING: "Somebody opened the assertion consumer service (ACS) URL by itself, or the identity provider does not "
    "send answers by HTTP POST. If it was the identity provider, choose the HTTP-POST binding there.",
    Reason.TOO_LARGE: "Let the identity provider send fewer attributes.",
    Reason.BAD_NAMEID: "The identity provider has to send a NameID of the format emailAddress with the person's userName.",
}
_SCIM = {
    401: "The access token is wrong, was deleted (with automatic provisioning disabled there are none), or has expired. "
    "Generate a new one and enter it at the identity provider.",
    403: "The access token is not for this SCIM endpoint. Compare the endpoint and the token at the identity provider.",
    409: "There is one with this name, e-mail address or externalId already. Look it up under Users or Groups, and change "
    "either there or at the source.",
    413: "The request was too large: send fewer members at a time.",
    429: "The identity provider asks faster than this instance allows. It should try again later by itself.",
    404: "What was asked for is not here: it was deleted, or never made. Let the identity provider synchronise anew (refresh "
    "entitlements) so that it forgets the old ID.",
    400: "The request does not fit what this SCIM endpoint takes. The message says which attribute and why: mend the mapping "
    "at the identity provider.",
}


_UNFORESEEN = "The message says why. Try again; if it stays so, give the request ID to whoever runs this centre."
_LOGIN = (
    "Somebody gave a wrong password, or a name that nobody has: then it is not written down. After several failures the name "
    "and the address have to wait. If it was none of you, see what else came from this IP address, and keep this console out "
    "of reach of strangers."
)


def next_step(event: TrailEvent, instance: Instance | None) -> Step | None:
    """The next step for a refused event, of an instance or of none; None where nothing was refused."""
    if event.error_code is None:
        return None
    if instance is None:
        known = event.operation == Operation.CONSOLE_LOGIN
        return Step(_LOGIN if known else _UNFORESEEN)
    if event.source == SIGNIN_SOURCE:
        text = _SIGN_IN.get(Reason(event.error_code)) if event.error_code in list(Reason) else None
        fallback = "The message says what did not fit. Compare the identity provider's set-up with Settings, Identity source."
        return Step(text or fallback, path_of(instance, "settings"), "Identity source")
    text = _SCIM.get(event.status, _UNFORESEEN)
    if event.status in (401, 403):
        return Step(text, path_of(instance, "provisioning"), "Automatic provisioning")
    return Step(text)
