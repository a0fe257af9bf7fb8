"""What an app would be told about a person who signed in now: the last step of "provision on demand"."""

from dataclasses import replace

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import ACCESS_CONTROL
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.apps.subject import name_id_of
from lockstep.idp.apps.template.actions import recipe_of
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import Status
from lockstep.idp.provisioning.shown import Shown, Step
from lockstep.idp.signin.check import given_by_rules
from lockstep.idp.signin.claims import attributes_for, troubles
from lockstep.kit.db import Connection

_TITLE = "At sign-in"
_COLUMNS = ("What", "Value")


def with_sign_in(c: Connection, app: App, shown: Shown) -> Shown:
    """`shown`, and for a person what the assertion would say: the NameID, and attributes (for access control: session tags)."""
    if shown.object != "user":
        return shown
    return replace(shown, steps=(*shown.steps, _step(c, app, shown.key)))


def _step(c: Connection, app: App, key: str) -> Step:
    user = directory.user_by_employee_id(c, key)
    if user is None or not apps.has_app(c, app.id, user.id):
        return Step("sign-in", _TITLE, "info", "They do not have the app, so nobody is told anything about them.")
    recipe, given = recipe_of(c, app, asked=True), given_by_rules(c, app, user)
    found = troubles(recipe, user, given)
    if found:
        return Step("sign-in", _TITLE, "error", f"They could not sign in. {found[0].problem} {found[0].fix}")
    config = saml.of_app(c, app.id)
    attributes = attributes_for(recipe, user, given, empty="omit" if config is None else config.empty)
    tags = [one for one in attributes if one.name.startswith(ACCESS_CONTROL)]
    others = [one for one in attributes if not one.name.startswith(ACCESS_CONTROL)]
    rows = [("NameID", name_id_of(recipe, user, given))]
    rows += [(one.name, ", ".join(one.values)) for one in others]
    rows += [(f"session tag {one.name.removeprefix(ACCESS_CONTROL)}", ", ".join(one.values)) for one in tags]
    count = f"{len(tags)} attribute{'' if len(tags) == 1 else 's'} for access control"
    if user.status != Status.ACTIVE:
        verdict = f"They are {_words(user.status)}, and cannot sign in. Else the app would be told this, with {count}."
        return Step("sign-in", _TITLE, "warning", verdict, _COLUMNS, tuple(rows))
    if config is None:
        fix = f"No service provider is set yet: lockstep idp app saml {app.name}. It would be told this, with {count}."
        return Step("sign-in", _TITLE, "info", fix, _COLUMNS, tuple(rows))
    return Step("sign-in", _TITLE, "success", f"The app is told this, with {count}.", _COLUMNS, tuple(rows))


def _words(status: int) -> str:
    return Status(status).name.replace("_", " ").lower()
