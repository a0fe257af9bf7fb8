"""`/api/2/users`."""

from lockstep.idp.api.bodies import read_object
from lockstep.idp.api.call import CREATED, NO_CONTENT, Answer, Call
from lockstep.idp.api.users import reading, writing
from lockstep.idp.api.users.apps import logins_of
from lockstep.idp.api.users.records import SENT
from lockstep.idp.directory import actions
from lockstep.idp.directory.lookup import user_of_id
from lockstep.kit.db import Connection


def show_all(call: Call, c: Connection) -> Answer:
    """A page of users."""
    return reading.listed(call, c, reading.filters_of(call))


def show(call: Call, c: Connection) -> Answer:
    """One user."""
    return Answer(reading.shown(c, user_of_id(c, call.id())))


def create(call: Call, c: Connection) -> Answer:
    """A new user."""
    writing.check_parameters(call)
    user = writing.create(call, c, read_object(call, SENT))
    return Answer(reading.shown(c, user), CREATED)


def change(call: Call, c: Connection) -> Answer:
    """A user, changed."""
    writing.check_parameters(call)
    user = writing.change(call, c, call.id(), read_object(call, SENT))
    return Answer(reading.shown(c, user))


def remove(call: Call, c: Connection) -> Answer:
    """Delete a user."""
    user = writing.check_person(call, c, user_of_id(c, call.id()))
    actions.remove_user(c, user.id, actor=call.actor, now=call.now)
    return NO_CONTENT


def apps(call: Call, c: Connection) -> Answer:
    """The apps that a user has, with how far provisioning is."""
    call.truth("ignore_visibility")  # every app is visible to who has it
    return Answer(logins_of(c, user_of_id(c, call.id())))
