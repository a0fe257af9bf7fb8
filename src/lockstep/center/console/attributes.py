"""Attributes for access control: on and off, keys and where their values come from, whose value counts."""

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.attributes import actions
from lockstep.center.attributes.records import (
    LONGEST_KEY,
    MOST_ATTRIBUTES,
    AccessControlAttribute,
    Configuration,
    Precedence,
    key_of_case,
)
from lockstep.center.attributes.sources import SOURCES
from lockstep.center.console.inside import Inside
from lockstep.center.console.site import Asking, path_of
from lockstep.center.events import Operation
from lockstep.center.instances.records import Instance
from lockstep.center.signin.seen_keys import MOST_SESSIONS, seen_keys
from lockstep.kit.db import Connection
from lockstep.kit.web.forms import Form, field

WORD = "DELETE"
_UNPROCESSABLE = 422
_SPARE = 1


@dataclass(slots=True)
class Row:
    """One line of the form, as it was typed, and what is wrong with it."""

    key: str = ""
    source: str = ""
    key_problem: str = ""
    source_problem: str = ""

    @property
    def wrong(self) -> bool:
        """Whether something is wrong."""
        return bool(self.key_problem or self.source_problem)


class Attributes(Inside):
    """These pages."""

    async def overview(self, request: Request) -> Response:
        """The tab."""
        asking, instance = await self.opened(request)
        return await self._overview(asking, instance)

    async def enable(self, request: Request) -> Response:
        """Enable acts at once."""
        asking, _ = await self.site.posted(request)
        instance = await self.site.instance(request)
        call = self.site.call(asking, Operation.CREATE_ACCESS_CONTROL)
        _, problem = await self.site.done(lambda connection: actions.enable(connection, call, instance.name))
        if problem:
            return self._back(asking, instance, problem)
        text = "Attributes for access control are enabled. Now say which keys there are."
        return self.site.go(asking, path_of(instance, "settings", "attributes"), text=text)

    async def precedence(self, request: Request) -> Response:
        """Whose value counts."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        chosen = field(form, "precedence")
        if chosen not in [one.value for one in Precedence]:
            return await self._overview(asking, instance, "Choose one of the two.")
        call = self.site.call(asking, Operation.UPDATE_ACCESS_CONTROL)
        known = await self._known(instance)
        if known is None or known.precedence == chosen:
            return self.site.go(asking, path_of(instance, "settings", "attributes"), "info", "Nothing was changed.")
        _, problem = await self.site.done(
            lambda connection: actions.enable(connection, call, instance.name, Precedence(chosen))
        )
        if problem:
            return self._back(asking, instance, problem)
        return self.site.go(
            asking, path_of(instance, "settings", "attributes"), text="Saved. It counts from the next sign-in on."
        )

    async def manage(self, request: Request) -> Response:
        """The form with all keys."""
        asking, instance = await self.opened(request)
        known = await self._known(instance)
        if known is None:
            return self._back(asking, instance, "Attributes for access control are not enabled. Enable them first.")
        rows = [Row(one.key, one.source) for one in known.attributes]
        return self._manage(asking, instance, [*rows, *[Row() for _ in range(_SPARE)]])

    async def save(self, request: Request) -> Response:
        """The form, filled in: another line, or the new list."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        rows = _rows(form)
        if not rows:  # every list has a line more than it has keys: without any, the form was cut short
            return self._back(asking, instance, "The form came without its fields, and nothing was saved. Try again.")
        if field(form, "do") == "add":
            return self._manage(asking, instance, [*rows, Row()])
        filled = _judged([row for row in rows if row.key or row.source])
        if any(row.wrong for row in filled):
            return self._manage(asking, instance, filled, "Nothing was saved: see below.")
        wanted = [AccessControlAttribute(row.key, row.source) for row in filled]
        call = self.site.call(asking, Operation.UPDATE_ACCESS_CONTROL)

        def saved(connection: Connection) -> None:
            known = actions.configuration_of(connection, instance)
            kept = {key_of_case(one.key) for one in wanted}
            gone = [one.key for one in known.attributes if key_of_case(one.key) not in kept] if known else []
            if gone:
                actions.remove_attributes(connection, call, instance.name, gone)
            if wanted or not gone:
                actions.set_attributes(connection, call, instance.name, wanted)

        _, problem = await self.site.done(saved)
        if problem:
            return self._manage(asking, instance, filled, problem)
        text = "Attributes for access control saved. They count from the next sign-in on."
        return self.site.go(asking, path_of(instance, "settings", "attributes"), text=text)

    async def disable_page(self, request: Request) -> Response:
        """What disabling means."""
        asking, instance = await self.opened(request)
        return self._disable(asking, instance)

    async def disable(self, request: Request) -> Response:
        """The word was typed: they are off."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        typed = field(form, "word") or ""
        if typed.strip() != WORD:
            return self._disable(asking, instance, typed, f"Type {WORD}, in capitals.")
        call = self.site.call(asking, Operation.DELETE_ACCESS_CONTROL)
        _, problem = await self.site.done(lambda connection: actions.disable(connection, call, instance.name))
        if problem:
            return self._back(asking, instance, problem)
        text = "Attributes for access control are disabled. Sessions that begin from now on have no tags."
        return self.site.go(asking, path_of(instance, "settings", "attributes"), text=text)

    async def _overview(self, asking: Asking, instance: Instance, problem: str = "") -> Response:
        known = await self._known(instance)
        seen = await self.site.runner.read(lambda connection: seen_keys(connection, instance)) if known else {}
        rows = [(one, seen.get(key_of_case(one.key))) for one in known.attributes] if known else []
        configured = {key_of_case(one.key) for one, _ in rows}
        others = [one for key, one in sorted(seen.items()) if key not in configured and one.assertion is not None]
        return self.page(
            asking,
            instance,
            "settings",
            "settings_attributes.html",
            _UNPROCESSABLE if problem else 200,
            problem=problem,
            known=known,
            rows=rows,
            others=others,
            most=MOST_ATTRIBUTES,
            looked_at=MOST_SESSIONS,
        )

    async def _known(self, instance: Instance) -> Configuration | None:
        return await self.site.runner.read(lambda connection: actions.configuration_of(connection, instance))

    def _back(self, asking: Asking, instance: Instance, problem: str) -> Response:
        return self.site.go(asking, path_of(instance, "settings", "attributes"), "error", problem)

    def _manage(self, asking: Asking, instance: Instance, rows: list[Row], problem: str = "") -> Response:
        status = _UNPROCESSABLE if problem else 200
        return self.page(
            asking,
            instance,
            "settings",
            "attributes_manage.html",
            status,
            rows=rows or [Row()],
            sources=SOURCES,
            most=MOST_ATTRIBUTES,
            longest=LONGEST_KEY,
            problem=problem,
        )

    def _disable(self, asking: Asking, instance: Instance, typed: str = "", problem: str = "") -> Response:
        status = _UNPROCESSABLE if problem else 200
        return self.page(
            asking, instance, "settings", "attributes_disable.html", status, word=WORD, typed=typed[:100], problem=problem
        )


def _rows(form: Form) -> list[Row]:
    keys = [value for name, value in form if name == "key"]
    sources = [value for name, value in form if name == "source"]
    return [Row(key.strip(), source.strip()) for key, source in zip_longest(keys, sources, fillvalue="")]


def _judged(rows: list[Row]) -> list[Row]:
    """The lines with what is wrong beside what is wrong.  What counts is what the action says; here it only gets its place."""
    times = Counter(key_of_case(row.key) for row in rows)
    for row in rows:
        if not actions.is_key(row.key):
            row.key_problem = f"A key has 1 to {LONGEST_KEY} letters, digits, spaces and _ . : / = + - @"
        elif times[key_of_case(row.key)] > 1:
            row.key_problem = "This key is there more than once; keys are compared without case."
        if row.source not in SOURCES:
            row.source_problem = "Choose one of the documented values, such as ${path:enterprise.costCenter}."
    return rows
