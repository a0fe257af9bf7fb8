"""What a page's forms hold, as a browser and a screen reader find them; and whether a page is nothing but what we wrote."""

from dataclasses import dataclass
from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}",
    "\u202egnirts\u200f \u2066left open",
    "</title></textarea></style><b onclick=alert(1)>",
    "x" * 10_000,
    "a\0b",
)
"""What somebody may type or send to see whether it stays text."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ATTRIBUTES = _words(
    "accept action aria-controls aria-current aria-describedby aria-expanded aria-hidden aria-invalid aria-label "
    "aria-labelledby autocomplete checked class colspan content charset d data-copy data-dialog data-dialog-cancel "
    "data-dialog-content data-submit datetime "
    "defer dir "
    "download enctype fill focusable for height href id lang list maxlength method name open placeholder rel required role "
    "rows scope selected spellcheck src stroke stroke-linecap stroke-linejoin stroke-width tabindex target type value viewbox "
    "width"
)
TAGS = _words(
    "a body br button code datalist dd details div dl dt fieldset footer form h1 h2 h3 head header html input label legend li "
    "link main meta nav ol option p path pre script section select small span strong summary svg table tbody td textarea th "
    "thead time title tr ul"
)


@dataclass
class Seen:
    """A field: its value, whether it is marked as wrong, and the text that describes it."""

    name: str
    id: str
    value: str = ""
    invalid: bool = False
    described_by: tuple[str, ...] = ()
    description: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: list[Seen] = []
        self.texts: dict[str, str] = {}
        self.strange: list[str] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.strange += [f"<{tag}>"] if tag not in TAGS else []
        self.strange += [f"<{tag} {name}>" for name in values if name not in ATTRIBUTES]
        if tag == "script" and not values.get("src", "").startswith("/static/"):
            self.strange.append("<script> of a stranger")
        way = values.get("href", values.get("action", "/"))
        if tag in ("a", "form") and (not way.startswith(("/", "#")) or way.startswith("//")):
            self.strange.append(f"a way to {way}")
        if tag in ("input", "textarea", "select") and values.get("type") != "hidden":
            described = tuple(values.get("aria-describedby", "").split())
            invalid = values.get("aria-invalid") == "true"
            self.fields.append(Seen(values.get("name", ""), values.get("id", ""), values.get("value", ""), invalid, described))
        if tag == "option" and "selected" in values:
            self.fields[-1].value = values.get("value", "")
        if tag not in ("input", "meta", "link", "br", "path"):
            self._open.append((tag, values.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data
        if self._open and self._open[-1][0] == "textarea":
            self.fields[-1].value += data.removeprefix("\n")


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def fields_of_page(html: str) -> list[Seen]:
    """The visible fields of a page, each with the words that describe it."""
    reader = _read(html)
    for field in reader.fields:
        field.description = " ".join(
            " ".join(reader.texts[name] for name in field.described_by if name in reader.texts).split()
        )
    return reader.fields


def wrong_fields(html: str) -> dict[str, Seen]:
    """Those that are marked as wrong, by name; each has to have an error beside it that says so."""
    found = [field for field in fields_of_page(html) if field.invalid]
    for field in found:
        assert f"{field.id}-error" in field.described_by, field
        assert field.description.startswith("Error: "), field
        assert len(field.description) > len("Error: "), field
    return {field.name: field for field in found}


def strange_in(html: str) -> list[str]:
    """Elements, attributes and links that no template of ours has."""
    return _read(html).strange
