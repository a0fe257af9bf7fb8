"""What an instance and its access tokens are."""

import secrets
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from lockstep.center.instances.profiles import Profile


class Instance(msgspec.Struct, frozen=True):
    """One instance, by the names that AWS gives its parts.  `key` is ours and never leaves the database."""

    key: int
    name: str
    instance_arn: str
    identity_store_id: str
    tenant_id: str
    region: str
    profile: Profile
    rate: float | None
    provisioning: bool
    created_at: int

    @property
    def scim_path(self) -> str:
        """Path of the SCIM endpoint, as clients paste it: without a trailing slash."""
        return f"/{self.tenant_id}/scim/v2"

    @property
    def start_path(self) -> str:
        """Path of the access portal."""
        return f"/{self.identity_store_id}/start"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as it is listed: never the secret."""

    token_id: str
    created_at: int
    expires_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """An access token at the one moment when it can be seen."""

    token_id: str
    token: str
    expires_at: int


_FIRST = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def new_instance_arn() -> str:
    """`arn:aws:sso:::instance/ssoins-<16 hex>`."""
    return f"arn:aws:sso:::instance/ssoins-{secrets.token_hex(8)}"


def new_identity_store_id() -> str:
    """`d-<10 hex>`."""
    return f"d-{secrets.token_hex(5)}"


def new_tenant_id() -> str:
    """Three characters and a UUID, as in the endpoints that have been seen; opaque, and case counts."""
    return "".join(secrets.choice(_FIRST) for _ in range(3)) + str(uuid4())
