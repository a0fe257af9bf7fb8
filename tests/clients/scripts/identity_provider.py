"""An identity provider on pysaml2, which signs with the program xmlsec1.  Its argument: a folder with its key and certificate.

`GET /metadata` describes it (`/federation` in a signed list), `POST /trust` (JSON: `metadata`) gives it its service provider,
`POST /answer` (JSON) says what it will say and how.  `GET /sso` takes a request, and `GET /unsolicited` none: either answers
with pysaml2's page that posts.
"""

import logging
import sys
from pathlib import Path
from typing import Any

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entities_descriptor, entity_descriptor
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.samlp import STATUS_AUTHN_FAILED
from saml2.server import Server
from saml2.sigver import get_xmlsec_binary
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from tests.clients.scripts.serving import Answer, Request, as_json, page, serve


class IdentityProvider:
    """It, with what it was told."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.known: dict[str, Any] = {}
        """The service provider's metadata, as pysaml2 wants it."""
        self.told: dict[str, Any] = {}
        self.server = self._made()

    def _made(self, **policy: Any) -> Any:
        sso = [(f"{self.url}/sso", BINDING_HTTP_REDIRECT), (f"{self.url}/sso", BINDING_HTTP_POST)]
        settings = {
            "entityid": f"{self.url}/metadata",
            "key_file": str(self.folder / "key.pem"),
            "cert_file": str(self.folder / "certificate.pem"),
            "xmlsec_binary": get_xmlsec_binary(),
            "metadata": self.known,
            "service": {
                "idp": {
                    "name": "pysaml2",
                    "endpoints": {"single_sign_on_service": sso},
                    "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
                    "policy": {"default": policy},
                }
            },
        }
        return Server(config=IdPConfig().load(settings))

    def metadata(self) -> str:
        return str(entity_descriptor(self.server.config))

    def federation(self) -> str:
        """The same as one of several in a document that is signed."""
        config = self.server.config
        _, text = entities_descriptor([entity_descriptor(config)], 1, "all", "_all", True, self.server.sec)
        return str(text)

    def trust(self, metadata: str) -> Any:
        """What it reads in the service provider's metadata."""
        self.known = {"inline": [metadata]}
        self.server = self._made()
        (entity_id,) = self.server.metadata.keys()
        services = self.server.metadata.assertion_consumer_service(entity_id, binding=BINDING_HTTP_POST)
        wants = self.server.metadata[entity_id]["spsso_descriptor"][0]
        return {
            "entity_id": entity_id,
            "acs": [service["location"] for service in services],
            "formats": [one["text"] for one in wants.get("name_id_format", [])],
            "certificates": len(self.server.metadata.certs(entity_id, "spsso", "signing")),
        }

    def tell(self, told: dict[str, Any]) -> None:
        self.told = told
        self.server = self._made(**told.get("policy", {}))

    def asked(self, query: dict[str, str]) -> Answer:
        """By redirect."""
        request = self.server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        arguments = self.server.response_args(request.message, [BINDING_HTTP_POST])
        return self._answer(arguments, query.get("RelayState", ""))

    def unsolicited(self, relay_state: str) -> Answer:
        (entity_id,) = self.server.metadata.keys()
        (service,) = self.server.metadata.assertion_consumer_service(entity_id, binding=BINDING_HTTP_POST)
        arguments = {"in_response_to": None, "destination": service["location"], "sp_entity_id": entity_id}
        return self._answer(arguments, relay_state)

    def _answer(self, arguments: dict[str, Any], relay_state: str) -> Answer:
        told = self.told
        arguments.pop("binding", None)
        arguments.pop("name_id_policy", None)
        destination = arguments["destination"]
        if told["sign"] == "failure":
            failed = (STATUS_AUTHN_FAILED, "not today")
            response = self.server.create_error_response(arguments["in_response_to"], destination, info=failed, sign=True)
            return self._posting(response, destination, relay_state)
        algorithms = {"sign_alg": SIG_RSA_SHA256, "digest_alg": DIGEST_SHA256}
        arguments |= algorithms | told.get("arguments", {})
        response = self.server.create_authn_response(
            told["attributes"],
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=told["user"]),
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": f"{self.url}/sso"},
            sign_assertion=told["sign"] in ("assertion", "both"),
            sign_response=told["sign"] in ("response", "both"),
            **arguments,
        )
        return self._posting(response, destination, relay_state)

    def _posting(self, response: Any, destination: str, relay_state: str) -> Answer:
        made = self.server.apply_binding(BINDING_HTTP_POST, str(response), destination, relay_state, response=True)
        data: str = made["data"]
        return page(data)


def make(url: str) -> Any:
    idp = IdentityProvider(url, Path(sys.argv[1]))

    def answer(request: Request) -> Answer:
        if request.path == "/metadata":
            return page(idp.metadata(), "application/samlmetadata+xml")
        if request.path == "/federation":
            return page(idp.federation(), "application/samlmetadata+xml")
        if request.path == "/trust":
            return as_json(idp.trust(request.json["metadata"]))
        if request.path == "/answer":
            idp.tell(request.json)
            return as_json({})
        return idp.asked(request.query) if request.path == "/sso" else idp.unsolicited(request.query.get("RelayState", ""))

    return answer


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    serve(make)
