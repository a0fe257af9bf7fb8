"""A signal ends the demo once, and never between the start of a process and the note of it."""

import os
import signal

import pytest

from lockstep.cli.demo.signals import Interrupted, Signals

ALL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", ALL)
def test_the_first_signal_raises_and_later_ones_do_not(number: signal.Signals) -> None:
    with Signals() as signals:
        with pytest.raises(Interrupted):
            send(number)
        send(number)
        assert signals.asked


def test_in_a_shield_it_raises_at_the_end() -> None:
    finished = False
    with Signals() as signals, pytest.raises(Interrupted), signals.shielded():
        send(signal.SIGTERM)
        finished = True
    assert finished


def test_what_is_shielded_after_the_signal_is_done_without_another() -> None:
    with Signals() as signals:
        with pytest.raises(Interrupted):
            send(signal.SIGTERM)
        with signals.shielded():
            send(signal.SIGINT)


def test_shields_stand_in_each_other() -> None:
    inner_left = False
    with Signals() as signals, pytest.raises(Interrupted), signals.shielded():
        with signals.shielded():
            send(signal.SIGTERM)
        inner_left = True
    assert inner_left


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in ALL]
    with Signals():
        assert [signal.getsignal(number) for number in ALL] != before
    assert [signal.getsignal(number) for number in ALL] == before


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals() as signals:
            send(signal.SIGHUP)
            assert not signals.asked
    finally:
        signal.signal(signal.SIGHUP, before)
