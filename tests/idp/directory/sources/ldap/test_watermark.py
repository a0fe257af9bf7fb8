"""How far a directory was read."""

from datetime import UTC, datetime

import msgspec
import pytest

from lockstep.idp.directory.sources.ldap.records import LdapSettings, plan_of
from lockstep.idp.directory.sources.ldap.watermark import Watermark, changes, digest, read, written

SETTINGS = LdapSettings(servers=("ldaps://ldap.example.com",), people_bases=("dc=example,dc=com",))
PLAN = plan_of(SETTINGS)
NOON = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)
MARK = Watermark(plan=digest(PLAN), changed=NOON, read=NOON)


def test_it_comes_back_as_it_was_written() -> None:
    assert read(written(MARK), PLAN) == MARK


@pytest.mark.parametrize("text", ["", "x", "[]", '{"plan":"a"}', "\0"])
def test_what_is_none_says_nothing(text: str) -> None:
    assert read(text, PLAN) is None


@pytest.mark.parametrize(
    "changed", [{"people_bases": ("ou=people,dc=example,dc=com",)}, {"person_key": "uid"}, {"attributes": ("mail",)}]
)
def test_other_settings_read_everything_anew(changed: dict[str, object]) -> None:
    assert read(written(MARK), plan_of(msgspec.structs.replace(SETTINGS, **changed))) is None


def test_changes_by_time_overlap() -> None:
    assert changes(MARK, NOON, 300, expiring=False) == "(modifyTimestamp>=20261201115500Z)"


def test_changes_by_number_go_on_after_the_last_one() -> None:
    mark = msgspec.structs.replace(MARK, controller="one", usn=41)
    assert changes(mark, NOON, 300, expiring=False) == "(uSNChanged>=42)"
    assert changes(mark, NOON, 300, expiring=True).startswith("(|(uSNChanged>=42)(&(accountExpires>=1344")
