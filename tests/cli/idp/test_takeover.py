"""`lockstep idp takeover`: keys, exit codes, words."""

from tests.cli.idp.command import Idp

COUNTS = {"adopt", "case", "conflict", "create", "unmatched", "linked", "change"}


def put(idp: Idp, number: str, name: str, **fields: object) -> None:
    idp.target.users[number] = {"id": number, "userName": name, "active": True, **fields}


def occupied(idp: Idp) -> Idp:
    idp.make_app("provisioning=off")
    idp.become(["A", "B", "C"], {"Team": ["A"]}, title="x")
    put(idp, "a", "a@x.example", externalId="A")
    put(idp, "s", "stranger")
    idp.target.groups["t"] = {"id": "t", "displayName": "team", "members": [{"value": "a"}, {"value": "s"}]}
    return idp


def test_the_report_as_json(idp: Idp) -> None:
    found = occupied(idp).done("takeover", "aws", "--json").one
    assert found.keys() >= {"requests", "floor", "users", "groups", "name_id", "listed", "digest"}
    assert found["users"].keys() == {*COUNTS, "other_external_id"}
    assert found["groups"].keys() == {*COUNTS, "protected"}
    assert (found["users"]["case"], found["users"]["create"], found["groups"]["case"]) == (1, 2, 1)
    assert found["requests"] == found["floor"] == len(idp.target.log) == 3


def test_the_report_in_words(idp: Idp) -> None:
    said = occupied(idp).done("takeover", "aws").out
    assert "Read the target in 3 requests (floor 3); nothing was written there." in said
    assert "Users: 1 can be taken over (1 in another case), 0 in conflict, 2 to be made, 1 nobody's, 0 linked already" in said
    assert "    A@x.example is a@x.example there (by externalId, userName); would change: " in said
    assert "Cannot sign in, because their userName is not the NameID of their assertion: 1 now" in said
    assert "  a@x.example there, A@x.example in the assertion (the next sync mends it)" in said
    assert said.endswith("Take over 1 user and 1 group: lockstep idp takeover aws --link\n")


def test_a_conflict_waits_for_a_person(idp: Idp) -> None:
    occupied(idp)
    put(idp, "b1", "B@x.example")
    put(idp, "b2", "other", externalId="B")
    ended = idp.run("takeover", "aws")
    assert ended.code == 3
    assert "B@x.example: agrees with several users there: externalId with other; userName with B@x.example" in ended.out
    assert idp.run("takeover", "aws", "--link", "--json").code == 3
    assert idp.target.writes == []


def test_another_systems_external_ids_wait_for_a_person_unless_they_are_taken(idp: Idp) -> None:
    occupied(idp)
    put(idp, "b", "B@x.example", externalId="00uOkta")
    ended = idp.run("takeover", "aws")
    assert ended.code == 3
    assert "B@x.example (by userName): has the externalId 00uOkta there, which nobody here has" in ended.out
    taken = idp.done("takeover", "aws", "--link", "--other-external-ids", "--json").one["taken"]
    assert (taken["users"], taken["other_external_id"]) == (2, 1)


def test_taking_over_says_what_is_next(idp: Idp) -> None:
    said = occupied(idp).done("takeover", "aws", "--link").out
    assert (
        "Taken over: 1 user and 1 group. 0 count as made here, and may be deleted later; the others are never deleted." in said
    )
    assert said.endswith("What differs: lockstep idp plan aws\n")
    assert idp.done("takeover", "aws", "--link", "--as-made", "--json").one["taken"]["made"] == 2
    idp.done("app", "set", "aws", "provisioning=on")
    assert idp.done("plan", "aws", "--json").one["counts"] == {"user create": 2, "user update": 1, "group rename": 1}


def test_groups_that_are_not_sent_were_not_read(idp: Idp) -> None:
    occupied(idp).done("app", "set", "aws", "groups=off")
    assert (
        "Groups were not read, because they are not sent: lockstep idp app set aws groups=on" in idp.done("takeover", "aws").out
    )


def test_options_that_go_together(idp: Idp) -> None:
    occupied(idp)
    for option in ("--as-made", "--other-external-ids"):
        assert "go with --link" in idp.usage("takeover", "aws", option)
    assert "no app is called other" in idp.problem("takeover", "other")
    assert idp.target.log == []
