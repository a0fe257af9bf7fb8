"""Prints tables that can be pasted into a document."""

from collections.abc import Sequence


def heading(text: str) -> None:
    """Begin a part of the report."""
    print(f"\n## {text}\n", flush=True)


def say(text: str) -> None:
    """A line of the report."""
    print(text, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A Markdown table; every column but the first is flush right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for row in (head, marks, *rows):
        cells = [
            text.ljust(width) if not column else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def number(value: float) -> str:
    """`12,345`, with a decimal or two where the number is small."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"
