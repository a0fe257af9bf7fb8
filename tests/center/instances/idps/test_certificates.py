"""Signing certificates, as a person looks at them."""

import pytest

from lockstep.center.instances.idps.certificates import certificate_of, warnings_of
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.kit.clock import now_ms
from lockstep.saml.records import Binding
from tests.support.saml_idp import key

DAY_MS = 86_400_000


def warned(*days: int, later: int = 0) -> list[str]:
    ders = tuple(key("certificates", number).der for number in days)
    idp = IdentityProvider(1, 1, "https://idp.example", "IdP", True, {Binding.POST: "https://idp.example"}, ders, 0, 0)
    return warnings_of(idp, now_ms() + later * DAY_MS)


@pytest.mark.parametrize("days", [61, 400])
def test_far_from_its_end_nothing_is_said(days: int) -> None:
    assert warned(days) == []


def test_from_sixty_days_on_it_is_said_for_each() -> None:
    (text,) = warned(400, 59)
    assert "58 more days" in text or "59 more days" in text
    assert len(warned(59, 30)) == 2


def test_after_its_end_it_is_said_that_it_still_counts() -> None:
    (text,) = warned(59, later=70)
    assert "out of date" in text
    assert "still trusted" in text


def test_a_certificate_is_told_by_its_digest() -> None:
    shown = certificate_of(key("certificates", 59).der, now_ms())
    assert len(shown.sha256) == 64
    assert shown.days_left in (58, 59)
