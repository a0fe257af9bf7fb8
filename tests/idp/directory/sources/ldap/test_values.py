"""Values as text."""

from datetime import UTC, datetime

import pytest

from lockstep.idp.directory.sources.ldap import values
from lockstep.idp.directory.sources.ldap.values import NotTextError, has_expired, is_switched_off, text_of

NOON = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)


def test_a_guid_is_written_as_people_write_it() -> None:
    # MS-DTYP 2.3.4.2: the first three parts are little-endian.
    raw = bytes.fromhex("33221100554477668899aabbccddeeff")
    assert text_of("objectGUID", raw) == "00112233-4455-6677-8899-aabbccddeeff"


def test_a_sid_is_written_as_people_write_it() -> None:
    raw = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770091c0100")
    assert text_of("objectSid", raw) == "S-1-5-21-2127521184-1604012920-1887927527-72713"


def test_known_bytes_stand_in_base64() -> None:
    assert text_of("jpegPhoto", b"\xff\xd8") == "/9g="
    assert text_of("userCertificate;binary", b"\x30\x80") == "MIA="


def test_text_is_utf_8() -> None:
    assert text_of("sn", "Itō".encode()) == "Itō"
    assert text_of("sn;lang-ja", "伊藤".encode()) == "伊藤"


@pytest.mark.parametrize("raw", [b"M\xfcller", b"a\0b"])
def test_other_bytes_are_no_text(raw: bytes) -> None:
    with pytest.raises(NotTextError):
        text_of("sn", raw)


@pytest.mark.parametrize(("control", "off"), [("512", False), ("514", True), ("66050", True), ("66048", False), ("", False)])
def test_bit_2_switches_an_account_off(control: str, off: bool) -> None:
    assert is_switched_off(control) is off


def test_an_account_runs_out() -> None:
    at = values.filetime(NOON)
    assert at == 116_444_736_000_000_000 + int(NOON.timestamp()) * 10_000_000  # what 1970 is, and 100 ns
    assert has_expired(str(at), NOON)
    assert not has_expired(str(at + 1), NOON)
    assert not any(has_expired(never, NOON) for never in ("0", "9223372036854775807", "", "soon"))


def test_times_go_to_the_server_and_come_back() -> None:
    assert values.generalized(NOON) == "20261201120000Z"
    assert values.moment_of("20261201120000Z") == NOON
    assert values.moment_of("20261201120000.123456Z") == NOON
    assert values.moment_of("yesterday") is None
    assert values.moment_of("20261301120000Z") is None
