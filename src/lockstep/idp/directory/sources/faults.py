"""What is wrong with single entries of a source: looked for in all of it, and named together.  Pure."""

from dataclasses import dataclass, field

from lockstep.idp.directory.sources.records import SourceProblem

_SHOWN = 10
"""Entries that a problem names."""


@dataclass(slots=True)
class Faults:
    """Entries that cannot be taken: all are looked for before one problem names them."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """What is wrong and what to do, in the words for one and those for several; and the entries for which it is so."""

    def add(self, one: str, several: str, entry: str) -> None:
        """Note one."""
        self.found.setdefault((one, several), []).append(entry)

    def check(self) -> None:
        """Raise SourceProblem if there are any."""
        if not self.found:
            return
        texts = []
        for (one, several), entries in self.found.items():
            what = f"1 {one}" if len(entries) == 1 else f"{len(entries):,} {several}"
            more = f" and {len(entries) - _SHOWN:,} more" if len(entries) > _SHOWN else ""
            texts.append(f"{what}: {'; '.join(entries[:_SHOWN])}{more}")
        raise SourceProblem(f"{'. '.join(texts)}. Nothing was taken over.")
