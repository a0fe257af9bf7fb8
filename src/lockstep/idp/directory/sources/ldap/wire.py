"""One connection to one LDAP server: the only module that speaks to ldap3, which has no types.

ldap3 is used for the wire alone.  What it would do by itself and must not is off: it follows no referral (they are handed
over), fetches no ranges (it would take a failure in the middle for the end), and checks no names.  Certificates are checked by
the TLS of Python, for the name that was asked for.
"""

import contextlib
import ssl
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from lockstep.idp.directory.sources.ldap.records import Entry, LdapSettings, Scope

Cause = Literal["connect", "tls", "silence", "cut", "result", "nonsense"]
"""`result` is an answer of the server with a code; `cut` a connection that ended before the answer did."""
PAGED = "1.2.840.113556.1.4.319"
"""The control of RFC 2696."""
PORTS = {"ldap": 389, "ldaps": 636}
START_TLS_REFUSED = "StartTLS"
_SCOPES: dict[Scope | Literal["base"], str] = {"subtree": "SUBTREE", "one-level": "LEVEL", "base": "BASE"}
_LONGEST = 300


class WireError(Exception):
    """No answer, or one that says no.  `code` is its result code (RFC 4511 appendix A), 0 where none came."""

    def __init__(self, cause: Cause, detail: str, code: int = 0) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail[:_LONGEST].rstrip(". ")
        self.code = code


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a search.  An empty cookie says that it was the last."""

    entries: tuple[Entry, ...]
    cookie: bytes
    referrals: tuple[str, ...]
    names: frozenset[str]
    """The attributes that came, as the server spells them."""


@cache
def package() -> Any:
    """The package; pyasn1 warns about names that ldap3 asks it for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import ldap3
        import ldap3.core.exceptions
        import ldap3.operation.search
    return ldap3


def filter_fault(text: str) -> str:
    """What is wrong with an RFC 4515 filter, "" for nothing."""
    ldap3 = package()
    try:
        ldap3.operation.search.parse_filter(text, None, True, False, None, False)
    except (ldap3.core.exceptions.LDAPException, ValueError, IndexError, AttributeError) as error:
        return str(error) or "it cannot be read"
    return ""


def escaped(value: str) -> str:
    """A value as it stands in a filter (RFC 4515 section 3)."""
    return "".join(f"\\{ord(one):02x}" if one in "\\*()\0" else one for one in value)


class Session:
    """A connection.  Use it as a context manager; every method raises WireError."""

    def __init__(self, url: str, settings: LdapSettings) -> None:
        self.url = url
        self.requests = 0
        self._settings = settings
        self._connection: Any = None
        self._tls_fault = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, password: str) -> None:
        """Connect, encrypt, and bind."""
        settings = self._settings
        with self._answering("connect"):
            connection = self._made(password)
            self._connection = connection
            connection.open(read_server_info=False)
            if not connection.server.ssl and settings.encryption == "required":
                self._start_tls()
        self.requests += 1
        with self._answering("cut"):
            connection.bind(read_server_info=False)
            self._check_result()

    def _made(self, password: str) -> Any:
        ldap3, settings, parts = package(), self._settings, urlsplit(self.url)
        server = ldap3.Server(
            parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            use_ssl=parts.scheme == "ldaps",
            get_info=ldap3.NONE,
            connect_timeout=settings.connect_seconds,
            tls=self._tls(settings.server_name or parts.hostname or ""),
        )
        who = {"user": settings.bind_dn, "password": password} if settings.bind_dn else {}
        return ldap3.Connection(
            server,
            **who,
            auto_bind=ldap3.AUTO_BIND_NONE,
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            auto_range=False,
            check_names=False,
            read_only=True,
            raise_exceptions=False,
            receive_timeout=settings.answer_seconds,
            return_empty_attributes=False,
        )

    def _tls(self, name: str) -> Any:
        """ldap3's object, with a socket that Python makes: it checks the name, and that of an address, as it should."""
        context = ssl.create_default_context(cadata=self._settings.ca_certificates or None)
        tls = package().Tls(validate=ssl.CERT_REQUIRED)
        tls.wrap_socket = partial(self._wrap, context, name)
        return tls

    def _wrap(self, context: ssl.SSLContext, name: str, connection: Any, do_handshake: bool = False) -> None:
        try:
            connection.socket = context.wrap_socket(connection.socket, server_hostname=name)
        except (OSError, ValueError) as error:
            self._tls_fault = getattr(error, "verify_message", "") or str(error) or type(error).__name__
            raise

    def _start_tls(self) -> None:
        self.requests += 1
        try:
            self._connection.start_tls(read_server_info=False)
        except package().core.exceptions.LDAPStartTLSError:
            if self._tls_fault:
                raise
            result = self._connection.result or {}
            raise WireError("tls", f"{START_TLS_REFUSED}: {_said(result)}", int(result.get("result", 0))) from None

    def close(self) -> None:
        """Say good-bye, if anybody listens still."""
        connection, self._connection = self._connection, None
        if connection is not None:
            left = connection.socket  # ldap3 forgets to close one that could not be connected
            with contextlib.suppress(package().core.exceptions.LDAPException, OSError):
                connection.unbind()
            if left is not None:
                left.close()

    def root(self) -> Entry:
        """The entry of the server itself, which says what it can do (RFC 4512 section 5.1)."""
        asked = ("supportedControl", "supportedCapabilities", "highestCommittedUSN", "dsServiceName", "namingContexts")
        page = self.page("", "base", "(objectClass=*)", asked)
        return page.entries[0] if page.entries else Entry(dn="", attributes={})

    def page(
        self,
        base: str,
        scope: Scope | Literal["base"],
        filter_text: str,
        attributes: Sequence[str],
        *,
        size: int = 0,
        cookie: bytes = b"",
    ) -> Page:
        """One search; with a `size`, one page of it, and the next one by the cookie of that before."""
        ldap3 = package()
        self.requests += 1
        with self._answering("cut"):
            self._connection.search(
                base,
                filter_text,
                search_scope=getattr(ldap3, _SCOPES[scope]),
                dereference_aliases=ldap3.DEREF_NEVER,
                attributes=list(attributes),
                **({"paged_size": size, "paged_criticality": True, "paged_cookie": cookie or None} if size else {}),
            )
            result = self._check_result()
            return _page(self._connection.response or [], result)

    def _check_result(self) -> dict[str, Any]:
        result: dict[str, Any] = self._connection.result or {}
        code = int(result.get("result", -1))
        if code != 0:
            raise WireError("result", _said(result), code)
        return result

    @contextlib.contextmanager
    def _answering(self, cause: Cause) -> Iterator[None]:
        """ldap3's many errors as ours; `cause` is what one that says nothing else is taken for."""
        exceptions = package().core.exceptions
        try:
            yield
        except (exceptions.LDAPException, OSError) as error:
            if self._tls_fault:
                raise WireError("tls", self._tls_fault) from error
            text = str(error) or type(error).__name__
            silent = isinstance(error, TimeoutError) or "timed out" in text
            raise WireError("silence" if silent and cause != "connect" else cause, text) from error
        except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
            raise WireError("nonsense", f"{type(error).__name__}: {error}") from error


def _said(result: dict[str, Any]) -> str:
    message = str(result.get("message") or "").strip("\0 ")
    return f"{result.get('description') or 'no answer'}{f': {message}' if message else ''}"


def _page(response: list[Any], result: dict[str, Any]) -> Page:
    entries, referrals, names = [], [], set[str]()
    for one in response:
        if one["type"] == "searchResEntry":
            entries.append(_entry(one))
            names.update(one["raw_attributes"])
        elif one["type"] == "searchResRef":
            referrals += [str(uri) for uri in one["uri"]]
    control = (result.get("controls") or {}).get(PAGED) or {"value": {}}
    cookie = bytes(control["value"].get("cookie") or b"")
    return Page(tuple(entries), cookie, tuple(referrals), frozenset(map(str, names)))


def _entry(found: Any) -> Entry:
    raw = found["raw_attributes"]
    return Entry(
        dn=bytes(found["raw_dn"]).decode("utf-8", "backslashreplace"),
        attributes={str(name).lower(): tuple(bytes(value) for value in raw[name] or ()) for name in raw},
    )
