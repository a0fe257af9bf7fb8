"""Pauses after failed log-ins."""

import pytest

from lockstep.kit.pauses import LONGEST_PAUSE_MS, account_key, address_key, pause_ms


def test_pauses_double_and_end_at_a_quarter_of_an_hour() -> None:
    assert [pause_ms(number, 5) for number in (1, 4, 5, 6, 7)] == [0, 0, 1_000, 2_000, 4_000]
    assert [pause_ms(failures, 5) for failures in range(8)] == [0, 0, 0, 0, 0, 1_000, 2_000, 4_000]
    assert pause_ms(15, 5) == pause_ms(10_000, 5) == LONGEST_PAUSE_MS == 900_000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("", "no address", True),
    ],
)
def test_an_address_is_one_ipv4_or_a_network_of_ipv6(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_what_was_typed_is_not_kept() -> None:
    assert "secret" not in account_key("secret").name
