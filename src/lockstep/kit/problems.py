"""Errors whose text is written for the person who has to do something about them."""


class Problem(Exception):
    """Something that stops a command or a request; its message says what is wrong and what to do.  Exit code 1.

    `hint` is what helps at a command line only, where it follows the message; `text` is the message without it, for a page.
    """

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(f"{text}; {hint}" if hint else text)
        self.text = text


class ValueProblem(Problem):
    """A value that cannot be taken.  `field` names it as a form does; the message names it as a command's option does.

    `what` is what is wrong with it and what to do, without the name, and without a capital or a full stop.
    """

    def __init__(self, field: str, what: str, message: str = "") -> None:
        super().__init__(message or f"--{field.replace('_', '-')}: {what}")
        self.field = field
        self.what = what


def sentence(text: str) -> str:
    """What a problem says as it stands on a page: with a capital letter, and a full stop unless it ends already."""
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."
