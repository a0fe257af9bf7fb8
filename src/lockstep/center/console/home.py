"""The list of instances, and the dashboard of one."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console import store
from lockstep.center.console.inside import Inside, State, standing, state_of
from lockstep.center.console.site import BASE
from lockstep.center.console.store import Sought
from lockstep.center.directory import search
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps.certificates import warnings_of
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection

_FEW = 5


class Home(Inside):
    """These pages."""

    async def instances(self, request: Request) -> Response:
        """All instances."""
        asking = await self.site.asking(request)

        def found(connection: Connection) -> list[tuple[Instance, State]]:
            return [(instance, state_of(connection, instance)) for instance in instances.every(connection)]

        return self.site.page(
            asking, "instances.html", current=BASE, found=await self.site.runner.read(found), standing=standing
        )

    async def dashboard(self, request: Request) -> Response:
        """What there is, and what needs attention."""
        asking, instance = await self.opened(request)
        now = self.site.now()
        state = await self.site.runner.read(lambda connection: state_of(connection, instance))
        refused = await self.site.runner.read(
            lambda connection: store.events(connection, instance.key, Sought(failed=True), None, _FEW)
        )
        users, groups = await self.site.runner.read(
            lambda connection: (search.count_users(connection, instance), search.count_groups(connection, instance))
        )
        warnings = [f"{idp.name}: {text}" for idp in state.idps for text in warnings_of(idp, now)]
        ending = [token for token in state.tokens if standing(token.expires_at, now)[0] != "success"]
        return self.page(
            asking,
            instance,
            "",
            "dashboard.html",
            state=state,
            users=counted(users),
            groups=counted(groups),
            refused=refused,
            warnings=warnings,
            ending=ending,
            standing=standing,
        )


def counted(number: int) -> str:
    """A number, or that there are more than were counted."""
    return f"{search.COUNTED:,}+" if number > search.COUNTED else f"{number:,}"
