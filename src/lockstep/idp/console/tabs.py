"""The tabs SSO, Access and Users of an app."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.having import with_app
from lockstep.idp.apps.logins import store as own_values
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.console import store
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.plans import digest_of
from lockstep.idp.console.states import login_states
from lockstep.idp.directory.lookup import role_of_id
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.directory.store import role_by_id
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.records import State
from lockstep.idp.signin.addresses import entity_id, metadata_for, sso_url
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence


async def sso(desk: Desk) -> Response:
    """What the service provider has to know of this identity provider."""
    origin = desk.context.origin
    await _ensure_certificate(desk)

    def look(c: Connection, app: App) -> dict[str, Any]:
        config = saml.of_app(c, app.id)
        found = certificates.active(c)
        addresses = {"issuer": "", "endpoint": ""}
        if config is not None:
            addresses = {"issuer": entity_id(origin, config), "endpoint": sso_url(origin, config)}
        days = None if found is None else certificates.days_left(found, desk.now)
        return {"certificate": found, "days": days, "soon": certificates.ends_soon(found, desk.now), **addresses}

    return await tab(desk, "console/app_sso.html", look)


async def _ensure_certificate(desk: Desk) -> None:
    """Make the first certificate where there is none."""
    if await desk.read(certificates.active) is None:
        key = await asyncio.to_thread(certificates.make_key, desk.now)
        await desk.write(lambda c: certificates.add_first(c, desk.context.vault, key, desk.now))


async def metadata(desk: Desk) -> Response:
    """The SAML metadata of this identity provider for the app, as a file."""
    from lockstep.saml.metadata import write_idp_metadata

    app_id = number(desk.request)

    def look(c: Connection) -> bytes:
        config = saml.of_app(c, app_of(c, app_id).id)
        if config is None:
            raise Problem("this app knows no service provider yet: give its metadata, or its two values, in Configuration")
        return write_idp_metadata(metadata_for(desk.context.origin, config, certificates.published(c)))

    await _ensure_certificate(desk)
    name = f'attachment; filename="metadata-{app_id}.xml"'
    body = await desk.read(look)
    return Response(body, media_type="application/samlmetadata+xml", headers={"Content-Disposition": name})


async def access(desk: Desk) -> Response:
    """Who has the app."""
    return await _access(desk, "", "")


async def assign(desk: Desk) -> Response:
    """Give the app to everyone, or to a role."""
    app_id, whom, role = number(desk.request), desk.value("whom"), desk.value("role")
    if whom == "role" and not role:
        return await _access(desk, role, "Name a role, by its name or its group_id.", WRONG)
    chosen = None if whom == "everyone" else role
    try:
        await desk.write(lambda c: actions.assign(c, app_of(c, app_id), chosen, desk.now, actor=desk.actor))
    except Problem as problem:
        return await _access(desk, role, sentence(str(problem)), WRONG)
    text = "Everyone has the app, now and later." if chosen is None else f"The members of {chosen} have the app."
    return desk.go(f"/admin/apps/{app_id}/access", text)


async def unassign(desk: Desk) -> Response:
    """Take the app from a role."""
    app_id, role_id = number(desk.request), number(desk.request, "role")
    await desk.write(lambda c: actions.unassign(c, app_of(c, app_id), role_id, desk.now, actor=desk.actor))
    return desk.go(f"/admin/apps/{app_id}/access", "The role does not have the app any more. Plan shows what follows from it.")


async def unassign_page(desk: Desk) -> Response:
    """Asks first."""
    role_id = number(desk.request, "role")

    def look(c: Connection, app: App) -> dict[str, Any]:
        return {"role": role_of_id(c, role_id), "count": store.all_member_count(c, role_id), "leavers": app.settings.leavers}

    return await tab(desk, "console/app_unassign.html", look)


async def _access(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        given = [one.role_id for one in apps.assignments(c, app.id)]
        roles = [role for one in given if one is not None and (role := role_by_id(c, one)) is not None]
        return {
            "everyone": None in given,
            "roles": [(role, store.all_member_count(c, role.id)) for role in sorted(roles, key=lambda one: one.name)],
        }

    return await tab(desk, "console/app_access.html", look, status, typed=typed, error=error)


async def logins(desk: Desk) -> Response:
    """Everyone who has the app, and how it stands with each."""
    text, after = desk.query("q"), desk.query("after")

    def look(c: Connection, app: App) -> dict[str, Any]:
        people, last = store.users_page(c, with_app(c, Filter(text=text), app.id), after=after)
        states = login_states(c, app, people)
        kept = {"q": text} if text else {}
        base = f"/admin/apps/{app.id}/users"
        plan = ledger.newest_whole(c, app.id)
        waiting = [] if plan is None else store.digests(c, plan.id, State.WAITING)
        return {
            "logins": [(user, states[user.id]) for user in people],
            "overridden": own_values.among_users(c, app.id, [user.id for user in people]),
            "first": base + (f"?{urlencode(kept)}" if kept else "") if after else "",
            "next": f"{base}?{urlencode({**kept, 'after': last})}" if last else "",
            "pending": len(waiting),
            "pending_users": sum(kind == "user" for kind, _ in waiting),
            "waiting_digest": digest_of(digest for _, digest in waiting),
        }

    return await tab(desk, "console/app_users.html", look, text=text)
