"""`lockstep idp admin create | set | list | remove | permissions`."""

import pytest

from tests.cli.idp.command import Idp


def test_an_administrator_is_created(idp: Idp) -> None:
    good = idp.file("password", "correct horse\nsecond line\n")
    said = idp.done("admin", "create", "root", "--password-file", good)
    assert said.out == "Administrator root has been created. Sign in at /admin of the running server.\n"
    assert idp.done("admin", "create", "other", "--password-file", good, "--json").one == {"name": "other"}
    assert "correct horse" not in str(idp.done("events", "--json").all)


def test_what_cannot_be_is_said(idp: Idp) -> None:
    good = idp.file("password", "correct horse\n")
    idp.done("admin", "create", "root", "--password-file", good)
    assert "already" in idp.problem("admin", "create", "root", "--password-file", good)
    assert "8 to" in idp.problem("admin", "create", "a", "--password-file", idp.file("short", "x\n"))
    assert "--password-file" in idp.problem("admin", "create", "a", "--password-file", "nowhere")


def test_administrators_are_listed_and_removed(idp: Idp) -> None:
    good = idp.file("password", "correct horse\n")
    for name in ("root", "ada"):
        idp.done("admin", "create", name, "--password-file", good)
    assert [line.split("\t")[0] for line in idp.done("admin", "list").out.splitlines()] == ["ada", "root"]
    assert "not seen yet" in idp.done("admin", "list").out
    assert idp.done("admin", "list", "--json").all[0].keys() == {
        *("name", "created_at", "seen_at"),
        *("privileges", "employee_id"),
    }
    said = idp.done("admin", "remove", "ada").out
    assert said == "Administrator ada has been removed; the sessions have ended.\n"
    assert "there is no administrator 'ada'" in idp.problem("admin", "remove", "ada")
    assert "last administrator" in idp.problem("admin", "remove", "root")
    idp.done("admin", "create", "eve", "--password-file", good)
    assert "root is the last account owner" in idp.problem("admin", "remove", "root")
    idp.done("admin", "set", "eve", "--privilege", "account-owner")
    assert idp.done("admin", "remove", "root", "--json").one == {"name": "root"}


def test_the_first_owns_the_account_and_later_ones_may_what_is_said(idp: Idp) -> None:
    good = idp.file("password", "correct horse\n")
    idp.done("role", "create", "Readers")
    idp.done("user", "create", "ada@example.com", "email=ada@example.com", "employee_id=E1")
    idp.done("admin", "create", "root", "--password-file", good)
    idp.done(
        "admin", "create", "ada", "--password-file", good, "--privilege", "role-admin:Readers", "--user", "ada@example.com"
    )
    said = idp.done("admin", "create", "eve", "--password-file", good).out
    assert "They see everything and change nothing. Next: lockstep idp admin set eve --privilege PRIVILEGE" in said
    found = {one["name"]: (one["privileges"], one["employee_id"]) for one in idp.done("admin", "list", "--json").all}
    assert found == {
        "ada": (["role-admin:Readers"], "E1"),
        "eve": (["read-only"], ""),
        "root": (["account-owner"], ""),
    }


def test_privileges_are_changed(idp: Idp) -> None:
    good = idp.file("password", "correct horse\n")
    idp.done("user", "create", "ada@example.com", "email=ada@example.com", "employee_id=E1")
    for name in ("root", "ada"):
        idp.done("admin", "create", name, "--password-file", good)
    done = idp.done("admin", "set", "ada", "--privilege", "super-user", "--privilege", "read-only", "--user", "E1", "--json")
    assert done.one == {"name": "ada", "privileges": ["read-only", "super-user"], "employee_id": "E1"}
    assert idp.done("admin", "set", "ada", "--user", "").out == "ada: Super user, Read only; the sessions have ended.\n"
    assert "as before" in idp.done("admin", "set", "ada", "--user", "").out
    assert "last account owner" in idp.problem("admin", "set", "root", "--privilege", "super-user")
    assert "there is no administrator 'nobody'" in idp.problem("admin", "set", "nobody", "--privilege", "read-only")


@pytest.mark.parametrize(
    ("privilege", "words"),
    [
        ("king", "'king' is no privilege; there are account-owner, super-user"),
        ("role-admin", "role-admin needs its role, as role-admin:NAME"),
        ("role-admin:Nobody", "there is no role 'Nobody'"),
        ("app-admin:nothing", "nothing"),
        ("super-user:aws", "super-user is for everything"),
    ],
)
def test_a_privilege_that_cannot_be_is_refused(idp: Idp, privilege: str, words: str) -> None:
    good = idp.file("password", "correct horse\n")
    idp.done("admin", "create", "root", "--password-file", good)
    assert words in idp.problem("admin", "create", "ada", "--password-file", good, "--privilege", privilege)
    assert [one["name"] for one in idp.done("admin", "list", "--json").all] == ["root"]


def test_what_each_privilege_holds_is_listed(idp: Idp) -> None:
    found = {one["permission"]: one for one in idp.run_bare("admin", "permissions", "--json").all}
    assert found["account.manage"]["privileges"] == ["account-owner"]
    assert found["roles.members"]["own"] == ["role-admin"]
    assert "apps.manage\taccount-owner, super-user, app-admin (own)\n" in idp.run_bare("admin", "permissions").out
