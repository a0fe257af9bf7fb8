"""A service provider on pysaml2, spoken to as `service_provider` is; its `security` are pysaml2's settings.

`GET /NAME/login?post` asks by a form instead of a redirect, `?sign` signs what is asked.
"""

import logging
import tempfile
from pathlib import Path
from typing import Any

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS
from saml2.sigver import get_xmlsec_binary
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from tests.clients.scripts.serving import Answer, Request, as_json, page, redirect, serve


class ServiceProvider:
    """One of them."""

    def __init__(self, base: str, folder: Path, said: dict[str, Any]) -> None:
        folder.mkdir()
        (folder / "key.pem").write_text(said["key"])
        (folder / "certificate.pem").write_text(said["certificate"])
        self.settings: dict[str, Any] = {
            "entityid": f"{base}/metadata",
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "certificate.pem"),
            "xmlsec_binary": get_xmlsec_binary(),
            "allow_unknown_attributes": True,
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(f"{base}/acs", BINDING_HTTP_POST)]},
                    "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
                    "signing_algorithm": SIG_RSA_SHA256,
                    "digest_algorithm": DIGEST_SHA256,
                    **said["security"],
                }
            },
        }
        self.asked: dict[str, str] = {}

    def metadata(self) -> str:
        return str(entity_descriptor(SPConfig().load(dict(self.settings))))

    def trust(self, metadata: str) -> dict[str, Any]:
        self.client = Saml2Client(config=SPConfig().load({**self.settings, "metadata": {"inline": [metadata]}}))
        (self.idp,) = self.client.metadata.keys()
        return {"entity_id": self.idp, "certificates": len(self.client.metadata.certs(self.idp, "idpsso", "signing"))}

    def login(self, query: dict[str, str]) -> Answer:
        binding = BINDING_HTTP_POST if "post" in query else BINDING_HTTP_REDIRECT
        number, made = self.client.prepare_for_authenticate(
            self.idp,
            relay_state=query.get("to", ""),
            binding=binding,
            response_binding=BINDING_HTTP_POST,
            nameid_format=NAMEID_FORMAT_EMAILADDRESS,
            sign="sign" in query,
        )
        self.asked[number] = query.get("to", "")
        return page(made["data"]) if "post" in query else redirect(dict(made["headers"])["Location"])

    def acs(self, form: dict[str, str]) -> Answer:
        try:
            response = self.client.parse_authn_request_response(form["SAMLResponse"], BINDING_HTTP_POST, outstanding=self.asked)
        except Exception as error:
            return as_json({"accepted": False, "why": f"{type(error).__name__}: {error}"})
        subject = response.get_subject()
        return as_json(
            {
                "accepted": True,
                "name_id": subject.text,
                "format": subject.format,
                "attributes": response.ava,
                "in_response_to": response.in_response_to,
                "session_index": response.assertion.authn_statement[0].session_index,
                "session_ends": response.session_not_on_or_after,
                "contexts": [context for context, _, _ in response.authn_info()],
                "relay_state": form.get("RelayState"),
            }
        )


def make(url: str, folder: Path) -> Any:
    known: dict[str, ServiceProvider] = {}

    def answer(request: Request) -> Answer:
        _, name, what = request.path.split("/")
        if what == "settings":
            known[name] = ServiceProvider(f"{url}/{name}", folder / name, request.json)
            return as_json({})
        if what == "metadata":
            return page(known[name].metadata(), "application/samlmetadata+xml")
        if what == "trust":
            return as_json(known[name].trust(request.json["metadata"]))
        return known[name].login(request.query) if what == "login" else known[name].acs(request.form)

    return answer


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place:
        serve(lambda url: make(url, Path(place)))
