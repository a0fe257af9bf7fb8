"""What an instance knows of an identity provider that it trusts."""

from collections.abc import Mapping
from dataclasses import dataclass

from lockstep.saml.records import Binding, TrustedIdp


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One identity provider of one instance.  `key` is ours; `certificates` are DER bytes, `sso` a location for each binding.

    `unsolicited` says whether a sign-in may begin at the identity provider.
    """

    key: int
    instance_key: int
    entity_id: str
    name: str
    unsolicited: bool
    sso: Mapping[Binding, str]
    certificates: tuple[bytes, ...]
    created_at: int
    updated_at: int

    @property
    def trusted(self) -> TrustedIdp:
        """What the checks of a response need of it."""
        return TrustedIdp(self.entity_id, self.certificates, unsolicited=self.unsolicited)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signing certificate, for a person to look at.  `last_day` is the instant after which it is out of date."""

    sha256: str
    last_day: int
    days_left: int
