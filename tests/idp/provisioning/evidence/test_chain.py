"""Whether records are whole."""

from dataclasses import replace

from lockstep.idp.provisioning.evidence.chain import Signed, problems
from lockstep.idp.provisioning.evidence.signing import digest, new_key, sign

PRIVATE, PUBLIC = new_key()


def chain(count: int, private: str = PRIVATE, public: str = PUBLIC) -> list[Signed]:
    made: list[Signed] = []
    for number in range(1, count + 1):
        record = {"number": number, "equal": True, "previous": digest(made[-1].record) if made else ""}
        made.append(Signed(record, sign(private, record), public))
    return made


def test_whole_chains_and_their_ends_are_well() -> None:
    made = chain(4)
    assert problems(made) == problems(made[2:]) == problems(made[:1], PUBLIC) == problems([]) == []


def test_a_changed_record_is_seen() -> None:
    made = chain(3)
    made[1] = replace(made[1], record={**made[1].record, "equal": False})
    found = problems(made)
    assert found == [
        "record 2 was changed, or its signature is not of this key",
        "record 3 does not name the record before it: that one was replaced",
    ]


def test_a_record_taken_out_is_seen() -> None:
    made = chain(4)
    assert problems([made[0], *made[2:]]) == ["record 3 follows record 1: what was between them is missing"]


def test_a_record_of_another_key_is_seen_only_by_whoever_knows_the_key() -> None:
    other = chain(2, *new_key())
    assert problems(other) == []
    found = problems(other, PUBLIC)
    assert len(found) == 2
    assert all("signed with another key" in one for one in found)


def test_a_record_signed_anew_with_the_key_does_not_fit_what_follows() -> None:
    made = chain(3)
    record = {**made[1].record, "equal": False}
    made[1] = Signed(record, sign(PRIVATE, record), PUBLIC)
    assert problems(made, PUBLIC) == ["record 3 does not name the record before it: that one was replaced"]
