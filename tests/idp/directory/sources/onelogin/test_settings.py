"""Which settings can be taken."""

from typing import Any

import msgspec
import pytest

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.records import FIELDS
from lockstep.idp.directory.sources.onelogin.records import DEFAULT_MAPPING, OneLoginSettings
from lockstep.idp.directory.sources.onelogin.settings import check, check_secret

GOOD = OneLoginSettings(url="https://acme.onelogin.com", client_id="abc")


def test_the_usual_is_taken() -> None:
    check(GOOD)
    check(msgspec.structs.replace(GOOD, url="http://127.0.0.1:8080", allow_loopback=True, key="external_id"))
    check_secret("secret")


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"url": "acme.onelogin.com"}, "url", "https://acme.onelogin.com"),
        ({"url": "http://acme.onelogin.com"}, "url", "must start with https://"),
        ({"url": "https://127.0.0.1"}, "url", "on this machine"),
        ({"url": "https://acme.onelogin.com/api/2"}, "url", "has a path"),
        ({"url": "https://id:secret@acme.onelogin.com"}, "url", "holds more"),
        ({"client_id": " "}, "client_id", "is empty"),
        ({"client_id": "id:secret"}, "client_id", "colon"),
        ({"key": "name"}, "key", "one of id, external_id"),
        ({"disabled_statuses": (2, 6)}, "disabled_statuses", "does not know"),
        ({"disabled_states": (9,)}, "disabled_states", "does not know"),
        ({"answer_seconds": 0}, "answer_seconds", "from 1 to 600"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(FieldProblem, match=says) as refused:
        check(msgspec.structs.replace(GOOD, **changed))
    assert refused.value.field == field


@pytest.mark.parametrize("secret", ["", "a\nb"])
def test_what_can_be_no_secret(secret: str) -> None:
    with pytest.raises(FieldProblem):
        check_secret(secret)


def test_the_usual_mapping_names_fields_that_there_are() -> None:
    assert set(DEFAULT_MAPPING) <= set(FIELDS) - {"employee_id"}
