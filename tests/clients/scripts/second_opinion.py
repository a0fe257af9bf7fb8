"""What python3-saml makes of responses: JSON in, JSON out, in the same order.

Each question has the form field (`response`), the certificates that are trusted, the id of the request (or null), and the
moment at which it is asked.
"""

import json
import sys
from typing import Any

from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils


def settings_for(where: dict[str, str], certificates: list[str]) -> Any:
    said = {
        "strict": True,
        "debug": False,
        "sp": {"entityId": where["sp"], "assertionConsumerService": {"url": where["acs"]}},
        "idp": {
            "entityId": where["idp"],
            "singleSignOnService": {"url": "https://idp.test/sso"},
            "x509certMulti": {"signing": certificates},
        },
        "security": {"wantNameId": True, "wantAttributeStatement": False, "rejectDeprecatedAlgorithm": True},
    }
    return OneLogin_Saml2_Settings(said)


def opinion(question: dict[str, Any], where: dict[str, str]) -> dict[str, Any]:
    """Whether it accepts, and whom."""
    OneLogin_Saml2_Utils.now = staticmethod(lambda: question["now"])
    scheme, _, rest = where["acs"].partition("://")
    host, _, path = rest.partition("/")
    request = {"https": "on" if scheme == "https" else "off", "http_host": host, "script_name": f"/{path}"}
    try:
        response = OneLogin_Saml2_Response(settings_for(where, question["certificates"]), question["response"])
        if not response.is_valid(request, question["request_id"]):
            return {"accepted": False, "why": response.get_error()}
        return {"accepted": True, "user": response.get_nameid(), "attributes": response.get_attributes()}
    except Exception as error:
        return {"accepted": False, "why": f"{type(error).__name__}: {error}"}


def main() -> None:
    asked = json.load(sys.stdin)
    OneLogin_Saml2_Constants.ALLOWED_CLOCK_DRIFT = asked["where"].pop("drift")
    json.dump([opinion(question, asked["where"]) for question in asked["questions"]], sys.stdout)


if __name__ == "__main__":
    main()
