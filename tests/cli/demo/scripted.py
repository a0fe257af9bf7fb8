"""Commands that are not run: what they answer is written down, and what was asked is kept."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from lockstep.cli.demo.processes import Answer, Processes


@dataclass(slots=True)
class Scripted(Processes):
    """Answers by the first words of a command; a command without an answer is done and says nothing."""

    answers: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def answer(self, *words: str, code: int = 0, json: Any = None, text: str = "") -> None:
        """Write an answer down."""
        self.answers[words] = (code, text if json is None else msgspec.json.encode(json).decode())

    def run(self, *words: str) -> Answer:
        """The answer of the longest beginning that is written down."""
        self.asked.append(words)
        for length in range(len(words), 0, -1):
            if words[:length] in self.answers:
                code, out = self.answers[words[:length]]
                return Answer(words, code, out, "")
        return Answer(words, 0, "", "")
