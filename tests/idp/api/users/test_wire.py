"""A user as OneLogin's API writes it, and back."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lockstep.idp.api.users.records import LONG, SHOWN, TEXTS
from lockstep.idp.api.users.wire import Around, read, write
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.records import User

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.fixed_dictionaries(dict.fromkeys(TEXTS.values(), texts)), st.dictionaries(texts.filter(bool), texts.filter(bool)))
def test_what_was_written_is_read_back(fields: dict[str, str], custom: dict[str, str]) -> None:
    user = replace(User(employee_id="E1", user_name="", id=7, status=2, state=3), **fields, custom=custom)
    around = Around([3, 1], 9, Activity(last_login=1), ("team",))
    written = write(user, around, SHOWN)
    assert tuple(written) == SHOWN
    sent = read(written, {})
    assert sent.texts == fields
    assert {name: value for name, value in sent.custom.items() if value} == custom
    assert (sent.status, sent.state, sent.roles, sent.manager, sent.group) == (2, 3, [3, 1], 9, (None,))


def test_empty_is_null_and_the_manager_a_text() -> None:
    user = User(employee_id="E1", user_name="zoe", source=5)
    written = write(user, Around([], 9, Activity(), ()), SHOWN)
    assert written["email"] is None
    assert written["manager_user_id"] == "9"
    assert written["directory_id"] == 5
    assert written["last_login"] is None
    assert set(LONG) < set(SHOWN)
    assert read({"directory_id": 5}, {"directory_id": 5}).texts == {}
