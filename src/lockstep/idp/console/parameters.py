"""The tab Parameters: what is sent for each attribute, and what the SAML assertion holds."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps import actions, store
from lockstep.idp.apps.connectors import CONNECTORS, CUSTOM, PARAMETER_KEYS, parameters_of, provisioned
from lockstep.idp.apps.logins import store as logins
from lockstep.idp.apps.records import NAME_ID, TRANSFORMS, App, Fixed, Parameter, Transform
from lockstep.idp.apps.rules.actions import rules_of
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import FIELD_NAMES
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

MACRO, OWN, NONE = "macro", "custom", "none"
SOURCES = [
    (NONE, "– No default –"),
    *FIELD_NAMES.items(),
    ("email_name_part", "Email name part"),
    ("email_domain_part", "Email domain part"),
    (OWN, "Custom attribute, named below"),
    (MACRO, "– Macro –, written below"),
]


async def parameters(desk: Desk) -> Response:
    """The tables."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        own = store.parameters(c, app.id)
        rows = sorted(parameters_of(CONNECTORS[app.connector], own), key=lambda one: one.key.casefold())
        return {
            "provisioned": [(one, source_words(one)) for one in rows if one.key in PARAMETER_KEYS],
            "saml_only": [(one, source_words(one)) for one in rows if one.key not in PARAMETER_KEYS],
            "own": {one.key for one in own},
            "sent": {one for one in rows if provisioned(one)},
            "extras": {one.key: extra_words(one) for one in rows},
            "overridden": logins.count(c, app.id),
            "set_by": set_by(rules_of(c, app).applied.rules),
            "subject": any(one.key == NAME_ID for one in own),
        }

    return await tab(desk, "console/app_parameters.html", look)


def set_by(rules: Iterable[Rule]) -> Counter[str]:
    """How many rules in force set each parameter; a disabled one counts for Groups, which are nobody's by role meanwhile."""
    keys = ((rule, key) for rule in rules for key in {action.parameter for action in rule.actions})
    return Counter(key for rule, key in keys if rule.enabled or key == GROUPS)


def source_words(parameter: Parameter) -> str:
    """Where the value comes from, as the table shows it."""
    if parameter.macro:
        return parameter.source
    if parameter.source.startswith(CUSTOM):
        return f"Custom attribute {parameter.source.removeprefix(CUSTOM)}"
    return dict(SOURCES).get(parameter.source, parameter.source)


def extra_words(parameter: Parameter) -> list[str]:
    """What else was said of a parameter, as the table shows it."""
    said = [parameter.label] if parameter.label else []
    if parameter.values is not None:
        said.append(f"the same for everybody: {_fixed_text(parameter.values)}")
    if parameter.default_values is not None:
        said.append(f"default if no value selected: {_fixed_text(parameter.default_values)}")
    if parameter.transform != "none":
        said.append(TRANSFORMS[parameter.transform])
    if not parameter.skip_if_blank:
        said.append("sent empty where there is no value")
    return said


def _fixed_text(fixed: Fixed) -> str:
    return "" if fixed is None else fixed if isinstance(fixed, str) else ", ".join(fixed)


async def credentials(desk: Desk) -> Response:
    """“Credentials are”: whether single logins may have values of their own."""
    app_id, chosen = number(desk.request), desk.value("credentials")
    given = [f"credentials={chosen}"]
    await desk.write(lambda c: actions.change_settings(c, app_of(c, app_id), given, desk.now, actor=desk.actor))
    text = "Single logins may have values of their own." if chosen == "admin" else "Everybody has the values of the parameters."
    return desk.go(f"/admin/apps/{app_id}/parameters", text)


async def groups_page(desk: Desk) -> Response:
    """The form of the parameter Groups."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        return {"set_by": set_by(rules_of(c, app).applied.rules)}

    return await tab(desk, "console/app_parameter_groups.html", look)


async def groups(desk: Desk) -> Response:
    """“Include in User Provisioning” of the parameter Groups."""
    app_id, on = number(desk.request), desk.ticked("groups")
    setting = [f"groups={'on' if on else 'off'}"]
    if desk.value("full"):
        setting.append(f"safe-entitlements={'on' if desk.ticked('safe') else 'off'}")
    await desk.write(lambda c: actions.change_settings(c, app_of(c, app_id), setting, desk.now, actor=desk.actor))
    text = "Groups are included in user provisioning."
    if not on:
        text = "Groups are not managed any more: what is at the target stays as it is."
    return desk.go(f"/admin/apps/{app_id}/parameters", text)


async def edit(desk: Desk) -> Response:
    """The form of one parameter, or of a new one (without a key in the address)."""
    key = desk.query("key")

    def look(c: Connection, app: App) -> dict[str, Any]:
        if not key:
            return {"typed": _typed(Parameter("", NONE, macro=False)), "known": False}
        found = actions.parameter_of(c, app, key)
        if found is None and key != NAME_ID:
            raise HTTPException(NOT_FOUND)
        own = any(one.key == key for one in store.parameters(c, app.id))
        return {"typed": _typed(found or Parameter(key, "user_name", macro=False)), "known": True, "own": own}

    choices: dict[str, Any] = {
        "sources": SOURCES,
        "transforms": list(TRANSFORMS.items()),
        "is_subject": key == NAME_ID,
    }
    return await tab(desk, "console/app_parameter.html", look, errors={}, **choices)


async def save(desk: Desk) -> Response:
    """Set a parameter, or forget the app's own."""
    app_id, key = number(desk.request), desk.value("key")
    back = f"/admin/apps/{app_id}/parameters"
    if desk.value("do") == "remove":
        await desk.write(lambda c: actions.remove_parameter(c, app_of(c, app_id), key, desk.now, actor=desk.actor))
        return desk.go(back, f"{key} is as it was at first.")
    chosen = _chosen(desk, key)
    try:
        await desk.write(lambda c: actions.set_parameter(c, app_of(c, app_id), chosen, desk.now, actor=desk.actor))
    except ValueProblem as problem:
        more = {
            "typed": {**_typed(chosen), "source": desk.value("source"), "text": desk.value("text")},
            "known": bool(desk.value("known")),
            "errors": {_FIELDS.get(problem.field, problem.field): sentence(problem.what)},
            "sources": SOURCES,
            "transforms": list(TRANSFORMS.items()),
            "own": False,
            "is_subject": key == NAME_ID,
        }
        return await tab(desk, "console/app_parameter.html", None, WRONG, **more)
    return desk.go(back, f"The parameter {key} has been saved.")


_FIELDS = {
    "source": "text",
    "default_values": "default",
    "skip_if_blank": "blank",
    "in_provisioning": "provisioning",
}
"""What the form calls the fields of a parameter, where it has another name for them."""


def _chosen(desk: Desk, key: str) -> Parameter:
    source, text = desk.value("source"), desk.value("text")
    if source == OWN:
        source = CUSTOM + text
    elif source == MACRO:
        source = text
    ticked = desk.ticked("provisioning")
    own = key not in PARAMETER_KEYS
    return Parameter(
        key,
        source,
        desk.value("source") == MACRO,
        desk.ticked("saml"),
        desk.ticked("multi"),
        label=desk.value("label"),
        transform=_transform(desk.value("transform", "none")),
        values=_fixed(desk.value("values")),
        default_values=_fixed(desk.value("default")),
        skip_if_blank=not desk.ticked("blank"),
        # What the key says by itself is not written down.
        in_provisioning=(True if ticked else None) if own else (None if ticked else False),
    )


def _transform(text: str) -> Transform:
    found = next((one for one in TRANSFORMS if one == text), None)
    if found is None:
        raise ValueProblem("transform", f"choose one of {', '.join(TRANSFORMS)}")
    return found


def _fixed(text: str) -> Fixed:
    """One line is a text, as it was typed; several are a list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return None if not lines else lines[0] if len(lines) == 1 else tuple(lines)


def _typed(parameter: Parameter) -> dict[str, Any]:
    source, text = parameter.source, ""
    if parameter.macro:
        source, text = MACRO, parameter.source
    elif source.startswith(CUSTOM):
        source, text = OWN, source.removeprefix(CUSTOM)
    return {
        "key": parameter.key,
        "source": source,
        "text": text,
        "saml": parameter.include_in_saml_assertion,
        "multi": parameter.multi_value,
        "label": parameter.label,
        "transform": parameter.transform,
        "values": _lines(parameter.values),
        "default": _lines(parameter.default_values),
        "blank": not parameter.skip_if_blank,
        "provisioning": provisioned(parameter),
    }


def _lines(fixed: Fixed) -> str:
    return "" if fixed is None else fixed if isinstance(fixed, str) else "\n".join(fixed)
