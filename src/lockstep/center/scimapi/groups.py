"""The five operations on groups.  There is no PutGroup."""

from lockstep.center.directory import actions, reads
from lockstep.center.directory.problems import absent
from lockstep.center.scimapi import filters
from lockstep.center.scimapi.messages import Reply, Request, error_reply, ok
from lockstep.center.scimapi.paging import Page
from lockstep.center.scimapi.patching import group_patch
from lockstep.center.scimapi.users import location
from lockstep.kit.db import Connection


def create(connection: Connection, request: Request) -> Reply:
    """CreateGroup: 201 and the group, without its members."""
    made = actions.create_group(connection, request.instance, request.body, request.call)
    return ok(made.document, 201, location(request, f"Groups/{made.id}"))


def get(connection: Connection, request: Request) -> Reply:
    """GetGroup: 200 and the group; members can never be read from it."""
    found = reads.group(connection, request.instance, request.resource_id)
    if found is None:
        raise absent("Group", request.resource_id)
    return ok(found.document)


def list_all(connection: Connection, request: Request) -> Reply:
    """ListGroups: 200 and a page, in which every group has an empty list of members."""
    selection = filters.groups(request.instance, request.query.get("filter"))
    page = Page(request.instance, selection, request.query)
    return ok(page.body(connection, empty_members=request.instance.profile.empty_members_in_list))


def patch(connection: Connection, request: Request) -> Reply:
    """PatchGroup: 204, all or nothing."""
    asked = group_patch(request.body, request.instance.profile)
    actions.change_group(connection, request.instance, request.resource_id, asked.change, request.call)
    if asked.refusal is not None:  # the bug of 2024, on request: refused, and done all the same
        return error_reply(asked.refusal, request.call.request_id, request.call.at)
    return Reply(204)


def delete(connection: Connection, request: Request) -> Reply:
    """DeleteGroup: 204."""
    actions.delete_group(connection, request.instance, request.resource_id, request.call)
    return Reply(204)
