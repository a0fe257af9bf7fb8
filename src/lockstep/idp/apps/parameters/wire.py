"""Parameters as OneLogin's API writes them, there and back (facts 26 to 33 of its app parameters).  Pure.

An app holds them by key: `{"department": {"id": 20, "label": "department", "user_attribute_mappings": "department", …}}`.
`values` and `default_values` go over as they were given: a text stays a text, a list a list, `a,b` is one value.  What the API
does not know (the multi-value flag, "Include in User Provisioning") stays what it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lockstep.idp.apps.connectors.parameters import BUILT_IN, GROUPS
from lockstep.idp.apps.records import NAME_ID, TRANSFORMS, Fixed, Parameter
from lockstep.idp.apps.settings import Settings
from lockstep.idp.directory.conditions.attributes import ONELOGIN_NAMES
from lockstep.kit.problems import ValueProblem

MACRO = "_macro_"
"""What `user_attribute_mappings` says where the value is a macro, in `user_attribute_macros`."""
NONE = "none"
_THEIRS = {ours: theirs for theirs, ours in ONELOGIN_NAMES.items()}
_LABELS = {"userName": "SCIM Username", NAME_ID: "SAML NameID (Subject)", GROUPS: "Groups"}
_TRUTHS = {
    "skip_if_blank": "skip_if_blank",
    "provisioned_entitlements": "provisioned_entitlements",
    "safe_entitlements_enabled": "safe_entitlements",
    "include_in_saml_assertion": "include_in_saml_assertion",
}
"""Flags: their name, and the field of `Parameter`."""
_FIXED = {"values": "values", "default_values": "default_values"}
KEYS = (
    *("id", "param_key_name", "label", "user_attribute_mappings", "user_attribute_macros", "attributes_transformations"),
    *_FIXED,
    *_TRUTHS,
)
"""Every member of a parameter that the API knows."""

Json = dict[str, Any]


def is_built_in(key: str) -> bool:
    """Whether a parameter comes with the connector: it can be changed, and not deleted (the API answers with 403)."""
    return key in BUILT_IN


def number_of(parameter: Parameter) -> int:
    """The id of a parameter within its app."""
    return BUILT_IN.get(parameter.key, parameter.number)


def groups_of(settings: Settings) -> Parameter:
    """The parameter Groups, whose flags are settings of the app and whose values come from roles, rules and logins."""
    return Parameter(
        GROUPS,
        NONE,
        macro=False,
        in_provisioning=settings.groups,
        provisioned_entitlements=True,
        safe_entitlements=settings.safe_entitlements,
    )


def all_to_wire(parameters: Iterable[Parameter], settings: Settings) -> dict[str, Json]:
    """The parameters of an app, by key, Groups among them."""
    return {one.key: to_wire(one) for one in (*parameters, groups_of(settings))}


def to_wire(parameter: Parameter) -> Json:
    """One parameter."""
    return {
        "id": number_of(parameter),
        "label": parameter.label or _LABELS.get(parameter.key, parameter.key),
        "user_attribute_mappings": MACRO if parameter.macro else _THEIRS.get(parameter.source, parameter.source),
        "user_attribute_macros": parameter.source if parameter.macro else None,
        "attributes_transformations": parameter.transform,
        **{theirs: _fixed_to_wire(getattr(parameter, ours)) for theirs, ours in _FIXED.items()},
        **{theirs: getattr(parameter, ours) for theirs, ours in _TRUTHS.items()},
    }


def from_wire(key: str, given: Mapping[str, Any], before: Parameter | None) -> Parameter:
    """The parameter `key` as a request writes it; what is not given stays as it is `before`, or as it is at first.

    What it means is checked where it is written (`actions.set_parameter`).  Raises ValueProblem, whose field is the member that
    is wrong.
    """
    unknown = [name for name in given if name not in KEYS]
    if unknown:
        raise ValueProblem(unknown[0], f"a parameter has no such member; there are {', '.join(KEYS)}")
    found = before or Parameter(key, NONE, macro=False)
    if "label" in given:
        found = _labelled(found, given["label"], new=before is None)
    found = _mapped(found, given)
    if given.get("attributes_transformations") is not None:
        found = _transformed(found, given["attributes_transformations"])
    for theirs, ours in _FIXED.items():
        if theirs in given:
            written: Json = {ours: _fixed(theirs, given[theirs])}
            found = replace(found, **written)
    for theirs, ours in _TRUTHS.items():
        if given.get(theirs) is not None:
            if not isinstance(given[theirs], bool):
                raise ValueProblem(theirs, "write true or false")
            found = replace(found, **{ours: given[theirs]})
    return found


def _labelled(parameter: Parameter, label: Any, *, new: bool) -> Parameter:
    if not isinstance(label, str):
        raise ValueProblem("label", "write a text")
    if new:
        return replace(parameter, label="" if label == _LABELS.get(parameter.key, parameter.key) else label)
    if label != to_wire(parameter)["label"]:
        raise ValueProblem("label", "a label is given when the parameter is made, and stays")
    return parameter


def _mapped(parameter: Parameter, given: Mapping[str, Any]) -> Parameter:
    if "user_attribute_mappings" not in given and "user_attribute_macros" not in given:
        return parameter
    mapping = given.get("user_attribute_mappings", MACRO if parameter.macro else parameter.source)
    text = given.get("user_attribute_macros", parameter.source if parameter.macro else None)
    if mapping is not None and not isinstance(mapping, str):
        raise ValueProblem("user_attribute_mappings", "write the name of a user attribute, none or _macro_")
    if mapping != MACRO:
        return replace(parameter, source=ONELOGIN_NAMES.get(mapping or NONE, mapping or NONE), macro=False)
    if not isinstance(text, str) or not text:
        raise ValueProblem("user_attribute_macros", "write the macro, such as {firstname} {lastname}")
    return replace(parameter, source=text, macro=True)


def _transformed(parameter: Parameter, given: Any) -> Parameter:
    transform = next((one for one in TRANSFORMS if one == given), None)
    if transform is None:
        raise ValueProblem("attributes_transformations", f"choose one of {', '.join(TRANSFORMS)}")
    return replace(parameter, transform=transform)


def _fixed_to_wire(fixed: Fixed) -> str | list[str] | None:
    return list(fixed) if isinstance(fixed, tuple) else fixed


def _fixed(name: str, given: Any) -> Fixed:
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        return tuple(given)
    raise ValueProblem(name, "write a text, or a list of texts")
