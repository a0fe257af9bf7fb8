"""Failures by cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning import exchange
from lockstep.idp.provisioning.failures import Failure, cause_of, status_in
from lockstep.scim.client import Answer

PATTERN = r"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def refused(status: int, detail: str, scim_type: str = "", name: str = "") -> Failure:
    """As it is remembered of a target's answer."""
    words = exchange.words_of(Answer(status, {"detail": detail}, "application/scim+json", "{}"))
    return Failure(words, status, scim_type, name)


@pytest.mark.parametrize(
    ("status", "detail", "scim_type", "number", "title"),
    [
        (409, "Duplicate UserName", "", "409-uniqueness-userName", "409 uniqueness: userName"),
        (409, "Duplicate GroupDisplayName", "", "409-uniqueness-displayName", "409 uniqueness: displayName"),
        (409, "Refused to create a new, duplicate resource.", "", "409-uniqueness", "409 uniqueness"),
        (400, "emails.value must be unique", "uniqueness", "400-uniqueness-emails", "400 uniqueness: emails"),
        (400, "'displayName' is too long (1,024)", "", "400-too-long-displayName", "400 too long: displayName"),
        (
            400,
            "1 validation errors detected: Value at 'displayName' failed to satisfy constraint: "
            "Member must have length less than or equal to 1024",
            "",
            "400-too-long-displayName",
            "400 too long: displayName",
        ),
        (
            400,
            "2 validation errors detected: Value at 'name.familyName' failed to satisfy constraint: Member must have length "
            f"greater than or equal to 1; Value at 'name.familyName' failed to satisfy constraint: {PATTERN}",
            "",
            "400-missing-familyName",
            "400 empty or missing: familyName",
        ),
        (
            400,
            f"1 validation errors detected: Value at 'nickName' failed to satisfy constraint: {PATTERN}",
            "",
            "400-characters-nickName",
            "400 characters that are not allowed: nickName",
        ),
        (
            400,
            f"1 validation errors detected: Value at '{URN}.manager.value' failed to satisfy constraint: {PATTERN}",
            "",
            "400-characters-manager",
            "400 characters that are not allowed: manager",
        ),
        (
            400,
            "List attribute emails exceeds allowed limit of 1",
            "",
            "400-too-many-values-emails",
            "400 too many values: emails",
        ),
        (400, "Attribute userName is read-only", "mutability", "400-read-only-userName", "400 may not be changed: userName"),
        (
            400,
            "Request is unparsable, syntactically incorrect, or violates schema.",
            "",
            "400-unparsable",
            "400 not understood",
        ),
        (400, "what is this", "invalidValue", "400-invalidValue", "400 invalidValue"),
        (404, "Member 90677c608a-7afcdc23-0bd4-4fb7 not found", "", "404-not-found-members", "404 not found: members"),
        (413, "no", "", "413", "413 too large"),
        (429, "Rate exceeded", "", "429", "429 too many requests"),
        (500, "User 4711 broke us", "", "500", "500 the target failed"),
        (503, "later", "", "503", "503 not available"),
    ],
)
def test_what_targets_answer(status: int, detail: str, scim_type: str, number: str, title: str) -> None:
    cause = cause_of(refused(status, detail, scim_type))
    assert (cause.id, cause.title) == (number, title)
    assert cause.advice.endswith(".")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("no answer from the target: the connection broke", "no-answer"),
        ("gone at the target", "gone"),
        ("the target holds a user who may be somebody else of this directory: A agrees in userName with B, who", "claimed"),
        ("members are gone at the target", "members-gone"),
        ("a user with this name exists at the target, and was not made by Lockstep: delete or rename it there", "exists"),
        ("the target's user of that name is linked already, to somebody else of this directory", "linked"),
        ("the target answered with the id of an object that is linked to somebody else", "another-id"),
        ("something else than SCIM answered (502, text/html): check the URL and proxies", "not-scim"),
        (
            "the target holds another object with the same userName, e-mail address or externalId, and does not show it (no)",
            "409-uniqueness",
        ),
        ("", ""),
    ],
)
def test_what_lockstep_finds_out_itself(words: str, number: str) -> None:
    assert cause_of(Failure(words)).id == number


def test_of_an_old_failure_the_words_are_enough() -> None:
    known = refused(400, "'title' is too long")
    assert status_in(known.error) == 400
    assert cause_of(Failure(known.error)) == cause_of(known)


@pytest.mark.parametrize(
    "details",
    [
        ("User 4711 has no licence", "User 4712 has no licence"),
        ("ann@example.com is not of this tenant", "ben@example.com is not of this tenant"),
        ("“Ann” must not come in", "“Ben” must not come in"),
        ("90677c608a-7afcdc23-0bd4-4fb7 is closed", "90677c608a-11112222-0bd4-4fb8 is closed"),
    ],
)
def test_what_differs_from_object_to_object_does_not_make_another_cause(details: tuple[str, str]) -> None:
    one, other = (cause_of(refused(400, detail)) for detail in details)
    assert one == other
    assert "…" in one.title


def test_the_name_of_the_object_is_left_out() -> None:
    assert cause_of(refused(400, "Team Blue is odd", name="Team Blue")) == cause_of(refused(400, "Red is odd", name="Red"))


def test_other_words_are_another_cause() -> None:
    assert cause_of(refused(400, "no licence")).id != cause_of(refused(400, "no space")).id
    assert cause_of(refused(400, "no licence")).id != cause_of(refused(422, "no licence")).id
    long = cause_of(refused(400, "so many words " * 50))
    assert len(long.title) < 100


@given(st.text(), st.integers(0, 599), st.text(), st.text())
def test_every_failure_has_a_cause(error: str, status: int, scim_type: str, name: str) -> None:
    found = cause_of(Failure(error, status, scim_type, name))
    assert found.title
    assert found.advice.endswith(".")
    assert found == cause_of(Failure(error, status, scim_type, name))
