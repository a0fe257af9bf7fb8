"""What is written down of each outcome: links, states, troubles, events."""

from lockstep.idp.provisioning import ledger, links, retries
from lockstep.idp.provisioning.records import State, Trouble
from lockstep.idp.provisioning.retries import RETRY_AFTER_MS
from lockstep.idp.provisioning.run import Orders
from lockstep.scim.client import Answer
from tests.idp.provisioning.target import Fault, Sent
from tests.idp.provisioning.world import DAY, URL, World, everyone, many

AB = everyone("A", "B")
MINUTE = 60_000
SENT = "active, displayName, employeeNumber, externalId, name.familyName, name.givenName, userName"


def happened(world: World) -> list[tuple[str, str, str]]:
    """(type, about whom or what, notes or error) of what the engine did."""
    return [
        (event.type.value, event.user_name or event.object_name, event.notes or event.error_description)
        for event in world.events()
        if event.actor == "engine" and not event.type.value.startswith("sync.")
    ]


def troubles(world: World) -> list[tuple[str, str, int, int]]:
    """(object, key, attempts, minutes to the next try)."""
    with world.db.read() as c:
        found = ledger.troubled(c, world.link_target(c)).values()
    return [(one.object, one.key, one.attempts, (one.next_at - world.now) // MINUTE) for one in found]


def test_an_event_for_everything_that_was_done(each_world: World) -> None:
    world = each_world
    world.make_app("leavers=delete")
    world.synced(AB, {"G": ("Team", ["A"]), "H": ("Crew", [])})
    world.synced({"A": {"title": "x"}}, {"G": ("Staff", []), "I": ("New", ["A"])})
    world.suspend("A")
    world.sync()
    assert happened(world) == [
        ("user.created_in_app", "A@x.example", SENT),
        ("user.created_in_app", "B@x.example", SENT),
        ("group.created_in_app", "Crew", "0 members"),
        ("group.created_in_app", "Team", "1 member"),
        ("user.deleted_in_app", "B@x.example", ""),
        ("group.members_changed_in_app", "Staff", "0 added, 1 removed"),
        ("group.renamed_in_app", "Staff", "was Team"),
        ("user.updated_in_app", "A@x.example", "title"),
        ("group.created_in_app", "New", "1 member"),
        ("group.deleted_in_app", "Crew", ""),
        ("user.suspended_in_app", "A@x.example", ""),
    ]


def test_events_hold_no_values(world: World) -> None:
    world.make_app()
    world.synced({"A": {"title": "secret plan", "phone": "+39"}})
    world.synced({"A": {"title": "another", "phone": ""}})
    assert happened(world)[-1] == ("user.updated_in_app", "A@x.example", "phoneNumbers, title")
    assert "secret" not in str(world.events())


def test_an_event_for_everything_that_failed(each_world: World) -> None:
    world = each_world
    world.make_app("leavers=delete")
    world.synced(everyone("A", "B", "C"), {"G": ("Team", ["A"]), "H": ("Crew", [])})
    world.become({"A": {"title": "x"}, "C": {}, "D": {}}, {"G": ("Staff", []), "I": ("New", [])})
    world.suspend("C")
    world.target.faults = lambda _sent: Fault(400, detail="no")
    assert world.sync(Orders(by_hand=False)).failed == 7
    failed = [event for event in world.events() if event.error_description]
    assert [(event.type.value, event.user_name or event.object_name) for event in failed] == [
        ("user.deletion_failed_in_app", "B@x.example"),
        ("user.suspension_failed_in_app", "C@x.example"),
        ("group.members_failed_in_app", "Staff"),
        ("group.rename_failed_in_app", "Staff"),
        ("user.update_failed_in_app", "A@x.example"),
        ("user.creation_failed_in_app", "D@x.example"),
        ("group.creation_failed_in_app", "New"),
        ("group.deletion_failed_in_app", "Crew"),
    ]
    assert {event.error_description for event in failed} == {"the target refused it (400): no"}


def test_what_failed_is_tried_again_after_growing_pauses(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400)
    pauses = []
    for attempt in range(1, len(RETRY_AFTER_MS) + 2):
        world.sync(Orders(by_hand=False))
        [(what, key, attempts, minutes)] = troubles(world)
        assert (what, key, attempts) == ("user", "A", attempt)
        pauses.append(minutes)
        world.now += minutes * MINUTE
    assert pauses == [1, 5, 15, 60, 360, 1440, 1440]
    world.target.faults = lambda _sent: None
    world.sync(Orders(by_hand=False))
    assert troubles(world) == []


def test_between_its_times_nothing_is_tried(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400)
    world.sync(Orders(by_hand=False))
    world.become(everyone("A", "B"))
    world.target.log.clear()
    world.sync(Orders(by_hand=False))
    assert [sent.body["externalId"] for sent in world.target.writes] == ["B"]


def test_a_user_who_is_gone_is_made_again_in_the_same_run(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(AB, {"G": ("Team", ["A", "B"])})
    old = world.target.id_of("A@x.example")
    world.target.lose(old)
    world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A", "B"])})
    result = world.sync(Orders(by_hand=False))
    assert (result.failed, result.waiting) == (0, 0)
    assert world.target.id_of("A@x.example") != old
    assert world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}
    assert (troubles(world), world.changes()) == ([], [])


def test_a_group_that_is_gone_is_made_again_with_its_members(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(AB, {"G": ("Team", ["A", "B"])})
    world.target.lose(world.target.id_of("Team"))
    world.become(AB, {"G": ("Team", ["A"])})
    assert world.sync(Orders(by_hand=False)).failed == 0
    assert world.target.teams() == {"Team": {"A@x.example"}}
    assert world.changes() == []


def test_members_who_are_gone_are_made_again_and_added(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(AB, {"G": ("Team", [])})
    world.target.lose(world.target.id_of("A@x.example"))
    world.become(AB, {"G": ("Team", ["A", "B"])})
    assert world.sync(Orders(by_hand=False)).failed == 0
    assert world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_a_user_who_only_seemed_to_be_gone_keeps_the_id(each_world: World) -> None:
    """A target that says 404 once: who is made anew is in the way of themselves."""
    world = each_world
    world.make_app()
    world.synced(AB, {"G": ("Team", ["A", "B"])})
    number = world.target.id_of("A@x.example")
    world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A", "B"])})
    world.target.faults = lambda _sent: Fault(404) if len(world.target.log) == 1 else None
    result = world.sync()
    assert (result.failed, result.waiting, world.changes()) == (0, 0, [])
    assert world.target.id_of("A@x.example") == number
    assert (world.target.people()["A"]["title"], len(world.target.users)) == ("x", 2)
    assert world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_a_group_that_only_seemed_to_be_gone_keeps_the_id(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(AB, {"G": ("Team", ["A"])})
    number = world.target.id_of("Team")
    world.become(AB, {"G": ("Team", ["A", "B"])})
    world.target.faults = lambda sent: Fault(404) if sent.path == f"/Groups/{number}" and len(world.target.log) < 3 else None
    result = world.sync()
    assert (result.failed, result.waiting, world.changes()) == (0, 0, [])
    assert world.target.id_of("Team") == number
    assert world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_a_group_that_vanished_before_its_later_members(world: World) -> None:
    people = many(120)
    world.make_app()
    world.linked(everyone(*people))
    world.become(everyone(*people), {"G": ("Team", people)})
    once = [True]

    def watch(sent: object) -> None:
        if once[0] and "PATCH" in str(sent):
            once.clear()
            once.append(False)
            world.target.lose(world.target.id_of("Team"))

    world.target.watch = watch
    world.sync()
    assert len(world.target.teams().get("Team", set())) == 120


def test_what_exists_is_left_alone_without_a_word(world: World) -> None:
    world.make_app("adopt=ignore")
    world.target.users["x"] = {"id": "x", "userName": "A@x.example"}
    world.become(everyone("A"))
    first = world.sync()
    assert (first.failed, first.applied, first.waiting, first.held) == (0, 0, 0, 0)
    assert world.sync().requests == 0  # and is not asked for again
    world.set("adopt=adopt")
    assert world.sync().applied >= 1


def test_what_exists_is_reported_and_not_taken_over(world: World) -> None:
    world.make_app("adopt=report")
    world.target.users["x"] = {"id": "x", "userName": "A@x.example"}
    world.become(everyone("A"))
    assert world.sync().failed == 1
    last = [event for event in world.events() if event.error_description][-1]
    assert (last.type.value, last.user_name, last.notes, last.error_description) == (
        "user.creation_failed_in_app",
        "A@x.example",
        SENT,
        "a user with this name exists at the target, and was not made by Lockstep: "
        "delete or rename it there, or take it over with `adopt=adopt` or `lockstep idp takeover aws --link`",
    )
    with world.db.read() as c:
        assert list(links.users(c, world.link_target(c))) == []
    assert world.target.users == {"x": {"id": "x", "userName": "A@x.example"}}


def test_what_exists_is_taken_over_and_brought_in_line(each_world: World) -> None:
    world = each_world
    world.make_app("adopt=adopt")
    world.target.users["x"] = {"id": "x", "userName": "a@X.example", "title": "old", "userType": "kept"}
    world.target.groups["y"] = {"id": "y", "displayName": "TEAM", "members": []}
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    result = world.sync()
    assert (result.failed, result.waiting) == (0, 0)
    assert world.target.users["x"]["userName"] == "A@x.example"
    assert ("title" in world.target.users["x"], world.target.users["x"]["userType"]) == (False, "kept")
    assert world.target.teams() == {"Team": {"A@x.example"}}
    with world.db.read() as c:
        target = world.link_target(c)
        assert [(one.target_id, one.made) for one in links.users(c, target)] == [("x", False)]
        assert [(one.target_id, one.made) for one in links.groups(c, target)] == [("y", False)]
    assert [one[0] for one in happened(world)][:2] == ["user.linked_in_app", "group.linked_in_app"]


def test_what_is_linked_already_is_never_taken_over_by_somebody_else(world: World) -> None:
    """B wants the name of A at the target, which A was given there by hand."""
    world.make_app("adopt=adopt")
    world.synced(everyone("A"))
    number = world.target.id_of("A@x.example")
    world.target.users[number]["userName"] = "B@x.example"
    world.become(AB)
    assert world.sync().failed == 1
    assert "is linked already, to somebody else of this directory" in str(world.events()[-2].error_description)
    with world.db.read() as c:
        assert [one.key for one in links.users(c, world.link_target(c))] == ["A"]


def test_an_answer_that_names_somebody_else_fails_alone(each_world: World) -> None:
    """A target that gives an existing user for a POST: A's, for B."""
    world = each_world
    world.make_app()
    world.synced(everyone("A"))
    world.become(everyone("A", "B", "C"))
    answer = world.target.answer

    def upsert(sent: Sent) -> Answer:
        if sent.method == "POST" and sent.body["externalId"] == "B":
            return Answer(200, world.target.users[world.target.id_of("A@x.example")], "application/json", "{}")
        return answer(sent)

    world.target.answer = upsert  # type: ignore[method-assign]
    result = world.sync(Orders(by_hand=False))
    assert (result.failed, result.applied) == (1, 1)
    with world.db.read() as c:
        target = links.find_target(c, world.app_id(c), URL)
        assert [one.key for one in links.users(c, target)] == ["A", "C"]


def test_what_failed_says_so_in_the_next_plan(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400, detail="no")
    world.sync(Orders(by_hand=False))
    [change] = world.changes()
    words = "failed before (the target refused it (400): no); tried again at 2023-11-14 22:14 UTC"
    assert (change.state, change.reason) == (State.LATER, words)


def one_trouble(world: World) -> Trouble:
    """The only failure that is remembered."""
    with world.db.read() as c:
        [found] = ledger.troubled(c, world.link_target(c)).values()
    return found


def test_a_failure_keeps_what_the_target_answered(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400, detail="'nickName' is too long", scim_type="invalidValue")
    world.sync(Orders(by_hand=False))
    found = one_trouble(world)
    assert (found.status, found.scim_type, found.cause) == (400, "invalidValue", "400-too-long-nickName")
    assert (found.first_at, found.at, found.attempts) == (world.now, world.now, 1)


def test_after_28_days_it_is_given_up_until_a_person_asks(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400, detail="no")
    first = world.now
    while True:
        world.sync(Orders(by_hand=False))
        if retries.is_dead(one_trouble(world)):
            break
        world.now = one_trouble(world).next_at
    assert 27 * DAY < world.now - first <= 28 * DAY
    assert one_trouble(world).first_at == first
    [change] = world.changes()
    assert change.state is State.LATER
    assert change.reason == (
        "failed before (the target refused it (400): no); given up after 28 days: try it again by hand, or change the object"
    )
    world.now += 300 * DAY
    world.target.log.clear()
    world.sync(Orders(by_hand=False))
    assert world.target.log == []
    world.sync()
    assert len(world.target.writes) == 3
    assert retries.is_dead(one_trouble(world)), "it has failed for too long to be tried by itself"
    world.target.faults = lambda _sent: None
    assert world.sync().failed == 0
    assert world.target.people().keys() == {"A"}


def test_an_object_that_changes_starts_anew(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda _sent: Fault(400)
    for _ in range(3):
        world.sync(Orders(by_hand=False))
        world.now = one_trouble(world).next_at
    world.now -= 1
    world.become({"A": {"title": "x"}})
    world.target.log.clear()
    world.sync(Orders(by_hand=False))
    assert len(world.target.writes) == 1
    found = one_trouble(world)
    assert (found.attempts, found.first_at, found.next_at) == (1, world.now, world.now + MINUTE)
    world.sync(Orders(by_hand=False))
    assert len(world.target.writes) == 1


def team_of_250(world: World, refused: str) -> None:
    """A team that gets 250 members, in three requests; those with `refused` in them are refused."""
    people = many(250)
    world.make_app()
    world.linked(everyone(*people))
    world.become(everyone(*people), {"G": ("Team", [])})
    world.sync()
    world.target.faults = lambda sent: Fault(400, detail="no") if refused in str(sent.body) else None
    world.become(everyone(*people), {"G": ("Team", people)})


def test_a_part_of_the_members_that_goes_through_does_not_hide_one_that_failed(each_world: World) -> None:
    world = each_world
    team_of_250(world, "t-E0000")
    assert world.sync(Orders(by_hand=False)).failed == 1
    assert len(world.target.teams()["Team"]) == 150
    assert one_trouble(world).attempts == 1
    for _ in range(3):
        world.sync(Orders(by_hand=False))
    assert len(world.target.writes) == 5, "the rest is another change, and is tried once more at once"
    world.target.faults = lambda _sent: None
    world.now += MINUTE
    assert world.sync(Orders(by_hand=False)).failed == 0
    assert (len(world.target.teams()["Team"]), troubles(world)) == (250, [])


def test_several_requests_for_one_group_are_one_attempt(world: World) -> None:
    team_of_250(world, "t-E0")
    for attempt in (1, 2):
        assert world.sync(Orders(by_hand=False)).failed == 1
        assert one_trouble(world).attempts == attempt
        world.sync(Orders(by_hand=False))
        assert len(world.target.writes) == 1 + 3 * attempt
        world.now = one_trouble(world).next_at
