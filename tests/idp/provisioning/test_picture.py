"""Ours beside theirs: what is read and what is taken."""

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning.matching import Match, Theirs, Verdict
from lockstep.idp.provisioning.picture import Orders, There, picture_of
from lockstep.idp.provisioning.shelf import open_shelf
from tests.idp.provisioning.world import World


def test_what_orders_take() -> None:
    taken = {verdict: Orders().takes(Match("k", "n", verdict)) for verdict in Verdict}
    assert {verdict for verdict, takes in taken.items() if takes} == {Verdict.ADOPT, Verdict.CASE}
    assert Orders(other_ids=True).takes(Match("k", "n", Verdict.OTHER_ID))
    assert not Orders(other_ids=True, as_made=True).takes(Match("k", "n", Verdict.CONFLICT))


def test_the_digest_is_of_what_can_be_taken_over(world: World) -> None:
    world.make_app()
    world.become({"A": {}, "B": {}}, {"G": ("Team", ["A"])})

    def digest(*users: Theirs, groups: tuple[Theirs, ...] = ()) -> tuple[str, dict[str, str]]:
        with open_shelf() as shelf, world.db.read() as c:
            picture = picture_of(c, find_app(c, "aws"), There(shelf, list(users), list(groups)))
            return picture.digest, dict(picture.keys(Orders()))

    alice, group = Theirs("a", "a@x.example"), Theirs("g", "team")
    nothing, keys = digest(Theirs("s", "stranger"))
    assert (digest()[0], keys) == (nothing, {})
    one, keys = digest(alice)
    assert (one != nothing, keys) == (True, {"a": "A"})
    assert digest(alice, Theirs("s", "stranger"))[0] == one
    assert digest(Theirs("a2", "a@x.example"))[0] != one
    assert digest(Theirs("a", "A@x.example"))[0] != one
    assert digest(alice, groups=(group,))[0] != one
