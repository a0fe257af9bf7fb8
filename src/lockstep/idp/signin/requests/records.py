"""What waits."""

from dataclasses import dataclass

from lockstep.saml.records import AuthnRequest


@dataclass(frozen=True, slots=True)
class Pending:
    """A request of a service provider that was found good; `acs_url` is where its answer goes.

    `id` is in addresses of ours; only the browser that brought the request can use it, once, for ten minutes.
    """

    id: str
    app_id: int
    request: AuthnRequest
    acs_url: str
    relay_state: str | None
    created_at: int
