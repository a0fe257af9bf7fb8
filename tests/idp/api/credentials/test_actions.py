"""Credentials and tokens, on both databases."""

import pytest

from lockstep.idp import events
from lockstep.idp.api.credentials import actions, store
from lockstep.idp.api.credentials.records import GRANTS, TOKEN_SECONDS, Credential, Need, NewCredential, Scope
from lockstep.kit.db import Database
from lockstep.kit.problems import ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault

NOW = 1_800_000_000_000
VAULT = Vault(bytes(KEY_BYTES))
END = TOKEN_SECONDS * 1_000


def made(db: Database, name: str = "sync", scope: Scope = Scope.READ_ALL) -> NewCredential:
    with db.write(serial=events.SERIAL) as c:
        return actions.create(c, name, scope.value, actor="a test", now=NOW)


def told(db: Database) -> list[tuple[str, str, str]]:
    with db.read() as c:
        return [(event.type.value, event.actor, event.object_name) for event in events.follow(c, 0)]


def test_a_credential_is_known_by_its_secret_alone(each: Database) -> None:
    one = made(each)
    with each.read() as c:
        assert actions.authenticate(c, one.credential.client_id, one.secret) == one.credential
        for client_id, secret in (
            (one.credential.client_id, "wrong"),
            (one.credential.client_id, ""),
            ("nobody", one.secret),
            ("\0", one.secret),
            ("", ""),
        ):
            assert actions.authenticate(c, client_id, secret) is None
        assert store.everything(c) == [one.credential]
    assert told(each) == [("credential.created", "a test", "sync")]


def test_no_secret_lies_in_the_database(each: Database) -> None:
    one = made(each)
    with each.write(serial=events.SERIAL) as c:
        token = actions.token_for(c, VAULT, one.credential, NOW)
        rows = [
            *c.raw.execute("SELECT * FROM api_credentials").fetchall(),
            *c.raw.execute("SELECT * FROM api_tokens").fetchall(),
            *c.raw.execute("SELECT notes, object_name FROM events").fetchall(),
        ]
    shown = repr(rows)
    assert one.credential.client_id in shown
    assert one.secret not in shown
    assert token.text not in shown


def test_the_same_token_is_given_until_it_ends_or_is_revoked(each: Database) -> None:
    one, other = made(each), made(each, "other")
    with each.write(serial=events.SERIAL) as c:
        first = actions.token_for(c, VAULT, one.credential, NOW)
        assert actions.token_for(c, VAULT, one.credential, NOW + END - 1) == first
        found = actions.holder_of(c, first.text, NOW + END - 1)
        assert found is not None
        assert found.client_id == one.credential.client_id
        assert found.used_at == NOW + END - 1
        assert actions.holder_of(c, first.text, NOW + END) is None
        second = actions.token_for(c, VAULT, one.credential, NOW + END)
        assert second.text != first.text
        assert second.expires_at == NOW + 2 * END
        assert not actions.revoke(c, other.credential, second.text)
        assert actions.revoke(c, one.credential, second.text)
        assert not actions.revoke(c, one.credential, second.text)
        assert actions.holder_of(c, second.text, NOW + END) is None
        assert actions.token_for(c, VAULT, one.credential, NOW + END).text != second.text
        for wrong in ("", "x" * 1_000_000, "\0"):
            assert actions.holder_of(c, wrong, NOW) is None


def test_a_token_that_the_key_does_not_open_is_followed_by_another(each: Database) -> None:
    one = made(each)
    with each.write(serial=events.SERIAL) as c:
        first = actions.token_for(c, VAULT, one.credential, NOW)
        other = Vault(b"x" * KEY_BYTES)
        second = actions.token_for(c, other, one.credential, NOW + 1)
        assert second.text != first.text
        assert actions.token_for(c, other, one.credential, NOW + 2) == second


def test_with_a_credential_its_tokens_end(each: Database) -> None:
    one = made(each)
    with each.write(serial=events.SERIAL) as c:
        token = actions.token_for(c, VAULT, one.credential, NOW)
        actions.remove(c, "sync", actor="ada", now=NOW)
        assert actions.holder_of(c, token.text, NOW) is None
        assert actions.authenticate(c, one.credential.client_id, one.secret) is None
        with pytest.raises(actions.NoCredentialProblem, match="none yet"):
            actions.remove(c, "sync", actor="ada", now=NOW)
    assert told(each)[-1] == ("credential.deleted", "ada", "sync")


@pytest.mark.parametrize(
    ("name", "scope", "field"),
    [
        ("", "read-all", "name"),
        (" x", "read-all", "name"),
        ("a\nb", "read-all", "name"),
        ("x" * 201, "read-all", "name"),
        ("x", "everything", "scope"),
        ("taken", "read-all", "name"),
    ],
)
def test_what_cannot_be_is_said(each: Database, name: str, scope: str, field: str) -> None:
    made(each, "taken")
    with each.write(serial=events.SERIAL) as c:
        with pytest.raises(ValueProblem) as problem:
            actions.create(c, name, scope, actor="a test", now=NOW)
        assert problem.value.field == field
        assert [one.name for one in store.everything(c)] == ["taken"]


def test_what_each_scope_is_good_for() -> None:
    def may(scope: Scope) -> set[Need]:
        return {need for need in Need if Credential("id", "n", scope, NOW, "").may(need)}

    assert GRANTS.keys() == set(Scope)
    assert may(Scope.AUTHENTICATION_ONLY) == set()
    assert may(Scope.READ_USERS) == {Need.USERS_READ}
    assert may(Scope.MANAGE_USERS) == {Need.USERS_READ, Need.USERS_WRITE}
    assert may(Scope.READ_ALL) == {Need.USERS_READ, Need.ALL_READ}
    assert may(Scope.MANAGE_ALL) == set(Need)


def test_calls_an_hour_are_a_setting(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        assert actions.calls_per_hour(c) == 5_000
        actions.set_calls_per_hour(c, 10, actor="ada", now=NOW)
        actions.set_calls_per_hour(c, 10, actor="ada", now=NOW)
        assert actions.calls_per_hour(c) == 10
        actions.set_calls_per_hour(c, 0, actor="ada", now=NOW)
        for wrong in (-1, actions.MOST_CALLS + 1):
            with pytest.raises(ValueProblem):
                actions.set_calls_per_hour(c, wrong, actor="ada", now=NOW)
        assert actions.calls_per_hour(c) == 0
    assert [kind for kind, *_ in told(each)] == ["api.settings_changed"] * 2
