"""Reading XML that strangers wrote: one strict parse, and exact ways into the tree."""

import re
from typing import Final

from lxml import etree

from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.times import read_time, write_time

__all__ = [
    "Element",
    "carried",
    "check_id",
    "children",
    "flag",
    "leaf_text",
    "only_child",
    "parse",
    "read_time",
    "serialize",
    "write_time",
]

Element = etree._Element

LONGEST: Final = 131_072
_DEEPEST, _MOST_ELEMENTS, _MOST_ATTRIBUTES, _MOST_NAMESPACES = 32, 2_000, 64, 500
_LONGEST_ID: Final = 256

_BOM: Final = b"\xef\xbb\xbf"
_DECLARATION: Final = re.compile(
    r"""<\?xml \s+ version \s*=\s* (?:"1\.0"|'1\.0')
        (?: \s+ encoding \s*=\s* (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)') )?
        (?: \s+ standalone \s*=\s* (?:"(?:yes|no)"|'(?:yes|no)') )? \s* \?>""",
    re.VERBOSE | re.ASCII,
)
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_SPACE_AND_COMMENTS: Final = re.compile(r"(?:[ \t\r\n]++|<!--.*?-->)*", re.DOTALL)
_ABSOLUTE_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+", re.DOTALL)
_NCNAME: Final = re.compile(r"[^\W\d][\w.\-·]*")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOO_DEEP: Final = "depth"


def parse(raw: bytes, *, longest: int = LONGEST, comments: bool = False) -> Element:
    """The root element of a document; nothing outside it is ever looked at, fetched or expanded.

    UTF-8 only, no document type, no processing instructions, no comments (`comments`: they are dropped, as people write them
    into metadata by hand), absolute namespaces, at most 32 deep, 2,000 elements, 64 attributes an element.

    SamlProblem: too_large, bad_encoding, not_xml, dtd_forbidden, markup_forbidden, ns_forbidden.
    """
    if len(raw) > longest:
        raise SamlProblem(Reason.TOO_LARGE, f"{len(raw)} bytes, {longest} at most")
    _check_start(_decoded(raw, bom=comments), comments=comments)
    root = _tree(raw, comments=comments)
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise SamlProblem(Reason.DTD_FORBIDDEN, "a document type")
    _check_markup(root)
    _check_namespaces(root)
    return root


def _decoded(raw: bytes, *, bom: bool) -> str:
    """`bom`: whether a byte order mark of UTF-8 may come first, as some editors leave it in metadata."""
    try:
        text = (raw.removeprefix(_BOM) if bom else raw).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise SamlProblem(Reason.BAD_ENCODING, f"not UTF-8 at byte {wrong.start}") from wrong
    if "\0" in text or text.startswith("\ufeff"):
        raise SamlProblem(Reason.BAD_ENCODING, "a NUL, or a byte order mark")
    return text


def _check_start(text: str, *, comments: bool) -> None:
    """What comes before the root, seen before the parser sees it: a document type never gets that far."""
    start = 0
    if text.startswith("<?xml"):
        declaration = _DECLARATION.match(text)
        if declaration is None:
            raise SamlProblem(Reason.BAD_ENCODING, "an XML declaration that is none")
        encoding = declaration["double"] or declaration["single"]
        if encoding is not None and encoding.lower() != "utf-8":
            raise SamlProblem(Reason.BAD_ENCODING, f"declared as {encoding[:40]!r}")
        start = declaration.end()
    before = (_SPACE_AND_COMMENTS if comments else _SPACE).match(text, start)
    rest = text[before.end() if before else start :][:9]
    if rest.upper() == "<!DOCTYPE":
        raise SamlProblem(Reason.DTD_FORBIDDEN, "a document type")
    if rest.startswith(("<!--", "<?")):
        raise SamlProblem(Reason.MARKUP_FORBIDDEN, "something before the root element")
    if not rest.startswith("<"):
        raise SamlProblem(Reason.NOT_XML, "no root element")


def _tree(raw: bytes, *, comments: bool) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=comments,
        remove_pis=False,
    )
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as wrong:
        reason = Reason.NS_FORBIDDEN if _TOO_DEEP in str(wrong) else Reason.NOT_XML
        raise SamlProblem(reason, str(wrong)[:200]) from wrong


def _check_markup(root: Element) -> None:
    around = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if around or next(root.iter(etree.Comment, etree.ProcessingInstruction), None) is not None:
        raise SamlProblem(Reason.MARKUP_FORBIDDEN, "a comment or a processing instruction")
    if next(root.iter(etree.Entity), None) is not None:
        raise SamlProblem(Reason.DTD_FORBIDDEN, "an entity")


def _check_namespaces(root: Element) -> None:
    """Canonicalization fails silently on relative namespaces, which makes any digest match ("void canonicalization")."""
    depth = elements = namespaces = 0
    for event, found in etree.iterwalk(root, events=("start", "end", "start-ns")):
        if event == "end":
            depth -= 1
        elif event == "start-ns":
            namespaces += 1
            _check_uri(found[1])
        else:
            depth, elements = depth + 1, elements + 1
            _check_element(found)
        if depth > _DEEPEST or elements > _MOST_ELEMENTS or namespaces > _MOST_NAMESPACES:
            raise SamlProblem(Reason.NS_FORBIDDEN, "too deep, or too many elements or namespaces")


def _check_uri(uri: str) -> None:
    if not _ABSOLUTE_URI.fullmatch(uri):
        raise SamlProblem(Reason.NS_FORBIDDEN, f"not an absolute namespace: {uri[:100]!r}")


def _check_element(element: Element) -> None:
    if not element.tag.startswith("{"):
        raise SamlProblem(Reason.NS_FORBIDDEN, f"an element without namespace: {element.tag[:100]!r}")
    if len(element.attrib) > _MOST_ATTRIBUTES:
        raise SamlProblem(Reason.NS_FORBIDDEN, f"{len(element.attrib)} attributes on one element")


def children(parent: Element, name: str) -> list[Element]:
    """The direct children of that exact name."""
    return [child for child in parent if child.tag == name]


def only_child(parent: Element, name: str, reason: Reason = Reason.BAD_STRUCTURE) -> Element:
    """The one direct child of that exact name; SamlProblem with `reason` where there are none or several."""
    found = children(parent, name)
    if len(found) != 1:
        raise SamlProblem(reason, f"{len(found)} × {name} in {parent.tag}, one expected")
    return found[0]


def leaf_text(element: Element, reason: Reason = Reason.BAD_STRUCTURE) -> str:
    """The whole text of an element that has no child nodes but text, as it stands."""
    if len(element):
        raise SamlProblem(reason, f"something inside {element.tag}")
    return element.text or ""


def flag(element: Element, name: str) -> bool:
    """An attribute of xs:boolean, false where there is none."""
    written = element.get(name, "false").strip()
    if written not in ("true", "1", "false", "0"):
        raise SamlProblem(Reason.BAD_STRUCTURE, f"neither true nor false: {name}={written[:40]!r}")
    return written in ("true", "1")


def check_id(value: str | None, reason: Reason) -> str:
    """An identifier as xs:ID wants it, at most 256 characters; SamlProblem with `reason` for any other."""
    if value is None or len(value) > _LONGEST_ID or not _NCNAME.fullmatch(value):
        raise SamlProblem(reason, f"not an identifier: {(value or '')[:60]!r}")
    return value


def carried(text: str) -> str:
    """`text` without the characters that XML 1.0 (2.2) cannot say at all."""
    return _NOT_XML.sub("", text)


def serialize(root: Element) -> bytes:
    """The document in UTF-8, without declaration and as it stands: no white space is added to what is signed."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)
