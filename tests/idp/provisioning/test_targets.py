"""Under which URL links are kept, and what a sample of them is."""

from lockstep.idp.provisioning import ledger, links, targets
from tests.idp.provisioning.world import URL, World, everyone, many

OTHER = "https://other.example/scim"


def test_a_sample_is_spread_over_the_keys_and_bounded(each_world: World) -> None:
    each_world.make_app()
    each_world.linked(everyone(*many(41)))
    with each_world.write() as c:
        target = each_world.link_target(c)
        assert [name for _, name in targets.user_sample(c, target, 20)] == [
            f"E{index:04}@x.example" for index in range(0, 41, 3)
        ]
        assert targets.user_sample(c, target, 1) == [("t-E0000", "E0000@x.example")]
        assert len(targets.user_sample(c, target, 100)) == 41
        for number in range(3):
            links.put_group(c, target, f"team {number}", f"Team {number}", f"g{number}", [], made=True)
        assert targets.group_sample(c, target, 2) == [("g0", "Team 0"), ("g2", "Team 2")]
        assert targets.group_sample(c, target + 1, 2) == []


def test_links_move_to_another_url_or_out_of_the_way(each_world: World) -> None:
    app = each_world.make_app()
    each_world.linked(everyone("A"))
    with each_world.write() as c:
        target = each_world.link_target(c)
        targets.move(c, target, OTHER)
        assert (links.find_target(c, app.id, OTHER), links.find_target(c, app.id, URL)) == (target, 0)
        targets.set_aside(c, target, OTHER)
        assert links.find_target(c, app.id, OTHER) == 0
        assert links.count_users(c, target) == 1
        assert links.target_of(c, app.id, OTHER) != target


def test_decisions_are_forgotten(each_world: World) -> None:
    app = each_world.make_app()
    with each_world.write() as c:
        ledger.decide(c, app.id, "approved", ["a"], 1)
        ledger.decide(c, app.id, "rejected", ["b"], 1)
        targets.forget_decisions(c, app.id + 1)
        before = ledger.decided(c, app.id)
        targets.forget_decisions(c, app.id)
        assert before != ledger.decided(c, app.id) == ledger.decided(c, app.id + 1)
