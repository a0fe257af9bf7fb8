"""What happened, in words."""

import pytest

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.timeline import Entry, entry_of, without_repeats
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone


def of_user(world: World, name: str = "A@x.example", before: int = 0, limit: int = 50) -> tuple[list[Entry], int]:
    with world.db.read() as c:
        found, further = events.of_user_in_app(c, world.app_id(c), user_name=name, before=before, limit=limit)
    return [entry_of(one) for one in found], further


def of_group(world: World, name: str) -> list[Entry]:
    with world.db.read() as c:
        found, _ = events.of_object_in_app(c, world.app_id(c), "group", name, limit=50)
    return [entry_of(one) for one in found]


def test_of_a_login(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("A", "B"), {"G": ("Team", ["A"])})
    world.become({"A": {"title": "secret"}, "B": {}}, {"G": ("Team", ["A"])})
    world.target.faults = lambda _sent: Fault(400, detail="'title' is too long")
    world.sync(Orders(by_hand=False))
    found, further = of_user(world)
    assert further == 0
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    newest = found[0]
    assert (newest.title, newest.failed) == ("Could not be updated at the target", True)
    assert newest.details() == [
        ("Sent", "the attributes title"),
        ("Came back", "the target refused it (400): 'title' is too long"),
        ("What to do", "Shorten title; an object is tried again as soon as it changes."),
    ]
    assert newest.sentence() == (
        "Could not be updated at the target. Sent: the attributes title. "
        "Came back: the target refused it (400): 'title' is too long. "
        "What to do: Shorten title; an object is tried again as soon as it changes."
    )
    titles = [one.title for one in found]
    assert titles[1:3] == ["Changed in the directory", "Created at the target"]
    assert found[1].by_somebody
    assert "Sent: the attributes active, displayName" in found[2].sentence()
    assert "secret" not in str(found)


def test_of_a_login_in_one_app_only(world: World) -> None:
    world.make_app()
    world.make_app(name="other")
    world.become(everyone("A"))
    world.sync()
    world.sync(name="other")
    assert [one.title for one in of_user(world)[0]].count("Created at the target") == 1


def test_pages_by_key(each_world: World) -> None:
    world = each_world
    world.make_app()
    for title in "abcd":
        world.synced({"A": {"title": title}})
    whole, _ = of_user(world)
    found: list[Entry] = []
    before = 0
    while True:
        shown, before = of_user(world, before=before, limit=3)
        found += shown
        if not before:
            break
    assert found == whole
    assert len(whole) > 6


def test_of_a_group(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("A"), {"G": ("Team", ["A"])})
    world.synced(everyone("A", "B"), {"G": ("Team", ["B"])})
    world.synced(everyone("A", "B"), {"G": ("Crew", ["B"])})
    assert [(one.title, one.sent) for one in of_group(world, "Team")] == [
        ("Members changed at the target", "1 added, 1 removed"),
        ("Created at the target", "1 member"),
    ]
    assert [(one.title, one.sent) for one in of_group(world, "Crew")] == [("Renamed at the target", "was Team")]
    assert of_group(world, "") == []


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            Event(type=EventType.ROLE_MEMBER_ADDED, actor="ann", user_name="A", role_name="Team"),
            "Got a role: Team by ann.",
        ),
        (Event(type=EventType.SYNC_ASKED, actor="ann", user_name="A", notes="try again"), "Another try was asked for by ann."),
        (Event(type=EventType.USER_DELETED_IN_APP, actor="engine", user_name="A"), "Deleted at the target."),
        (
            Event(type=EventType.SIGN_IN_TO_APP_FAILED, user_name="A", error_description="no NameID"),
            "Could not sign in to the app. Why: no NameID.",
        ),
        (Event(type=EventType.CREDENTIAL_CREATED, actor="ann"), "credential.created by ann."),
    ],
)
def test_sentences(event: Event, sentence: str) -> None:
    assert entry_of(event).sentence() == sentence


def test_what_lost_its_answer_says_what_to_do() -> None:
    failed = Event(
        type=EventType.USER_CREATION_FAILED_IN_APP, user_name="A", error_description="no answer from the target: it broke"
    )
    assert "Check that the target runs" in entry_of(failed).what_to_do
    assert entry_of(failed).as_json() == {
        "time": "1970-01-01T00:00:00Z",
        "words": entry_of(failed).sentence(),
        "came_back": "no answer from the target: it broke",
        "what_to_do": entry_of(failed).what_to_do,
    }


def test_what_came_back_again_and_again_is_told_once() -> None:
    def failed(at: int, error: str) -> Entry:
        kind = EventType.USER_CREATION_FAILED_IN_APP
        return entry_of(Event(type=kind, actor="engine", user_name="A", notes="title", error_description=error, at=at))

    fine = entry_of(Event(type=EventType.USER_UPDATED, actor="ann", user_name="A", at=5))
    history = [failed(9000, "x"), failed(8000, "x"), failed(7000, "y"), fine, fine, failed(4000, "x"), failed(3000, "x")]
    told = without_repeats(history)
    assert [(one.at, one.times, one.first_at) for one in told] == [
        *((9000, 2, 8000), (7000, 1, 0)),
        *((5, 1, 0), (5, 1, 0)),
        (4000, 2, 3000),
    ]
    assert "Could not be created at the target, 2 times since 1970-01-01T00:00:08Z. Sent" in told[0].sentence()
