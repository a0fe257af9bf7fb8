"""What may be done with signing certificates: make, activate, remove, warn.

The order of a roll-over: make the next one; let every service provider load the metadata; activate; remove the old one.
"""

from dataclasses import replace

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin import store as settings
from lockstep.idp.signin.certificates import store
from lockstep.idp.signin.certificates.records import Certificate, State
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault
from lockstep.saml.keys import SigningKey, certificate_from_pem, load_signing_key, new_signing_key, not_after_ms

NAME = "Lockstep identity provider"
DAYS = 5 * 365
BITS = 3072
DAY_MS = 86_400_000
_ACTIVATED = "certificate-activated-at"
_STILL_VALID_MS = 600_000
"""After another certificate was activated: how long an assertion that was signed before may be on its way, twice over."""
WARN_DAYS = (60, 30, 14, 7, 1)


class StillValidProblem(Problem):
    """What a certificate signed may be valid until `free_at`: it goes only after that, or at once, in so many words."""

    def __init__(self, number: int, free_at: int) -> None:
        super().__init__(
            f"what certificate {number} signed may be valid until {iso(free_at)}: wait, or remove it with --now. "
            "Its key is deleted for good: see first that people can sign in with the new one"
        )
        self.free_at = free_at


def make_key(now: int, bits: int | None = None) -> SigningKey:
    """A fresh key and its certificate.  Takes a second: outside of any transaction, off the event loop."""
    return new_signing_key(NAME, now_ms=now, days=DAYS, bits=bits or BITS)


def add(c: Connection, vault: Vault, key: SigningKey, now: int, *, actor: str = "admin") -> Certificate:
    """Keep a new certificate: as the next one, or as the active one where there is none."""
    state = State.ACTIVE if active(c) is None else State.NEXT
    sealed = vault.seal(key.pem_private.decode(), _place(key.fingerprint))
    pem = key.pem_certificate.decode()
    store.add(c, Certificate(0, pem, sealed, key.fingerprint, state, not_after_ms(key.der), now, 0))
    made = next(one for one in store.all_certificates(c) if one.fingerprint == key.fingerprint)
    _event(c, EventType.CERTIFICATE_CREATED, made, now, actor=actor)
    return made


def add_first(c: Connection, vault: Vault, key: SigningKey, now: int) -> None:
    """Keep a certificate unless another process was first."""
    events.alone(c)
    if active(c) is None:
        add(c, vault, key, now)


def active(c: Connection) -> Certificate | None:
    """The certificate that signs."""
    return next((one for one in store.all_certificates(c) if one.state is State.ACTIVE), None)


def key_of(certificate: Certificate, vault: Vault) -> SigningKey:
    """The key, to sign with.  Raises VaultError if the vault's key is another one."""
    return load_signing_key(vault.open(certificate.sealed_key, _place(certificate.fingerprint)), certificate.pem)


def published(c: Connection) -> tuple[bytes, ...]:
    """What metadata lists (DER): every one, the active one first."""
    return tuple(certificate_from_pem(one.pem) for one in store.all_certificates(c))


def find(c: Connection, number: int) -> Certificate:
    """The certificate of that number.  Raises Problem, naming those that exist."""
    known = store.all_certificates(c)
    for one in known:
        if one.id == number:
            return one
    numbers = ", ".join(str(one.id) for one in known) or "none yet"
    raise Problem(f"there is no certificate {number}; there are: {numbers}")


def activate(c: Connection, number: int, now: int, *, actor: str = "admin") -> Certificate:
    """Sign with this one from now on; the one before is retiring, and stays in the metadata."""
    chosen, before = find(c, number), active(c)
    if chosen.state is State.ACTIVE:
        return chosen
    if chosen.not_after <= now:
        raise Problem(f"certificate {number} has ended on {iso(chosen.not_after)}: make a new one")
    if before is not None:
        store.set_state(c, before.id, State.RETIRING)
    store.set_state(c, number, State.ACTIVE)
    settings.set_setting(c, _ACTIVATED, str(now))
    _event(c, EventType.CERTIFICATE_ACTIVATED, chosen, now, actor=actor)
    return replace(chosen, state=State.ACTIVE)


def remove(c: Connection, number: int, now: int, *, at_once: bool = False, actor: str = "admin") -> None:
    """Take a certificate out of the metadata, and delete its key, for good.

    Raises Problem for the active one, StillValidProblem for the one before it while what it signed may be valid, unless
    `at_once`.
    """
    chosen = find(c, number)
    if chosen.state is State.ACTIVE:
        raise Problem(f"certificate {number} signs: activate another one first")
    free_at = valid_until(c, chosen)
    if now < free_at and not at_once:
        raise StillValidProblem(number, free_at)
    store.remove(c, number)
    _event(c, EventType.CERTIFICATE_DELETED, chosen, now, actor=actor)


def valid_until(c: Connection, certificate: Certificate) -> int:
    """The instant until which what it signed may be valid; 0 for one that has not signed."""
    if certificate.state is not State.RETIRING:
        return 0
    return int(settings.all_settings(c).get(_ACTIVATED, "0")) + _STILL_VALID_MS


def days_left(certificate: Certificate, now: int) -> int:
    """Whole days until it ends; negative afterwards."""
    return (certificate.not_after - now) // DAY_MS


def ends_soon(certificate: Certificate | None, now: int) -> bool:
    """Whether it is time to make the next one."""
    return certificate is not None and days_left(certificate, now) < WARN_DAYS[0]


def warn(c: Connection, now: int) -> None:
    """Write an event when the active certificate has fewer than 60, 30, 14, 7 days or 1 day left, once for each."""
    events.alone(c)
    certificate = active(c)
    if certificate is None:
        return
    passed = [days for days in WARN_DAYS if days_left(certificate, now) < days]
    if passed and passed[-1] != certificate.warned_days:
        store.set_warned(c, certificate.id, passed[-1])
        _event(c, EventType.CERTIFICATE_EXPIRES, certificate, now, f"ends on {iso(certificate.not_after)}")


def _place(fingerprint: str) -> str:
    return f"certificates|sealed_key|{fingerprint}"


def _event(
    c: Connection, what: EventType, certificate: Certificate, now: int, notes: str = "", *, actor: str = "admin"
) -> None:
    name = f"{certificate.id} {certificate.fingerprint[:16]}"
    events.append(c, Event(type=what, actor=actor, object="certificate", object_name=name, notes=notes), now)
