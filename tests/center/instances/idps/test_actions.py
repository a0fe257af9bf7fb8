"""What an administrator may do with trusted identity providers."""

from dataclasses import replace

import pytest

from lockstep.center import events
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call
from lockstep.center.instances.idps import actions
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from lockstep.saml.records import Binding, IdpMetadata
from tests.center.client import Stage
from tests.support.saml_idp import Idp, key

ONE = Idp("https://one.example/saml", key("one"))
TWO = Idp("https://two.example/saml", key("two"))
AT = 1_790_000_000_000


class Admin:
    def __init__(self, database: Database, instance: Instance) -> None:
        self.database = database
        self.instance = instance

    def trust(
        self, read: IdpMetadata, shown: str | None = None, unsolicited: bool | None = None, at: int = AT
    ) -> IdentityProvider:
        with self.database.write() as connection:
            call = admin_call(Operation.TRUST_IDP, "alice", at)
            return actions.trust(connection, call, self.instance.name, read, shown, unsolicited)

    def remove(self, entity_id: str) -> None:
        with self.database.write() as connection:
            actions.remove(connection, admin_call(Operation.REMOVE_IDP, "alice", AT), self.instance.name, entity_id)

    @property
    def all(self) -> list[IdentityProvider]:
        with self.database.read() as connection:
            return actions.every(connection, self.instance.name)

    @property
    def told(self) -> list[str]:
        with self.database.read() as connection:
            names = [record["eventName"] for record in events.records(connection, self.instance.key, "")]
        return [name for name in names if name != "CreateInstance"]


@pytest.fixture
def admin(database: Database, stage: Stage) -> Admin:
    return Admin(database, stage.instance())


def test_one_is_trusted_as_its_metadata_says(admin: Admin) -> None:
    made = admin.trust(ONE.metadata)
    assert admin.all == [made]
    assert (made.entity_id, made.name, made.unsolicited) == (ONE.entity_id, ONE.entity_id, True)
    assert made.certificates == ONE.metadata.certificates
    assert made.sso == ONE.metadata.sso
    assert (made.trusted.entity_id, made.trusted.unsolicited) == (ONE.entity_id, True)


def test_the_same_again_replaces_its_metadata_and_keeps_its_settings(admin: Admin) -> None:
    made = admin.trust(ONE.metadata, "Corporate", unsolicited=False)
    both = replace(ONE.metadata, certificates=(ONE.signing.der, key("next").der), sso={Binding.POST: "https://one.example/new"})
    again = admin.trust(both, at=AT + 1)
    assert admin.all == [again]
    assert (again.key, again.name, again.unsolicited) == (made.key, "Corporate", False)
    assert (again.certificates, again.sso) == (both.certificates, both.sso)
    assert (again.created_at, again.updated_at) == (AT, AT + 1)
    assert admin.trust(both, "Other", unsolicited=True).name == "Other"
    name = "ExternalIdPConfigurationForDirectory"
    assert sorted(admin.told) == sorted([f"Create{name}", f"Update{name}", f"Update{name}"])


def test_several_are_apart_and_instances_too(admin: Admin, database: Database, stage: Stage) -> None:
    other = Admin(database, stage.instance())
    admin.trust(TWO.metadata, "B")
    admin.trust(ONE.metadata, "A")
    other.trust(ONE.metadata)
    admin.remove(ONE.entity_id)
    assert [idp.name for idp in admin.all] == ["B"]
    assert [idp.entity_id for idp in other.all] == [ONE.entity_id]
    with pytest.raises(Problem, match="trusts no identity provider"):
        admin.remove(ONE.entity_id)


@pytest.mark.parametrize(
    ("read", "shown", "says"),
    [
        (replace(ONE.metadata, certificates=()), None, "certificate"),
        (replace(ONE.metadata, sso={}), None, "no place"),
        (replace(ONE.metadata, sso={Binding.POST: "http://one.example/sso"}), None, "https"),
        (replace(ONE.metadata, sso={Binding.POST: "javascript:alert(1)"}), None, "https"),
        (ONE.metadata, " ", "--idp-name"),
        (ONE.metadata, "a\nb", "--idp-name"),
        (ONE.metadata, "x" * 101, "--idp-name"),
    ],
)
def test_what_cannot_be_used_changes_nothing(admin: Admin, read: IdpMetadata, shown: str | None, says: str) -> None:
    with pytest.raises(Problem, match=says):
        admin.trust(read, shown)
    assert (admin.all, admin.told) == ([], [])


def test_what_an_administrator_should_know_is_said() -> None:
    assert actions.remarks(ONE.metadata) == []
    wants = replace(ONE.metadata, want_authn_requests_signed=True, name_id_formats=("urn:x",))
    signed, formats = actions.remarks(wants)
    assert "does not sign" in signed
    assert "emailAddress" in formats
