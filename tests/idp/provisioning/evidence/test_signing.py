"""Signatures of evidence."""

import pytest

from lockstep.idp.provisioning.evidence.signing import canonical, digest, is_signed, new_key, sign

RECORD = {"b": 1, "a": {"y": "ü", "x": [1, 2]}}


def test_what_is_signed_does_not_hang_on_the_order_of_keys() -> None:
    assert canonical(RECORD) == '{"a":{"x":[1,2],"y":"ü"},"b":1}'.encode()
    assert digest(RECORD) == digest({"a": {"x": [1, 2], "y": "ü"}, "b": 1})


def test_a_signature_is_of_one_record_and_one_key() -> None:
    (private, public), (_, other) = new_key(), new_key()
    signature = sign(private, RECORD)
    assert is_signed(RECORD, signature, public)
    assert not is_signed({**RECORD, "b": 2}, signature, public)
    assert not is_signed(RECORD, signature, other)


@pytest.mark.parametrize("text", ["", "x", "AAAA", "ÄÖ"])
def test_what_is_no_signature_or_no_key_signs_nothing(text: str) -> None:
    private, public = new_key()
    assert not is_signed(RECORD, text, public)
    assert not is_signed(RECORD, sign(private, RECORD), text)
