"""Asks for an action on many users, and does it piece by piece, each piece in the caller's transaction.

Whom it is about is written down when it is asked for: who comes to match later is not among them.  A piece does the next
of them, takes them off the list and writes how far it is, all or nothing: a process that dies loses no piece and does none
twice, and whichever process is there goes on (`work`).
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from lockstep.idp.directory import actions, store
from lockstep.idp.directory.batches import store as batches
from lockstep.idp.directory.batches.records import Action, Batch, Refusal
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.groups.actions import assign, group_of_id
from lockstep.idp.directory.lookup import role_of_id
from lockstep.idp.directory.records import State, Status, User
from lockstep.idp.events import Event, EventType, append
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

PIECE = 1_000
"""Users of one transaction: a third of a second, in which others wait with what they write."""
REASONS = 20
"""Of those to whom it could not be done, how many are kept with why."""
WITH_ROLE = (Action.ADD_ROLE, Action.TAKE_ROLE)
NO_GROUP = "0"
"""What is written in the place of a group to take people out of theirs."""


class OtherCountProblem(Problem):
    """Not as many users match as were shown."""


def ask(
    c: Connection,
    action: Action,
    user_ids: Iterable[int],
    *,
    argument: int = 0,
    shown: int | None = None,
    actor: str,
    now: int,
) -> Batch:
    """Write down what is to be done to whom; the first piece does it.

    `shown` is how many users the person was shown who asks: raises OtherCountProblem where they are others by now.  Raises
    NotThereProblem for a role or a group that is not there (0 is none, and takes people out of theirs), Problem where there is
    nobody.
    """
    if action in WITH_ROLE:
        role_of_id(c, argument)
    if action is Action.SET_GROUP and argument:
        group_of_id(c, argument)
    batch = Batch(action=action, argument=argument, actor=actor, total=0, created_at=now, touched_at=now)
    batch = replace(batch, id=batches.add(c, batch))
    batch = replace(batch, total=batches.add_members(c, batch.id, user_ids))
    if shown is not None and shown != batch.total:
        raise OtherCountProblem(f"{batch.total:,} users match by now, and not {shown:,}: look again; nothing was done")
    if not batch.total:
        raise Problem("nobody was chosen, so nothing was done")
    batches.change(c, batch)
    notes = f"{action.value}: {batch.total:,} {'user' if batch.total == 1 else 'users'}"
    event = Event(type=EventType.USER_BULK_OPERATION, actor=actor, object="batch", object_name=str(batch.id), notes=notes)
    append(c, event, now)
    return batch


def do_piece(c: Connection, batch_id: int, *, now: int, size: int = PIECE) -> Batch:
    """Do the next piece; the batch as it is then.  At its end nothing happens.  Raises NotThereProblem."""
    batch = find(c, batch_id)
    if batch.finished_at:
        return batch
    members = batches.next_members(c, batch_id, size)
    changed, reasons = 0, []
    for user_id in members:
        user = store.user_by_id(c, user_id)
        try:
            changed += user is not None and _DO[batch.action](c, user, batch, now)
        except Problem as problem:
            reasons.append(Refusal("" if user is None else user.user_name, str(problem)))
    if members:
        batches.drop_members(c, batch_id, members[-1])
    done = batch.done + len(members)
    after = replace(
        batch,
        done=done,
        changed=batch.changed + changed,
        refused=batch.refused + len(reasons),
        reasons=(*batch.reasons, *reasons)[:REASONS],
        touched_at=now,
        finished_at=now if len(members) < size or done >= batch.total else 0,
    )
    batches.change(c, after)
    return after


def find(c: Connection, batch_id: int) -> Batch:
    """The batch of this id.  Raises NotThereProblem."""
    found = batches.of_id(c, batch_id)
    if found is None:
        raise NotThereProblem(f"there is no action on many users with id {batch_id}")
    return found


def _status(c: Connection, user: User, batch: Batch, now: int) -> bool:
    if batch.action is Action.SUSPEND:
        return actions.suspend(c, user.id, actor=batch.actor, now=now) != user
    if batch.action is Action.LOCK:
        return user.status != Status.LOCKED and actions.lock(c, user.id, actor=batch.actor, now=now) != user
    if batch.action is Action.UNLOCK or user.status == Status.LOCKED:
        return actions.unlock(c, user.id, actor=batch.actor, now=now) != user
    return actions.reactivate(c, user.id, actor=batch.actor, now=now) != user


def _state(c: Connection, user: User, batch: Batch, now: int) -> bool:
    state = State.APPROVED if batch.action is Action.APPROVE else State.REJECTED
    return actions.set_state(c, user.id, state, actor=batch.actor, now=now) != user


def _role(c: Connection, user: User, batch: Batch, now: int) -> bool:
    act = actions.add_members if batch.action is Action.ADD_ROLE else actions.remove_members
    return act(c, batch.argument, [user.id], actor=batch.actor, now=now) > 0


def _group(c: Connection, user: User, batch: Batch, now: int) -> bool:
    return assign(c, batch.argument or None, [user.id], actor=batch.actor, now=now) > 0


def _delete(c: Connection, user: User, batch: Batch, now: int) -> bool:
    actions.remove_user(c, user.id, actor=batch.actor, now=now)
    return True


_DO: dict[Action, Callable[[Connection, User, Batch, int], bool]] = {
    Action.SUSPEND: _status,
    Action.ACTIVATE: _status,
    Action.LOCK: _status,
    Action.UNLOCK: _status,
    Action.APPROVE: _state,
    Action.REJECT: _state,
    Action.ADD_ROLE: _role,
    Action.TAKE_ROLE: _role,
    Action.SET_GROUP: _group,
    Action.DELETE: _delete,
}
