"""`lockstep idp admin create | list | remove`."""

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
    assert idp.done("admin", "list", "--json").all[0].keys() == {"name", "created_at", "seen_at"}
    said = idp.done("admin", "remove", "ada").out
    assert said == "Administrator ada has been removed; the sessions have ended.\n"
    assert "there is no administrator 'ada'" in idp.problem("admin", "remove", "ada")
    assert "last administrator" in idp.problem("admin", "remove", "root")
    idp.done("admin", "create", "eve", "--password-file", good)
    assert idp.done("admin", "remove", "root", "--json").one == {"name": "root"}
