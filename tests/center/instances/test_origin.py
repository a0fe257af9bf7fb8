"""The origin by which this centre is known."""

import pytest

from lockstep.center.instances import origin
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem


def test_the_origin_that_was_written_down_last_counts(each_center: Database) -> None:
    with each_center.write() as connection:
        assert origin.known(connection) is None
        with pytest.raises(Problem, match="--public-url"):
            origin.origin(connection)
        origin.note(connection, "http://127.0.0.1:8090")
        origin.note(connection, "https://Center.example:443/")
        assert origin.known(connection) == origin.origin(connection) == "https://center.example"
        assert origin.origin(connection, "https://other.example") == "https://other.example"


@pytest.mark.parametrize("url", ["center.example", "ftp://center.example", "https://center.example/path", "https://a b", ""])
def test_what_is_no_origin_is_a_problem(each_center: Database, url: str) -> None:
    with pytest.raises(Problem), each_center.write() as connection:
        origin.note(connection, url)


@pytest.mark.parametrize("url", ["http://0.0.0.0:8090", "http://[::]:8090"])
def test_an_address_of_nobody_is_a_problem_for_others(each_center: Database, url: str) -> None:
    with each_center.write() as connection:
        origin.note(connection, url)
        with pytest.raises(Problem, match="nobody reaches"):
            origin.origin(connection)


@pytest.mark.parametrize(
    "url", ["https://idp.example/sso?x=1", "http://127.0.0.1:8080/sso", "http://localhost/", "http://[::1]:1/"]
)
def test_where_a_browser_may_be_sent(url: str) -> None:
    assert origin.is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/",
        "javascript:alert(1)",
        "https://",
        "data:text/html,x",
        "//idp.example",
        "https://[",
        "http://127.0.0.1.evil/",
    ],
)
def test_where_not(url: str) -> None:
    assert not origin.is_safe(url)
