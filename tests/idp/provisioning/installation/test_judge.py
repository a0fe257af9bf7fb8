"""What is a restart, and what a restored backup, a copy, a move."""

from dataclasses import replace

import pytest

from lockstep.idp.provisioning.installation.judge import AWAY_MS, judge
from lockstep.idp.provisioning.installation.records import Installation, Place, Written

NOW = 1_800_000_000_000
HERE = Place("/data/idp.db", "2049", "17", "m1")
KNOWN = Installation("one", HERE, mark=7, alive_at=NOW - 60_000, since=1)
WITNESS = Written("/data/witness", "one", 7)


def said(found: Place = HERE, *witnesses: Written, known: Installation = KNOWN, now: int = NOW) -> tuple[bool, str] | None:
    finding = judge(known, found, witnesses or (WITNESS,), now)
    return None if finding is None else (finding.sure, finding.reason)


@pytest.mark.parametrize(
    ("found", "witness"),
    [
        (HERE, WITNESS),
        (HERE, replace(WITNESS, mark=6)),  # killed before it was written, or another worker's own
        (replace(HERE, machine=""), WITNESS),  # a container, which has no id of its own
        (replace(HERE, volume="66"), WITNESS),  # the same volume, mounted again
        (replace(HERE, where="/data2/idp.db"), WITNESS),  # the folder was renamed
    ],
)
def test_what_is_an_ordinary_start(found: Place, witness: Written) -> None:
    assert said(found, witness) is None


@pytest.mark.parametrize(
    ("found", "witness", "words"),
    [
        (HERE, replace(WITNESS, mark=8), "the database is older than /data/witness says"),
        (HERE, replace(WITNESS, id="two"), "speaks of another installation"),
        (replace(HERE, file="18"), WITNESS, "the file of the database is another one"),
        (replace(HERE, where="/copy/idp.db", file="18"), WITNESS, "it was in /data/idp.db, and is in /copy/idp.db"),
        (replace(HERE, where="/copy/idp.db", volume="66"), WITNESS, "copied, or moved"),
        (replace(HERE, where="/copy/idp.db", file="18"), Written("/copy/witness"), "copied, or moved"),
    ],
)
def test_what_stops_everything_at_once(found: Place, witness: Written, words: str) -> None:
    finding = said(found, witness)
    assert finding is not None
    assert finding[0]
    assert words in finding[1]


@pytest.mark.parametrize(
    ("found", "witness", "now", "words"),
    [
        (replace(HERE, machine="m2"), WITNESS, NOW, "another machine"),
        (HERE, Written("/data/witness"), NOW, "is missing"),
        (HERE, WITNESS, NOW + AWAY_MS, "nothing was at work here"),
    ],
)
def test_what_the_target_is_asked_about(found: Place, witness: Written, now: int, words: str) -> None:
    finding = said(found, witness, now=now)
    assert finding is not None
    assert not finding[0]
    assert words in finding[1]


def test_a_server_that_has_gone_back_is_asked_about() -> None:
    place = Place("idp (5) of server 9", line="1")
    known = replace(KNOWN, place=place)
    assert said(place, known=known) is None
    finding = said(replace(place, line="2"), known=known)
    assert finding == (False, "the database server has gone back to an earlier point, or to a replica")
    assert said(replace(place, where="idp (6) of server 9"), known=known) == (
        True,
        "it was in idp (5) of server 9, and is in idp (6) of server 9: copied, or moved",
    )


def test_a_second_witness_counts_as_well() -> None:
    finding = said(HERE, WITNESS, Written("/elsewhere/witness", "one", 9))
    assert finding is not None
    assert "/elsewhere/witness" in finding[1]


def test_where_files_change_their_numbers_these_are_not_looked_at() -> None:
    known = replace(KNOWN, files=False)
    assert said(replace(HERE, file="18"), known=known) is None
    moved = said(replace(HERE, where="/data2/idp.db"), known=known)
    assert moved is not None
    assert moved[0]


def test_one_that_has_sent_nothing_misses_no_witness() -> None:
    assert said(HERE, Written("/data/witness"), known=replace(KNOWN, mark=0)) is None
