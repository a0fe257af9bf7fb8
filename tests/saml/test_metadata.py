"""What the two sides hand each other."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from lockstep.saml.bindings import encode_post
from lockstep.saml.metadata import read_idp_metadata, read_sp_metadata, write_idp_metadata, write_sp_metadata
from lockstep.saml.names import DS, MD, SAMLP
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import EMAIL_FORMAT, UNSPECIFIED_FORMAT, AssertionConsumer, Binding, IdpMetadata, SpMetadata
from lockstep.saml.xml import carried
from tests.saml.documents import ACS, IDP, NOW, SP, key, reason_of
from tests.saml.test_keys import der_of

SSO = {Binding.REDIRECT: "https://idp.test/sso", Binding.POST: "https://idp.test/post/sso"}
IDP_METADATA = IdpMetadata(IDP, (key().der, key("next").der), SSO)
SP_METADATA = SpMetadata(SP, (AssertionConsumer(ACS, 0, default=True),))

entity_ids = st.text(min_size=1, max_size=60).map(lambda text: carried(text).strip()).filter(bool)
locations = st.builds(
    "{}{}".format,
    st.sampled_from(["https://a.test/", "http://127.0.0.1:8000/", "http://[::1]/", "http://localhost/"]),
    st.text("abc/?&=%20.~-_'()", max_size=20),
)
certificates = st.lists(st.sampled_from([key(name).der for name in ("idp", "next", "other")]), unique=True)
formats = st.lists(st.sampled_from([EMAIL_FORMAT, UNSPECIFIED_FORMAT, "urn:x"]), min_size=1).map(tuple)
idps = st.builds(
    IdpMetadata,
    entity_id=entity_ids,
    certificates=certificates.filter(bool).map(tuple),
    sso=st.dictionaries(st.sampled_from(Binding), locations, min_size=1),
    name_id_formats=formats,
    want_authn_requests_signed=st.booleans(),
)
consumers = st.builds(AssertionConsumer, location=locations, index=st.integers(0, 65_535), default=st.booleans())
sps = st.builds(
    SpMetadata,
    entity_id=entity_ids,
    consumers=st.lists(consumers, min_size=1, max_size=4, unique_by=lambda consumer: consumer.index).map(tuple),
    name_id_formats=formats,
    authn_requests_signed=st.booleans(),
    want_assertions_signed=st.booleans(),
    certificates=certificates.map(tuple),
)


@given(idps)
def test_an_identity_provider_is_read_as_it_was_written(metadata: IdpMetadata) -> None:
    assert read_idp_metadata(write_idp_metadata(metadata)) == metadata


@given(sps)
def test_a_service_provider_is_read_as_it_was_written(metadata: SpMetadata) -> None:
    assert read_sp_metadata(write_sp_metadata(metadata)) == metadata


def test_metadata_may_end() -> None:
    written = write_idp_metadata(IDP_METADATA, valid_until=NOW)
    assert b'validUntil="2026-09-21T14:13:20Z"' in written
    assert read_idp_metadata(written) == IDP_METADATA


def as_others_write_it(raw: bytes) -> str:
    """With a mark, a declaration, comments, a signature, an organization, people, another role and another endpoint."""
    lines = "\n".join(re.findall(".{1,64}", encode_post(key().der)))
    text = raw.decode().replace(encode_post(key().der), f"\n{lines}\n")
    signature = (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo/></ds:Signature><md:Extensions><x:y xmlns:x="urn:x"/></md:Extensions>'
    )
    text = text.replace("<md:IDPSSODescriptor", f"{signature}<!-- {{tenant}} --><md:IDPSSODescriptor")
    soap = '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="urn:soap"/>'
    text = text.replace("</md:IDPSSODescriptor>", f"{soap}</md:IDPSSODescriptor>")
    text = text.replace('use="signing"', "", 1)
    people = "<md:ContactPerson contactType='technical'><md:EmailAddress>a@b</md:EmailAddress></md:ContactPerson>"
    organization = "<md:Organization><md:OrganizationName xml:lang='en'>Corp</md:OrganizationName></md:Organization>"
    return "\ufeff<?xml version='1.0'?>\n<!-- made by hand -->\n" + text.replace(
        "</md:EntityDescriptor>", f"{organization}{people}</md:EntityDescriptor><!-- end -->"
    )


def test_what_others_put_into_it_is_passed_over() -> None:
    assert read_idp_metadata(as_others_write_it(write_idp_metadata(IDP_METADATA)).encode()) == IDP_METADATA


def test_one_entity_among_several_may_be_an_identity_provider() -> None:
    idp, sp = write_idp_metadata(IDP_METADATA).decode(), write_sp_metadata(SP_METADATA).decode()
    inner = f"<md:EntitiesDescriptor>{idp}</md:EntitiesDescriptor>"
    both = f'<md:EntitiesDescriptor xmlns:md="{MD}">{sp}{inner}</md:EntitiesDescriptor>'
    assert read_idp_metadata(both.encode()) == IDP_METADATA
    assert read_sp_metadata(both.encode()) == SP_METADATA
    twice = both.replace(sp, idp)
    assert reason_of(lambda: read_idp_metadata(twice.encode())) is Reason.NOT_METADATA


def test_an_encryption_key_is_not_trusted() -> None:
    written = write_idp_metadata(IDP_METADATA).replace(b'use="signing"', b'use="encryption"', 1)
    assert read_idp_metadata(written).certificates == (key("next").der,)


def test_a_chain_is_not_trusted_but_for_its_first() -> None:
    chain = f"</ds:X509Certificate><ds:X509Certificate>{encode_post(key('other').der)}</ds:X509Certificate>".encode()
    written = write_idp_metadata(replace(IDP_METADATA, certificates=(key().der,))).replace(b"</ds:X509Certificate>", chain)
    assert read_idp_metadata(written).certificates == (key().der,)


def test_a_service_provider_that_lists_little() -> None:
    bare = f'<a:EntityDescriptor xmlns:a="{MD}" entityID="{SP}"><a:SPSSODescriptor protocolSupportEnumeration="urn:1 {SAMLP}">'
    service = f'<a:AssertionConsumerService Binding="{Binding.POST}" Location="{ACS}"/>'
    read = read_sp_metadata(f"{bare}{service}</a:SPSSODescriptor></a:EntityDescriptor>".encode())
    assert read == SpMetadata(SP, (AssertionConsumer(ACS, 0),), want_assertions_signed=False)


def gone(pattern: str, by: str = "") -> Callable[[str], str]:
    return lambda text: re.sub(pattern, by, text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (gone(' entityID="[^"]*"'), "has no entityID"),
        (gone('entityID="', 'entityID=" '), "spaces around it"),
        (gone("<md:KeyDescriptor.*</md:KeyDescriptor>"), "has no signing certificate"),
        (gone("<ds:X509Certificate>.*?</ds:X509Certificate>"), "has no signing certificate"),
        (gone("<ds:X509Certificate>.*?</ds:X509Certificate>", "<ds:X509Certificate>*</ds:X509Certificate>"), "not base64"),
        (gone("<md:SingleSignOnService[^>]*>"), "has no SingleSignOnService"),
        (gone("bindings:HTTP-(POST|Redirect)", "bindings:SOAP"), "has no SingleSignOnService"),
        (gone("https://idp.test/sso", "javascript:alert(1)"), "not an https address"),
        (gone("https://idp.test/sso", "http://idp.test/sso"), "not an https address"),
        (gone(SAMLP, "urn:oasis:names:tc:SAML:1.1:protocol"), "no identity provider"),
        (gone("IDPSSODescriptor", "SPSSODescriptor"), "no identity provider"),
        (gone("EntityDescriptor", "Nothing"), "another kind of document"),
    ],
)
def test_what_is_missing_is_said_in_words(spoil: Callable[[str], str], words: str) -> None:
    with pytest.raises(SamlProblem, match=re.escape(words)) as refused:
        read_idp_metadata(spoil(write_idp_metadata(IDP_METADATA).decode()).encode())
    assert refused.value.reason is Reason.NOT_METADATA


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (gone("<md:AssertionConsumerService[^>]*>"), "has no AssertionConsumerService"),
        (gone("HTTP-POST", "HTTP-Artifact"), "has no AssertionConsumerService"),
        (gone('index="0"', 'index="70000"'), "an index that is no number"),
        (gone('index="0"', 'index="x"'), "an index that is no number"),
        (gone("(<md:AssertionConsumerService[^>]*>)", r"\1\1"), "the same index"),
        (gone("https://sp.test/saml/acs", "data:text/html,x"), "not an https address"),
    ],
)
def test_what_a_service_provider_lacks_is_said_in_words(spoil: Callable[[str], str], words: str) -> None:
    with pytest.raises(SamlProblem, match=re.escape(words)) as refused:
        read_sp_metadata(spoil(write_sp_metadata(SP_METADATA).decode()).encode())
    assert refused.value.reason is Reason.NOT_METADATA


def test_a_weak_certificate_is_refused() -> None:
    weak = der_of(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    written = write_idp_metadata(replace(IDP_METADATA, certificates=(key().der, weak)))
    assert reason_of(lambda: read_idp_metadata(written)) is Reason.BAD_KEY


def test_metadata_has_75_000_characters_at_most() -> None:
    written = write_idp_metadata(IDP_METADATA)
    assert read_idp_metadata(written + b" " * (75_000 - len(written))) == IDP_METADATA
    assert reason_of(lambda: read_idp_metadata(written + b" " * (75_001 - len(written)))) is Reason.TOO_LARGE


@pytest.mark.parametrize("declared", ["<!DOCTYPE a>", '<!-- a --><!DOCTYPE a [<!ENTITY b "c">]>'])
def test_a_document_type_is_refused(declared: str) -> None:
    assert reason_of(lambda: read_idp_metadata(declared.encode() + write_idp_metadata(IDP_METADATA))) is Reason.DTD_FORBIDDEN
