"""`lockstep idp app connectors`, `lockstep idp app capabilities`."""

from typing import Any

from lockstep.cli.idp import connectors
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.scim.messages import SPC
from tests.cli.idp.command import URL, Idp
from tests.idp.provisioning.target import Sent, Target


class Telling(Target):
    """A target that says what it can do."""

    says: dict[str, Any]

    def _done(self, sent: Sent) -> tuple[int, Any]:
        return (200, self.says) if sent.path == "/ServiceProviderConfig" else super()._done(sent)


def telling(idp: Idp, **says: Any) -> None:
    idp.target.__class__ = Telling
    idp.target.says = {"schemas": [SPC], **says}  # type: ignore[attr-defined]


def make(idp: Idp) -> None:
    words = ("app", "create", "other", "--connector", "scim2", "--scim-url", URL, "--token-file", idp.file("token", "t"))
    idp.done(*words)


def test_the_connectors(idp: Idp) -> None:
    connectors.mount()
    listed = {one["name"]: one for one in idp.run_plain("app", "connectors", "--json").all}
    assert set(listed) == set(CONNECTORS)
    assert (listed["scim2"]["asks"], listed["aws-iam-identity-center"]["members_per_request"]) == (True, 100)
    assert listed["aws-iam-identity-center"]["faults"][0]["status"] == 400
    assert "AWS IAM Identity Center. As AWS documents it" in idp.run_plain("app", "connectors").out


def test_capabilities_before_and_after_connect(idp: Idp) -> None:
    make(idp)
    before = idp.done("app", "capabilities", "other", "--json").one
    assert (before["asked_at"], before["effective"]["writes"], before["notes"]) == (0, "patch", [])
    telling(idp, patch={"supported": False}, filter={"maxResults": 30})
    assert idp.done("app", "connect", "other", "--json").one == {"ok": True, "problem": "", "fix": ""}
    after = idp.done("app", "capabilities", "other", "--json").one
    assert after["asked_at"] > 0
    assert (after["effective"]["writes"], after["effective"]["page_size"], after["said"]["patch"]) == ("put", 30, False)
    assert "Changes: PUT of the whole object" in idp.done("app", "capabilities", "other").out


def test_capabilities_are_asked_anew(idp: Idp) -> None:
    make(idp)
    telling(idp, bulk={"supported": True, "maxOperations": 9})
    assert idp.done("app", "capabilities", "other", "--ask", "--json").one["effective"]["bulk_operations"] == 9


def test_a_target_that_does_not_say(idp: Idp) -> None:
    make(idp)
    ended = idp.run("app", "capabilities", "other", "--ask", "--json")
    assert ended.code == 1
    assert ended.one["problem"] == "it has no ServiceProviderConfig, and answered with something else"
    assert "The connector's declaration stands." in idp.done("app", "capabilities", "other").out


def test_differences_from_aws_are_said_when_it_is_connected(idp: Idp) -> None:
    idp.make_app()
    telling(idp, filter={"maxResults": 40})
    assert idp.done("app", "connect", "aws", "--json").one["notes"] == ["It says 40 results a page. Lockstep asks for 100."]
    assert "It says 40 results a page." in idp.done("app", "connect", "aws").out


def test_an_app_is_tried_out_without_a_target(idp: Idp) -> None:
    idp.done("app", "create", "try", "--connector", "memory")
    assert idp.done("app", "connect", "try", "--json").one == {"ok": True, "problem": "", "fix": ""}
    idp.done("app", "assign", "try", "--everyone")
    idp.done("app", "set", "try", "provisioning=on", "groups=on", "approve-create=off")
    idp.become(["A", "B"], {"Team": ["A"], "Nobody": []})
    assert idp.done("sync", "try", "--json").one["requests"] == 2
    shown = idp.done("app", "target", "try", "--json").one
    assert (shown["user_count"], shown["group_count"]) == (2, 2)
    text = idp.done("app", "target", "try").out
    assert "A@x.example\tA\n" in text
    assert "Team: A@x.example\n" in text
    assert "Nobody: nobody\n" in text
    assert "In all 2 users and 2 groups." in text
    assert idp.done("drift", "try", "--json").one["differences"] == []
    can = idp.done("app", "capabilities", "try", "--ask").out
    assert "Lockstep keeps it here, and knows what it can do." in can
    assert "Bulk: up to 1,000 changes" in can
    assert "As it was written." in idp.done("provision", "try", "--user", "A", "--ask-target").out
    assert idp.done("takeover", "try", "--json").one["users"]["linked"] == 2
    assert "both sides are equal" in idp.done("evidence", "make", "try").out
    assert idp.target.log == []


def test_an_app_without_a_target_elsewhere_has_no_url_and_no_token(idp: Idp) -> None:
    idp.done("app", "create", "try", "--connector", "memory")
    file = idp.file("token", "t")
    for words in (("url", "try", URL), ("token", "try", "--token-file", file), ("token", "try", "--expires", "2030-01-01")):
        assert "the target of this app is kept here" in idp.problem("app", *words)
    assert idp.done("app", "tokens", "try").out == "try needs no token: its target is kept here.\n"
    assert idp.done("app", "tokens", "try", "--json").out == ""


def test_a_target_elsewhere_is_not_shown(idp: Idp) -> None:
    idp.make_app()
    assert "the target of aws is elsewhere" in idp.problem("app", "target", "aws")


def test_where_the_target_is_has_to_be_said_for_all_others(idp: Idp) -> None:
    assert "--scim-url and" in idp.usage("app", "create", "x", "--connector", "scim2")
    words = ("app", "create", "x", "--connector", "memory", "--scim-url", URL)
    assert "leave out --scim-url and --token-file" in idp.problem(*words)
