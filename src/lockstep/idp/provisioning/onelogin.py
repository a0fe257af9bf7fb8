"""A login's provisioning state and status in OneLogin's words.  Pure.

`provisioning_status` says whether the account is there and enabled, `provisioning_state` what the last or next job is.  The
words, one of them spelt as OneLogin spells it, are those of GET /api/2/users/:id/apps; what OneLogin does not tell apart, such
as a change that is held by a limit, has the nearest of them.
"""

from enum import StrEnum

from lockstep.idp.provisioning.failures import ANOTHERS_ID, EXISTS, LINKED
from lockstep.idp.provisioning.records import SENT_BEFORE, Kind, Planned, Standing, State, Trouble


class ProvisioningState(StrEnum):
    """What the last or next job of a login is."""

    UNKNOWN = "unknown"
    PROVISIONING = "provisioning"
    MODIFYING = "modifying"
    DELETING = "deleting"
    PROVISIONING_PENDING_APPROVAL = "provisioning_pending_approval"
    DELETING_PENDING_APPROVAL = "deleting_pending_approval"
    MODIFYING_PENDING_APPROVAL = "modifying_pending_approval"
    LINKING = "linking"
    PROVISIONED = "provisioned"
    DELETED = "deleted"
    MODIFYING_FAILED = "modifying_failed"
    PROVISIONING_FAILED = "provisioning_failed"
    DELETING_FAILED = "deleting_failed"
    LINKING_FAILED = "linking_failed"
    DISABLED = "disabled"
    NONEXISTENT = "nonexistent"
    MODIFYING_PENDING_APPROVAL_THEN_DISABLED = "modifying_pending_approval_then_disabled"


class ProvisioningStatus(StrEnum):
    """Whether the account of a login is there and enabled."""

    ENABLING = "enabling"
    DISABLING = "disabling"
    ENABLING_PENDING_APPROVAL = "enabling_pending_approval"
    DISABLING_PENDING_APPROVAL = "disabling_pendding_approval"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DISABLING_FAILED = "disabling_failed"
    ENABLING_FAILED = "enabling_failed"


_S, _T = ProvisioningState, ProvisioningStatus
Both = tuple[ProvisioningState, ProvisioningStatus]
_ASKED: dict[Kind, Both] = {
    Kind.CREATE: (_S.PROVISIONING_PENDING_APPROVAL, _T.ENABLING_PENDING_APPROVAL),
    Kind.UPDATE: (_S.MODIFYING_PENDING_APPROVAL, _T.ENABLED),
    Kind.SWITCH_OFF: (_S.MODIFYING_PENDING_APPROVAL_THEN_DISABLED, _T.DISABLING_PENDING_APPROVAL),
    Kind.DELETE: (_S.DELETING_PENDING_APPROVAL, _T.DISABLING_PENDING_APPROVAL),
}
_FAILED: dict[Kind, Both] = {
    Kind.CREATE: (_S.PROVISIONING_FAILED, _T.ENABLING_FAILED),
    Kind.UPDATE: (_S.MODIFYING_FAILED, _T.ENABLED),
    Kind.SWITCH_OFF: (_S.MODIFYING_FAILED, _T.DISABLING_FAILED),
    Kind.DELETE: (_S.DELETING_FAILED, _T.DISABLING_FAILED),
}
_GOING: dict[Kind, Both] = {
    Kind.CREATE: (_S.PROVISIONING, _T.ENABLING),
    Kind.UPDATE: (_S.MODIFYING, _T.ENABLED),
    Kind.SWITCH_OFF: (_S.MODIFYING, _T.DISABLING),
    Kind.DELETE: (_S.DELETING, _T.DISABLING),
}
_ENABLING = {
    _S.MODIFYING_PENDING_APPROVAL: _T.ENABLING_PENDING_APPROVAL,
    _S.MODIFYING_FAILED: _T.ENABLING_FAILED,
    _S.MODIFYING: _T.ENABLING,
}
"""Of an update that switches somebody on again."""
_NOT_LINKED = (EXISTS, LINKED, ANOTHERS_ID)


def provisioning_of(standing: Standing) -> Both:
    """The state and the status of a login."""
    for state in (State.WAITING, State.HELD):
        for change in standing.planned:
            if change.state is state:
                return _with_account(_ASKED[change.kind], standing)
    if standing.trouble is not None:
        return _failed(standing.trouble, standing)
    for change in standing.planned:
        if change.state in (State.SENDING, State.READY, State.BLOCKED, State.LATER):
            return _going(change, standing)
    return _at_rest(standing)


def _failed(trouble: Trouble, standing: Standing) -> Both:
    if any(part in trouble.error for part in _NOT_LINKED):
        return _S.LINKING_FAILED, _T.ENABLING_FAILED
    return _with_account(_FAILED[Kind(trouble.kind)], standing)


def _going(change: Planned, standing: Standing) -> Both:
    if change.kind is Kind.CREATE and change.reason == SENT_BEFORE:
        return _S.LINKING, _T.ENABLING  # looked for before it is made
    return _with_account(_GOING[change.kind], standing)


def _with_account(both: Both, standing: Standing) -> Both:
    """An update leaves the account as it is, enabled or switched off, unless it switches it on again."""
    state, status = both
    if status is not _T.ENABLED or standing.link is None or standing.link.value.get("active") is not False:
        return both
    return state, _ENABLING[state] if any(change.enables for change in standing.planned) else _T.DISABLED


def _at_rest(standing: Standing) -> Both:
    link = standing.link
    if link is None and any(one.kind is Kind.DELETE and one.state is State.DONE for one in standing.planned):
        return _S.DELETED, _T.DISABLED
    if link is None:
        return (_S.NONEXISTENT if standing.looked else _S.UNKNOWN), _T.DISABLED
    if link.missing:
        return _S.NONEXISTENT, _T.DISABLED
    if link.value.get("active") is False:
        return _S.DISABLED, _T.DISABLED
    return _S.PROVISIONED, _T.ENABLED
