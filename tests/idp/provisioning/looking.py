"""Looks at one user or group, and sends what was shown."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning import ondemand
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.shown import Shown, Step
from tests.idp.provisioning.world import World

A, B = "A@x.example", "B@x.example"
TEAM = {"G": ("Team", ["A", "B"])}


def user(world: World, who: str = "A", *, told: bool = False) -> Shown:
    """What is shown of a user."""
    with world.write() as c:
        return ondemand.look_at_user(c, apps.find_app(c, "aws"), who, world.now, told=told)


def group(world: World, name: str = "Team", *, told: bool = False) -> Shown:
    """What is shown of a group."""
    with world.write() as c:
        return ondemand.look_at_group(c, apps.find_app(c, "aws"), name, world.now, told=told)


def step(shown: Shown, name: str) -> Step:
    """One step of it."""
    return next(one for one in shown.steps if one.name == name)


def exactly(world: World, shown: Shown) -> None:
    """Sends what is shown, and nothing else goes."""
    told = [(one.method, one.path, one.body) for one in shown.requests if one.state in ("ready", "waiting")]
    world.target.log.clear()
    world.sync(Orders(**shown.orders, digest=shown.digest))
    assert [(sent.method, sent.path, sent.body) for sent in world.target.writes] == told
