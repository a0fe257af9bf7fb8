"""What somebody who follows a source by its readings comes to know."""

from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.directory.sources.records import Group, Person, Reader, Reading


@dataclass
class Follower:
    """Reads on from the watermark each time, and keeps what it was told."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    watermark: str = ""

    def read(self, reader: Reader) -> Reading:
        """Take the next reading in, as its contract says."""
        reading = reader.read(self.watermark)
        if reading.complete:
            self.people.clear()
            self.groups.clear()
        self.people |= {one.key: one for one in reading.people}
        self.groups |= {one.key: one for one in reading.groups}
        _leave(self.people, reading.removed_people, reading.present_people)
        _leave(self.groups, reading.removed_groups, reading.present_groups)
        self.watermark = reading.watermark
        return reading

    def knows(self) -> Any:
        """Everything, without members who have left and without the order of members."""
        groups = {
            key: (one.name, set(one.members) & self.people.keys(), set(one.groups) & self.groups.keys())
            for key, one in self.groups.items()
        }
        return self.people, groups


def _leave(held: dict[str, Any], removed: tuple[str, ...], present: frozenset[str] | None) -> None:
    for key in list(held):
        if key in removed or (present is not None and key not in present):
            del held[key]
