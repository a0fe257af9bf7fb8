"""`lockstep idp app template`."""

import json

from lockstep.scim.messages import USER
from tests.cli.idp.command import Idp

TEMPLATE = {
    "schemas": [USER],
    "userName": "{$user.email}",
    "emails": [{"value": "{$user.email}", "type": "work", "primary": True}],
    "nickName": "{$user.firstname}",
}


def write(idp: Idp, **more: object) -> str:
    return idp.file("template.json", json.dumps({**TEMPLATE, **more}, indent=1))


def test_it_is_shown_set_and_reset(idp: Idp) -> None:
    idp.make_app()
    first = idp.done("app", "template", "aws", "--json").one
    assert (first["app"], first["own"], first["changed"]) == ("aws", False, False)
    assert json.loads(idp.done("app", "template", "aws").out) == json.loads(first["template"])
    path = write(idp)
    said = idp.done("app", "template", "aws", "--file", path).out
    assert said == "aws has this template now; everybody is looked at. Next: lockstep idp plan aws\n"
    assert "already" in idp.done("app", "template", "aws", "--file", path).out
    assert json.loads(idp.done("app", "template", "aws").out) == TEMPLATE
    assert "of its connector again" in idp.done("app", "template", "aws", "--reset").out
    assert "no template of its own" in idp.done("app", "template", "aws", "--reset").out
    assert idp.done("app", "template", "aws", "--json").one == first


def test_a_person_by_the_template_in_force_and_by_another(idp: Idp) -> None:
    idp.make_app()
    idp.become(["E1"], title="Boss")
    shown = idp.done("app", "template", "aws", "--user", "E1", "--json").one
    assert (shown["has_app"], shown["at_target"], shown["document"]["title"]) == (True, None, "Boss")
    other = idp.done("app", "template", "aws", "--user", "E1", "--file", write(idp), "--json").one
    assert other["document"] == {
        "schemas": [USER],
        "active": True,
        "userName": "E1@x.example",
        "emails": [{"value": "E1@x.example", "type": "work", "primary": True}],
        "nickName": "E1",
    }
    assert idp.done("app", "template", "aws", "--json").one["own"] is False
    idp.done("sync", "aws")
    said = idp.done("app", "template", "aws", "--user", "E1", "--file", write(idp)).out
    assert "title: Boss → nothing" in said
    assert "nickName: nothing → E1" in said
    assert "just that" in idp.done("app", "template", "aws", "--user", "E1").out


def test_what_cannot_be_used_is_told_with_its_place_and_changes_nothing(idp: Idp) -> None:
    idp.make_app()
    wrong = write(idp, titel="{$user.title}", title="{$user.titel}")
    told = idp.problem("app", "template", "aws", "--file", wrong)
    assert "line 14, /titel: titel is no attribute there (AWS IAM Identity Center); did you mean title?" in told
    assert "line 15, /title: {$user.titel} is not known; did you mean {$user.title}?" in told
    idp.become(["E1"])
    assert idp.problem("app", "template", "aws", "--file", wrong, "--user", "E1") == told
    assert "cannot be read" in idp.problem("app", "template", "aws", "--file", str(idp.folder / "none"))
    assert "is empty" in idp.problem("app", "template", "aws", "--file", idp.file("empty", " \n"))
    assert idp.done("app", "template", "aws", "--json").one["own"] is False
    assert "--reset alone" in idp.usage("app", "template", "aws", "--reset", "--file", wrong)
