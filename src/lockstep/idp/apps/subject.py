"""Who a person is to an app, on each wire: the userName of SCIM, and the NameID of SAML.  Pure."""

from lockstep.idp.apps.connectors import NOTHING, Given
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import NAME_ID
from lockstep.idp.directory.records import User


def user_name_of(recipe: Recipe, user: User, given: Given = NOTHING) -> str:
    """The userName that goes over SCIM, "" without."""
    if recipe.template is None:
        return recipe.value("userName", user, given)
    return str(recipe.writer(user, True, given).get("userName", ""))


def name_id_of(recipe: Recipe, user: User, given: Given = NOTHING) -> str:
    """The NameID of the assertion: the parameter NAME_ID, or else whatever feeds SCIM's userName; "" without."""
    own = any(one.key == NAME_ID for one in recipe.parameters)
    return recipe.value(NAME_ID, user, given) if own else user_name_of(recipe, user, given)
