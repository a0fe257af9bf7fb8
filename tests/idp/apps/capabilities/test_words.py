"""Capabilities as people read them."""

from dataclasses import replace

from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.capabilities.words import as_json, learnt, lines
from lockstep.idp.apps.connectors import CONNECTORS

AWS = CONNECTORS["aws-iam-identity-center"]


def test_a_connector_in_words() -> None:
    assert lines(AWS) == [
        ("Changes", "PATCH"),
        ("Bulk", "not used"),
        ("Members in one request", "at most 100; the first ones together with the group"),
        ("Members are read", "through filters (groups.value, members.value)"),
        ("Lists", "100 in a page, by cursor"),
        ("People are found by", "externalId, then userName"),
    ]
    other = replace(AWS, writes="put", bulk_operations=1000, bulk_bytes=2048, create_takes_members=False)
    words = dict(lines(other))
    assert words["Changes"].startswith("PUT of the whole")
    assert words["Bulk"] == "up to 1,000 changes in a request of at most 2 KiB"
    assert words["Members in one request"].endswith("after the group is made")


def test_what_was_learnt_in_words() -> None:
    assert learnt(Found()) == []
    told = " ".join(learnt(Found(refused=frozenset({"patch", "create-members"}), members=100, bulk_operations=5)))
    for words in ("refused PATCH", "together with members", "more than 100 members", "more than 5 changes"):
        assert words in told


def test_a_connector_as_json() -> None:
    assert as_json(AWS)["writes"] == "patch"
    assert as_json(AWS)["matches"] == ["externalId", "userName"]
