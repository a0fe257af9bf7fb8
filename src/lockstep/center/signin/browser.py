"""What a browser carries between being sent to an identity provider and coming back: sealed, in a cookie of its own.

A row for each request would let anybody who can load a page fill the database, and a limit on the rows would let them keep
others out.  In the cookie it costs nothing, nobody else has it, and nobody can make one.  That a request is answered once is
seen when its answer is believed (`actions.sign_in`).
"""

import base64
import binascii
import hashlib
import secrets

import msgspec

from lockstep.center.instances.records import Instance
from lockstep.center.signin.records import Asked, BrowserRecord
from lockstep.kit.vault import Vault, VaultError

PENDING_MS = 600_000
_MOST_ASKED = 4
"""Sign-ins under way in one browser (in several tabs)."""
_LONGEST = 4_000
_decode = msgspec.json.Decoder(BrowserRecord).decode


def idp_digest(entity_id: str) -> str:
    """A short name for an identity provider: an entity id may be longer than a cookie has room for."""
    return hashlib.sha256(entity_id.encode()).hexdigest()[:32]


def new_asked(request_id: str, entity_id: str, to: str, now: int) -> Asked:
    """A request that is about to be sent."""
    return Asked(request_id, idp_digest(entity_id), secrets.token_urlsafe(16), to, now + PENDING_MS)


def with_asked(record: BrowserRecord, asked: Asked) -> BrowserRecord:
    """The record with a further request; the oldest goes where there are too many."""
    return BrowserRecord((*record.asked, asked)[-_MOST_ASKED:], record.session)


def after_sign_in(record: BrowserRecord, answered: Asked | None, session: bytes) -> BrowserRecord:
    """The record once a session has begun: without the request that was answered."""
    return BrowserRecord(tuple(one for one in record.asked if one != answered), session.hex())


def seal(vault: Vault, instance: Instance, record: BrowserRecord) -> str:
    """The value of the cookie."""
    sealed = vault.seal(msgspec.json.encode(record).decode(), _where(instance))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(vault: Vault, instance: Instance, value: str | None, now: int) -> BrowserRecord:
    """What a cookie holds, without requests that are too old; an empty record for a cookie that is not ours."""
    if not value or len(value) > _LONGEST:
        return BrowserRecord()
    try:
        sealed = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        record = _decode(vault.open(sealed, _where(instance)))
    except (VaultError, binascii.Error, ValueError):  # msgspec's errors are ValueErrors
        return BrowserRecord()
    return BrowserRecord(tuple(one for one in record.asked if one.until > now), record.session)


def _where(instance: Instance) -> str:
    return f"browser|record|{instance.identity_store_id}"
