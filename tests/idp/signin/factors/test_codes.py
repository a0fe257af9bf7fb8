"""Codes of a device (RFC 6238), recovery codes, and the picture."""

import base64

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.signin.factors import codes

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, SHA-1: the last six of the eight digits.
RFC_VECTORS = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
]
NOW = 1_800_000_000_000


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_the_codes_of_the_rfc(seconds: int, code: str) -> None:
    assert codes.step_of(RFC_SECRET, code, seconds * 1_000) == seconds // 30


@given(st.integers(-4, 4))
def test_a_clock_may_be_one_step_off_and_no_more(off: int) -> None:
    secret = codes.new_secret()
    code = pyotp.TOTP(secret).generate_otp(NOW // codes.STEP_MS + off)
    near = codes.step_of(secret, code, NOW)
    if abs(off) <= codes.SKEW:
        assert near == NOW // codes.STEP_MS + off
    else:
        assert near is None or abs(near - NOW // codes.STEP_MS) <= codes.SKEW  # by chance, another step's


def test_blanks_in_a_code_do_not_matter() -> None:
    assert codes.step_of(RFC_SECRET, " 287 082 ", 59_000) == 1


@given(st.text(max_size=20))
def test_any_other_text_is_no_code(text: str) -> None:
    if "".join(text.split()) not in {pyotp.TOTP(RFC_SECRET).generate_otp(step) for step in (0, 1, 2)}:
        assert codes.step_of(RFC_SECRET, text, 59_000) is None


def test_recovery_codes_are_fresh_and_known_however_they_are_typed() -> None:
    some, more = codes.new_recovery_codes(), codes.new_recovery_codes()
    assert len({*some, *more}) == 2 * codes.RECOVERY_CODES
    for one in some:
        assert len(codes.plain(one)) == 16
        assert codes.plain(f" {one.upper().replace('-', ' ')} ") == codes.plain(one)


def test_secrets_have_160_bits() -> None:
    made = {codes.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(base64.b32decode(one)) for one in made} == {20}


def test_the_address_and_its_picture() -> None:
    address = codes.address(RFC_SECRET, "ann&co@x.example", "login.example.com")
    who = "otpauth://totp/login.example.com:ann%26co%40x.example"
    assert address.startswith(f"{who}?secret={RFC_SECRET}&issuer=login.example.com")
    picture = codes.picture(address)
    assert picture.startswith("data:image/svg+xml")
    assert RFC_SECRET not in picture
