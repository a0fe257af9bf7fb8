"""A service provider on python3-saml.  Under each `/NAME/` there is one of its own, with its own settings.

`POST /NAME/settings` (JSON: `security`, `more`, `key`, `certificate`) makes it, `GET /NAME/metadata` describes it,
`POST /NAME/trust` (JSON: `metadata`) gives it its identity provider.  `GET /NAME/login` sends a browser there;
`POST /NAME/acs` takes the response, and says as JSON what python3-saml makes of it.
"""

from typing import Any

from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from tests.clients.scripts.serving import Answer, Request, as_json, page, redirect, serve

EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


class ServiceProvider:
    """One of them."""

    def __init__(self, base: str, said: dict[str, Any]) -> None:
        self.settings: dict[str, Any] = {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": f"{base}/metadata",
                "assertionConsumerService": {"url": f"{base}/acs"},
                "NameIDFormat": EMAIL,
                "privateKey": said["key"],
                "x509cert": said["certificate"],
                **said["more"],
            },
            "security": said["security"],
        }

    def metadata(self) -> str:
        made = OneLogin_Saml2_Settings(self.settings, sp_validation_only=True)
        text = made.get_sp_metadata()
        assert made.validate_metadata(text) == []
        return text if isinstance(text, str) else text.decode()

    def trust(self, metadata: str) -> dict[str, Any]:
        """The settings that its parser finds in the metadata."""
        found: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(metadata)
        # What the identity provider wants of requests is not what this service provider does with them.
        kept = {**found, "security": self.settings["security"]}
        self.settings = OneLogin_Saml2_IdPMetadataParser.merge_settings(self.settings, kept)
        return found

    def login(self, request: Request) -> Answer:
        auth = self._auth(request)
        flags = {name: True for name in ("force_authn", "is_passive") if name in request.query}
        url = auth.login(request.query.get("to"), **flags)
        return redirect(url, **{"set-cookie": f"asked={auth.get_last_request_id()}; Path=/; HttpOnly"})

    def acs(self, request: Request) -> Answer:
        auth = self._auth(request)
        asked = dict(part.split("=", 1) for part in request.cookie.split("; ") if "=" in part).get("asked")
        auth.process_response(request_id=asked)
        return as_json(
            {
                "authenticated": auth.is_authenticated(),
                "errors": auth.get_errors(),
                "reason": auth.get_last_error_reason(),
                "name_id": auth.get_nameid(),
                "format": auth.get_nameid_format(),
                "attributes": auth.get_attributes(),
                "session_index": auth.get_session_index(),
                "session_ends": auth.get_session_expiration(),
                "contexts": auth.get_last_authn_contexts() if auth.is_authenticated() else [],
                "in_response_to": auth.get_last_response_in_response_to(),
                "confirmation": confirmation(auth.get_last_response_xml()),
                "asked": asked,
                "relay_state": request.form.get("RelayState"),
            }
        )

    def _auth(self, request: Request) -> Any:
        data = {
            "https": "off",
            "http_host": request.host,
            "script_name": request.path,
            "get_data": request.query,
            "post_data": request.form,
        }
        return OneLogin_Saml2_Auth(data, self.settings)


def confirmation(response: str) -> dict[str, str]:
    """What the response says of where and to whom it may be handed, only part of which python3-saml looks at."""
    found = etree.fromstring(response.encode()).iter("{*}SubjectConfirmationData")
    return {str(name): str(value) for data in found for name, value in data.items()}


def make(url: str) -> Any:
    known: dict[str, ServiceProvider] = {}

    def answer(request: Request) -> Answer:
        _, name, what = request.path.split("/")
        if what == "settings":
            known[name] = ServiceProvider(f"{url}/{name}", request.json)
            return as_json({})
        if what == "metadata":
            return page(known[name].metadata(), "application/samlmetadata+xml")
        if what == "trust":
            return as_json(known[name].trust(request.json["metadata"]))
        return known[name].login(request) if what == "login" else known[name].acs(request)

    return answer


if __name__ == "__main__":
    serve(make)
