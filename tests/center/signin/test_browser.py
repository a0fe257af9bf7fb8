"""What a browser carries."""

import secrets
from itertools import pairwise

from lockstep.center.instances.profiles import PROFILES
from lockstep.center.instances.records import Instance
from lockstep.center.signin import browser
from lockstep.center.signin.records import BrowserRecord
from lockstep.kit.vault import Vault

NOW = 1_790_000_000_000
VAULT = Vault(secrets.token_bytes(32))
ONE, TWO = (Instance(n, f"i{n}", "arn", f"d-{n}", f"t{n}", "", PROFILES["aws"], None, True, NOW) for n in (1, 2))
ASKED = browser.new_asked("_1", "https://idp.example", "/d-1/start", NOW)


def test_it_is_for_one_instance_one_key_and_ten_minutes() -> None:
    record = browser.with_asked(BrowserRecord(session="ab"), ASKED)
    value = browser.seal(VAULT, ONE, record)
    assert browser.unseal(VAULT, ONE, value, NOW + browser.PENDING_MS - 1) == record
    assert browser.unseal(VAULT, ONE, value, NOW + browser.PENDING_MS) == BrowserRecord(session="ab")
    assert browser.unseal(VAULT, TWO, value, NOW) == BrowserRecord()
    assert browser.unseal(Vault(secrets.token_bytes(32)), ONE, value, NOW) == BrowserRecord()


def test_what_is_not_ours_is_nothing() -> None:
    value = browser.seal(VAULT, ONE, BrowserRecord((ASKED,)))
    for other in (None, "", "x", "é", value + "A", value[:-8] + "AAAAAAAA", "A" * 10_000):
        assert browser.unseal(VAULT, ONE, other, NOW) == BrowserRecord()


def test_the_oldest_request_goes_and_a_cookie_has_room() -> None:
    record = BrowserRecord(session="a" * 64)
    for number in range(6):
        record = browser.with_asked(record, browser.new_asked("_" + "f" * 40, "https://idp.example", f"/{number}" * 40, NOW))
    assert [asked.to[:2] for asked in record.asked] == ["/2", "/3", "/4", "/5"]
    assert len(browser.seal(VAULT, ONE, record)) < 3_000


def test_after_a_sign_in_the_request_is_gone_and_the_session_is_known() -> None:
    other = browser.new_asked("_2", "https://idp.example", "/", NOW)
    left = browser.after_sign_in(BrowserRecord((ASKED, other)), ASKED, b"\1\2")
    assert left == BrowserRecord((other,), "0102")
    assert browser.after_sign_in(BrowserRecord((other,)), None, b"\3") == BrowserRecord((other,), "03")


def test_states_are_distinct_and_short_enough() -> None:
    states = sorted(browser.new_asked("_1", "x", "/", NOW).state for _ in range(50))
    assert all(one != other for one, other in pairwise(states))
    assert max(map(len, states)) <= 80
