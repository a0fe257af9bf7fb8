"""A small identity provider, on our own library: it says what a test wants it to say."""

from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import parse_qsl

from lockstep.kit.clock import now_ms
from lockstep.saml.bindings import decode_redirect, encode_post
from lockstep.saml.keys import SigningKey, new_signing_key
from lockstep.saml.metadata import write_idp_metadata
from lockstep.saml.records import Answer, Attribute, AuthnRequest, Binding, IdpMetadata, SpMetadata
from lockstep.saml.requests import read_request
from lockstep.saml.response import issue

HOUR_MS = 3_600_000


@cache
def key(name: str, days: int = 3650) -> SigningKey:
    """A key of its own for each name; making one takes a while."""
    return new_signing_key(name, now_ms=now_ms(), days=days, bits=2048)


@dataclass
class Idp:
    """An identity provider with one key; `attributes` go into each of its assertions."""

    entity_id: str
    signing: SigningKey
    bindings: tuple[Binding, ...] = (Binding.REDIRECT, Binding.POST)
    base: str = "https://idp.example"
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def metadata(self) -> IdpMetadata:
        sso = {binding: f"{self.base}/{binding.name.lower()}" for binding in self.bindings}
        return IdpMetadata(self.entity_id, (self.signing.der,), sso)

    @property
    def document(self) -> bytes:
        return write_idp_metadata(self.metadata)

    def answer(self, name_id: str, to: SpMetadata, in_response_to: str | None = None, now: int | None = None) -> Answer:
        """What it vouches for to a service provider, to be changed by a test."""
        now = now_ms() if now is None else now
        return Answer(
            issuer=self.entity_id,
            acs_url=to.consumers[0].location,
            audience=to.entity_id,
            name_id=name_id,
            attributes=tuple(Attribute(name, values) for name, values in self.attributes.items()),
            now=now,
            authn_instant=now,
            session_index="_s1",
            session_ends=now + 10 * HOUR_MS,
            in_response_to=in_response_to,
        )

    def sign(self, answer: Answer) -> str:
        """The form field for an answer."""
        return encode_post(issue(answer, self.signing))

    def read(self, url: str, sp: SpMetadata, now: int | None = None) -> tuple[AuthnRequest, str]:
        """The request, and the RelayState, that a browser was sent here with."""
        location, _, query = url.partition("?")
        found = dict(parse_qsl(query, strict_parsing=True))
        raw = decode_redirect(found["SAMLRequest"])
        return read_request(raw, now=now_ms() if now is None else now, destination=location, sp=sp), found["RelayState"]

    def with_key(self, name: str) -> "Idp":
        """The same name, another key."""
        return replace(self, signing=key(name))
