"""`lockstep idp app why`."""

from lockstep.cli.idp import whynothing
from lockstep.idp.provisioning.whynothing.records import Verdict
from tests.cli.idp.command import Idp


def test_what_is_in_the_way_is_said_with_the_command_that_mends_it(idp: Idp) -> None:
    idp.become(["E1"], {"Cooks": ["E1"]})
    idp.make_app("provisioning=off")
    ended = idp.run("app", "why", "aws")
    assert ended.code == 3
    lines = ended.out.splitlines()
    place = lines.index("✗ Provisioning: Provisioning is off: nothing is sent.")
    assert lines[place + 1] == "    → lockstep idp app set aws provisioning=on"
    assert lines[-1].startswith("✓ ")
    idp.done("app", "set", "aws", "provisioning=on", "schedule=0 3 * * *")
    idp.done("app", "connect", "aws")
    idp.done("sync", "aws")
    found = idp.done("app", "why", "aws", "--json").one
    assert found["app"] == "aws"
    assert {one["verdict"] for one in found["findings"]} == {"ok"}
    assert {one["fix"] for one in found["findings"]} == {None}
    assert set(whynothing._MARKS) == set(Verdict)


def test_nothing_of_that_name(idp: Idp) -> None:
    assert "no app is called x" in idp.problem("app", "why", "x")
