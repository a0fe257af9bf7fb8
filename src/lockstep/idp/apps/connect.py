"""The connection test of an app: one read of the target, and what an administrator should do about each answer."""

import socket
import ssl
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.scim.client import Answer, ScimClient, TransportError

_LONGEST_DETAIL = 500
_REDIRECTS, _ERRORS = 300, 400
"""Where these classes of HTTP statuses begin."""
PROBE = "lockstep-connection-test"
"""A userName that nobody has: OneLogin tests a connection with one read of /Users like this."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether the target answers as a SCIM service provider; if not, what is wrong and how to mend it.

    `about` is which of the two values is likely the wrong one: "scim_url", "token", or "" where neither is.
    """

    ok: bool
    problem: str = ""
    fix: str = ""
    about: str = ""
    status: int = field(default=0, compare=False)
    """The HTTP status of the answer, 0 where none came."""

    @property
    def said(self) -> str:
        """What is wrong and what to do, in one text; "" where it works."""
        return f"{self.problem} {self.fix}".strip()


async def test_connection(base_url: str, token: str) -> Connection:
    """Ask the target for a user that does not exist, and explain the answer."""
    async with ScimClient(base_url, token, timeout_seconds=15.0, patience=2) as client:
        try:
            answer = await client.request("GET", "/Users", query={"filter": f'userName eq "{PROBE}"'})
        except TransportError as error:
            return _explain_transport(error, base_url)
    return replace(_explain(answer, base_url), status=answer.status)


def _explain_transport(error: TransportError, base_url: str) -> Connection:
    text, causes = str(error), _causes(error)
    if any(isinstance(one, ssl.SSLError | ssl.CertificateError) for one in causes):
        return Connection(
            False,
            f"TLS to the target failed: {text}",
            "Check that the URL's host name is the one in its certificate, and that the certificate is valid and trusted here.",
            "scim_url",
        )
    if any(isinstance(one, socket.gaierror) for one in causes):
        return Connection(False, f"The host in {base_url} was not found.", "Check the host name for typing errors.", "scim_url")
    if isinstance(error.__cause__, TimeoutError) or "timeout" in text.lower():
        return Connection(False, "The target did not answer in time.", "Check the host, its port, and firewalls between.")
    return Connection(
        False, f"The target could not be reached: {text}", "Check the host and the port, and that the service is running."
    )


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:
        found.append(step)
        inner: Any = getattr(step, "os_error", None) or getattr(step, "certificate_error", None)
        step = inner if isinstance(inner, BaseException) and inner not in found else step.__cause__
    return found


_FIXES = {
    401: (
        "The target refused the access token (401).",
        "Copy the token again, whole, or make a new one at the target. A wrong tenant in the URL gives the same answer.",
        "token",
    ),
    403: ("The access token has no right to provision (403).", "Make a token for provisioning at the target.", "token"),
    404: (
        "The target knows no /Users below this URL (404).",
        "Copy the SCIM endpoint again. It ends in /scim/v2 for AWS, without a trailing slash.",
        "scim_url",
    ),
    429: (
        "The target is throttling (429).",
        "Wait a minute and test again. Lower the app's rate (requests a second) if it happens often.",
        "",
    ),
}


def _explain(answer: Answer, base_url: str) -> Connection:
    if _REDIRECTS <= answer.status < _ERRORS:
        return Connection(
            False,
            f"The target answered with a redirect ({answer.status}), which is never followed.",
            "Use the address that the target redirects to, if it is the SCIM endpoint; http:// redirects to https:// often.",
            "scim_url",
        )
    if answer.status in _FIXES:
        problem, fix, about = _FIXES[answer.status]
        return Connection(False, problem, fix, about)
    if answer.status >= _REDIRECTS:
        return Connection(
            False,
            f"The target failed ({answer.status}): {_plain(answer.detail)}",
            "Try again later; if it stays, ask its operator.",
        )
    if not isinstance(answer.body, dict):
        what = "a web page (HTML)" if "<html" in answer.text.lower() or "html" in answer.content_type else "no JSON"
        return Connection(
            False,
            f"The target answered with {what} instead of SCIM.",
            "The URL points to a web site, not to its SCIM endpoint. Copy the SCIM endpoint from the target's settings.",
            "scim_url",
        )
    if not isinstance(answer.body.get("Resources", []), list) or "schemas" not in answer.body:
        return Connection(
            False,
            "The target answered with JSON that is no SCIM list.",
            f"Check that {base_url} is the SCIM endpoint; it ends in /scim/v2 for AWS.",
            "scim_url",
        )
    return Connection(True)


def _plain(text: str) -> str:
    """What a target says, as one short line without characters that cannot be seen or stored."""
    return "".join(one if one.isprintable() else " " for one in text[:_LONGEST_DETAIL])
