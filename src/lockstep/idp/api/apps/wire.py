"""An app as OneLogin's API writes it (facts 24, 25, 141)."""

from typing import Any

from lockstep.idp.api.apps import parameters
from lockstep.idp.api.apps.connectors import SAML, id_of
from lockstep.idp.api.context import Context, Sso
from lockstep.idp.api.filters import moment
from lockstep.idp.apps import store
from lockstep.idp.apps.records import App
from lockstep.kit.db import Connection

READ_ONLY = ("id", "created_at", "updated_at", "auth_method", "icon_url", "sso")
"""Taken, because a program may send back all that it read, and not looked at."""
FIXED: dict[str, Any] = {
    "visible": True,
    "description": "",
    "notes": "",
    "policy_id": None,
    "brand_id": None,
    "tab_id": None,
    "allow_assumed_signin": False,
    "enforcement_point": None,
}
"""What every app has, and none can have otherwise."""
SENT = frozenset({*READ_ONLY, *FIXED, "name", "connector_id", "role_ids", "provisioning", "configuration", "parameters"})
SIGNATURE = "SHA-256"


def short(c: Connection, app: App) -> dict[str, Any]:
    """An app in a list."""
    return {
        "id": app.id,
        "connector_id": id_of(app.connector),
        "name": app.name,
        **FIXED,
        "icon_url": None,
        "auth_method": SAML,
        "created_at": moment(store.created_at(c, app.id)),
        "updated_at": moment(store.created_at(c, app.id)),
        "role_ids": role_ids(c, app),
        "provisioning": {"enabled": app.settings.provisioning},
    }


def full(c: Connection, context: Context, app: App) -> dict[str, Any]:
    """An app by itself."""
    sso = context.sign_in.sso_of(c, app)
    return {
        **short(c, app),
        "configuration": configuration(app, sso),
        "sso": None if sso is None else _sso(sso),
        "parameters": parameters.written(c, app),
    }


def role_ids(c: Connection, app: App) -> list[int]:
    """The ids of the roles that give the app."""
    return sorted(one.role_id for one in store.assignments(c, app.id) if one.role_id is not None)


def configuration(app: App, sso: Sso | None) -> dict[str, Any]:
    """The configuration; never the token."""
    return {
        "signature_algorithm": SIGNATURE,
        "certificate_id": None if sso is None else sso.certificate_id,
        "scim_base_url": app.scim_url,
    }


def _sso(sso: Sso) -> dict[str, Any]:
    return {
        "metadata_url": sso.metadata_url,
        "acs_url": sso.acs_url,
        "sls_url": sso.sls_url,
        "issuer": sso.issuer,
        "certificate": {"id": sso.certificate_id, "name": sso.certificate_name, "value": sso.certificate},
    }
