"""Which pages are measured."""

from benchmarks.console.pages import NOT_PAGES, SEARCHES, addresses
from lockstep.idp.console.routes import ROUTES


def test_every_page_is_measured_but_those_that_go_on_or_are_not_there() -> None:
    asked = [address for _, address in addresses()]
    assert len(asked) == len(set(asked))
    pages = [route.path for route in ROUTES if "GET" in (route.methods or ())]
    left_out = [path for path in pages if path in ("/admin", "/admin/login") or path.endswith(NOT_PAGES)]
    plain = [address for name, address in addresses() if name == address]
    assert len(plain) == len(pages) - len(left_out)
    assert all("{" not in address for address in asked)
    assert {f"/admin/users?{query}" for _, query in SEARCHES} <= set(asked)
