"""The connection test says what is wrong and what to do, for each way in which a target can answer."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lockstep.idp.apps import connect
from lockstep.scim.client import ScimClient
from lockstep.scim.messages import LIST

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
EMPTY_LIST = {"schemas": [LIST], "totalResults": 0, "itemsPerPage": 0, "Resources": []}


@asynccontextmanager
async def serving(answer: Answering, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The URL of a server on this machine that answers everything with `answer`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1", scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        yield str(server.make_url("/scim/v2"))
    finally:
        await server.close()


def plain(status: int, text: str = "", content_type: str = "application/json", **headers: str) -> Answering:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type, headers=headers)

    return answer


def listing(body: Any) -> Answering:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, content_type="application/scim+json")

    return answer


async def asked(answer: Answering) -> connect.Connection:
    async with serving(answer) as url:
        return await connect.test_connection(url, "token")


async def test_an_empty_list_is_a_connection() -> None:
    assert await asked(listing(EMPTY_LIST)) == connect.Connection(ok=True)


async def test_a_list_without_resources_is_one_too() -> None:
    """RFC 7644 3.4.2: Resources may be absent where nothing was found."""
    assert (await asked(listing({"schemas": [LIST], "totalResults": 0}))).ok


async def test_one_read_of_a_user_that_nobody_is_with_the_token() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, dict(request.query), request.headers["Authorization"]))
        return web.json_response(EMPTY_LIST)

    assert (await asked(answer)).ok
    assert seen == [("GET", "/scim/v2/Users", {"filter": f'userName eq "{connect.PROBE}"'}, "Bearer token")]


async def test_a_trailing_slash_does_no_harm() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.json_response(EMPTY_LIST)

    async with serving(answer) as url:
        assert (await connect.test_connection(f"{url}/", "token")).ok
    assert seen == ["/scim/v2/Users"]


@pytest.mark.parametrize(
    ("answer", "problem", "fix"),
    [
        (plain(401), "The target refused the access token (401).", "make a new one at the target. A wrong tenant"),
        (plain(403), "The access token has no right to provision (403).", "Make a token for provisioning"),
        (plain(404), "The target knows no /Users below this URL (404).", "It ends in /scim/v2 for AWS"),
        (plain(302, Location="https://elsewhere.example/"), "a redirect (302), which is never followed", "https:// often"),
        (plain(308, Location="/scim/v2/Users/"), "a redirect (308), which is never followed", "if it is the SCIM endpoint"),
        (plain(500, '{"detail": "disk full"}'), "The target failed (500): disk full", "Try again later"),
        (plain(400, '{"detail": "no filter"}'), "The target failed (400): no filter", "Try again later"),
        (plain(200, "<!doctype html><html>", "text/html"), "a web page (HTML) instead of SCIM", "Copy the SCIM endpoint"),
        (plain(200, "OK", "text/plain"), "no JSON instead of SCIM", "Copy the SCIM endpoint"),
        (plain(200, "[1, 2]"), "no JSON instead of SCIM", "Copy the SCIM endpoint"),
        (listing({"status": "fine"}), "JSON that is no SCIM list", "/scim/v2 for AWS"),
        (listing({"schemas": [LIST], "Resources": {}}), "JSON that is no SCIM list", "/scim/v2 for AWS"),
    ],
)
async def test_what_is_wrong_and_what_to_do(answer: Answering, problem: str, fix: str) -> None:
    found = await asked(answer)
    assert not found.ok
    assert problem in found.problem
    assert fix in found.fix


@pytest.mark.parametrize(
    ("answer", "about"), [(plain(401), "token"), (plain(404), "scim_url"), (plain(500), ""), (plain(200, "OK"), "scim_url")]
)
async def test_which_value_is_the_wrong_one(answer: Answering, about: str) -> None:
    found = await asked(answer)
    assert found.about == about
    assert found.said == f"{found.problem} {found.fix}"


async def test_what_a_target_says_is_cut_to_a_line_of_text() -> None:
    found = await asked(plain(500, '{"detail": "a\\u0000b\\u202ec\\nd' + "x" * 10_000 + '"}'))
    assert "a b c dxxx" in found.problem
    assert len(found.problem) < 600


async def test_throttling_is_waited_out_for_a_moment_and_then_said() -> None:
    requests = []

    async def answer(_request: web.Request) -> web.Response:
        requests.append(1)
        return web.Response(status=429, headers={"Retry-After": "0"})

    found = await asked(answer)
    assert found.problem == "The target is throttling (429)."
    assert len(requests) == 3


async def test_a_redirect_never_takes_the_token_along() -> None:
    """Both addresses are this server's, which sees no second request."""
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    assert not (await asked(answer)).ok
    assert seen == ["/scim/v2/Users"]


async def test_a_port_that_nobody_listens_on() -> None:
    found = await connect.test_connection(f"http://127.0.0.1:{unused_port()}/scim", "token")
    assert found.problem.startswith("The target could not be reached:")
    assert "that the service is running" in found.fix


async def test_a_host_that_does_not_exist() -> None:
    found = await connect.test_connection("https://nobody.invalid/scim", "token")
    assert found.problem.startswith("The host in https://nobody.invalid/scim was not found")
    assert found.fix == "Check the host name for typing errors."


async def test_a_target_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(base_url: str, token: str, **options: Any) -> ScimClient:
        return ScimClient(base_url, token, **{**options, "timeout_seconds": 0.2})

    monkeypatch.setattr(connect, "ScimClient", impatient)

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    found = await asked(answer)
    assert found.problem == "The target did not answer in time."
    assert "firewalls" in found.fix


def certificate(folder: Path, host: str, *, days: int = 1) -> ssl.SSLContext:
    """A server's side of TLS with a certificate for `host` that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    file = folder / "certificate.pem"
    file.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    async with serving(listing(EMPTY_LIST), certificate(tmp_path, "127.0.0.1")) as url:
        found = await connect.test_connection(url, "token")
    assert found.problem.startswith("TLS to the target failed:")
    assert "certificate" in found.problem
    assert "valid and trusted here" in found.fix


async def test_https_to_a_port_that_speaks_http() -> None:
    async with serving(listing(EMPTY_LIST)) as url:
        found = await connect.test_connection(url.replace("http:", "https:"), "token")
    assert found.problem.startswith("TLS to the target failed:")
