"""What a connection test with two tokens comes to."""

from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.tokens.trying import Tried, try_tokens

OK = Connection(True, status=200)
REFUSED = Connection(False, "Refused (401).", "Copy it.", "token", 401)
AWAY = Connection(False, "The target did not answer in time.", "Check the host.")


def tried(*found: Connection) -> Tried:
    return Tried(tuple(zip(("one", "two"), found, strict=False)))


async def test_each_token_is_tried() -> None:
    asked = []

    async def test(url: str, secret: str) -> Connection:
        asked.append((url, secret))
        return OK if secret == "two" else REFUSED

    found = await try_tokens("https://x.example", ["one", "two"], test)
    assert asked == [("https://x.example", "one"), ("https://x.example", "two")]
    assert (found.connection, found.answers) == (OK, {"one": 401, "two": 200})


def test_one_that_works_is_enough() -> None:
    assert tried(REFUSED, OK).connection is OK
    assert tried(REFUSED, AWAY).connection is REFUSED
    assert tried(AWAY).answers == {}
    assert tried(REFUSED, AWAY).answers == {"one": 401}


def test_which_works_in_words() -> None:
    assert tried(OK).words == ""
    assert tried(OK, OK).words == "Both access tokens work."
    assert tried(OK, REFUSED).words == "The current access token works. The next one does not: Refused (401). Copy it."
    assert "The next one works, and is in use from now on." in tried(REFUSED, OK).words
    assert tried(AWAY, REFUSED).words == "Neither access token works."
