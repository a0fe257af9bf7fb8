"""Settings: identity source, and how long sessions last."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console.inside import Inside, standing, state_of
from lockstep.center.console.site import Asking, path_of
from lockstep.center.events import Operation
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps.certificates import WARN_DAYS, certificate_of, warnings_of
from lockstep.center.instances.records import Instance
from lockstep.center.signin import provider
from lockstep.kit.web.forms import field

_UNPROCESSABLE = 422
CHOICES = (
    ("15", "15 minutes"),
    ("60", "1 hour"),
    ("240", "4 hours"),
    ("480", "8 hours"),
    ("1440", "1 day"),
    ("10080", "7 days"),
)
_OWN = "custom"


class Settings(Inside):
    """These pages."""

    async def source(self, request: Request) -> Response:
        """Identity source."""
        asking, instance = await self.opened(request)
        now = self.site.now()
        state = await self.site.runner.read(lambda connection: state_of(connection, instance))
        return self.page(
            asking,
            instance,
            "settings",
            "settings_source.html",
            state=state,
            idps=[(idp, [certificate_of(der, now) for der in idp.certificates], warnings_of(idp, now)) for idp in state.idps],
            entity_id=provider.entity_id(self.site.origin, instance),
            acs_url=provider.acs_url(self.site.origin, instance),
            standing=lambda until, now: standing(until, now, WARN_DAYS),
        )

    async def authentication(self, request: Request) -> Response:
        """Authentication: how long a session lasts."""
        asking, instance = await self.opened(request)
        return self._authentication(asking, instance, str(instance.profile.session_minutes), "")

    async def set_duration(self, request: Request) -> Response:
        """Another duration."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        chosen = field(form, "duration") or ""
        typed = (field(form, "minutes") or "").strip()[:20] if chosen == _OWN else chosen
        if not typed.isascii() or not typed.isdigit():
            return self._authentication(asking, instance, typed, "Type a number of minutes, without a fraction.", own=True)
        call = self.site.call(asking, Operation.UPDATE_INSTANCE, {"session_minutes": int(typed)})
        changed, _ = await self.site.done(
            lambda connection: instances.change_settings(connection, call, instance.name, {"session_minutes": int(typed)})
        )
        if changed is None:
            wrong = "A session lasts 15 to 129,600 minutes (90 days). Type a number between them."
            return self._authentication(asking, instance, typed, wrong, own=True)
        text = "Settings updated. Sessions that begin from now on last this long."
        return self.site.go(asking, path_of(instance, "settings", "authentication"), text=text)

    def _authentication(self, asking: Asking, instance: Instance, minutes: str, problem: str, *, own: bool = False) -> Response:
        own = own or minutes not in dict(CHOICES)
        return self.page(
            asking,
            instance,
            "settings",
            "settings_authentication.html",
            _UNPROCESSABLE if problem else 200,
            choices=[*CHOICES, (_OWN, "Custom duration (minutes)")],
            chosen=_OWN if own else minutes,
            minutes=minutes if own else "",
            problem=problem,
        )
