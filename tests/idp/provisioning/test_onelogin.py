"""A login in OneLogin's words."""

from dataclasses import replace

import pytest

from lockstep.idp.provisioning.onelogin import ProvisioningState, ProvisioningStatus, provisioning_of
from lockstep.idp.provisioning.records import SENT_BEFORE, Kind, Planned, Standing, State, Trouble, UserLink

HERE = UserLink(1, "E1", "t-1", True, {"userName": "e1", "active": True})
OFF = UserLink(1, "E1", "t-1", True, {"userName": "e1", "active": False})
GONE = UserLink(1, "E1", "t-1", True, {"userName": "e1"}, missing=True)


BACK_ON = [Planned(State.READY, Kind.UPDATE, "update", "", "d", enables=True)]
PENDING = ("modifying_pending_approval", "enabling_pending_approval")


def planned(kind: Kind, state: State, reason: str = "") -> list[Planned]:
    return [Planned(state, kind, "update", reason, "d")]


def trouble(kind: Kind, error: str = "the target refused it (400): no") -> Trouble:
    return Trouble("user", "E1", "e1", kind.value, 1, 1, error)


@pytest.mark.parametrize(
    ("standing", "state", "status"),
    [
        (Standing(looked=False), "unknown", "disabled"),
        (Standing(), "nonexistent", "disabled"),
        (Standing(HERE), "provisioned", "enabled"),
        (Standing(OFF), "disabled", "disabled"),
        (Standing(GONE), "nonexistent", "disabled"),
        (Standing(planned=planned(Kind.DELETE, State.DONE)), "deleted", "disabled"),
        (
            Standing(planned=planned(Kind.CREATE, State.WAITING)),
            "provisioning_pending_approval",
            "enabling_pending_approval",
        ),
        (Standing(HERE, planned=planned(Kind.UPDATE, State.WAITING)), "modifying_pending_approval", "enabled"),
        (Standing(OFF, planned=planned(Kind.UPDATE, State.WAITING)), "modifying_pending_approval", "disabled"),
        (
            Standing(HERE, planned=planned(Kind.SWITCH_OFF, State.HELD)),
            "modifying_pending_approval_then_disabled",
            "disabling_pendding_approval",
        ),
        (
            Standing(HERE, planned=planned(Kind.DELETE, State.WAITING)),
            "deleting_pending_approval",
            "disabling_pendding_approval",
        ),
        (Standing(planned=planned(Kind.CREATE, State.READY)), "provisioning", "enabling"),
        (Standing(planned=planned(Kind.CREATE, State.READY, SENT_BEFORE)), "linking", "enabling"),
        (Standing(HERE, planned=planned(Kind.UPDATE, State.SENDING)), "modifying", "enabled"),
        (Standing(HERE, planned=planned(Kind.SWITCH_OFF, State.BLOCKED)), "modifying", "disabling"),
        (Standing(HERE, planned=planned(Kind.DELETE, State.LATER)), "deleting", "disabling"),
        (Standing(trouble=trouble(Kind.CREATE)), "provisioning_failed", "enabling_failed"),
        (
            Standing(trouble=trouble(Kind.CREATE, "a user exists at the target, and was not made by Lockstep: delete it")),
            "linking_failed",
            "enabling_failed",
        ),
        (Standing(HERE, trouble(Kind.UPDATE)), "modifying_failed", "enabled"),
        (Standing(OFF, trouble(Kind.UPDATE)), "modifying_failed", "disabled"),
        (Standing(HERE, trouble(Kind.SWITCH_OFF)), "modifying_failed", "disabling_failed"),
        (Standing(HERE, trouble(Kind.DELETE), planned(Kind.DELETE, State.LATER)), "deleting_failed", "disabling_failed"),
        (Standing(HERE, planned=planned(Kind.UPDATE, State.DROPPED)), "provisioned", "enabled"),
        (Standing(OFF, planned=BACK_ON), "modifying", "enabling"),
        (Standing(OFF, planned=[replace(BACK_ON[0], state=State.WAITING)]), *PENDING),
        (Standing(OFF, trouble(Kind.UPDATE), BACK_ON), "modifying_failed", "enabling_failed"),
    ],
)
def test_states(standing: Standing, state: str, status: str) -> None:
    assert provisioning_of(standing) == (state, status)


def test_the_words_are_those_of_onelogin() -> None:
    assert {one.value for one in ProvisioningStatus} == {
        *("enabling", "disabling", "enabling_pending_approval", "disabling_pendding_approval"),
        *("enabled", "disabled", "disabling_failed", "enabling_failed"),
    }
    assert {one.value for one in ProvisioningState} == {
        *("unknown", "provisioning", "modifying", "deleting", "provisioning_pending_approval", "deleting_pending_approval"),
        *("modifying_pending_approval", "linking", "provisioned", "deleted", "modifying_failed", "provisioning_failed"),
        *("deleting_failed", "linking_failed", "disabled", "nonexistent", "modifying_pending_approval_then_disabled"),
    }
