"""The centre as a SAML service provider: one for each instance, under names of AWS's shapes below the public origin."""

from lockstep.center.instances.records import Instance
from lockstep.saml.metadata import write_sp_metadata
from lockstep.saml.records import AssertionConsumer, SpMetadata


def entity_id(origin: str, instance: Instance) -> str:
    """The name of the service provider, which is the audience of an assertion for it."""
    return f"{origin}/platform/saml/{instance.identity_store_id}"


def acs_url(origin: str, instance: Instance) -> str:
    """Where responses are posted to."""
    return f"{origin}/platform/saml/acs/{instance.tenant_id}"


def metadata(origin: str, instance: Instance) -> bytes:
    """The document to upload to an identity provider.  Assertions have to be signed; requests are not, as at AWS."""
    consumer = AssertionConsumer(acs_url(origin, instance), 0, default=True)
    return write_sp_metadata(SpMetadata(entity_id(origin, instance), (consumer,)))
