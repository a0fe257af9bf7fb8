"""The service provider's names and metadata."""

from lockstep.center.instances.profiles import PROFILES
from lockstep.center.instances.records import Instance
from lockstep.center.signin.provider import metadata
from lockstep.saml.metadata import read_sp_metadata
from lockstep.saml.records import EMAIL_FORMAT


def test_the_metadata_says_what_aws_says() -> None:
    instance = Instance(1, "corp", "arn", "d-0123456789", "aBc-tenant", "us-east-1", PROFILES["aws"], None, True, 0)
    read = read_sp_metadata(metadata("https://center.example", instance))
    assert read.entity_id == "https://center.example/platform/saml/d-0123456789"
    assert [consumer.location for consumer in read.consumers] == ["https://center.example/platform/saml/acs/aBc-tenant"]
    assert read.name_id_formats == (EMAIL_FORMAT,)
    assert (read.want_assertions_signed, read.authn_requests_signed) == (True, False)
