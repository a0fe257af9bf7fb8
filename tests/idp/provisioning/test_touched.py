"""What the next plan looks at although no event tells of it."""

from lockstep.idp.provisioning import touched
from tests.idp.provisioning.world import World


def test_what_was_touched_waits_until_a_plan_has_taken_it_in(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = each_world.link_target(c)
        touched.touch(c, target, "user", ["A", "B"])
        touched.touch(c, target, "group", ["cooks"])
        users, groups, last = touched.waiting(c, target)
        assert (users, groups) == ({"A", "B"}, {"cooks"})
        touched.touch(c, target, "user", ["A"])  # again, while the plan is being made
        touched.planned(c, target, 7, last)
        assert touched.waiting(c, target)[:2] == ({"A"}, set())
        assert touched.planned_up_to(c, target) == 7


def test_targets_are_kept_apart(each_world: World) -> None:
    for name in ("aws", "other"):
        each_world.make_app(name=name)
    with each_world.write() as c:
        one, other = each_world.link_target(c), each_world.link_target(c, "other")
        touched.touch(c, one, "user", ["A"])
        touched.planned(c, other, 3, touched.waiting(c, other)[2])
        assert touched.waiting(c, one)[0] == {"A"}
        assert (touched.planned_up_to(c, one), touched.planned_up_to(c, other)) == (0, 3)


def test_everything_is_looked_at_again(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = each_world.link_target(c)
        touched.planned(c, target, 7, 0)
        touched.touch_everything(c, target)
        assert touched.planned_up_to(c, target) == 0


def test_what_another_version_of_the_engine_has_planned_does_not_count(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = each_world.link_target(c)
        touched.planned(c, target, 7, 0)
        c.raw.execute("UPDATE targets SET planned_by = 'an older one'")
        assert touched.planned_up_to(c, target) == 0
