"""Changing the identity source: an identity provider's metadata, a review, a typed word."""

import base64
import binascii

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console.inside import Inside
from lockstep.center.console.site import Asking, kept_apart, path_of
from lockstep.center.events import Operation
from lockstep.center.instances.idps import actions
from lockstep.center.instances.idps import store as idp_store
from lockstep.center.instances.idps.certificates import certificate_of
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.center.signin import provider
from lockstep.kit.problems import Problem, sentence
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import Form, field
from lockstep.kit.web.uploads import read_upload
from lockstep.saml.metadata import read_idp_metadata
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import IdpMetadata

WORD = "ACCEPT"
_LONGEST = 262_144
_UNPROCESSABLE, _NOT_FOUND = 422, 404
_UNUSABLE = "This metadata cannot be used: {}. Download the SAML metadata of the identity provider anew, and choose that file."


class Idps(Inside):
    """These pages."""

    async def change(self, request: Request) -> Response:
        """Configure external identity provider: what it needs of this side, and where its metadata goes."""
        asking, instance = await self.opened(request)
        return self._form(asking, instance, "", "", {})

    async def review(self, request: Request) -> Response:
        """The metadata was sent: what is in it, and what will change.  Nothing is changed yet."""
        asking, instance = await self.opened(request)
        csrf.require_from_here(request, self.site.origin)
        form, files = await read_upload(request, _LONGEST)
        csrf.check(request, form, secret=asking.secret, origin=self.site.origin)
        name, text = (field(form, "name") or "").strip(), field(form, "metadata") or ""
        begins = field(form, "unsolicited") == "yes"
        raw = files.get("file") or text.strip().encode()
        if not raw:
            return self._form(asking, instance, name, text, {"file": "Choose the metadata file, or paste its text."}, begins)
        read, problem = _read(raw)
        if read is None:
            where = "file" if files.get("file") else "metadata"
            return self._form(asking, instance, name, text, {where: problem, "name": _wrong_name(name)}, begins)
        if _wrong_name(name):  # the page cannot put a file back into its field, so its text goes into the other one
            return self._form(asking, instance, name, raw.decode("utf-8", "replace"), {"name": _wrong_name(name)}, begins)
        return await self._review(asking, instance, read, raw, name, begins)

    async def accept(self, request: Request) -> Response:
        """The word was typed: trust it."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        raw = _packed(form)
        read, problem = _read(raw)
        if read is None:
            return self._form(asking, instance, field(form, "name") or "", "", {"file": problem})
        name, begins, typed = field(form, "name") or "", field(form, "unsolicited") == "yes", field(form, "word") or ""
        if typed.strip() != WORD:
            return await self._review(asking, instance, read, raw, name, begins, typed, f"Type {WORD}, in capitals.")
        call = self.site.call(asking, Operation.TRUST_IDP)
        made, problem = await self.site.done(
            lambda connection: actions.trust(connection, call, instance.name, read, name or None, begins)
        )
        if made is None:
            return self._form(asking, instance, name, raw.decode("utf-8", "replace"), {"metadata": problem}, begins)
        said = " ".join(f"Note: {remark}." for remark in actions.remarks(read))
        return self.site.go(
            asking,
            path_of(instance, "settings"),
            text=f"Identity source changed: {kept_apart(made.name)} signs people in from now on. {said}",
        )

    async def remove_page(self, request: Request) -> Response:
        """What removing means."""
        asking, instance = await self.opened(request)
        idp = await self._idp(request.query_params.get("idp") or "", instance)
        return self._remove(asking, instance, idp)

    async def remove(self, request: Request) -> Response:
        """The word was typed: trust it no longer."""
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        idp = await self._idp(field(form, "idp") or "", instance)
        typed = field(form, "word") or ""
        if typed.strip() != WORD:
            return self._remove(asking, instance, idp, typed, f"Type {WORD}, in capitals.")
        call = self.site.call(asking, Operation.REMOVE_IDP)
        _, problem = await self.site.done(lambda connection: actions.remove(connection, call, instance.name, idp.entity_id))
        if problem:
            return self.site.go(asking, path_of(instance, "settings"), "error", problem)
        text = f"{kept_apart(idp.name)} is trusted no longer. The sessions that it began have ended."
        return self.site.go(asking, path_of(instance, "settings"), text=text)

    async def _idp(self, entity_id: str, instance: Instance) -> IdentityProvider:
        wanted = entity_id.replace("\0", "")
        found = await self.site.runner.read(lambda connection: idp_store.by_entity_id(connection, instance.key, wanted))
        if found is None:
            raise HTTPException(_NOT_FOUND)
        return found

    def _remove(
        self, asking: Asking, instance: Instance, idp: IdentityProvider, typed: str = "", problem: str = ""
    ) -> Response:
        status = _UNPROCESSABLE if problem else 200
        return self.page(
            asking, instance, "settings", "idp_remove.html", status, idp=idp, word=WORD, typed=typed[:100], problem=problem
        )

    def _form(
        self, asking: Asking, instance: Instance, name: str, text: str, problems: dict[str, str], begins: bool = True
    ) -> Response:
        return self.page(
            asking,
            instance,
            "settings",
            "idp_change.html",
            _UNPROCESSABLE if problems else 200,
            name=name,
            text=text,
            problems=problems,
            begins=begins,
            entity_id=provider.entity_id(self.site.origin, instance),
            acs_url=provider.acs_url(self.site.origin, instance),
        )

    async def _review(
        self,
        asking: Asking,
        instance: Instance,
        read: IdpMetadata,
        raw: bytes,
        name: str,
        begins: bool,
        typed: str = "",
        problem: str = "",
    ) -> Response:
        known = await self.site.runner.read(lambda connection: idp_store.by_entity_id(connection, instance.key, read.entity_id))
        return self.page(
            asking,
            instance,
            "settings",
            "idp_review.html",
            _UNPROCESSABLE if problem else 200,
            read=read,
            certificates=[certificate_of(der, self.site.now()) for der in read.certificates],
            known=known,
            fields={"packed": base64.b64encode(raw).decode(), "name": name, "unsolicited": "yes" if begins else ""},
            name=name,
            begins=begins,
            remarks=actions.remarks(read),
            word=WORD,
            typed=typed[:100],
            problem=problem,
        )


def _read(raw: bytes) -> tuple[IdpMetadata | None, str]:
    """The metadata, or why it cannot be used and what to do."""
    try:
        read = read_idp_metadata(raw)
        actions.check_metadata(read)
    except SamlProblem as problem:
        return None, _UNUSABLE.format(problem.detail.rstrip("."))
    except Problem as problem:
        return None, _UNUSABLE.format(problem.text.rstrip("."))
    return read, ""


def _wrong_name(name: str) -> str:
    try:
        actions.check_name(name or "none")
    except Problem as problem:
        return sentence(problem.text)
    return ""


def _packed(form: Form) -> bytes:
    try:
        return base64.b64decode(field(form, "packed") or "", validate=True)
    except (binascii.Error, ValueError):
        return b""
