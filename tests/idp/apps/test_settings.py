"""`lockstep idp app set NAME KEY=VALUE`: every key, its values, its default, and the words for a bad value."""

from dataclasses import fields
from typing import Any

import pytest

from lockstep.idp.apps.settings import LIMITED_KINDS, LimitedKind, Settings, changed
from lockstep.kit.problems import Problem

SWITCHES = ("provisioning", "approve-create", "approve-update", "approve-delete", "groups", "creates-only", "safe-entitlements")
COUNTS = ("grace-days", "pilot-people", "limit-deletions", *(f"limit-{kind}" for kind in LIMITED_KINDS))
SHARES = ("limit-deletions-share", *(f"limit-{kind}-share" for kind in LIMITED_KINDS))
CHOICES = {
    "leavers": ("delete", "suspend", "nothing"),
    "suspended": ("suspend", "nothing"),
    "credentials": ("admin", "shared"),
    "adopt": ("adopt", "report", "ignore"),
    "drift": ("put-back", "report"),
    **{f"drift-{kind}": ("put-back", "report", "default") for kind in ("users", "groups", "members")},
}

GOOD: list[tuple[str, str, Any]] = [
    *((key, value, meaning) for key in SWITCHES for value, meaning in (("on", True), ("off", False))),
    *((key, value, int(value)) for key in COUNTS for value in ("0", "1", "5000")),
    *((key, value, float(value)) for key in SHARES for value in ("0", "0.05", "1")),
    *((key, value, value) for key, values in CHOICES.items() for value in values),
    ("rate", "0.1", 0.1),
    ("rate", "20", 20.0),
    ("protect", "Ops*, Legal", "Ops*, Legal"),
    ("protect", "", ""),
    ("schedule", "0 3 * * *", "0 3 * * *"),
    ("schedule", "", ""),
    ("pilot-role", "Pilots", "Pilots"),
    ("pilot-role", "", ""),
    ("evidence", "weekly", "weekly"),
]
BAD = [
    *((key, value) for key in SWITCHES for value in ("", "yes", "ON", "1")),
    *((key, value) for key in COUNTS for value in ("", "-1", "1.5", "five", "٣", "9" * 30, "9" * 5000)),
    *((key, value) for key in SHARES for value in ("", "-0.1", "1.01", "5%", "nan", "inf")),
    *((key, value) for key, values in CHOICES.items() for value in ("", values[0].upper(), "on")),
    *(("protect", value) for value in ("a\0b", "a\nb", "x" * 20_001)),
    *(("pilot-role", value) for value in ("a\0b", "a\nb", "x" * 257)),
    *(("rate", value) for value in ("", "0", "-1", "fast", "nan", "inf")),
    ("evidence", "monthly"),
    *(("schedule", value) for value in ("hourly", "0 3 * *", "0 3 * * * *")),
]


def test_the_tables_of_this_test_name_every_setting() -> None:
    keys = {field.name.replace("_", "-") for field in fields(Settings)}
    assert {key for key, _, _ in GOOD} == keys
    assert {key for key, _ in BAD} == keys


@pytest.mark.parametrize(("key", "value", "meaning"), GOOD)
def test_a_good_value_is_taken(key: str, value: str, meaning: Any) -> None:
    taken = changed(Settings(), [f"{key}={value}"])
    assert getattr(taken, key.replace("-", "_")) == meaning


@pytest.mark.parametrize(("key", "value"), BAD)
def test_a_bad_value_is_refused_and_named(key: str, value: str) -> None:
    with pytest.raises(Problem) as refused:
        changed(Settings(), [f"{key}={value}"])
    assert str(refused.value).startswith(f"{key}={value[:20]}")


def test_defaults() -> None:
    """As COMMANDS promises them: nothing is sent before somebody says so, and then somebody approves it."""
    default = Settings()
    assert (default.provisioning, default.groups) == (False, False)
    assert (default.approve_create, default.approve_update, default.approve_delete) == (True, True, True)
    assert (default.leavers, default.grace_days, default.suspended, default.adopt) == ("suspend", 0, "suspend", "report")
    assert (default.rate, default.limit_deletions, default.limit_deletions_share) == (20.0, 500, 0.05)
    names = ("AWSControlTower*", "AWSAccountFactory*", "AWSServiceCatalog*", "AWSLog*", "AWSSecurity*", "AWSAudit*")
    assert default.protected() == names


def test_drift_is_put_back_unless_all_of_it_or_its_kind_is_to_be_reported() -> None:
    own = {"user": "drift-users", "group": "drift-groups", "membership": "drift-members"}
    for kind, key in own.items():
        assert Settings().drift_of(kind) == "put-back"
        assert changed(Settings(), ["drift=report"]).drift_of(kind) == "report"
        apart = changed(Settings(), [f"{key}=report"])
        assert {one for one in own if apart.drift_of(one) == "report"} == {kind}
        assert changed(Settings(), ["drift=report", f"{key}=put-back"]).drift_of(kind) == "put-back"


def test_several_settings_at_once() -> None:
    taken = changed(Settings(), ["provisioning=on", "groups=on", "leavers=delete", "grace-days=30"])
    assert taken == Settings(provisioning=True, groups=True, leavers="delete", grace_days=30)


def test_one_bad_setting_among_good_ones_changes_nothing() -> None:
    before = Settings(groups=True)
    with pytest.raises(Problem, match="rate=fast"):
        changed(before, ["groups=off", "rate=fast"])
    assert before == Settings(groups=True)


def test_the_last_of_two_values_counts() -> None:
    assert changed(Settings(), ["rate=5", "rate=7"]).rate == 7


def test_an_unknown_key_is_named_with_those_that_there_are() -> None:
    with pytest.raises(Problem) as refused:
        changed(Settings(), ["provisionning=on"])
    assert str(refused.value).startswith("provisionning: no such setting; there are provisioning, approve-create,")


def test_a_key_is_spelt_with_hyphens() -> None:
    with pytest.raises(Problem, match="approve_create: no such setting"):
        changed(Settings(), ["approve_create=on"])


def test_a_word_without_a_value_is_refused() -> None:
    with pytest.raises(Problem, match="provisioning: settings are given as KEY=VALUE"):
        changed(Settings(), ["provisioning"])


@pytest.mark.parametrize("kind", LIMITED_KINDS)
def test_a_limit_holds_for_each_kind_unless_it_has_its_own(kind: LimitedKind) -> None:
    shared = changed(Settings(), ["limit-deletions=7", "limit-deletions-share=0.5"])
    assert shared.limit(kind) == (7, 0.5)
    own = changed(shared, [f"limit-{kind}=0", f"limit-{kind}-share=0"])
    assert own.limit(kind) == (0, 0.0)
    assert all(own.limit(other) == (7, 0.5) for other in LIMITED_KINDS if other != kind)


def test_the_protect_list_may_have_blanks_and_gaps() -> None:
    assert changed(Settings(), ["protect= Ops* ,, Legal ,"]).protected() == ("Ops*", "Legal")


def test_a_group_is_protected_by_any_pattern_whatever_its_case() -> None:
    settings = changed(Settings(), ["protect=Ops*,Legal"])
    assert [settings.protects(name) for name in ("OPSroom", "legal", "Illegal", "")] == [True, True, False, False]
    assert not changed(Settings(), ["protect="]).protects("AWSLogs")
