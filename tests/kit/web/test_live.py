"""Streams of news: one look for everyone who waits, and messages that no text can break."""

import asyncio
import time

import pytest

from lockstep.kit.web import live
from lockstep.kit.web.live import News, message


class Numbers:
    """A number that grows when it is told to, and counts who asks for it."""

    def __init__(self) -> None:
        self.now = 1
        self.looks = 0
        self.broken = False

    async def look(self) -> int:
        self.looks += 1
        if self.broken:
            raise RuntimeError("the database is away")
        return self.now


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.02)
    return Numbers()


async def test_many_who_wait_cost_one_look(numbers: Numbers) -> None:
    news = News(numbers.look)
    waiting = [asyncio.create_task(news.beyond(1, 5)) for _ in range(50)]
    await asyncio.sleep(0.2)
    assert not any(one.done() for one in waiting)
    assert numbers.looks <= 12
    numbers.now = 7
    assert set(await asyncio.gather(*waiting)) == {7}


async def test_what_is_known_already_is_not_waited_for(numbers: Numbers) -> None:
    news = News(numbers.look)
    assert await news.beyond(0, 5) == 1
    assert await news.beyond(0, 0.001) == 1


async def test_nobody_asks_where_nobody_waits(numbers: Numbers) -> None:
    news = News(numbers.look)
    assert await news.beyond(1, 0.05) == 1
    await asyncio.sleep(0.05)
    looks = numbers.looks
    await asyncio.sleep(0.1)
    assert numbers.looks == looks


async def test_a_look_that_fails_is_made_again(numbers: Numbers) -> None:
    news = News(numbers.look)
    numbers.broken = True
    waiting = asyncio.create_task(news.beyond(0, 5))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    numbers.broken = False
    assert await waiting == 1


async def test_the_end_wakes_everyone(numbers: Numbers) -> None:
    news = News(numbers.look)
    waiting = [asyncio.create_task(news.beyond(1, 60)) for _ in range(3)]
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    news.close()
    await asyncio.gather(*waiting)
    await news.beyond(1, 60)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", "\u2028", "\x0b"])
def test_no_text_can_end_a_message(end: str) -> None:
    text = message("row", f"a{end}id: 99{end}event: ended", 7)
    lines = text.split("\n")
    assert "\r" not in text
    assert [line for line in lines if line.startswith("id:")] == ["id: 7"]
    assert [line for line in lines if line.startswith("event:")] == ["event: row"]
    assert text.count("\n\n") == 1
    assert "data: a\ndata: " in text


def test_a_message_without_text_or_number() -> None:
    assert message("beat", "") == "event: beat\ndata: \n\n"
