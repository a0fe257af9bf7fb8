"""The steps of the second wire; the way over HTTP itself is in the tests of the whole demo."""

import msgspec
import pytest

from lockstep.cli.demo import sign_in
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.records import Change, Session
from lockstep.cli.demo.walk import Walk
from tests.cli.demo.scripted import Scripted

ANN, BEN = "ann@example.com", "ben@example.com"


@pytest.fixture
def ready(walk: Walk) -> Walk:
    walk.listed = [{"user_name": ANN}, {"user_name": BEN}]
    walk.result.change = Change(BEN, "department", "A", "B", 0.1)
    walk.result.session = Session(BEN, {"CostCenter": "CC-1"})
    return walk


def session(name: str, second: int, cost_center: str) -> dict[str, object]:
    return {
        "user_name": name,
        "started_at": f"2026-01-01T00:00:{second:02}Z",
        "expires_at": "2026-01-01T08:00:00Z",
        "tags": {"CostCenter": cost_center},
        "tag_sources": {"CostCenter": {"kind": "assertion", "source": "x"}},
    }


def sessions(scripted: Scripted, *found: dict[str, object]) -> None:
    scripted.answer("center", "sessions", text="\n".join(msgspec.json.encode(one).decode() for one in found))


def test_metadata_goes_both_ways(ready: Walk, scripted: Scripted) -> None:
    scripted.answer("center", "metadata", text="<sp/>")
    scripted.answer("idp", "metadata", text="<idp/>")
    scripted.answer("idp", "app", "saml", json={"acs_urls": ["http://c/acs"]})
    scripted.answer("center", "idp", "trust", json={"entity_id": "http://i/1"})
    told = sign_in.exchange_metadata(ready)
    assert (ready.home.folder / "center-metadata.xml").read_text() == "<sp/>"
    assert (ready.home.folder / "idp-metadata.xml").read_text() == "<idp/>"
    assert ["http://c/acs" in str(told[0]), "http://i/1" in str(told[1])] == [True, True]


def test_the_person_whose_department_was_changed_gets_a_password(ready: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "app", "check-saml", json={"people": 2, "problems": [{"user_name": ANN}]})
    assert "1 person" in str(sign_in.password(ready)[0])
    file = sign_in.password_file(ready)
    assert ("idp", "password", BEN, "--password-file", str(file)) == scripted.asked[0][:5]
    assert (len(file.read_text()) >= 16, file.stat().st_mode & 0o777) == (True, 0o600)


def test_a_person_who_could_not_sign_in_ends_it_with_the_reason(ready: Walk, scripted: Scripted) -> None:
    problem = {"user_name": BEN, "problem": "ben is no e-mail address.", "fix": "Give him one."}
    scripted.answer("idp", "app", "check-saml", json={"people": 2, "problems": [problem]})
    with pytest.raises(StepFailed, match=r"ben@example\.com: ben is no e-mail address\. Give him one\."):
        sign_in.password(ready)


def test_the_tag_follows_the_change(ready: Walk, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_sign_in", lambda _walk: None)
    sessions(scripted, session(BEN, 1, "CC-1"), session(BEN, 3, "CC-4200"), session(ANN, 9, "CC-9"))
    told = sign_in.change_and_sign_in_again(ready)
    assert scripted.asked[0][:5] == ("idp", "user", "change", BEN, "cost_center=CC-4200")
    assert ready.result.session == Session(BEN, {"CostCenter": "CC-4200"})
    assert "CC-1" in str(told[0])


def test_of_two_sign_ins_in_one_second_the_later_one_counts(
    ready: Walk, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_sign_in", lambda _walk: None)
    sessions(scripted, session(BEN, 1, "CC-1"), session(BEN, 1, "CC-4200"))
    sign_in.change_and_sign_in_again(ready)
    assert ready.result.session == Session(BEN, {"CostCenter": "CC-4200"})


def test_a_tag_that_stays_as_it_was_ends_it(ready: Walk, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_sign_in", lambda _walk: None)
    sessions(scripted, session(BEN, 1, "CC-1"))
    with pytest.raises(StepFailed, match="the session's CostCenter should be CC-4200"):
        sign_in.change_and_sign_in_again(ready)


def test_without_a_session_nobody_is_signed_in(ready: Walk, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_sign_in", lambda _walk: None)
    sessions(scripted, session(ANN, 1, "CC-1"))
    with pytest.raises(StepFailed, match=r"the centre has no session of ben@example\.com"):
        sign_in.sign_in(ready)
