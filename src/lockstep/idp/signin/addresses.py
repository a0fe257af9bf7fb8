"""The addresses of the identity provider, made from its public URL and never from a request.  They look as OneLogin's do."""

from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.saml.records import Binding, IdpMetadata

SSO_PATH = "/trust/saml2/http-post/sso"
METADATA_PATH = "/saml/metadata"


def entity_id(origin: str, config: SamlConfig) -> str:
    """The name of the identity provider for one app: where its metadata is."""
    return f"{origin}{METADATA_PATH}/{config.uuid}"


def sso_url(origin: str, config: SamlConfig) -> str:
    """Where the app's service provider sends people, by POST or by redirect."""
    return f"{origin}{SSO_PATH}/{config.uuid}"


def metadata_for(origin: str, config: SamlConfig, certificates: tuple[bytes, ...]) -> IdpMetadata:
    """What the identity provider says of itself to the app's service provider."""
    location = sso_url(origin, config)
    return IdpMetadata(
        entity_id=entity_id(origin, config),
        certificates=certificates,
        sso={Binding.POST: location, Binding.REDIRECT: location},
    )
