"""What the demo shows: numbered steps, the command of each, what came back in a few words, requests beside the floor."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.rule import Rule
from rich.status import Status
from rich.table import Table
from rich.text import Text

from lockstep.cli.demo.comparing import Side

WIDEST = 100
"""Columns; lines that are longer are hard to read."""
_INDENT = 5
_SHOWN_DIFFERENCES = 10

Line = str | RenderableType
Lines = Sequence[Line]


class Screen:
    """A terminal, a file, or (`quiet`) nothing at all."""

    def __init__(self, *, quiet: bool = False) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # names hold letters that not every terminal has
        self._console = Console(quiet=quiet, highlight=False)
        self._console.width = min(self._console.width, WIDEST)
        self._status: Status | None = None

    def opening(self, folder: str) -> None:
        """What is about to happen, and where."""
        self._console.print()
        self._console.print(Rule("[bold]Lockstep[/]", style="blue"))
        folder = escape(folder)
        self.say(
            "An [bold]identity provider[/], an [bold]identity centre[/], and between them nothing but SCIM and SAML.",
            f"What you see is what runs, with [cyan]--data {folder}/idp[/] or [cyan]--data {folder}/center[/].",
        )

    def chapter(self, title: str) -> None:
        """A group of steps begins."""
        self._console.print()
        self._console.print(Text(title, style="bold blue"))

    @contextmanager
    def step(self, number: int, title: str) -> Iterator[None]:
        """While a step is taken."""
        with self._console.status(f"[bold]{number:>2}  {escape(title)}[/]") as self._status:
            yield
        self._status = None

    def passed(self, number: int, title: str, seconds: float, commands: Iterable[str], lines: Lines) -> None:
        """A step that came to what it should."""
        self._heading("[green]✓[/]", number, title, seconds)
        self._commands(commands)
        self._lines(lines)

    def failed(self, number: int, title: str, seconds: float, commands: Iterable[str], why: str) -> None:
        """A step that did not."""
        self._heading("[bold red]✗[/]", number, title, seconds)
        self._commands(commands)
        self._lines([Text(why, style="red")])

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar, where there is somebody to look at it; the function takes how much is done."""
        if self._status is not None:
            self._status.stop()
        bar = (SpinnerColumn(), TextColumn("[bold]{task.description}[/]"), BarColumn(None), MofNCompleteColumn())
        with Progress(*bar, TextColumn("requests"), console=self._console, transient=True, disable=not self.watched) as shown:
            task = shown.add_task(title, total=total)
            yield lambda done: shown.update(task, completed=min(done, total))

    @property
    def watched(self) -> bool:
        """Whether this is a terminal that a person looks at."""
        return self._console.is_terminal and not self._console.quiet

    def closing(self, title: str, lines: Lines, commands: Iterable[tuple[str, str]] = ()) -> None:
        """The end of all steps; commands stand on a line of their own, unbroken, to be copied."""
        self._console.print()
        self._console.print(Rule(f"[bold]{escape(title)}[/]", style="blue"))
        self._lines(lines, indent=0)
        for what, command in commands:
            if what:
                self._console.print(f"  {escape(what)}")
            self._console.print(Text(f"    {command}", style="cyan"), soft_wrap=True)

    def say(self, *lines: Line) -> None:
        """A few lines."""
        self._lines(lines, indent=0)

    def _heading(self, mark: str, number: int, title: str, seconds: float) -> None:
        line = Table.grid(expand=True)
        line.add_column()
        line.add_column(justify="right")
        line.add_row(f"{mark} {number:>2}  [bold]{escape(title)}[/]", f"[dim]{seconds:.1f} s[/]")
        self._console.print(line)

    def _commands(self, commands: Iterable[str]) -> None:
        self._lines([Text(f"$ {command}", style="cyan") for command in commands])

    def _lines(self, lines: Lines, *, indent: int = _INDENT) -> None:
        for line in lines:
            if line == "":
                self._console.print()
                continue
            self._console.print(Padding(line, (0, 0, 0, indent), expand=False))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def beside_floor(requests: int, floor: int, done: str = "sent") -> str:
    """Requests beside the fewest that could do it."""
    colour = "green" if requests <= floor else "yellow"
    return f"[bold {colour}]{counted(requests, 'request')}[/] {done}, [bold {colour}]floor {floor:,}[/]"


def sides(compared: Iterable[Side]) -> Table:
    """Both sides in a table."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column()
    for side in compared:
        told = "[green]equal, to the letter[/]" if side.equal else f"[red]{counted(len(side.differences), 'difference')}[/]"
        table.add_row(side.kind, f"{side.idp:,} here", f"{side.center:,} at the centre", told)
    return table


def told_differences(compared: Iterable[Side]) -> str:
    """The first differences, one a line."""
    found = [text for side in compared for text in side.differences]
    more = [f"… and {len(found) - _SHOWN_DIFFERENCES} more"] if len(found) > _SHOWN_DIFFERENCES else []
    return "\n".join(["the two sides differ:", *found[:_SHOWN_DIFFERENCES], *more])


def strong(text: object) -> str:
    """Text from outside, in bold."""
    return f"[bold]{escape(str(text))}[/]"
