"""Puts the console together."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lockstep.idp.console import (
    activity,
    administrators,
    apps,
    certificates,
    comparison,
    configuration,
    custom,
    deleted,
    drift,
    entitlements,
    evidence,
    failures,
    groups,
    integrity,
    job,
    live,
    login,
    logins,
    many,
    nesting,
    ondemand,
    own_values,
    parameters,
    passwords,
    person,
    plans,
    policies,
    provisioning,
    roles,
    rule_form,
    rules,
    seats,
    tabs,
    takeover,
    template,
    timeline,
    tokens,
    users,
    whynothing,
)
from lockstep.idp.console.access import first_pages, need_of
from lockstep.idp.console.context import PAGES, SEE_OTHER, Context
from lockstep.idp.console.desk import Desk, Handler, guarded
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.site import build_site

_APP = "/admin/apps/{id:int}"


async def _home(desk: Desk) -> Response:
    for path in first_pages(desk.rights):
        return RedirectResponse(path, SEE_OTHER)
    return desk.page("console/nothing.html")


# What each route needs stands in `access.py`; a route that is not there is refused.
def _get(path: str, handler: Handler) -> Route:
    return Route(path, guarded(handler, need_of("GET", path)), methods=["GET"])


def _stream(path: str, handler: Handler) -> Route:
    return Route(path, guarded(handler, need_of("GET", path), by_hand=False), methods=["GET"])


def _post(path: str, handler: Handler, *, upload: int = 0) -> Route:
    return Route(path, guarded(handler, need_of("POST", path), upload=upload), methods=["POST"])


ROUTES = [
    _get("/admin", _home),
    Route("/admin/login", login.login_page, methods=["GET"]),
    Route("/admin/login", login.login, methods=["POST"]),
    _post("/admin/logout", login.logout),
    _get("/admin/users", users.users),
    _get("/admin/users/new", users.new_user),
    _post("/admin/users/new", users.create_user),
    _get("/admin/users/bulk", many.ask_page),
    _post("/admin/users/bulk", many.do),
    _get("/admin/users/bulk/{id:int}", many.batch_page),
    _stream("/admin/users/bulk/{id:int}/stream", live.batch_stream),
    _get("/admin/users/deleted", deleted.deleted),
    _post("/admin/users/deleted/{id:int}/restore", deleted.restore),
    _get("/admin/users/fields", custom.custom_fields),
    _post("/admin/users/fields", custom.add),
    _get("/admin/users/fields/{id:int}", custom.field),
    _post("/admin/users/fields/{id:int}", custom.rename),
    _post("/admin/users/fields/{id:int}/move", custom.move),
    _get("/admin/users/fields/{id:int}/remove", custom.remove_page),
    _post("/admin/users/fields/{id:int}/remove", custom.remove),
    _get("/admin/users/{id:int}", person.user),
    _post("/admin/users/{id:int}", person.change_user),
    _get("/admin/users/{id:int}/authentication", person.authentication),
    _get("/admin/users/{id:int}/applications", person.applications),
    _get("/admin/users/{id:int}/activity", person.history),
    _post("/admin/users/{id:int}/status", person.set_status),
    _post("/admin/users/{id:int}/state", person.set_state),
    _post("/admin/users/{id:int}/logout", person.log_out),
    _get("/admin/users/{id:int}/password", passwords.password_page),
    _post("/admin/users/{id:int}/password", passwords.change_password),
    _get("/admin/users/{id:int}/remove", users.remove_page),
    _post("/admin/users/{id:int}/remove", users.remove),
    _post("/admin/users/{id:int}/group", policies.assign),
    _get("/admin/users/{id:int}/factor/remove", passwords.device_page),
    _post("/admin/users/{id:int}/factor/remove", passwords.remove_device),
    _get("/admin/groups", policies.groups),
    _post("/admin/groups", policies.create),
    _get("/admin/groups/default", policies.default),
    _post("/admin/groups/default", policies.change_default),
    _get("/admin/groups/{id:int}", policies.group),
    _post("/admin/groups/{id:int}", policies.change),
    _post("/admin/groups/{id:int}/users", policies.add_users),
    _post("/admin/groups/{id:int}/users/{user:int}/remove", policies.remove_user),
    _get("/admin/groups/{id:int}/remove", policies.remove_page),
    _post("/admin/groups/{id:int}/remove", policies.remove),
    _get("/admin/roles", roles.roles),
    _post("/admin/roles", roles.create_role),
    _get("/admin/roles/{id:int}", roles.role),
    _post("/admin/roles/{id:int}", roles.rename_role),
    _get("/admin/roles/{id:int}/remove", roles.remove_page),
    _post("/admin/roles/{id:int}/remove", roles.remove),
    _get("/admin/roles/{id:int}/applications", seats.applications),
    _post("/admin/roles/{id:int}/applications", seats.give),
    _get("/admin/roles/{id:int}/users", seats.users),
    _post("/admin/roles/{id:int}/members", seats.add_member),
    _post("/admin/roles/{id:int}/members/{user:int}/remove", seats.remove_member),
    _get("/admin/roles/{id:int}/admins", seats.role_admins),
    _post("/admin/roles/{id:int}/admins", seats.add_admin),
    _post("/admin/roles/{id:int}/admins/{user:int}/remove", seats.remove_admin),
    _post("/admin/roles/{id:int}/roles", nesting.add),
    _get("/admin/roles/{id:int}/roles/{role:int}/remove", nesting.remove_page),
    _post("/admin/roles/{id:int}/roles/{role:int}/remove", nesting.remove),
    _get("/admin/apps", apps.applications),
    _get("/admin/apps/new", apps.new_app),
    _post("/admin/apps/new", apps.create_app),
    _get(_APP, apps.info),
    _post(_APP, apps.rename),
    _get(f"{_APP}/configuration", configuration.configuration),
    _post(f"{_APP}/configuration", configuration.configure, upload=configuration.LONGEST),
    _post(f"{_APP}/configuration/tokens", tokens.add_next),
    _post(f"{_APP}/configuration/tokens/expires", tokens.set_expiry),
    _get(f"{_APP}/configuration/tokens/remove", tokens.remove_page),
    _post(f"{_APP}/configuration/tokens/remove", tokens.remove),
    _post(f"{_APP}/configuration/template", template.save),
    _get(f"{_APP}/parameters", parameters.parameters),
    _post(f"{_APP}/parameters/groups", parameters.groups),
    _post(f"{_APP}/parameters/credentials", parameters.credentials),
    _get(f"{_APP}/parameters/edit", parameters.edit),
    _post(f"{_APP}/parameters/edit", parameters.save),
    _get(f"{_APP}/parameters/groups", parameters.groups_page),
    _get(f"{_APP}/rules", rules.rules),
    _get(f"{_APP}/rules/edit", rule_form.edit),
    _post(f"{_APP}/rules/edit", rule_form.save),
    _get(f"{_APP}/rules/preview", rules.preview_page),
    _post(f"{_APP}/rules/discard", rules.discard),
    _post(f"{_APP}/rules/sort", rules.sort),
    _get(f"{_APP}/rules/{{rule:int}}/people", rules.people),
    _post(f"{_APP}/rules/{{rule:int}}/move", rules.move),
    _post(f"{_APP}/rules/{{rule:int}}/enable", rules.enable),
    _get(f"{_APP}/rules/{{rule:int}}/delete", rules.delete_page),
    _post(f"{_APP}/rules/{{rule:int}}/delete", rules.delete),
    _get(f"{_APP}/sso", tabs.sso),
    _get(f"{_APP}/metadata", tabs.metadata),
    _get(f"{_APP}/access", tabs.access),
    _post(f"{_APP}/access", tabs.assign),
    _get(f"{_APP}/access/{{role:int}}/remove", tabs.unassign_page),
    _post(f"{_APP}/access/{{role:int}}/remove", tabs.unassign),
    _get(f"{_APP}/provisioning", provisioning.provisioning),
    _post(f"{_APP}/provisioning", provisioning.save),
    _get(f"{_APP}/why", whynothing.page),
    _post(f"{_APP}/why/test", whynothing.test),
    _get(f"{_APP}/provisioning/takeover", takeover.takeover),
    _post(f"{_APP}/provisioning/takeover", takeover.ask),
    _get(f"{_APP}/users", tabs.logins),
    _get(f"{_APP}/users/{{user:int}}/pending", logins.pending),
    _post(f"{_APP}/users/{{user:int}}/pending", logins.decide),
    _post(f"{_APP}/users/{{user:int}}/retry", logins.retry),
    _get(f"{_APP}/users/{{user:int}}", own_values.page),
    _post(f"{_APP}/users/{{user:int}}", own_values.save),
    _get(f"{_APP}/provisioning/entitlements", entitlements.entitlements),
    _get(f"{_APP}/groups", groups.groups),
    _get(f"{_APP}/groups/one", groups.group),
    _get(f"{_APP}/failures", failures.failures),
    _post(f"{_APP}/failures/retry", failures.retry),
    _get(f"{_APP}/timeline", timeline.timeline),
    _get(f"{_APP}/on-demand", ondemand.page),
    _post(f"{_APP}/on-demand", ondemand.send),
    _get(f"{_APP}/plan", plans.plan),
    _post(f"{_APP}/plan/approve", plans.approve),
    _post(f"{_APP}/plan/change", plans.approve_one),
    _post(f"{_APP}/plan/ticked", plans.approve_ticked),
    _post(f"{_APP}/plan/release", plans.release),
    _post(f"{_APP}/plan/take-back", plans.take_back),
    _get(f"{_APP}/drift", drift.page),
    _post(f"{_APP}/drift", drift.decide),
    _post(f"{_APP}/drift/put-back", drift.put_back),
    _post("/admin/apps/stop", apps.stop_all),
    _post(f"{_APP}/stop", apps.stop),
    _post(f"{_APP}/start", apps.start_again),
    _get(f"{_APP}/comparison", comparison.comparison),
    _get(f"{_APP}/evidence", evidence.records),
    _get(f"{_APP}/evidence/key", evidence.key),
    _get(f"{_APP}/evidence/{{number:int}}", evidence.download),
    _post(f"{_APP}/do/{{what:str}}", apps.file_job),
    _get(f"{_APP}/jobs/{{job:int}}", job.job),
    _stream(f"{_APP}/jobs/{{job:int}}/stream", live.job_stream),
    _get("/admin/events", activity.list_events),
    _stream("/admin/events/stream", live.event_stream),
    _get("/admin/events/{id:int}", activity.event),
    _get("/admin/events/integrity", integrity.integrity),
    _post("/admin/events/integrity", integrity.verify),
    _post("/admin/events/retention", integrity.keep),
    _get("/admin/administrators", administrators.administrators),
    _post("/admin/administrators", administrators.add),
    _get("/admin/administrators/edit", administrators.edit_page),
    _post("/admin/administrators/edit", administrators.edit),
    _get("/admin/administrators/remove", administrators.remove_page),
    _post("/admin/administrators/remove", administrators.remove),
    _get("/admin/certificates", certificates.certificates),
    _post("/admin/certificates", certificates.make),
    _post("/admin/certificates/{id:int}/activate", certificates.activate),
    _get("/admin/certificates/{id:int}/remove", certificates.remove_page),
    _post("/admin/certificates/{id:int}/remove", certificates.remove),
]


def build_console(context: Context) -> ASGIApp:
    """The console, as an ASGI application for HTTP requests."""
    site = build_site(ROUTES, PAGES, secure=is_secure(context.origin))

    async def with_context(scope: Scope, receive: Receive, send: Send) -> None:
        scope["lockstep.console"] = context
        await site(scope, receive, send)

    return with_context
