"""A reader made of options."""

import pytest

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.sources.onelogin.options import opened, settings_of
from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings

OPTIONS = {"url": "https://acme.onelogin.com/", "client_id": "abc", "client_secret": " secret\n"}


def test_what_is_not_said_is_as_usual() -> None:
    assert settings_of(OPTIONS) == OneLoginSettings(url="https://acme.onelogin.com", client_id="abc")
    assert opened(OPTIONS)


def test_all_can_be_said() -> None:
    found = settings_of(
        {**OPTIONS, "key": "external_id", "roles": "no", "disabled_statuses": "2, 3", "disabled_states": "none"}
    )
    assert (found.key, found.roles, found.disabled_statuses, found.disabled_states) == ("external_id", False, (2, 3), ())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": ""}, "url"),
        ({"key": "name"}, "key"),
        ({"client_secret": ""}, "client_secret"),
        ({"disabled_states": "x"}, "disabled_states"),
    ],
)
def test_what_is_refused_is_named(changed: dict[str, str], field: str) -> None:
    with pytest.raises(FieldProblem) as refused:
        opened({**OPTIONS, **changed})
    assert refused.value.field == field
