"""Replies."""

import pytest

from lockstep.center.directory.problems import Refusal, absent, invalid
from lockstep.center.scimapi.messages import error_reply, time_stamp


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_712_298_732_227, "2024-04-05 06:32:12.227"),
        (1_712_298_732_160, "2024-04-05 06:32:12.16"),
        (1_712_298_732_100, "2024-04-05 06:32:12.1"),
        (1_712_298_732_005, "2024-04-05 06:32:12.005"),
        (1_712_298_732_000, "2024-04-05 06:32:12.0"),
    ],
)
def test_trailing_zeros_of_a_time_stamp_are_trimmed(at: int, text: str) -> None:
    assert time_stamp(at) == text


@pytest.mark.parametrize("refusal", [absent("User", "x"), invalid("text")])
def test_the_status_in_the_body_is_the_status(refusal: Refusal) -> None:
    reply = error_reply(refusal, "r-1", 0)
    assert f'"status":"{reply.status}"'.encode() in reply.body
