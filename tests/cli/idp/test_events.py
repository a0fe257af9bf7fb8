"""`lockstep idp events verify | head | seal | retention`."""

import sqlite3

import pytest

from lockstep.idp.eventlog import sealing
from lockstep.idp.storage import open_idp
from lockstep.kit.vault import open_vault
from tests.cli.idp.command import Idp


@pytest.fixture
def told(idp: Idp) -> Idp:
    """Some events."""
    idp.become("AB", {"Readers": "A"})
    return idp


def seal(idp: Idp) -> None:
    """What a server does."""
    database = open_idp(idp.data, None)
    sealing.seal(database, open_vault(idp.data / "key", may_create=True), 1)
    database.close()


def tamper(idp: Idp, statement: str) -> None:
    database = sqlite3.connect(idp.data / "idp.db")
    for name in ("events_are_never_changed", "events_are_kept"):
        database.execute(f"DROP TRIGGER {name}")
    database.execute(statement)
    database.commit()
    database.close()


def test_nothing_has_happened(idp: Idp) -> None:
    assert idp.done("events", "verify").out == "There are no events.\n"
    assert idp.done("events", "head").out == ""
    assert idp.done("events", "head", "--json").one["head"] == ""


def test_a_whole_chain(told: Idp) -> None:
    last = told.done("events", "--json").all[-1]["seq"]
    out = told.done("events", "verify").out
    assert f"{last} events, 1 to {last}: none was changed, taken out or put in." in out
    assert "Nothing is sealed yet" in out
    seal(told)
    head = told.done("events", "head").out.strip()
    assert told.done("events", "head", "--json").one == {
        "seq": last,
        "digest": head.partition(":")[2],
        "head": head,
        "sealed": last,
        "sealed_at": 1,
    }
    out = told.done("events", "verify", "--head", head).out
    assert f"The seal of this installation's key covers events up to {last}." in out
    assert "1 head kept elsewhere agrees." in out
    assert f"Head: {head}\n" in out
    shown = told.done("events", "verify", "--json").one
    assert (shown["whole"], shown["count"], shown["sealed"], shown["broken"]) == (True, last, last, None)


def test_a_chain_that_was_tampered_with(told: Idp) -> None:
    head = told.done("events", "head").out.strip()
    tamper(told, "UPDATE events SET actor = 'nobody' WHERE seq = 2")
    ended = told.run("events", "verify")
    assert ended.code == 1
    assert ended.out == "Broken at event 2 (changed): event 2 was changed.\n1 event before it is in order.\n"
    ended = told.run("events", "verify", "--json", "--head", head)
    assert ended.code == 1
    assert ended.one["broken"] == {"what": "changed", "seq": 2, "words": "event 2 was changed"}


def test_a_head_that_was_kept_elsewhere(told: Idp) -> None:
    head = told.done("events", "head").out.strip()
    number, _, digest = head.partition(":")
    ended = told.run("events", "verify", "--head", f"{int(number) + 5}:{digest}")
    assert ended.code == 1
    assert f"--head {int(number) + 5} knows of event {int(number) + 5}, and the last one there is {number}" in ended.out
    other = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    ended = told.run("events", "verify", "--head", f"{number}:{other}")
    assert ended.code == 1
    assert "(rewritten)" in ended.out
    assert "is no head of the events: write NUMBER:DIGEST" in told.problem("events", "verify", "--head", "12")


def test_signed_evidence_and_backups_name_the_head(told: Idp) -> None:
    told.make_app()
    told.done("sync", "aws")
    told.done("evidence", "make", "aws")
    record = told.done("evidence", "export", "aws").one["record"]
    assert record["events_head"].startswith(f"{record['as_of_event']}:")
    assert told.done("events", "verify", "--json").one["heads"] == 1
    manifest = told.done("backup", str(told.folder / "copy"), "--json").one
    assert manifest["events_head"] == told.done("events", "head").out.strip()
    tamper(told, "UPDATE event_head SET seq = seq")
    assert told.done("events", "verify", "--head", manifest["events_head"], "--json").one["heads"] == 2


def test_sealing_by_hand(told: Idp) -> None:
    last = told.done("events", "--json").all[-1]["seq"]
    assert told.done("events", "seal").out == f"Sealed up to event {last}.\n"
    assert told.done("events", "seal", "--json").one == {"sealed": last}
    (told.data / "key").write_text("ab" * 32 + "\n")  # another one, as if it had been lost
    said = told.problem("events", "seal")
    assert "nothing was sealed: the seal was not made with this key" in said
    assert "lockstep idp events seal --anew" in said
    assert told.run("events", "verify").code == 1
    assert told.done("events", "seal", "--anew").out == f"Sealed up to event {last + 2}.\n"
    newest = told.done("events", "--json").all[-1]
    assert (newest["type"], newest["actor"]) == ("events.sealed_anew", "command line")
    assert told.done("events", "verify", "--json").one["sealed"] == last + 2
    tamper(told, "UPDATE events SET actor = 'nobody' WHERE seq = 2")
    assert told.problem("events", "seal", "--anew") == "nothing was sealed: event 2 was changed."


def test_there_is_nothing_to_seal(idp: Idp) -> None:
    assert idp.done("events", "seal").out == "There are no events to seal.\n"


def test_how_long_events_are_kept(told: Idp) -> None:
    assert told.done("events", "retention").out == "Events are kept for ever.\n"
    assert told.done("events", "retention", "--days", "90").out == "Events are kept for 90 days.\n"
    assert told.done("events", "retention", "--json").one == {
        "days": 90,
        "removed": 0,
        "first_kept": None,
        "removed_at": None,
        "waits_for": "",
        "waits_at": None,
    }
    last = told.done("events", "--json").all[-1]
    assert (last["type"], last["actor"]) == ("events.retention_changed", "command line")
    told.usage("events", "retention", "--days", "-1")


def test_events_are_shown_as_ever(told: Idp) -> None:
    assert [one["seq"] for one in told.done("events", "--json", "--since", "2").all][:1] == [3]
