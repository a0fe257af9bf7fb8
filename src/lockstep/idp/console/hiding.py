"""Takes out of a page what its reader may not do: one rule for every page, by the table that the guard itself asks.

A form that may not be sent loses its buttons: with fields in it, it stays to be read, disabled, and says who may send it; a
form of buttons alone goes.  A link to a page that may not be opened becomes plain text, and goes where it was a button, or
an item of the navigation.

It works on the finished HTML, whose values are escaped: a `<`, a `>` or a quote in it is ours, from a template.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Match, Route

from lockstep.idp.admins.permissions import Rights, who_may
from lockstep.idp.console.access import OPEN, Need, need_of

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_NAV = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
_ITEM = re.compile(r"<li><a\b([^>]*)>[^<]*(?:<span\b[^>]*>[^<]*</span>)?</a></li>\n?")
_MENU = re.compile(r'<details class="menu">(.*?)</details>', re.DOTALL)
_ATTRIBUTE = re.compile(r'\b([a-z-]+)="([^"]*)"')
_FIELD = re.compile(r'<(?:select|textarea)\b|<input\b(?![^>]*type="hidden")')
_BOX = re.compile(r'<input\b([^>]*\bform="[^>]*)>')
_HIDDEN = re.compile(r'<input type="hidden"[^>]*>\n?')
_SUBMIT = re.compile(r"<button\b[^>]*>.*?</button>\n?", re.DOTALL)
_BUTTON = re.compile(r"\bbutton\b")


def only_what_one_may(html: str, rights: Rights, routes: Sequence[BaseRoute], locked: Mapping[str, str]) -> str:
    """The page without what `rights` do not allow; every address is looked up in the routing table.

    `locked`: addresses at which nothing may be posted, and below which nothing may be opened, with the reason.
    """
    known: dict[tuple[str, str], str | None] = {}

    def refusal(method: str, address: str) -> str | None:
        """Why it may not be done, as a sentence; None where it may, or where the address is none of ours."""
        path = urlsplit(address).path
        if (method, path) not in known:
            known[method, path] = _locked(method, path, locked) or _refusal(method, path, rights, routes)
        return known[method, path]

    def item(found: re.Match[str]) -> str:
        return found.group() if refusal("GET", _attribute(found.group(1), "href")) is None else ""

    html = _NAV.sub(lambda nav: _ITEM.sub(item, nav.group()), html)
    gone: set[str] = set()
    html = _FORM.sub(lambda found: _form(found, refusal, gone), html)
    html = _BOX.sub(lambda found: "" if _attribute(found.group(1), "form") in gone else found.group(), html)
    html = _LINK.sub(lambda found: _link(found, refusal), html)
    return _MENU.sub(lambda found: found.group() if "<a" in found.group(1) or "<form" in found.group(1) else "", html)


def _locked(method: str, path: str, locked: Mapping[str, str]) -> str | None:
    for address, why in locked.items():
        if path.startswith(f"{address}/") or (path == address and method == "POST"):
            return why
    return None


def _refusal(method: str, path: str, rights: Rights, routes: Sequence[BaseRoute]) -> str | None:
    if path != "/admin" and not path.startswith("/admin/"):
        return None
    need, parameters = _needed(method, path, routes)
    if need is None:
        return None if (method, path) in OPEN else "Nobody may do this here."
    return None if need.met(rights, parameters) else who_may(need.permission)


def _needed(method: str, path: str, routes: Sequence[BaseRoute]) -> tuple[Need | None, dict[str, object]]:
    scope = {"type": "http", "method": method, "path": path}
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL and isinstance(route, Route):
            return need_of(method, route.path), child["path_params"]
    return None, {}


def _attribute(attributes: str, name: str) -> str:
    return str(dict(_ATTRIBUTE.findall(attributes)).get(name, ""))


def _form(found: re.Match[str], refusal: Callable[[str, str], str | None], gone: set[str]) -> str:
    attributes, body = found.group(1), found.group(2)
    method = _attribute(attributes, "method") or "get"
    why = refusal(method.upper(), _attribute(attributes, "action"))
    if why is None:
        return found.group()
    gone.add(_attribute(attributes, "id"))
    if not _FIELD.search(body):
        return ""
    shown = _SUBMIT.sub("", _HIDDEN.sub("", body))
    return f'<fieldset disabled class="locked">{shown}<p class="soft">{why}</p></fieldset>'


def _link(found: re.Match[str], refusal: Callable[[str, str], str | None]) -> str:
    if refusal("GET", _attribute(found.group(1), "href")) is None:
        return found.group()
    goes = _BUTTON.search(_attribute(found.group(1), "class")) or "data-dialog" in found.group(1)
    return "" if goes else str(found.group(2))
