"""Errors whose text is written for the person who has to do something about them."""


class Problem(Exception):
    """Something that stops a command or a request; its message says what is wrong and what to do.  Exit code 1."""
