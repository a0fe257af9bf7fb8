"""Every form of the console.  A new POST route needs a row in FORMS: its text fields, and what is wrong input for it.

A row says where the form is posted to (in the world of `world.py`, made ready by `prepared`), what a person fills in, which of
that is free text, and the wrong inputs with the field beside which the error stands.  A form of buttons alone has no `wrong`;
`nobody` is an address of something that is not there, or fields that name it, with the status for that.
"""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from lockstep.idp.admins import actions as admins
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.fields import actions as fields
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit.passwords import hash_password
from lockstep.saml.keys import SigningKey, new_signing_key
from tests.idp.console.world import ADMIN, HAND, PASSWORD, TOKEN, URL, World

LONG = "x" * 10_000
HOSTILE = (
    '<script>alert(\'&"x")</script>',
    "\"'><img src=x onerror=alert(1)>",
    "{{ 1234567*3 }}{% raw %}",
    "\u202eevil\u2066 \u200b",
    LONG,
    "a\0b",
    "</textarea></title><h1>x",
)
CALCULATED = "3703701"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong input: `values` in the place of the good ones, the field that is marked, the status."""

    values: dict[str, str]
    field: str
    status: int = 422


@dataclass(frozen=True, slots=True)
class Form:
    """One POST route, in the world of the tests."""

    address: str
    good: dict[str, str] = field(default_factory=dict)
    text: tuple[str, ...] = ()
    """The fields that take free text: hostile values go into each."""
    wrong: tuple[Wrong, ...] = ()
    secret: tuple[str, ...] = ()
    """Fields that are never shown again."""
    nobody: tuple[str, dict[str, str], int] | None = None
    """(address, fields, status) of what is not there."""
    guarded: bool = True


_APP = "/admin/apps/{id:int}"
_PROFILE = (
    *("given_name", "middle_name", "family_name", "suffix", "nickname", "display_name", "email", "phone", "title"),
    *("department", "division", "cost_center", "manager_id", "locale", "timezone"),
)
_PROVISIONING = {
    "leavers": "suspend",
    "grace-days": "0",
    "suspended": "suspend",
    "adopt": "report",
    "rate": "20",
    "limit-deletions": "500",
    "limit-deletions-share": "0.05",
    "schedule": "",
    "evidence": "off",
    "protect": "",
    "drift": "put-back",
    "drift-users": "default",
    "drift-groups": "default",
    "drift-members": "report",
    "pilot-role": "",
    "pilot-people": "0",
}
_CONFIGURATION = {
    "scim_url": URL,
    "token": "",
    "acs_url": "",
    "issuer": "",
    "metadata": "",
    "session_minutes": "480",
    "do": "save",
}
_TEMPLATE = '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "{$user.username}"}'
_NEW_USER = {"employee_id": "carol", "user_name": "carol@x.example", "email": "carol@x.example"}
_SECRET = "long enough, and secret"

_ACTION = ("parameter-0", "mode-0", "names-0", "for-each-0", "for-custom-0", "pattern-0", "macro-0")
_CONDITION = ("source-0", "operator-0", "value-0", "custom-0")
_RULE = {
    "rule": "0",
    "rows": "1",
    "name": "Other",
    "match": "all",
    "actions": "1",
    "parameter-0": "groups",
    "mode-0": "map",
    "names-0": "",
    "for-each-0": "role",
    "for-custom-0": "",
    "pattern-0": "AWS-(.*)",
    "macro-0": "",
    "enabled": "yes",
    "do": "save",
    "source-0": "role",
    "operator-0": "equals",
    "value-0": "Readers",
    "custom-0": "",
}

_PRIVILEGES = {"is-user-admin": "yes", "roles": "Readers", "apps": "aws", "user": "bob"}
_WRONG_PRIVILEGES = (
    Wrong({"roles": "no<role"}, "roles"),
    Wrong({"apps": "no<app"}, "apps"),
    Wrong({"user": "no<body"}, "user"),
)

_POLICY = {
    "min_length": "14",
    "max_age_days": "90",
    "history": "5",
    "classes": "0",
    "lock_after": "10",
    "lock_minutes": "30",
    "second_factor": "optional",
    "session_minutes": "480",
    "idle_minutes": "30",
}
_WRONG_POLICY = (
    *(Wrong({"min_length": value}, "min_length") for value in ("7", "129", "long", "")),
    Wrong({"max_age_days": "-1"}, "max_age_days"),
    Wrong({"history": "25"}, "history"),
    Wrong({"classes": "5"}, "classes"),
    Wrong({"lock_after": "2"}, "lock_after"),
    Wrong({"lock_minutes": "1.5"}, "lock_minutes"),
    Wrong({"second_factor": "maybe"}, "second_factor"),
    Wrong({"session_minutes": "0"}, "session_minutes"),
    Wrong({"idle_minutes": "99999"}, "idle_minutes"),
)

FORMS: dict[str, Form] = {
    f"{_APP}/why/test": Form("/admin/apps/1/why/test", nobody=("/admin/apps/99/why/test", {}, 404)),
    "/admin/login": Form(
        "/admin/login",
        {"name": ADMIN, "password": PASSWORD, "to": "/admin"},
        text=("name", "password", "to"),
        wrong=(Wrong({"password": "wrong"}, "", 403), Wrong({"name": "no<body"}, "", 403)),
        secret=("password",),
        guarded=False,
    ),
    "/admin/logout": Form("/admin/logout"),
    "/admin/users/new": Form(
        "/admin/users/new",
        _NEW_USER,
        text=("employee_id", "user_name", *_PROFILE),
        wrong=(
            Wrong({"employee_id": "alice"}, "employee_id"),
            Wrong({"user_name": "ALICE@x.example"}, "user_name"),
            Wrong({"email": "bob@x.example"}, "email"),
            Wrong({"user_name": "", "email": ""}, "user_name"),
            Wrong({"user_name": LONG}, "user_name"),
            Wrong({"email": LONG}, "email"),
            Wrong({"title": "a\0b"}, "title"),
        ),
    ),
    "/admin/users/{id:int}": Form(
        "/admin/users/1",
        {"user_name": "alice@x.example", "title": "Analyst", "custom.badge": "7"},
        text=("user_name", "custom.badge", "comment", *_PROFILE),
        wrong=(
            Wrong({"user_name": ""}, "user_name"),
            Wrong({"user_name": "bob@x.example"}, "user_name"),
            Wrong({"email": "bob@x.example"}, "email"),
            Wrong({"manager_id": LONG}, "manager_id"),
        ),
        nobody=("/admin/users/99", {"user_name": "x"}, 404),
    ),
    "/admin/users/{id:int}/status": Form(
        "/admin/users/2/status", {"to": "suspended"}, nobody=("/admin/users/99/status", {}, 404)
    ),
    "/admin/users/{id:int}/state": Form(
        "/admin/users/2/state", {"to": "rejected"}, nobody=("/admin/users/99/state", {"to": "rejected"}, 404)
    ),
    "/admin/users/{id:int}/logout": Form("/admin/users/1/logout", nobody=("/admin/users/99/logout", {}, 404)),
    "/admin/users/bulk": Form(
        "/admin/users/bulk",
        {"do": "add-role", "scope": "ticked", "ids": "2", "count": "1", "with": "Readers"},
        text=("with", "q", "role", "status", "app", "do", "count"),
        wrong=(
            Wrong({"with": "no<body"}, "with"),
            Wrong({"with": ""}, ""),
            Wrong({"count": "7"}, ""),
            Wrong({"do": "dance"}, ""),
            Wrong({"ids": ""}, ""),
            Wrong({"ids": "99"}, ""),
            Wrong({"do": "delete", "word": "no"}, "word"),
            Wrong({"do": "set-group", "with": "x"}, "with"),
            Wrong({"scope": "all", "role": "nobody's"}, ""),
        ),
        nobody=("/admin/users/bulk", {"do": "suspend", "scope": "ticked", "ids": "x"}, 404),
    ),
    "/admin/users/deleted/{id:int}/restore": Form(
        "/admin/users/deleted/3/restore", nobody=("/admin/users/deleted/2/restore", {}, 404)
    ),
    "/admin/users/fields": Form(
        "/admin/users/fields",
        {"name": "Shoe size", "shortname": "shoes"},
        text=("name", "shortname"),
        wrong=(
            Wrong({"name": " "}, "name"),
            Wrong({"shortname": ""}, "shortname"),
            Wrong({"shortname": "badge"}, "shortname"),
            Wrong({"shortname": LONG}, "shortname"),
        ),
    ),
    "/admin/users/fields/{id:int}": Form(
        "/admin/users/fields/1",
        {"name": "Pass"},
        text=("name",),
        wrong=(Wrong({"name": " "}, "name"), Wrong({"name": "a\0b"}, "name")),
        nobody=("/admin/users/fields/99", {"name": "x"}, 404),
    ),
    "/admin/users/fields/{id:int}/move": Form(
        "/admin/users/fields/1/move", {"to": "down"}, nobody=("/admin/users/fields/99/move", {"to": "up"}, 404)
    ),
    "/admin/users/fields/{id:int}/remove": Form(
        "/admin/users/fields/1/remove",
        {"word": "delete"},
        text=("word",),
        wrong=(Wrong({"word": "no"}, "word"),),
        nobody=("/admin/users/fields/99/remove", {"word": "delete"}, 404),
    ),
    "/admin/users/{id:int}/remove": Form("/admin/users/2/remove", nobody=("/admin/users/99/remove", {}, 404)),
    "/admin/users/{id:int}/password": Form(
        "/admin/users/1/password",
        {"password": _SECRET, "again": _SECRET},
        text=("password", "again"),
        wrong=(Wrong({"password": "short"}, "password"), Wrong({"again": "something else, as long"}, "again")),
        secret=("password", "again"),
        nobody=("/admin/users/99/password", {"password": _SECRET, "again": _SECRET}, 404),
    ),
    "/admin/users/{id:int}/group": Form(
        "/admin/users/1/group", {"group": "1"}, text=("group",), nobody=("/admin/users/1/group", {"group": "99"}, 404)
    ),
    "/admin/users/{id:int}/factor/remove": Form(
        "/admin/users/1/factor/remove", nobody=("/admin/users/99/factor/remove", {}, 404)
    ),
    "/admin/groups": Form(
        "/admin/groups",
        {"name": "Research"},
        text=("name",),
        wrong=(*(Wrong({"name": value}, "name") for value in ("", "treasury", "a\nb", "a\0b", LONG)),),
    ),
    "/admin/groups/default": Form("/admin/groups/default", _POLICY, text=tuple(_POLICY), wrong=_WRONG_POLICY),
    "/admin/groups/{id:int}": Form(
        "/admin/groups/1",
        {"name": "Cash", "reference": "C-1", **_POLICY},
        text=("name", "reference", *_POLICY),
        wrong=(Wrong({"name": ""}, "name"), Wrong({"name": "Empty one"}, "name"), *_WRONG_POLICY),
        nobody=("/admin/groups/99", {"name": "x"}, 404),
    ),
    "/admin/groups/{id:int}/users": Form(
        "/admin/groups/1/users",
        {"users": "alice\nbob"},
        text=("users",),
        wrong=(*(Wrong({"users": value}, "users") for value in ("", "alice\nno<body", "alice\n" * 1_001)),),
        nobody=("/admin/groups/99/users", {"users": "alice"}, 404),
    ),
    "/admin/groups/{id:int}/users/{user:int}/remove": Form(
        "/admin/groups/1/users/2/remove", nobody=("/admin/groups/1/users/99/remove", {}, 404)
    ),
    "/admin/groups/{id:int}/remove": Form(
        "/admin/groups/1/remove", {"to": "Empty one"}, text=("to",), nobody=("/admin/groups/1/remove", {"to": "x"}, 404)
    ),
    "/admin/roles": Form(
        "/admin/roles",
        {"name": "Writers"},
        text=("name",),
        wrong=(Wrong({"name": " "}, "name"), Wrong({"name": "a\0b"}, "name")),
    ),
    "/admin/roles/{id:int}": Form(
        "/admin/roles/1",
        {"name": "Authors"},
        text=("name",),
        wrong=(Wrong({"name": " "}, "name"), Wrong({"name": "a\0b"}, "name")),
        nobody=("/admin/roles/99", {"name": "x"}, 404),
    ),
    "/admin/roles/{id:int}/remove": Form("/admin/roles/1/remove", nobody=("/admin/roles/99/remove", {}, 404)),
    "/admin/roles/{id:int}/members": Form(
        "/admin/roles/1/members",
        {"user": "bob"},
        text=("user",),
        wrong=(Wrong({"user": "no<body"}, "user"), Wrong({"user": ""}, "user")),
        nobody=("/admin/roles/99/members", {"user": "bob"}, 404),
    ),
    "/admin/roles/{id:int}/members/{user:int}/remove": Form(
        "/admin/roles/1/members/1/remove", nobody=("/admin/roles/1/members/99/remove", {}, 404)
    ),
    "/admin/roles/{id:int}/applications": Form(
        "/admin/roles/1/applications", {"app": "1"}, nobody=("/admin/roles/1/applications", {"app": "9"}, 404)
    ),
    "/admin/roles/{id:int}/admins": Form(
        "/admin/roles/1/admins",
        {"user": "bob"},
        text=("user",),
        wrong=(Wrong({"user": "no<body"}, "user"), Wrong({"user": ""}, "user")),
        nobody=("/admin/roles/99/admins", {"user": "bob"}, 404),
    ),
    "/admin/roles/{id:int}/admins/{user:int}/remove": Form(
        "/admin/roles/1/admins/2/remove", nobody=("/admin/roles/1/admins/99/remove", {}, 404)
    ),
    "/admin/roles/{id:int}/roles": Form(
        "/admin/roles/1/roles",
        {"child": "Bakers"},
        text=("child",),
        wrong=(
            Wrong({"child": "no<body"}, "child"),
            Wrong({"child": ""}, "child"),
            Wrong({"child": "Readers"}, "child"),
            Wrong({"child": "Staff"}, "child"),
        ),
        nobody=("/admin/roles/99/roles", {"child": "Bakers"}, 404),
    ),
    "/admin/roles/{id:int}/roles/{role:int}/remove": Form(
        "/admin/roles/2/roles/1/remove", nobody=("/admin/roles/2/roles/99/remove", {}, 404)
    ),
    "/admin/apps/new": Form(
        "/admin/apps/new",
        {"name": "other", "connector": "scim2", "scim_url": "https://other.example/scim", "token": _SECRET.replace(" ", "-")},
        text=("name", "connector", "scim_url", "token"),
        wrong=(
            Wrong({"name": ""}, "name"),
            Wrong({"name": "aws"}, "name"),
            Wrong({"name": LONG}, "name"),
            Wrong({"connector": "nothing"}, "connector"),
            Wrong({"scim_url": "http://other.example/"}, "scim_url"),
            Wrong({"scim_url": ""}, "scim_url"),
            Wrong({"scim_url": "http://127.0.0.1/"}, "loopback"),
            Wrong({"token": "two words"}, "token"),
            Wrong({"token": ""}, "token"),
        ),
        secret=("token",),
    ),
    _APP: Form(
        "/admin/apps/1",
        {"name": "AWS"},
        text=("name",),
        wrong=(Wrong({"name": ""}, "name"), Wrong({"name": "a\nb"}, "name"), Wrong({"name": LONG}, "name")),
        nobody=("/admin/apps/99", {"name": "x"}, 404),
    ),
    f"{_APP}/configuration": Form(
        "/admin/apps/1/configuration",
        _CONFIGURATION,
        text=("scim_url", "token", "acs_url", "issuer", "metadata", "sign", "session_minutes", "do"),
        wrong=(
            Wrong({"scim_url": "ftp://x.example"}, "scim_url"),
            Wrong({"scim_url": "https://new.example/scim"}, "token"),
            Wrong({"token": "two words"}, "token"),
            Wrong({"acs_url": "nowhere", "issuer": "x"}, "acs_url"),
            Wrong({"acs_url": "https://sp.example/acs"}, "issuer"),
            Wrong({"metadata": "<no metadata>"}, "metadata"),
            Wrong({"acs_url": "https://sp.example/acs", "issuer": "x", "session_minutes": "-1"}, "session_minutes"),
            Wrong({"acs_url": "https://sp.example/acs", "issuer": "x", "sign": "x"}, "sign"),
        ),
        secret=("token",),
        nobody=("/admin/apps/99/configuration", _CONFIGURATION, 404),
    ),
    f"{_APP}/configuration/tokens": Form(
        "/admin/apps/1/configuration/tokens",
        {"next_token": _SECRET.replace(" ", "-"), "next_expires": "2030-01-31"},
        text=("next_token", "next_expires"),
        wrong=(
            Wrong({"next_token": ""}, "next_token"),
            Wrong({"next_token": "two words"}, "next_token"),
            Wrong({"next_token": TOKEN}, "next_token"),
            Wrong({"next_expires": "soon"}, "next_expires"),
            Wrong({"next_expires": "2020-01-31"}, "next_expires"),
            Wrong({"next_expires": "9999-12-31"}, "next_expires"),
        ),
        secret=("next_token",),
        nobody=("/admin/apps/99/configuration/tokens", {"next_token": "x"}, 404),
    ),
    f"{_APP}/configuration/tokens/expires": Form(
        "/admin/apps/1/configuration/tokens/expires",
        {"expires": "2030-01-31", "which": "current"},
        text=("expires", "which"),
        wrong=(Wrong({"expires": "soon"}, "expires"), Wrong({"expires": "2020-01-31"}, "expires")),
        nobody=("/admin/apps/99/configuration/tokens/expires", {"expires": ""}, 404),
    ),
    f"{_APP}/configuration/tokens/remove": Form(
        "/admin/apps/1/configuration/tokens/remove", nobody=("/admin/apps/99/configuration/tokens/remove", {}, 404)
    ),
    f"{_APP}/configuration/template": Form(
        "/admin/apps/1/configuration/template",
        {"template": _TEMPLATE, "preview_user": "alice", "do": "save"},
        text=("template", "preview_user"),
        wrong=(
            Wrong({"template": ""}, "template"),
            Wrong({"template": "{"}, "template"),
            Wrong({"template": LONG * 7}, "template"),
            Wrong({"template": _TEMPLATE.replace("username", "usernam")}, "template"),
            Wrong({"preview_user": "no<body", "do": "preview"}, "preview_user"),
            Wrong({"preview_user": "", "do": "preview"}, "preview_user"),
        ),
        nobody=("/admin/apps/99/configuration/template", {"template": _TEMPLATE}, 404),
    ),
    f"{_APP}/parameters/groups": Form("/admin/apps/1/parameters/groups", nobody=("/admin/apps/99/parameters/groups", {}, 404)),
    f"{_APP}/parameters/edit": Form(
        "/admin/apps/1/parameters/edit",
        {"key": "title", "source": "macro", "text": "{title}", "provisioning": "yes", "do": "save"},
        text=("key", "source", "text", "label", "default", "values", "transform"),
        wrong=(
            Wrong({"text": "{nothing}"}, "text"),
            Wrong({"key": "nosuch", "provisioning": ""}, "key"),
            Wrong({"default": LONG}, "default"),
            Wrong({"values": "a\tb"}, "values"),
            Wrong({"key": "emails", "blank": "yes"}, "blank"),
        ),
        nobody=("/admin/apps/99/parameters/edit", {"key": "title", "source": "title"}, 404),
    ),
    f"{_APP}/rules/edit": Form(
        "/admin/apps/1/rules/edit",
        _RULE,
        text=("name", "match", "rows", "rule", "actions", *_ACTION, *_CONDITION),
        wrong=(
            Wrong({"name": ""}, "name"),
            Wrong({"name": LONG}, "name"),
            Wrong({"pattern-0": "(a"}, "pattern-0"),
            Wrong({"pattern-0": LONG}, "pattern-0"),
            Wrong({"for-each-0": "shoes"}, "for-each-0"),
            Wrong({"for-each-0": "custom"}, "for-custom-0"),
            Wrong({"mode-0": "existing", "names-0": ""}, "names-0"),
            Wrong({"mode-0": "macro", "macro-0": "{shoes}"}, "macro-0"),
            Wrong({"parameter-0": "shoes"}, "parameter-0"),
            Wrong({"value-0": "no<role"}, "value-0"),
            Wrong({"value-0": "a\0b"}, "value-0"),
            Wrong({"operator-0": "contains"}, "operator-0"),
            Wrong({"source-0": "shoes"}, "source-0"),
            Wrong({"source-0": "custom"}, "custom-0"),
        ),
        nobody=("/admin/apps/99/rules/edit", _RULE, 404),
    ),
    f"{_APP}/rules/discard": Form("/admin/apps/1/rules/discard", nobody=("/admin/apps/99/rules/discard", {}, 404)),
    f"{_APP}/rules/sort": Form(
        "/admin/apps/1/rules/sort", {"order": "2 1"}, text=("order",), nobody=("/admin/apps/99/rules/sort", {"order": "1"}, 404)
    ),
    **{
        f"{_APP}/rules/{{rule:int}}/{what}": Form(
            f"/admin/apps/1/rules/1/{what}",
            {"to": to},
            text=("to",),
            nobody=(f"/admin/apps/1/rules/99/{what}", {"to": to}, 404),
        )
        for what, to in (("move", "down"), ("enable", "off"), ("delete", ""))
    },
    f"{_APP}/plan/take-back": Form("/admin/apps/1/plan/take-back", {"change": "x"}, text=("change",)),
    f"{_APP}/plan/ticked": Form("/admin/apps/1/plan/ticked", {"change": "x"}, text=("change",)),
    f"{_APP}/users/{{user:int}}/pending": Form(
        "/admin/apps/1/users/1/pending", {"change": "x"}, text=("change",), nobody=("/admin/apps/1/users/99/pending", {}, 303)
    ),
    f"{_APP}/users/{{user:int}}": Form(
        "/admin/apps/1/users/1",
        {"key": "title", "values": "Boss", "do": "save"},
        text=("key", "values"),
        wrong=(
            Wrong({"key": "nosuch"}, "key"),
            Wrong({"key": "groups", "values": ""}, "values"),
            Wrong({"values": LONG}, "values"),
            Wrong({"values": "a\tb"}, "values"),
        ),
        nobody=("/admin/apps/1/users/99", {"key": "title", "values": "x"}, 404),
    ),
    f"{_APP}/parameters/credentials": Form(
        "/admin/apps/1/parameters/credentials",
        {"credentials": "shared"},
        text=("credentials",),
        nobody=("/admin/apps/99/parameters/credentials", {"credentials": "shared"}, 404),
    ),
    f"{_APP}/users/{{user:int}}/retry": Form("/admin/apps/1/users/1/retry", nobody=("/admin/apps/1/users/99/retry", {}, 404)),
    f"{_APP}/failures/retry": Form(
        "/admin/apps/1/failures/retry",
        {"cause": "x", "object": "user", "key": "alice", "name": "alice"},
        text=("cause", "object", "key", "name"),
        nobody=("/admin/apps/99/failures/retry", {}, 404),
    ),
    f"{_APP}/on-demand": Form(
        "/admin/apps/1/on-demand",
        {"user": "alice", "group": "", "digest": "x"},
        text=("user", "group", "digest"),
        nobody=("/admin/apps/99/on-demand", {"user": "alice", "digest": "x"}, 404),
    ),
    f"{_APP}/access": Form(
        "/admin/apps/1/access",
        {"whom": "role", "role": "Readers"},
        text=("role", "whom"),
        wrong=(Wrong({"role": ""}, "role"), Wrong({"role": "no<role"}, "role")),
        nobody=("/admin/apps/99/access", {"whom": "everyone"}, 404),
    ),
    f"{_APP}/access/{{role:int}}/remove": Form(
        "/admin/apps/1/access/1/remove", nobody=("/admin/apps/99/access/1/remove", {}, 404)
    ),
    f"{_APP}/provisioning": Form(
        "/admin/apps/1/provisioning",
        _PROVISIONING,
        text=tuple(_PROVISIONING),
        wrong=(
            *(Wrong({"rate": value}, "rate") for value in ("0", "fast", "-1")),
            *(Wrong({"grace-days": value}, "grace-days") for value in ("-1", "soon")),
            *(Wrong({"limit-deletions": value}, "limit-deletions") for value in ("-1", "1.5")),
            *(Wrong({"limit-deletions-share": value}, "limit-deletions-share") for value in ("2", "half")),
            Wrong({"schedule": "every day"}, "schedule"),
            Wrong({"evidence": "x"}, "evidence"),
            Wrong({"pilot-role": "nobody's"}, "pilot-role"),
            Wrong({"pilot-people": "-1"}, "pilot-people"),
            Wrong({"leavers": "x"}, "leavers"),
            Wrong({"suspended": "x"}, "suspended"),
            Wrong({"adopt": "x"}, "adopt"),
            *(Wrong({key: "x"}, key) for key in ("drift", "drift-users", "drift-groups", "drift-members")),
        ),
        nobody=("/admin/apps/99/provisioning", _PROVISIONING, 404),
    ),
    f"{_APP}/provisioning/takeover": Form(
        "/admin/apps/1/provisioning/takeover",
        {"do": "link", "digest": "x"},
        text=("do", "digest"),
        nobody=("/admin/apps/99/provisioning/takeover", {"do": "read"}, 404),
    ),
    f"{_APP}/plan/approve": Form("/admin/apps/1/plan/approve", {"digest": "x"}, text=("digest",)),
    f"{_APP}/plan/change": Form("/admin/apps/1/plan/change", {"change": "x"}, text=("change", "back")),
    f"{_APP}/plan/release": Form("/admin/apps/1/plan/release", {"held": "x", "kind": ""}, text=("held", "kind")),
    f"{_APP}/drift": Form(
        "/admin/apps/1/drift",
        {"difference": "x", "do": "ignore"},
        text=("difference", "do", "all", "show"),
        nobody=("/admin/apps/99/drift", {"difference": "x", "do": "ignore"}, 404),
    ),
    f"{_APP}/drift/put-back": Form(
        "/admin/apps/1/drift/put-back",
        {"taken": "1"},
        text=("taken",),
        nobody=("/admin/apps/99/drift/put-back", {"taken": "1"}, 404),
    ),
    "/admin/apps/stop": Form("/admin/apps/stop", {"do": "stop"}, text=("do",)),
    f"{_APP}/stop": Form("/admin/apps/1/stop", nobody=("/admin/apps/99/stop", {}, 404)),
    f"{_APP}/start": Form("/admin/apps/1/start", nobody=("/admin/apps/99/start", {}, 404)),
    f"{_APP}/do/{{what:str}}": Form("/admin/apps/1/do/sync", nobody=("/admin/apps/1/do/nothing", {}, 404)),
    "/admin/administrators": Form(
        "/admin/administrators",
        {"name": "ada", "password": _SECRET, "again": _SECRET, **_PRIVILEGES},
        text=("name", "password", "again", "roles", "apps", "user"),
        wrong=(
            Wrong({"name": ""}, "name"),
            Wrong({"name": ADMIN}, "name"),
            Wrong({"name": "a\nb"}, "name"),
            Wrong({"password": "short"}, "password"),
            Wrong({"again": "something else, as long"}, "again"),
            *_WRONG_PRIVILEGES,
        ),
        secret=("password", "again"),
    ),
    "/admin/administrators/edit": Form(
        "/admin/administrators/edit",
        {"name": "other", **_PRIVILEGES},
        text=("name", "roles", "apps", "user"),
        wrong=_WRONG_PRIVILEGES,
        nobody=("/admin/administrators/edit", {"name": "nobody", **_PRIVILEGES}, 404),
    ),
    "/admin/administrators/remove": Form(
        "/admin/administrators/remove",
        {"name": "other"},
        text=("name",),
        nobody=("/admin/administrators/remove", {"name": "nobody"}, 404),
    ),
    "/admin/certificates": Form("/admin/certificates"),
    "/admin/events/integrity": Form(
        "/admin/events/integrity",
        {"head": ""},
        text=("head",),
        wrong=(Wrong({"head": "12"}, "head"), Wrong({"head": f"1:{'0' * 65}"}, "head")),
    ),
    "/admin/events/retention": Form(
        "/admin/events/retention",
        {"days": "90"},
        text=("days",),
        wrong=tuple(Wrong({"days": days}, "days") for days in ("", "-1", "x", "36501", "9" * 20)),
    ),
    "/admin/certificates/{id:int}/activate": Form(
        "/admin/certificates/2/activate", nobody=("/admin/certificates/99/activate", {}, 409)
    ),
    "/admin/certificates/{id:int}/remove": Form(
        "/admin/certificates/1/remove",
        {"word": "REMOVE"},
        text=("word",),
        wrong=(Wrong({"word": "remove"}, "word"),),
        nobody=("/admin/certificates/99/remove", {}, 409),
    ),
}


def prepared(world: World) -> None:
    """What the rows need besides the world.

    A second administrator, two certificates (2 signs), two rules not applied, the role Staff (2) around Readers, and Bakers;
    the custom user fields badge and desk, and a user (3) who was deleted.
    the groups Treasury (1, with Bob in it) and Empty one.
    """
    gone = world.user("gone")
    with world.changing() as c:
        directory.remove_user(c, gone.id, actor=HAND, now=world.now)
        for name in ("Badge", "Desk"):
            fields.create(c, name, name.lower(), actor=HAND, now=world.now)
        staff = directory.create_role(c, "Staff", actor=HAND, now=world.now)
        directory.create_role(c, "Bakers", actor=HAND, now=world.now)
        nest_role(c, staff.id, world.role.id, actor=HAND, now=world.now)
        for name in ("Treasury", "Empty one"):
            groups.create(c, name, Policy(), actor=HAND, now=world.now)
        groups.assign(c, 1, [world.bob.id], actor=HAND, now=world.now)
        admins.create(c, "other", hash_password(PASSWORD), actor=HAND, now=world.now)
        for key in _two_keys(world.now):
            certificates.add(c, world.engine.vault, key, world.now)
        for name in ("One", "Two"):
            rules.save(c, world.app, Rule(name, (Mapped("role", ".*"),)), world.now, actor=HAND)
        certificates.activate(c, 2, world.now)


@cache
def _two_keys(now: int) -> tuple[SigningKey, SigningKey]:
    """Made once: two for each test were much of what the tests of forms and pages cost."""
    first, second = (new_signing_key("x", now_ms=now, days=100, bits=2048) for _ in range(2))
    return first, second


_ALONE = frozenset({"input", "meta", "link", "br", "img", "path", "hr"})


class _Checked(HTMLParser):
    """Whether every element ends, and which scripts and event handlers there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if any(name.startswith("on") for name in values):
            self.wrong.append(f"an event handler: <{tag}>")
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.wrong.append("a script in the page")
        if tag not in _ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Drawn shapes end by themselves."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> ends what has not begun")


def sound(html: str) -> list[str]:
    """What is wrong with a page: elements that do not end, scripts, what a template calculated out of a value."""
    page = _Checked()
    page.feed(html)
    calculated = ["a value was calculated"] if CALCULATED in html else []
    return [*page.wrong, *(f"<{tag}> does not end" for tag in page.open), *calculated]
