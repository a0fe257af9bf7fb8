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
    assert connectors.mount() is None
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
    telling(idp, filter={"maxResults": 50})
    assert idp.done("app", "connect", "aws", "--json").one["notes"] == ["It says 50 results a page. Lockstep asks for 100."]
    assert "It says 50 results a page." in idp.done("app", "connect", "aws").out
