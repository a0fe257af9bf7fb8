"""A real OpenLDAP server on loopback, with a configuration and a database of its own, that ends with the test."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.wire import package
from tests.support.certificates import Authority, Issued

SUFFIX = "dc=example,dc=com"
PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
ADMIN, READER, PASSWORD = f"cn=admin,{SUFFIX}", f"cn=reader,{SUFFIX}", "correct horse"
LIMITED = f"cn=limited,{SUFFIX}"
"""An account that the server gives 50 entries."""
INSTALL = "the program slapd is missing (Debian, Ubuntu: apt install slapd; Fedora: dnf install openldap-servers)"
_PLACES = ("/usr/sbin/slapd", "/usr/local/libexec/slapd", "/usr/libexec/slapd")
_SCHEMAS = ("/etc/ldap/schema", "/etc/openldap/schema")
_MODULES = ("/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap")
_START_SECONDS = 30
ROOT = Path(__file__).parents[2]
Attributes = Mapping[str, str | bytes | list[str] | list[bytes]]


def program() -> Path | None:
    """The server's program."""
    found = shutil.which("slapd") or next((place for place in _PLACES if Path(place).exists()), None)
    return Path(found) if found else None


@dataclass
class Slapd:
    """A server that runs."""

    port: int
    tls_port: int
    authority: Authority
    folder: Path

    @property
    def url(self) -> str:
        """For StartTLS."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """TLS from the start."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def settings(self, **changed: Any) -> LdapSettings:
        """Those of a source that reads it."""
        usual: dict[str, Any] = {
            "servers": (self.url,),
            "people_bases": (PEOPLE,),
            "group_bases": (GROUPS,),
            "bind_dn": READER,
            "allow_loopback": True,
            "ca_certificates": self.authority.pem,
            "connect_seconds": 5,
            "answer_seconds": 20,
        }
        return LdapSettings(**{**usual, **changed})

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        ldap3 = package()
        server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, user=ADMIN, password=PASSWORD, check_names=False, raise_exceptions=True)
        connection.bind()
        try:
            yield connection
        finally:
            connection.unbind()

    def add(self, dn: str, attributes: Attributes) -> None:
        """Make an entry."""
        with self._writing() as connection:
            connection.add(dn, attributes=dict(attributes))

    def change(self, dn: str, attribute: str, *values: str) -> None:
        """Replace the values of an attribute."""
        with self._writing() as connection:
            connection.modify(dn, {attribute: [(package().MODIFY_REPLACE, list(values))]})

    def rename(self, dn: str, rdn: str) -> None:
        """Give an entry another name where it is."""
        with self._writing() as connection:
            connection.modify_dn(dn, rdn)

    def delete(self, dn: str) -> None:
        """Remove an entry."""
        with self._writing() as connection:
            connection.delete(dn)


def person(uid: str, **more: Any) -> dict[str, Any]:
    """The attributes of somebody."""
    given, _, family = uid.partition(".")
    usual = {
        "objectClass": ["inetOrgPerson"],
        "uid": uid,
        "cn": f"{given.title()} {family.title()}",
        "givenName": given.title(),
        "sn": family.title() or given.title(),
        "mail": f"{uid}@example.com",
    }
    return {**usual, **more}


def ldif(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Entries as slapadd reads them; values are plain ASCII."""
    lines = []
    for dn, attributes in entries:
        lines.append(f"dn: {dn}")
        for name, values in attributes.items():
            lines += [f"{name}: {value}" for value in ([values] if isinstance(values, str) else values)]
        lines.append("")
    return "\n".join(lines)


def base_entries() -> list[tuple[str, dict[str, Any]]]:
    """The tree, and the accounts that read it."""
    account = {"objectClass": ["organizationalRole", "simpleSecurityObject"], "userPassword": PASSWORD}
    return [
        (SUFFIX, {"objectClass": ["dcObject", "organization"], "dc": "example", "o": "Example"}),
        (PEOPLE, {"objectClass": "organizationalUnit", "ou": "people"}),
        (GROUPS, {"objectClass": "organizationalUnit", "ou": "groups"}),
        *((dn, {**account, "cn": dn.split(",")[0].removeprefix("cn=")}) for dn in (READER, LIMITED)),
    ]


@contextmanager
def served(
    folder: Path,
    entries: Iterable[tuple[str, Mapping[str, Any]]] = (),
    *,
    names: tuple[str, ...] = ("localhost", "127.0.0.1"),
    days: int = 10,
    tls: bool = True,
) -> Iterator[Slapd]:
    """A server that holds the tree and these entries; its certificate is for `names`, and ends in `days`."""
    found = program()
    assert found is not None, INSTALL
    authority = Authority()
    issued = authority.issue(folder / "tls", *names, days=days) if tls else None
    (folder / "data").mkdir(parents=True)
    config = folder / "slapd.conf"
    config.write_text(_config(folder, issued))
    # Under its own path the program may be confined to the system's folders (AppArmor); a copy is not.
    copy = folder / "slapd"
    shutil.copy(found, copy)
    (folder / "first.ldif").write_text(ldif([*base_entries(), *entries]))
    load = [str(one) for one in (copy, "-T", "add", "-q", "-f", config, "-l", folder / "first.ldif")]
    subprocess.run(load, check=True, capture_output=True, text=True)
    server = Slapd(_free_port(), _free_port(), authority, folder)
    urls = f"ldap://localhost:{server.port}/" + (f" ldaps://localhost:{server.tls_port}/" if tls else "")
    with (folder / "log").open("wb") as log:
        run = [sys.executable, "-m", "tests.support.tethered", str(copy), "-h", urls, "-f", str(config), "-d", "0"]
        process = subprocess.Popen(run, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        _wait(process, server)
        yield server
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(_START_SECONDS)


def _config(folder: Path, issued: Issued | None) -> str:
    schemas = next(Path(place) for place in _SCHEMAS if Path(place).exists())
    modules = next((Path(place) for place in _MODULES if Path(place).exists()), None)
    lines = [f"include {schemas / name}.schema" for name in ("core", "cosine", "nis", "inetorgperson")]
    lines += [f"modulepath {modules}", "moduleload back_mdb"] if modules and (modules / "back_mdb.la").exists() else []
    lines += [f"pidfile {folder}/pid", f"argsfile {folder}/args", "sizelimit unlimited"]
    if issued is not None:
        lines += [f"TLSCertificateFile {issued.certificate}", f"TLSCertificateKeyFile {issued.key}"]
    lines += [
        "database mdb",
        f'suffix "{SUFFIX}"',
        f'rootdn "{ADMIN}"',
        f'rootpw "{PASSWORD}"',
        f"directory {folder}/data",
        "maxsize 1073741824",
        "dbnosync",
        *(f"index {name} eq" for name in ("objectClass", "uid", "member", "uniqueMember", "memberUid", "modifyTimestamp")),
        f'limits dn.exact="{LIMITED}" size.soft=50 size.hard=50 size.prtotal=50',
        "access to attrs=userPassword by anonymous auth by * none",
        f'access to * by dn.exact="{READER}" read by dn.exact="{LIMITED}" read by * none',
    ]
    return "\n".join([*lines, ""])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", server: Slapd) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"slapd did not come up: {(server.folder / 'log').read_text()} (as {os.getuid()})")
