"""Pauses after failed log-ins."""

from lockstep.idp import events
from lockstep.idp.signin.people import throttle
from lockstep.kit.db import Database
from lockstep.kit.pauses import address_key

NOW = 1_800_000_000_000


def test_accounts_are_the_same_in_any_case_and_hold_nothing_that_was_typed() -> None:
    assert throttle.account_key("Alice@X").name == throttle.account_key("alice@x").name
    assert "alice" not in throttle.account_key("alice@x").name


def test_an_attempt_counts_before_it_is_known_how_it_ends(each: Database) -> None:
    keys = (throttle.account_key("a"), address_key("192.0.2.1"))
    with each.write(serial=events.SERIAL) as c:
        assert [throttle.begin(c, keys, NOW) for _ in range(6)] == [True] * 5 + [False]
        assert not throttle.begin(c, keys, NOW + 999)
        assert throttle.begin(c, keys, NOW + 1_000)
        assert not throttle.begin(c, keys, NOW + 2_999)
        assert throttle.begin(c, keys, NOW + 3_000)


def test_a_success_forgives_the_account_and_one_attempt_of_the_address(each: Database) -> None:
    account, address = throttle.account_key("a"), address_key("192.0.2.1")
    with each.write(serial=events.SERIAL) as c:
        for number in range(19):
            assert throttle.begin(c, (throttle.account_key(f"b{number}"), address), NOW)
        assert throttle.begin(c, (account, address), NOW)  # the twentieth: from now on this address pauses
        assert not throttle.begin(c, (account, address), NOW)
        throttle.forgive(c, account, address)
        assert throttle.begin(c, (account, address), NOW)
        assert not throttle.begin(c, (account, address), NOW)


def test_after_a_day_all_is_forgotten(each: Database) -> None:
    keys = (throttle.account_key("a"), address_key("192.0.2.1"))
    with each.write(serial=events.SERIAL) as c:
        for _ in range(5):
            throttle.begin(c, keys, NOW)
        assert [throttle.begin(c, keys, NOW + 86_400_000) for _ in range(5)] == [True] * 5
