"""The six operations on users."""

from lockstep.center.directory import actions, reads
from lockstep.center.directory.problems import absent
from lockstep.center.scimapi import filters
from lockstep.center.scimapi.messages import Header, Reply, Request, ok
from lockstep.center.scimapi.paging import Page
from lockstep.center.scimapi.patching import UserPatch
from lockstep.kit.db import Connection


def create(connection: Connection, request: Request) -> Reply:
    """CreateUser: 201 and the user."""
    made = actions.create_user(connection, request.instance, request.body, request.call)
    return ok(made.document, 201, location(request, f"Users/{made.id}"))


def get(connection: Connection, request: Request) -> Reply:
    """GetUser: 200 and the user."""
    found = reads.user(connection, request.instance, request.resource_id)
    if found is None:
        raise absent("User", request.resource_id)
    return ok(found.document)


def list_all(connection: Connection, request: Request) -> Reply:
    """ListUsers: 200 and a page."""
    selection = filters.users(request.instance, request.query.get("filter"))
    return ok(Page(request.instance, selection, request.query).body(connection))


def put(connection: Connection, request: Request) -> Reply:
    """PutUser: the user, with 201 at AWS."""
    kept = actions.replace_user(connection, request.instance, request.resource_id, request.body, request.call)
    return ok(kept.document, request.instance.profile.put_user_status)


def patch(connection: Connection, request: Request) -> Reply:
    """PatchUser: 200 and the user."""
    operations = UserPatch(request.body, request.instance.profile)
    changed = actions.change_user(connection, request.instance, request.resource_id, operations.apply, request.call)
    return ok(changed.document)


def delete(connection: Connection, request: Request) -> Reply:
    """DeleteUser: 204."""
    actions.delete_user(connection, request.instance, request.resource_id, request.call)
    return Reply(204)


def location(request: Request, tail: str) -> tuple[Header, ...]:
    """The header `Location`, which AWS does not send."""
    return ((b"location", f"{request.base_url}/{tail}".encode()),) if request.instance.profile.location_header else ()
