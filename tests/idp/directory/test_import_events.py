"""The events of an import stay few, however many memberships it moves."""

from lockstep.idp.directory.import_events import events_of, in_words
from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.directory.roster import Changes, Difference, Roster, Seat


def test_one_event_for_each_user_and_role_touched() -> None:
    people = [User(employee_id=f"E{number:02}", user_name=f"u{number}", source=FOLDER) for number in range(50)]
    roles = [Role(group_id=f"G{number:02}", name=f"g{number}", source=FOLDER) for number in range(40)]
    seats = [Seat(role.group_id, person.employee_id, "{}") for role in roles for person in people]
    changes = Changes(Difference(added=people[:10]), Difference(added=roles[:5]), Difference(added=seats))
    user_ids = {person.employee_id: number for number, person in enumerate(people, 100)}
    role_ids = {role.group_id: number for number, role in enumerate(roles, 200)}
    found = list(events_of(changes, Roster(people, roles, seats), user_ids, role_ids))
    assert len(seats) == 2000
    assert len(found) == 10 + 5 + 35 + 40 + 1
    assert [event.user_id for event in found if event.type.value == "user.roles_changed"] == list(range(110, 150))
    assert [event.role_id for event in found if event.type.value == "role.members_changed"] == list(range(205, 240))
    assert found[-1].notes == in_words(changes.summary())
    assert in_words(changes.summary()) == (
        "people: 10 added, 0 changed, 0 removed; roles: 5 added, 0 changed, 0 removed; "
        "memberships: 2000 added, 0 changed, 0 removed"
    )
