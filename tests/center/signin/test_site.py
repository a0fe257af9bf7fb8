"""What the pages share."""

from starlette.requests import Request

from lockstep.center.events import Operation
from lockstep.center.instances.profiles import PROFILES
from lockstep.center.instances.records import Instance
from lockstep.center.signin.records import BrowserRecord
from lockstep.center.signin.site import NOBODY, Site
from lockstep.kit.db import Database
from lockstep.kit.runner import open_runner
from lockstep.kit.throttle import Throttle
from lockstep.kit.vault import Vault
from lockstep.kit.web.pages import Pages

ONE, TWO = (Instance(n, f"i{n}", "arn", f"d-{n}", f"t{n}", "", PROFILES["aws"], None, True, 0) for n in (1, 2))


def request(cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode()), (b"user-agent", b"test")]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "client": ("192.0.2.7", 1)})


async def test_cookies_have_names_of_their_own_for_each_side_instance_and_purpose(database: Database) -> None:
    runner = open_runner(database)
    site = Site(runner, lambda: 7, "https://center.example", Vault(b"k" * 32), Pages("x"), Throttle())
    names = [cookie(instance).full_name for cookie in (site.session_cookie, site.browser_cookie) for instance in (ONE, TWO)]
    await runner.close()
    assert len(set(names)) == 4
    assert all(name.startswith("__Host-lockstep-center-") for name in names)
    assert [site.session_cookie(ONE).same_site, site.browser_cookie(ONE).same_site] == ["lax", "none"]


async def test_a_request_without_cookies_carries_nothing_and_is_nobodys(database: Database) -> None:
    runner = open_runner(database)
    site = Site(runner, lambda: 7, "https://center.example", Vault(b"k" * 32), Pages("x"), Throttle())
    assert site.record(request(), ONE) == BrowserRecord()
    assert await site.session(request(), ONE) is None
    assert await site.session(request("__Host-lockstep-center-d-1=made-up"), ONE) is None
    call = site.call(request(), Operation.SIGN_OUT)
    await runner.close()
    assert (call.actor, call.ip, call.agent, call.at, call.source) == (NOBODY, "192.0.2.7", "test", 7, "signin.amazonaws.com")
