"""`lockstep center idp …` and `lockstep center metadata`."""

from pathlib import Path

import pytest

from lockstep.saml.metadata import read_sp_metadata, write_idp_metadata
from tests.cli.center.command import Command
from tests.support.saml_idp import Idp, key

IDP = Idp("https://idp.example/saml", key("one"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "idp.xml"
    path.write_bytes(IDP.document)
    return path


def test_trust_list_remove(command: Command, file: Path) -> None:
    command.one("instance", "create", "corp")
    made = command.one("idp", "trust", "corp", "--metadata", str(file), "--idp-name", "Corporate", "--no-unsolicited")
    assert {name: made[name] for name in ("entity_id", "name", "unsolicited", "sso", "warnings")} == {
        "entity_id": IDP.entity_id,
        "name": "Corporate",
        "unsolicited": False,
        "sso": {"redirect": "https://idp.example/redirect", "post": "https://idp.example/post"},
        "warnings": [],
    }
    assert command.lines("idp", "list", "corp") == [made]
    file.write_bytes(write_idp_metadata(Idp(IDP.entity_id, key("soon", 30)).metadata))
    again = command.one("idp", "trust", "corp", "--metadata", str(file))
    assert (again["name"], again["unsolicited"], again["created_at"]) == ("Corporate", False, made["created_at"])
    assert again["certificates"] != made["certificates"]
    assert again["certificates"][0]["days_left"] in (29, 30)
    assert len(again["warnings"]) == 1
    assert "begin here only" in command.text("idp", "list", "corp")
    assert command.one("idp", "remove", "corp", IDP.entity_id) == {"entity_id": IDP.entity_id, "removed": True}
    assert command.lines("idp", "list", "corp") == []


def test_what_cannot_be_used_is_a_problem_that_names_the_file(command: Command, file: Path) -> None:
    command.one("instance", "create", "corp")
    file.write_text("<nothing/>")
    assert file.name in command.problem("idp", "trust", "corp", "--metadata", str(file))
    assert "cannot be read" in command.problem("idp", "trust", "corp", "--metadata", str(file.with_name("absent")))
    assert "trusts no identity provider" in command.problem("idp", "remove", "corp", "https://x")
    assert command.lines("idp", "list", "corp") == []


def test_metadata_needs_an_origin(command: Command) -> None:
    made = command.one("instance", "create", "corp")
    assert "--public-url" in command.problem("metadata", "corp")
    assert "--public-url" in command.problem("metadata", "corp", "--public-url", "center")
    read = read_sp_metadata(command.text("metadata", "corp", "--public-url", "https://center.example/").encode())
    assert read.entity_id == f"https://center.example/platform/saml/{made['identity_store_id']}"
    assert read.consumers[0].location == f"https://center.example/platform/saml/acs/{made['tenant_id']}"
