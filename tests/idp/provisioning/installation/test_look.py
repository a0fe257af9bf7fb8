"""Whether a target is ahead."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.provisioning.installation.look import TOLERANCE_MS, ahead, chosen
from lockstep.idp.provisioning.records import Change, Kind
from lockstep.kit.clock import iso
from tests.idp.provisioning.provider import Offers, Provider
from tests.idp.provisioning.target import Fault, Target
from tests.idp.provisioning.world import World, everyone, many

UNTIL = 1_800_000_000_000
AFTER, BEFORE = iso(UNTIL + TOLERANCE_MS + 1_000), iso(UNTIL)


def create(key: str, **more: str) -> Change:
    document = {"userName": f"{key}@x.example", **more}
    return Change(Kind.CREATE, "user", key, document["userName"], 0, payload={"document": document})


def update(key: str) -> Change:
    return Change(Kind.UPDATE, "user", key, f"{key}@x.example", 0, target_id=key)


def there(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "userName": f"{key}@x.example", **more}


def sign(changes: list[Change], *users: dict[str, Any]) -> str:
    target = Target(lambda: UNTIL)
    target.users = {user["id"]: user for user in users}
    return asyncio.run(ahead(target.client("https://x", "t"), changes, UNTIL))


@pytest.mark.parametrize(
    ("user", "is_sign"),
    [
        (there("A", externalId="A", meta={"created": AFTER}), True),
        (there("A", externalId="A", meta={"created": BEFORE}), False),
        (there("A", externalId="other", meta={"created": AFTER}), False),  # made by hand, under our name
        (there("A", externalId="A"), False),
        (there("A", externalId="A", meta={"created": "soon"}), False),
        (there("B", externalId="B", meta={"created": AFTER}), False),
    ],
)
def test_somebody_whom_we_would_make_was_made_since(user: dict[str, Any], is_sign: bool) -> None:
    assert bool(sign([create("A", externalId="A")], user)) == is_sign


def test_without_an_external_id_the_name_counts() -> None:
    assert sign([create("A")], there("A", meta={"created": AFTER}))


@pytest.mark.parametrize(
    ("users", "is_sign"),
    [
        ([there("A", meta={"lastModified": AFTER}), there("B", meta={"lastModified": AFTER})], True),
        ([there("A", meta={"lastModified": AFTER})], True),  # the other one is gone
        ([], True),
        ([there("A", meta={"lastModified": AFTER}), there("B", meta={"lastModified": BEFORE})], False),
        ([there("A"), there("B")], False),
    ],
)
def test_everybody_who_is_looked_at_was_changed_since(users: list[dict[str, Any]], is_sign: bool) -> None:
    assert bool(sign([update("A"), update("B")], *users)) == is_sign


def test_a_target_that_filters_by_names_only(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Provider(lambda: UNTIL)
    monkeypatch.setattr(target, "faults", lambda sent: Fault(400) if "externalId" in str(sent.query) else None)
    for key, external in (("A", "A"), ("B", "other")):
        target.users[key] = there(key, externalId=external, meta={"created": AFTER})
    client = target.client("https://x", "t")
    assert asyncio.run(ahead(client, [create("B", externalId="B")], UNTIL)) == ""  # by hand, under our name
    assert "A@x.example" in asyncio.run(ahead(client, [create("A", externalId="A")], UNTIL))


def test_a_target_without_filters_is_read_to_its_end() -> None:
    target = Provider(lambda: UNTIL, Offers(filters=False, page=2))
    for key in "BCDA":
        target.users[key] = there(key, externalId=key, meta={"created": AFTER if key == "A" else BEFORE})
    client = target.client("https://x", "t")
    creates = [create(key, externalId=key) for key in "BCA"]
    assert "A@x.example" in asyncio.run(ahead(client, creates, UNTIL))
    assert asyncio.run(ahead(client, creates[:2], UNTIL)) == ""


def test_a_single_one_may_be_somebody_s_work_at_the_target() -> None:
    assert sign([update("A")], there("A", meta={"lastModified": AFTER})) == ""


def test_at_most_five_are_looked_at(each_world: World) -> None:
    each_world.make_app()
    each_world.synced({key: {} for key in many(5)})
    each_world.become({**{key: {"title": "New"} for key in many(5)}, **everyone(*many(5, "N"))})
    made, _ = each_world.plan()
    with each_world.db.read() as c:
        kinds = [change.kind for change in chosen(c, made.id)]
    assert kinds == [Kind.CREATE] * 3 + [Kind.UPDATE] * 2
