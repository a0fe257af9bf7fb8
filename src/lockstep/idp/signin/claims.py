"""What an app is told about a person who signs in.  Pure: it is handed parameters and a user, and gives values.

The same parameters feed SCIM, so that a person is one and the same on both wires.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from lockstep.idp.apps.connectors import ACCESS_CONTROL, NOTHING, Given
from lockstep.idp.apps.connectors import values as parameters
from lockstep.idp.apps.connectors.values import Values
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.apps.saml.records import Empty
from lockstep.idp.apps.subject import name_id_of, user_name_of
from lockstep.idp.directory.records import User
from lockstep.saml.records import BASIC_NAMES, URI_NAMES, Attribute

MOST_TAGS = 50
LONGEST_TAG_KEY = 128
LONGEST_TAG_VALUE = 256
_TAG = re.compile(r"[^\W_]|[ \xa0\u2000-\u200a\u202f\u205f\u3000_.:/=+\-@]")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f-\x9f]+@[^\s@<>()\[\],;:\\\"\x00-\x20\x7f-\x9f]+")
_LONGEST_NAME_ID = 256


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a person could not sign in to an app, and what an administrator does about it."""

    problem: str
    fix: str


class ClaimProblem(Exception):
    """A person about whom the app cannot be told what it needs."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.problem)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Claims:
    """What the assertion says: who, and what of them."""

    name_id: str
    attributes: tuple[Attribute, ...]


def claims_for(recipe: Recipe, user: User, given: Given = NOTHING, *, empty: Empty = "omit") -> Claims:
    """What the app is told about `user`; `given` is what rules set for them.

    Raises ClaimProblem with the first thing that is in the way.
    """
    for trouble in troubles(recipe, user, given):
        raise ClaimProblem(trouble)
    return Claims(name_id_of(recipe, user, given), attributes_for(recipe, user, given, empty=empty))


def attributes_for(recipe: Recipe, user: User, given: Given = NOTHING, *, empty: Empty = "omit") -> tuple[Attribute, ...]:
    """One attribute for each parameter that is included; one without a value is left out, unless it is to be sent empty."""
    found, stands = [], recipe.given(user, given)
    for parameter in recipe.parameters:
        if not parameter.include_in_saml_assertion or parameter.key == NAME_ID:
            continue
        values = values_of(parameter, user, stands)
        if not values and empty == "send":
            values = ("",)
        if values:
            found.append(Attribute(parameter.key, values, _name_format(parameter.key)))
    return tuple(found)


def values_of(parameter: Parameter, user: User, given: Given = NOTHING) -> Values:
    """The values of an attribute.  Only a multi-value parameter has several, or is taken apart; empty parts are none."""
    if not parameter.multi_value:
        text = parameters.value_of(parameter, user, given)
        return (text,) if text else ()
    if parameter.key in given:
        return tuple(part for text in given[parameter.key] for part in parameters.split("semicolon", text))
    apart = parameter.transform == "none"
    return parameters.values_of(replace(parameter, transform="semicolon") if apart else parameter, user)


def _name_format(name: str) -> str:
    """As OneLogin: basic; a name that is a URI says so, as AWS's examples do."""
    return URI_NAMES if name.startswith(("https://", "http://", "urn:")) else BASIC_NAMES


def troubles(recipe: Recipe, user: User, given: Given = NOTHING) -> list[Trouble]:
    """Everything that keeps `user` from signing in to the app."""
    stands = recipe.given(user, given)
    found = _about_name(name_id_of(recipe, user, given), user_name_of(recipe, user, given))
    included = [one for one in recipe.parameters if one.include_in_saml_assertion and one.key.startswith(ACCESS_CONTROL)]
    tags = [(one.key, values_of(one, user, stands)) for one in included]
    if sum(bool(values) for _, values in tags) > MOST_TAGS:
        fix = f"Include at most {MOST_TAGS} AccessControl attributes."
        found.append(Trouble(f"There are more than {MOST_TAGS} attributes for access control, which AWS refuses.", fix))
    for key, values in tags:
        found.extend(_about_tag(key, values))
    return found


def _about_name(name_id: str, user_name: str) -> list[Trouble]:
    if not name_id:
        return [Trouble("There is no value for the NameID.", "Give the user the attribute that the parameter nameid takes.")]
    fix = "Correct the attribute, or let the parameters nameid and userName take another one."
    if _ADDRESS.fullmatch(name_id) is None or len(name_id) > _LONGEST_NAME_ID:
        return [Trouble(f"The NameID {name_id[:80]!r} does not have the form of an e-mail address.", fix)]
    if not unicodedata.is_normalized("NFC", name_id) or not name_id.isprintable():
        return [Trouble("The NameID has characters that do not survive the journey (not printable, or not in form NFC).", fix)]
    if name_id != user_name:
        problem = f"The NameID {name_id[:80]!r} differs from the userName {user_name[:80]!r} that is sent over SCIM."
        return [Trouble(problem, "Let the parameters nameid and userName take the same attribute; upper and lower case count.")]
    return []


def _about_tag(key: str, values: tuple[str, ...]) -> list[Trouble]:
    name = key.removeprefix(ACCESS_CONTROL)
    if len(values) > 1:
        problem = f"The attribute for access control {name} has {len(values)} values, and AWS refuses more than one."
        return [Trouble(problem, f"Give the user one value, or set the parameter {key} without --multi-value.")]
    found = []
    if not name or len(name) > LONGEST_TAG_KEY or not _is_tag(name):
        problem = f"The key {name[:80]!r} of an attribute for access control is not one that AWS takes."
        found.append(Trouble(problem, f"Use 1 to {LONGEST_TAG_KEY} letters, digits, spaces and _ . : / = + - @."))
    for value in values:
        if len(value) > LONGEST_TAG_VALUE or not _is_tag(value):
            problem = f"The value of the attribute for access control {name} is not one that AWS takes as a session tag."
            fix = f"Use at most {LONGEST_TAG_VALUE} letters, digits, spaces and _ . : / = + - @ in it."
            found.append(Trouble(problem, fix))
    return found


def _is_tag(text: str) -> bool:
    return all(_TAG.fullmatch(character) for character in text)
