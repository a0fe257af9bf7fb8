"""What pages and commands say about tokens."""

from dataclasses import replace

from lockstep.idp.apps.tokens.records import DAY_MS, Token
from lockstep.idp.apps.tokens.words import day, last_answer, left, warned

NOW = 1_795_519_365_000  # 24 Nov 2026
ONE = Token(1, 1, b"", False, 0, 0, "")
NEXT = replace(ONE, id=2, spare=True)


def ending(token: Token, days: float) -> Token:
    return replace(token, expires_at=NOW + int(days * DAY_MS), expiry="entered")


def said(*tokens: Token) -> tuple[str, str]:
    found = warned(tokens, NOW)
    return ("", "") if found is None else (found.kind, found.text)


def test_nothing_is_said_where_all_is_well() -> None:
    assert said(ONE) == said(ending(ONE, 91)) == said(ending(ONE, 3), NEXT) == ("", "")


def test_the_end_comes_near() -> None:
    kind, text = said(ending(ONE, 12.5))
    assert (kind, text.split(". ")[0]) == ("warning", "The access token expires in 12 days, on 6 Dec 2026")
    assert "on 6 Dec 2026, at the latest" in said(replace(ending(ONE, 12.5), expiry="connector"))[1]
    assert said(ending(ONE, 3), ending(NEXT, 2))[1].startswith("The current access token expires in 3 days")
    assert said(ending(ONE, -1))[:1] == ("error",)
    assert said(ending(ONE, -1))[1].startswith("The access token has expired on 23 Nov 2026.")


def test_refused() -> None:
    refused = replace(ONE, answer=401)
    assert said(refused) == ("error", "The target refused the access token. Make a new one there, and give it here.")
    assert said(refused, replace(NEXT, answer=403))[1].startswith("The target refused both access tokens.")
    assert said(ONE, replace(NEXT, answer=401))[0] == "info"


def test_single_words() -> None:
    assert day(NOW) == "24 Nov 2026"
    assert [left(ending(ONE, days), NOW) for days in (2.5, 1.5, 0.5, -1)] == [
        "in 2 days",
        "in 1 day",
        "within a day",
        "expired",
    ]
    assert left(ONE, NOW) == ""
    assert [last_answer(replace(ONE, answer=one)) for one in (0, 200, 401)] == ["not used yet", "works", "refused (401)"]
