"""Path text to tree, for PATCH (RFC 7644 3.5.2, figure 7) and for `attributes` (3.10)."""

from lockstep.scim.filters import Parser
from lockstep.scim.messages import refuse
from lockstep.scim.syntax import AttrPath, Path
from lockstep.scim.tokens import GrammarError, tokenize

__all__ = ["AttrPath", "Path", "parse_path"]


def parse_path(text: str, *, max_length: int = 8000, max_depth: int = 20) -> Path:
    """The tree of path `text`; ScimError 400 invalidPath if it is malformed, too long, or too deeply nested."""
    if len(text) > max_length:
        refuse("invalidPath", f"The path is longer than {max_length} characters.")
    try:
        parser = Parser(tokenize(text), max_depth)
        found = parser.path()
        parser.take("end")
    except GrammarError as problem:
        refuse("invalidPath", f"The path cannot be read: {problem}.")
    return found
