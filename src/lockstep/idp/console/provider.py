"""The service provider in the form of the tab Configuration: its metadata or its two values, and what it is told."""

from dataclasses import dataclass
from typing import Any

from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import actions, store
from lockstep.idp.apps.saml.actions import LONGEST_SESSION_MINUTES, NoServiceProviderProblem
from lockstep.idp.apps.saml.records import SESSION_MINUTES, Empty, SamlConfig
from lockstep.idp.console.desk import Desk
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem
from lockstep.saml.records import Signed, SpMetadata

SIGNED = [(one.value, one.value.capitalize()) for one in Signed]
LABELS = {"aws-iam-identity-center": ("AWS ACS URL", "Issuer URL")}
OTHER_LABELS = ("SAML Consumer URL", "SAML Audience URL")
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds.  `sign` "" where it has no such field: then that stays."""

    file: bytes | None
    """None where no file was chosen."""
    metadata: str
    acs_url: str
    issuer: str
    sign: str
    session_minutes: str
    send_empty: bool

    @property
    def shown(self) -> dict[str, Any]:
        """The values that go back into the fields; a file cannot."""
        return {
            "metadata": self.metadata,
            "acs_url": self.acs_url,
            "issuer": self.issuer,
            "sign": self.sign,
            "session_minutes": self.session_minutes,
            "send_empty": self.send_empty,
        }


def typed_of(desk: Desk) -> Typed:
    """The fields of a posted form."""
    names = ("metadata", "acs_url", "issuer", "sign", "session_minutes")
    values = {name: desk.value(name) for name in names}
    return Typed(desk.files.get("file"), send_empty=desk.ticked("send_empty"), **values)


def stored_of(config: SamlConfig | None) -> dict[str, Any]:
    """The values of the fields as they are now."""
    acs_url, issuer = values_of(config)
    return {
        "metadata": "",
        "acs_url": acs_url,
        "issuer": issuer,
        "sign": (Signed.ASSERTION if config is None else config.signed).value,
        "session_minutes": str(SESSION_MINUTES if config is None else config.session_minutes),
        "send_empty": config is not None and config.empty == "send",
    }


def values_of(config: SamlConfig | None) -> tuple[str, str]:
    """(ACS URL, entity id) of the service provider; of several ACS URLs the one that is used without a wish."""
    if config is None:
        return "", ""
    consumers = config.sp.consumers
    chosen = next((one for one in consumers if one.default), consumers[0])
    return chosen.location, config.sp.entity_id


def wanted(c: Connection, app: App, typed: Typed) -> SamlConfig | None:
    """The configuration that the form asks for; None where it asks for nothing new.  Raises ValueProblem."""
    before = store.of_app(c, app.id)
    sp = _service_provider(before, typed)
    signed, minutes = told(typed)
    empty: Empty = "send" if typed.send_empty else "omit"
    as_at_first = signed in (None, Signed.ASSERTION) and minutes in (None, SESSION_MINUTES) and empty == "omit"
    if before is None and sp is None and as_at_first:
        return None
    try:
        after = actions.changed(app, before, sp=sp, signed=signed, session_minutes=minutes, empty=empty)
    except NoServiceProviderProblem:
        raise ValueProblem("metadata", "name the service provider first: by its metadata, or by the two values below") from None
    return None if after == before else after


def told(typed: Typed) -> tuple[Signed | None, int | None]:
    """What is signed, and for how many minutes a session lasts; None where that stays.  Raises ValueProblem."""
    return _signed(typed.sign), _minutes(typed.session_minutes)


_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""What may stand before the first sign of a document: marks of the byte order, blanks."""


def apply(c: Connection, app: App, config: SamlConfig | None, now: int, *, actor: str) -> None:
    """Write what `wanted` has found."""
    if config is not None:
        actions.configure(
            c,
            app,
            now,
            sp=config.sp,
            signed=config.signed,
            session_minutes=config.session_minutes,
            empty=config.empty,
            actor=actor,
        )


def _service_provider(before: SamlConfig | None, typed: Typed) -> SpMetadata | None:
    by_hand = (typed.acs_url, typed.issuer) != values_of(before)
    if typed.file is not None and not typed.file.strip():
        raise ValueProblem("file", "the file is empty: download the metadata of the service provider again, and choose that")
    raw = typed.file or typed.metadata.encode()
    if not raw:
        return actions.sp_from_urls(typed.acs_url, typed.issuer) if by_hand else None
    if typed.file and typed.metadata:
        raise ValueProblem("metadata", "give the file or its text, not both")
    field = "file" if typed.file else "metadata"
    if by_hand:
        raise ValueProblem(field, "give the metadata or the two values below, not both: they have been changed, too")
    return _read(raw, field)


def _read(raw: bytes, field: str) -> SpMetadata:
    if not raw.lstrip(_BEFORE_XML).startswith(b"<"):
        raise ValueProblem(field, "this is not XML: choose the metadata file that the service provider offers")
    try:
        return actions.sp_from_metadata(raw)
    except ValueProblem as problem:
        raise ValueProblem(field, problem.what) from None


def _signed(text: str) -> Signed | None:
    try:
        return Signed(text) if text else None
    except ValueError:
        raise ValueProblem("sign", f"choose one of {', '.join(one.value for one in Signed)}") from None


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise ValueProblem("session_minutes", f"use a whole number, 1 to {LONGEST_SESSION_MINUTES}")
    return int(text)
