"""What commands print, and how they end."""

import sys
from enum import IntEnum
from typing import Any

import msgspec


class Exit(IntEnum):
    """Exit codes of every command (a contract)."""

    DONE = 0
    PROBLEM = 1
    USAGE = 2
    WAITS_FOR_A_PERSON = 3
    SOME_FAILED = 4
    INTERRUPTED = 130
    """By Ctrl-C, as a shell says it (128 + SIGINT)."""


def counted(number: int, thing: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def print_json(value: Any) -> None:
    """One JSON object on one line, and nothing else, on standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def say(text: str) -> None:
    """A line for a person on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line for a person on standard error: progress and explanations that are not the result."""
    sys.stderr.write(text + "\n")
