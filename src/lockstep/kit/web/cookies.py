"""Cookies of one side.  Both sides may share a host, and cookies know no ports: each side names its own."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from lockstep.kit.web.secrets import LONGEST

SameSite = Literal["lax", "strict", "none"]


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie: HttpOnly, for every path of this host alone.

    `secure` says that the public URL is https: then the name has the prefix `__Host-`, so that no sub-domain and no plain page
    can set it, and it is sent over TLS alone.  `same_site="none"` (it has to come along when another site posts to us) is
    allowed by browsers only with TLS; without it, it is "lax".
    """

    name: str
    secure: bool
    same_site: SameSite = "lax"

    @property
    def full_name(self) -> str:
        """The name on the wire."""
        return f"__Host-{self.name}" if self.secure else self.name

    def read(self, request: Request) -> str | None:
        """What the browser sent; None where that is nothing, or cannot be ours."""
        value = request.cookies.get(self.full_name)
        return value if value and len(value) <= LONGEST else None

    def set(self, response: Response, value: str, *, max_age: int | None = None) -> None:
        """Give the browser `value`, for `max_age` seconds, or until it is closed."""
        response.set_cookie(
            self.full_name, value, max_age=max_age, path="/", secure=self.secure, httponly=True, samesite=self._same_site()
        )

    def clear(self, response: Response) -> None:
        """Take the cookie away from the browser."""
        response.delete_cookie(self.full_name, path="/", secure=self.secure, httponly=True, samesite=self._same_site())

    def _same_site(self) -> SameSite:
        return "lax" if self.same_site == "none" and not self.secure else self.same_site
