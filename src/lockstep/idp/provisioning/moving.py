"""Another SCIM URL for an app: first it is proved that it is the same tenant, then the links move to it.

A sample of what is linked is read there by its id, and must have the same name.  What differs is asked of the URL before: if
that says the same, the object has changed at the target, and the tenant is the same all the same.  Where nothing of the sample
is found it is another tenant, which starts with no links if a person says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import links, targets
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation.records import NEW_TENANT
from lockstep.idp.provisioning.records import ObjectKind, name_key
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import Vault
from lockstep.scim.client import Answer, ScimClient, TransportError

SAMPLE = 20
"""So many users, and so many groups, are looked at."""
_NAMED = 5
_FOUND, _NOT_FOUND = 200, 404
_TIMEOUT_SECONDS = 15.0
_PATIENCE = 3


class Verdict(StrEnum):
    """What a proof has shown."""

    UNKNOWN = "nothing is linked, so nothing could be compared"
    SAME = "the same tenant"
    OTHER = "another tenant"
    MIXED = "neither of both"


@dataclass(frozen=True, slots=True)
class Sampled:
    """One linked object: its id at the target, and its userName or displayName as it was last known."""

    object: ObjectKind
    target_id: str
    name: str

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"/{'Users' if self.object == 'user' else 'Groups'}/{self.target_id}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found at the new URL, of `sampled` objects.

    `alike` are those that are not there, or have another name, and that the URL before says the same of (of a URL that the app
    had before: up to half of all); `missing` names the rest, `"user ann@example.com"`.
    """

    sampled: int = 0
    found: int = 0
    alike: int = 0
    missing: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What follows: one tenant's ids are nobody's in another, so a single one that is found there means something."""
        if not self.sampled:
            return Verdict.UNKNOWN
        if not self.found:
            return Verdict.OTHER
        return Verdict.MIXED if self.missing else Verdict.SAME


@dataclass(frozen=True, slots=True)
class Move:
    """A change of URL that was asked for.  `secrets` are the tokens to read with, at the new URL and at the one before.

    `known` says that links to the new URL are remembered: it is one that the app had before.
    """

    app: App
    url: str
    sample: tuple[Sampled, ...]
    known: bool
    secrets: tuple[str, ...]
    secrets_before: tuple[str, ...]


class NotProvenProblem(ValueProblem):
    """The new URL is not shown to be the same tenant; nothing has changed.

    `other`: as far as can be seen it is another one.
    """

    def __init__(self, what: str, *, other: bool, hint: str = "") -> None:
        super().__init__("scim_url", what, f"{what}. {hint}" if hint else what)
        self.other = other


def prepare(c: Connection, vault: Vault, app: App, url: str, token: str = "") -> Move:
    """What has to be read before the app may have `url`; `token` is for there, "" for the ones it has.

    Raises ValueProblem for a URL or a token that cannot be used.
    """
    tokens.check_remote(app, "scim_url")
    url = apps.check_scim_url(url, allow_loopback=app.allow_loopback)
    before = tuple(one.secret for one in tokens.opened(c, vault, app.id))
    secrets = (tokens.check_token(token),) if token else before
    remembered, current = links.find_target(c, app.id, url), links.find_target(c, app.id, app.scim_url)
    known = remembered not in (0, current) and _holds(c, remembered)
    target = remembered if known else current
    sample: list[Sampled] = []
    if target and url != app.scim_url:
        sample = [Sampled("user", *one) for one in targets.user_sample(c, target, SAMPLE)]
        sample += [Sampled("group", *one) for one in targets.group_sample(c, target, SAMPLE)]
    return Move(app, url, tuple(sample), known, secrets, before)


def _holds(c: Connection, target: int) -> bool:
    return bool(links.count_users(c, target) or links.count_groups(c, target))


async def prove(move: Move) -> Proof:
    """Read the sample at the new URL, and what differs at the one before.

    Raises NotProvenProblem where the new URL does not answer, or not as a SCIM service provider that takes the token.
    """
    if not move.sample:
        return Proof()
    there = await _read(move.url, move.secrets, move.app.settings.rate, move.sample)
    wrong = next((one for one in there if isinstance(one, _Unread)), None)
    if wrong is not None:
        raise NotProvenProblem(f"the new URL cannot be shown to be the same tenant: {wrong.why}", other=False)
    differing = [
        (one, name)
        for one, name in zip(move.sample, there, strict=True)
        if not isinstance(name, str) or name_key(name) != name_key(one.name)
    ]
    found = len(move.sample) - len(differing)
    if move.known and found >= len(differing):
        return Proof(len(move.sample), found, len(differing))  # time has passed there, and nobody else can say what was changed
    if not found or not differing or move.known:
        return Proof(len(move.sample), found, 0, tuple(_called(one) for one, _ in differing))
    before = await _read(move.app.scim_url, move.secrets_before, move.app.settings.rate, [one for one, _ in differing])
    missing = [_called(one) for (one, name), said in zip(differing, before, strict=True) if said != name]
    return Proof(len(move.sample), found, len(differing) - len(missing), tuple(missing))


def _called(one: Sampled) -> str:
    return f"{one.object} {one.name}"


@dataclass(frozen=True, slots=True)
class _Unread:
    """An object that could not be read, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class _Given:
    """Tokens that do not change meanwhile, and about which nothing is written down."""

    secrets: Sequence[str]

    def there(self) -> Sequence[str]:
        return self.secrets

    def answered(self, refused: Mapping[str, int], took: str) -> None:
        return None


async def _read(url: str, secrets: Sequence[str], rate: float, sample: Sequence[Sampled]) -> list[str | _Unread | None]:
    """The name of each as it is there, None for one that is not."""
    tokens_there = _Given(secrets)
    async with ScimClient(
        url, secrets[0], rate=rate, timeout_seconds=_TIMEOUT_SECONDS, patience=_PATIENCE, tokens=tokens_there
    ) as client:
        return list(await asyncio.gather(*(_name_there(client, one) for one in sample)))


async def _name_there(client: ScimClient, one: Sampled) -> str | _Unread | None:
    try:
        answer = await client.read(one.path)
    except TransportError as error:
        return _Unread(f"it does not answer ({error})")
    if answer.status == _NOT_FOUND and _is_scim(answer):
        return None
    if answer.status != _FOUND or not isinstance(answer.body, dict) or answer.body.get("id") != one.target_id:
        return _Unread(_words(answer))
    return str(answer.body.get("userName" if one.object == "user" else "displayName", ""))


def _is_scim(answer: Answer) -> bool:
    """A web site's 404 says nothing about a user."""
    return isinstance(answer.body, dict)


def _words(answer: Answer) -> str:
    if answer.status in (401, 403):
        return f"it refuses the access token ({answer.status})"
    if not isinstance(answer.body, dict):
        return f"something else than SCIM answers there ({answer.status}, {answer.content_type})"
    return f"it answers {answer.status}: {answer.detail or 'no explanation'}"


@dataclass(frozen=True, slots=True)
class Given:
    """The token that came with the new URL ("" for none), and when it ends (ms, 0 where that was not said)."""

    token: str = ""
    expires_at: int = 0


def take(
    c: Connection,
    vault: Vault,
    move: Move,
    proof: Proof,
    given: Given,
    now: int,
    *,
    new_tenant: bool = False,
    actor: str = apps.ADMIN,
) -> App:
    """Give the app its new URL, in one transaction with its links and its token.

    `new_tenant`: a person has said that another tenant starts with no links; it counts only where that is what was found.
    Raises NotProvenProblem, and Problem where the app has changed since `prepare`.
    """
    app = store.app_by_id(c, move.app.id)
    if app is None or app.scim_url != move.app.scim_url:
        raise Problem("the SCIM URL of this app was changed meanwhile: look at it, and try again")
    if move.url == app.scim_url:
        return app
    verdict = proof.verdict
    if verdict is Verdict.MIXED:
        raise _mixed(proof)
    if verdict is Verdict.OTHER and not new_tenant:
        raise _other(proof)
    _place_links(c, app, move, verdict)
    store.set_url(c, app.id, move.url)
    if verdict is not Verdict.UNKNOWN:
        store.set_connected(c, app.id, now, "")
    moved = replace(app, scim_url=move.url)
    if verdict is Verdict.OTHER:
        installation.hold(c, moved, NEW_TENANT, now, now)
    else:
        installation.forget_tenant(c, app.id)
    if given.token:
        tokens.give(c, vault, moved, given.token, now, expires_at=given.expires_at, actor=actor)
    if verdict is Verdict.OTHER and len(tokens.opened(c, vault, app.id)) > 1:
        tokens.remove_next(c, moved, now, actor=actor)  # it is the other tenant's
    notes = f"SCIM URL {move.url}: {said(move, proof)}"
    events.append(c, Event(type=EventType.APP_UPDATED, actor=actor, app_id=app.id, app_name=app.name, notes=notes), now)
    return apps.find_app(c, app.name)


def _place_links(c: Connection, app: App, move: Move, verdict: Verdict) -> None:
    """Links that are proved move along; those of another tenant stay with their URL."""
    remembered, current = links.find_target(c, app.id, move.url), links.find_target(c, app.id, app.scim_url)
    if move.known and verdict is Verdict.SAME:
        targets.forget_decisions(c, app.id)
        return
    if remembered and (remembered != current or verdict is Verdict.OTHER):
        targets.set_aside(c, remembered, move.url)
    if verdict is Verdict.OTHER:
        targets.forget_decisions(c, app.id)
        return
    if current:
        targets.move(c, current, move.url)


def count_linked(c: Connection, app: App) -> int:
    """Users and groups that are linked at the app's URL."""
    target = links.find_target(c, app.id, app.scim_url)
    return links.count_users(c, target) + links.count_groups(c, target) if target else 0


def said(move: Move, proof: Proof) -> str:
    """What was found, in words."""
    if proof.verdict is Verdict.UNKNOWN:
        return "nothing is linked yet"
    if proof.verdict is Verdict.OTHER:
        return "another tenant, which starts with no links"
    found = f"{proof.found} of {proof.sampled} linked objects found"
    return f"known from before, {found}" if move.known else f"the same tenant, {found}"


def _other(proof: Proof) -> NotProvenProblem:
    what = f"this is another tenant: none of {proof.sampled} linked users and groups is there"
    hint = (
        "Nothing has changed. If it is right, it starts with no links (--new-tenant): once somebody has compared, everybody "
        "is made there anew; what was made at the URL before stays as it is, and is found again if that URL comes back"
    )
    return NotProvenProblem(what, other=True, hint=hint)


def _mixed(proof: Proof) -> NotProvenProblem:
    named = ", ".join(proof.missing[:_NAMED])
    more = f" and {len(proof.missing) - _NAMED} more" if len(proof.missing) > _NAMED else ""
    what = (
        f"only {proof.found} of {proof.sampled} linked objects are there: {named}{more} differ from what the URL before says. "
        "Nothing has changed: look at both, and put them right before you try again"
    )
    return NotProvenProblem(what, other=False)
