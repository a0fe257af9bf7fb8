"""Signing certificates: roll-over, warnings, keys at rest."""

import pytest

from lockstep.idp import events
from lockstep.idp.signin.certificates import actions, store
from lockstep.idp.signin.certificates.actions import DAY_MS
from lockstep.idp.signin.certificates.records import Certificate, State
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault, VaultError
from lockstep.saml.keys import SigningKey, new_signing_key

VAULT = Vault(b"k" * 32)
NOW = 1_800_000_000_000


def add(database: Database, key: SigningKey, now: int = NOW) -> Certificate:
    with database.write(serial=events.SERIAL) as c:
        return actions.add(c, VAULT, key, now)


def states(database: Database) -> list[tuple[int, str]]:
    with database.read() as c:
        return [(one.id, one.state.value) for one in store.all_certificates(c)]


def happened(database: Database) -> list[str]:
    with database.read() as c:
        return [event.type.value for event in events.since(c, 0, 100)]


@pytest.fixture
def other_key() -> SigningKey:
    return new_signing_key("other", now_ms=NOW, bits=2048)


def test_a_roll_over(each: Database, signing_key: SigningKey, other_key: SigningKey) -> None:
    first, second = add(each, new_signing_key("x", now_ms=NOW, bits=2048)), add(each, other_key)
    assert (first.state, second.state) == (State.ACTIVE, State.NEXT)
    with each.write(serial=events.SERIAL) as c:
        assert actions.published(c)[1] == other_key.der
        assert actions.activate(c, second.id, NOW).state is State.ACTIVE
        assert actions.activate(c, second.id, NOW).state is State.ACTIVE
        assert actions.published(c)[0] == other_key.der
    assert states(each) == [(second.id, "active"), (first.id, "retiring")]
    with each.write(serial=events.SERIAL) as c:
        with pytest.raises(Problem, match="activate another one first"):
            actions.remove(c, second.id, NOW)
        with pytest.raises(Problem, match=f"what certificate {first.id} signed may be valid until"):
            actions.remove(c, first.id, NOW + 599_999)
        actions.remove(c, first.id, NOW + 600_000)
        with pytest.raises(Problem, match=f"no certificate {first.id}; there are: {second.id}"):
            actions.find(c, first.id)
    assert states(each) == [(second.id, "active")]
    names = [name.removeprefix("certificate.") for name in happened(each)]
    assert names == ["created", "created", "activated", "deleted"]


def test_of_two_that_make_the_first_one_is_kept(each: Database, signing_key: SigningKey, other_key: SigningKey) -> None:
    with each.write() as c:
        actions.add_first(c, VAULT, other_key, NOW)
        actions.add_first(c, VAULT, signing_key, NOW)
        active = actions.active(c)
    assert active is not None
    assert active.fingerprint == other_key.fingerprint
    assert len(states(each)) == 1


def test_the_key_lies_sealed_and_opens_with_the_right_key_only(sqlite: Database, other_key: SigningKey) -> None:
    made = add(sqlite, other_key)
    assert b"PRIVATE" not in made.sealed_key
    assert actions.key_of(made, VAULT).private.private_numbers() == other_key.private.private_numbers()
    with pytest.raises(VaultError):
        actions.key_of(made, Vault(b"x" * 32))


def test_a_certificate_that_has_ended_does_not_sign(sqlite: Database, other_key: SigningKey, signing_key: SigningKey) -> None:
    add(sqlite, other_key)
    old = add(sqlite, signing_key)  # made in 1970
    with sqlite.write(serial=events.SERIAL) as c, pytest.raises(Problem, match="has ended on 197"):
        actions.activate(c, old.id, NOW)


def test_warnings_are_given_once_for_each_step(sqlite: Database, other_key: SigningKey) -> None:
    made = add(sqlite, other_key)
    for days in (100, 60.5, 59, 58, 29, 13, 6, 0.5, 0.4, -1):
        with sqlite.write(serial=events.SERIAL) as c:
            actions.warn(c, int(made.not_after - days * DAY_MS))
    assert happened(sqlite).count("certificate.expires") == 5
    assert not actions.ends_soon(made, made.not_after - 61 * DAY_MS)
    assert actions.ends_soon(made, made.not_after - 59 * DAY_MS)
    assert not actions.ends_soon(None, NOW)


def test_without_a_certificate_there_is_nothing_to_warn_of(sqlite: Database) -> None:
    with sqlite.write(serial=events.SERIAL) as c:
        actions.warn(c, NOW)
        assert actions.published(c) == ()
        with pytest.raises(Problem, match="none yet"):
            actions.find(c, 1)


def test_a_new_key_is_rsa_3072_for_five_years() -> None:
    assert (actions.BITS, actions.DAYS) == (3072, 1825)
