"""`lockstep idp admin create`."""

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
