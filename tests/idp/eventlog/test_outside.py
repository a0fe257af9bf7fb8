"""The second copy of the seal, beside the key."""

import stat
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp import events
from lockstep.idp.eventlog import outside, sealing, store
from lockstep.idp.eventlog.records import Breach, BrokenSealError, Head
from lockstep.idp.eventlog.verify import verify_and_keep
from lockstep.kit import log
from lockstep.kit.db import Connection, Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import by_hand, rewrite, write

VAULT = Vault(bytes(KEY_BYTES))
HEAD = Head(7, b"\x01" + bytes(32))


def test_where_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "key's"
    sqlite = SqliteDatabase(tmp_path / "idp.db")
    assert outside.file_of(sqlite, folder) == tmp_path / outside.NAME
    elsewhere = PostgresDatabase("postgresql://nowhere")
    assert outside.file_of(elsewhere, folder) == folder / outside.NAME
    assert outside.file_of(elsewhere, None) is None


def test_it_says_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "seal"
    assert outside.read(file, VAULT) is None
    assert outside.read(None, VAULT) is None
    outside.write(None, VAULT, HEAD)
    for head in (HEAD, Head(8, b"\x01" + bytes(32))):
        outside.write(file, VAULT, head)
        assert outside.read(file, VAULT) == head
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["seal"]


@pytest.mark.parametrize("text", [b"", b"nonsense", b64encode(b"\x01" * 40), b"\xff" * 20_000])
def test_a_damaged_one(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "seal"
    file.write_bytes(text)
    with pytest.raises(BrokenSealError):
        outside.read(file, VAULT)


def test_one_of_another_key_and_the_one_in_the_database_do_not_open(tmp_path: Path) -> None:
    file = tmp_path / "seal"
    outside.write(file, Vault(b"x" * KEY_BYTES), HEAD)
    with pytest.raises(BrokenSealError):
        outside.read(file, VAULT)
    file.write_bytes(b64encode(VAULT.seal(str(HEAD), "event_seal|sealed|1")))
    with pytest.raises(BrokenSealError):
        outside.read(file, VAULT)


def test_where_it_cannot_be_written_the_log_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(log, "warning", lambda _event, **values: said.append(values))
    outside.write(tmp_path / "none" / "seal", VAULT, HEAD)
    assert [one["why"] for one in said] == ["No such file or directory"]


def breach(db: Database, file: Path) -> Breach | None:
    found = verify_and_keep(db, VAULT, 1, file=file).broken
    return None if found is None else found.breach


def test_it_follows_the_seal(idp: Database, tmp_path: Path) -> None:
    file = tmp_path / "seal"
    for count in (3, 2):
        write(idp, count)
        assert sealing.seal(idp, VAULT, 1, file=file) is None
        with idp.read() as c:
            assert outside.read(file, VAULT) == store.head(c)
    file.unlink()
    sealing.seal(idp, VAULT, 2, file=file)
    assert outside.read(file, VAULT) is not None
    with idp.read() as c:
        seal = sealing.read(c, VAULT)
    assert seal is not None
    assert seal.at == 1
    assert breach(idp, file) is None


@pytest.mark.parametrize("sealed_here", [True, False])
def test_a_server_that_seals_meanwhile_is_no_breach(
    idp: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed_here: bool
) -> None:
    file, snapshot = tmp_path / "seal", idp.snapshot
    write(idp, 3)
    if sealed_here:
        sealing.seal(idp, VAULT, 1, file=file)
        write(idp, 1)

    @contextmanager
    def busy() -> Iterator[Connection]:
        with snapshot() as c:
            store.head(c)  # from here on this is what is seen
            monkeypatch.setattr(idp, "snapshot", snapshot)
            write(idp, 3)
            assert sealing.seal(idp, VAULT, 2, file=file) is None
            yield c

    monkeypatch.setattr(idp, "snapshot", busy)
    assert breach(idp, file) is None
    monkeypatch.setattr(idp, "snapshot", busy)
    write(idp, 1)
    assert sealing.seal(idp, VAULT, 3, file=file) is None
    assert breach(idp, file) is None


def test_one_that_lags_behind_another_servers_seal_catches_up(idp: Database, tmp_path: Path) -> None:
    write(idp, 3)
    sealing.seal(idp, VAULT, 1, file=tmp_path / "here")
    write(idp, 3)
    sealing.seal(idp, VAULT, 2, file=tmp_path / "there")
    assert breach(idp, tmp_path / "here") is None
    assert sealing.seal(idp, VAULT, 3, file=tmp_path / "here") is None
    assert outside.read(tmp_path / "here", VAULT) == outside.read(tmp_path / "there", VAULT)


def test_who_takes_the_seal_away_and_computes_all_anew_is_found_out(idp: Database, tmp_path: Path) -> None:
    file = tmp_path / "seal"
    write(idp, 6)
    sealing.seal(idp, VAULT, 1, file=file)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 2")
        rewrite(c)
        c.raw.execute("DELETE FROM event_seal")
    assert breach(idp, file) is Breach.REWRITTEN
    broken = sealing.seal(idp, VAULT, 2, file=file)
    assert broken is not None
    assert broken.words == "event 6 is not the one that the seal beside the key knows"
    with idp.read() as c:
        assert store.seal(c) is None


def test_an_older_state_that_was_put_back_is_seen_until_somebody_says_that_it_is_right(idp: Database, tmp_path: Path) -> None:
    file = tmp_path / "seal"
    write(idp, 4)
    sealing.seal(idp, VAULT, 1, file=file)
    with idp.read() as c:
        old_seal, old_head = store.seal(c), store.head(c)
    write(idp, 4)
    sealing.seal(idp, VAULT, 2, file=file)
    assert old_seal is not None
    assert old_head is not None
    with by_hand(idp) as c:
        c.raw.execute("DELETE FROM events WHERE seq > 4")
        rewrite(c)
        store.set_seal(c, *old_seal)
    assert breach(idp, file) is Breach.CUT_OFF
    broken = sealing.seal(idp, VAULT, 3, file=file)
    assert broken is not None
    assert broken.breach is Breach.CUT_OFF
    write(idp, 9, first=100)  # beyond the number that the file knows
    assert breach(idp, file) is Breach.REWRITTEN
    assert sealing.seal_anew(idp, VAULT, 4, actor="ada", file=file) is None
    assert breach(idp, file) is None
    with idp.read() as c:
        assert outside.read(file, VAULT) == Head(events.latest(c), store.digest_of(c, events.latest(c)) or b"")


def test_one_from_before_the_cut_says_nothing_any_more(idp: Database, tmp_path: Path) -> None:
    write(idp, 6)
    sealing.seal(idp, VAULT, 1, file=tmp_path / "old")
    write(idp, 6)
    sealing.seal(idp, VAULT, 1)
    with by_hand(idp) as c:
        c.raw.execute(
            "INSERT INTO event_cut (id, first_seq, digest, removed, at, actor)"
            " SELECT 1, 9, digest, 8, 1, 'server' FROM events WHERE seq = 8"
        )
    assert breach(idp, tmp_path / "old") is Breach.NO_CUT, "of which no event tells: that is all that is wrong"
    assert sealing.seal(idp, VAULT, 2, file=tmp_path / "old") is None
