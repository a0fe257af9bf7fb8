"""Pages: Jinja2 templates of one side, over the ones that both share (`kit/base.html`, `kit/post.html`, `kit/error.html`)."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from lockstep.kit.web.headers import allow_form_to

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_NOT_FOUND = 404
_FOREVER = "public, max-age=31536000, immutable"


@cache
def static_files() -> dict[str, bytes]:
    """Name → content of what is served below `/static/`."""
    return {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.suffix in _TYPES}


def static_url(name: str) -> str:
    """The address of a static file; another content has another address, so that it may be kept for ever."""
    return f"/static/{name}?v={hashlib.sha256(static_files()[name]).hexdigest()[:12]}"


async def static(request: Request) -> Response:
    """A static file."""
    name = request.path_params["name"]
    content = static_files().get(name)
    if content is None:
        return Response(status_code=_NOT_FOUND)
    return Response(content, media_type=_TYPES[Path(name).suffix], headers={"Cache-Control": _FOREVER})


class Pages:
    """The pages of one side.

    `packages` hold a folder `templates` each; `name` is what the site is called at the top of every page.
    """

    def __init__(self, name: str, *packages: str) -> None:
        loaders = [jinja2.PackageLoader(package) for package in (*packages, "lockstep.kit.web")]
        self.environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader(loaders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(site_name=name, static_url=static_url)

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The page that `template` makes of `context`; templates know `request`, too."""
        text = self.environment.get_template(template).render(request=request, **context)
        return HTMLResponse(text, status)

    def post(self, request: Request, url: str, fields: dict[str, str], **context: Any) -> HTMLResponse:
        """A page that posts `fields` to `url` at once, or, without script, when its button is pressed.

        `context`: `title` and `text` for the person, `button` for the button's word.
        """
        allow_form_to(request, url)
        return self.page(request, "kit/post.html", url=url, fields=fields, **context)
