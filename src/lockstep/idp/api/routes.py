"""Everything that the API does, and what a credential's scope needs for it.  What is not here is refused."""

from lockstep.idp.api.apps import connectors, rules
from lockstep.idp.api.apps import handlers as apps
from lockstep.idp.api.credentials.records import Need
from lockstep.idp.api.events import handlers as events
from lockstep.idp.api.groups import handlers as groups
from lockstep.idp.api.mappings import handlers as mappings
from lockstep.idp.api.roles import handlers as roles
from lockstep.idp.api.routing import Route
from lockstep.idp.api.users import fields, handlers, version1
from lockstep.idp.api.users.writing import hash_password

_USERS = "/api/2/users"
_USER = f"{_USERS}/{{id}}"
_FIELDS = f"{_USERS}/custom_attributes"
_USER1 = "/api/1/users/{id}"

USERS = [
    Route("GET", _USERS, Need.USERS_READ, handlers.show_all, "lists users"),
    Route("POST", _USERS, Need.USERS_WRITE, handlers.create, "makes a user", hash_password),
    Route("GET", _USER, Need.USERS_READ, handlers.show, "shows a user"),
    Route("PUT", _USER, Need.USERS_WRITE, handlers.change, "changes a user", hash_password),
    Route("DELETE", _USER, Need.USERS_WRITE, handlers.remove, "deletes a user, who can be restored for 30 days"),
    Route("GET", f"{_USER}/apps", Need.USERS_READ, handlers.apps, "lists the apps of a user, with the state of provisioning"),
    Route("GET", _FIELDS, Need.USERS_READ, fields.show_all, "lists custom attributes"),
    Route("POST", _FIELDS, Need.ALL_WRITE, fields.create, "makes a custom attribute"),
    Route("GET", f"{_FIELDS}/{{id}}", Need.USERS_READ, fields.show, "shows a custom attribute"),
    Route("PUT", f"{_FIELDS}/{{id}}", Need.ALL_WRITE, fields.change, "renames a custom attribute"),
    Route("DELETE", f"{_FIELDS}/{{id}}", Need.ALL_WRITE, fields.remove, "deletes a custom attribute, and its values"),
]
USERS_OF_VERSION_1 = [
    Route("GET", "/api/1/users/custom_attributes", Need.USERS_READ, version1.custom_attributes, "lists custom attributes"),
    Route("GET", f"{_USER1}/roles", Need.USERS_READ, version1.roles, "lists the ids of a user's roles"),
    Route("PUT", f"{_USER1}/add_roles", Need.ALL_WRITE, version1.add_roles, "gives a user roles"),
    Route("PUT", f"{_USER1}/remove_roles", Need.ALL_WRITE, version1.remove_roles, "takes roles from a user"),
    Route("PUT", f"{_USER1}/lock_user", Need.USERS_WRITE, version1.lock, "locks a user, for minutes or until unlocked"),
    Route("PUT", f"{_USER1}/logout", Need.USERS_WRITE, version1.log_out, "ends the sessions of a user"),
    Route("PUT", f"{_USER1}/set_state", Need.USERS_WRITE, version1.set_state, "approves a user, or not"),
    Route(
        "PUT",
        "/api/1/users/set_password_clear_text/{id}",
        Need.ALL_WRITE,
        version1.set_password,
        "gives a user a password",
        hash_password,
    ),
    Route(
        "PUT",
        "/api/1/users/set_password_using_salt/{id}",
        Need.ALL_WRITE,
        version1.refuse_salted,
        "refuses a password that was hashed elsewhere, and says why",
    ),
]
_ROLES = "/api/2/roles"
_ROLE = f"{_ROLES}/{{id}}"
ROLES = [
    Route("GET", _ROLES, Need.USERS_READ, roles.show_all, "lists roles"),
    Route("POST", _ROLES, Need.ALL_WRITE, roles.create, "makes a role"),
    Route("GET", _ROLE, Need.USERS_READ, roles.show, "shows a role with its apps, users and administrators"),
    Route("PUT", _ROLE, Need.ALL_WRITE, roles.change, "renames a role, and replaces what is sent of apps, users and admins"),
    Route("DELETE", _ROLE, Need.ALL_WRITE, roles.remove, "deletes a role"),
    Route("GET", f"{_ROLE}/users", Need.USERS_READ, roles.users, "lists who is in a role"),
    Route("POST", f"{_ROLE}/users", Need.ALL_WRITE, roles.add_users, "puts users into a role"),
    Route("DELETE", f"{_ROLE}/users", Need.ALL_WRITE, roles.remove_users, "takes users out of a role"),
    Route("GET", f"{_ROLE}/admins", Need.USERS_READ, roles.admins, "lists who administers a role"),
    Route("POST", f"{_ROLE}/admins", Need.ALL_WRITE, roles.add_admins, "lets users administer a role"),
    Route("DELETE", f"{_ROLE}/admins", Need.ALL_WRITE, roles.remove_admins, "lets users administer a role no more"),
    Route("GET", f"{_ROLE}/apps", Need.USERS_READ, roles.apps, "lists the apps of a role"),
    Route("PUT", f"{_ROLE}/apps", Need.ALL_WRITE, roles.set_apps, "gives a role these apps and no others"),
    Route("GET", "/api/1/roles", Need.USERS_READ, roles.show_all_1, "lists roles, or those of a name"),
    Route("GET", "/api/1/roles/{id}", Need.USERS_READ, roles.show_1, "shows a role"),
]
_APPS = "/api/2/apps"
_APP = f"{_APPS}/{{id}}"
_RULES = f"{_APP}/rules"
_RULE = f"{_RULES}/{{rule}}"
APPS = [
    Route("GET", _APPS, Need.ALL_READ, apps.show_all, "lists apps"),
    Route("POST", _APPS, Need.ALL_WRITE, apps.create, "makes an app"),
    Route("GET", _APP, Need.ALL_READ, apps.show, "shows an app, with its parameters and what its service provider is told"),
    Route("PUT", _APP, Need.ALL_WRITE, apps.change, "changes an app: parameters are merged, role_ids replaced"),
    Route("GET", f"{_APP}/users", Need.ALL_READ, apps.users, "lists who has an app"),
    Route(
        "DELETE",
        f"{_APP}/parameters/{{parameter}}",
        Need.ALL_WRITE,
        apps.remove_parameter,
        "deletes a parameter, by its id or its key; the connector's stay",
    ),
    Route("GET", "/api/2/connectors", Need.ALL_READ, connectors.show_all, "lists connectors"),
    Route("GET", _RULES, Need.ALL_READ, rules.show_all, "lists the enabled rules of an app, or with enabled=false the others"),
    Route("POST", _RULES, Need.ALL_WRITE, rules.create, "makes a rule"),
    Route("PUT", f"{_RULES}/sort", Need.ALL_WRITE, rules.sort, "puts all rules of an app into an order"),
    Route("GET", _RULE, Need.ALL_READ, rules.show, "shows a rule"),
    Route("PUT", _RULE, Need.ALL_WRITE, rules.change, "changes a rule"),
    Route("DELETE", _RULE, Need.ALL_WRITE, rules.remove, "deletes a rule"),
    Route("GET", f"{_RULES}/conditions", Need.ALL_READ, rules.list_conditions, "lists what conditions can look at"),
    Route("GET", f"{_RULES}/conditions/{{source}}/operators", Need.ALL_READ, rules.list_operators, "lists operators"),
    Route("GET", f"{_RULES}/conditions/{{source}}/values", Need.ALL_READ, rules.list_condition_values, "lists values"),
    Route("GET", f"{_RULES}/actions", Need.ALL_READ, rules.list_actions, "lists what rules can do"),
    Route(
        "GET", f"{_RULES}/actions/{{action}}/values", Need.ALL_READ, rules.list_action_values, "lists the values of an action"
    ),
]
_MAPPINGS = "/api/2/mappings"
_MAPPING = f"{_MAPPINGS}/{{id}}"
MAPPINGS = [
    Route("GET", _MAPPINGS, Need.ALL_READ, mappings.show_all, "lists the enabled mappings, or with enabled=false the others"),
    Route("POST", _MAPPINGS, Need.ALL_WRITE, mappings.create, "makes a mapping"),
    Route("PUT", f"{_MAPPINGS}/sort", Need.ALL_WRITE, mappings.sort, "puts all mappings into an order"),
    Route("GET", _MAPPING, Need.ALL_READ, mappings.show, "shows a mapping"),
    Route("PUT", _MAPPING, Need.ALL_WRITE, mappings.change, "changes a mapping"),
    Route("DELETE", _MAPPING, Need.ALL_WRITE, mappings.remove, "deletes a mapping"),
    Route("GET", f"{_MAPPINGS}/conditions", Need.ALL_READ, mappings.list_conditions, "lists what conditions can look at"),
    Route("GET", f"{_MAPPINGS}/conditions/{{source}}/operators", Need.ALL_READ, mappings.list_operators, "lists operators"),
    Route("GET", f"{_MAPPINGS}/conditions/{{source}}/values", Need.ALL_READ, mappings.list_condition_values, "lists values"),
    Route("GET", f"{_MAPPINGS}/actions", Need.ALL_READ, mappings.list_actions, "lists what mappings can do"),
    Route(
        "GET",
        f"{_MAPPINGS}/actions/{{action}}/values",
        Need.ALL_READ,
        mappings.list_action_values,
        "lists the values of an action",
    ),
]
EVENTS = [
    Route("GET", "/api/1/events", Need.ALL_READ, events.show_all, "lists events, the newest first"),
    # OneLogin's own client sends no token here; the list is the same for everybody.
    Route("GET", "/api/1/events/types", None, events.types, "lists the types of events"),
    Route("GET", "/api/1/events/{id}", Need.ALL_READ, events.show, "shows an event"),
]
GROUPS = [
    Route("GET", "/api/1/groups", Need.USERS_READ, groups.show_all, "lists groups, which are security policies"),
    Route("GET", "/api/1/groups/{id}", Need.USERS_READ, groups.show, "shows a group"),
]
ROUTES = [*USERS, *USERS_OF_VERSION_1, *ROLES, *APPS, *MAPPINGS, *GROUPS, *EVENTS]
