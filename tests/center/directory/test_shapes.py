"""Users as they are sent, read into the form in which they are kept."""

from typing import Any

import pytest

from lockstep.center.directory.problems import CATCH_ALL, Code, Refusal
from lockstep.center.directory.shapes import SUPPORTED, checked_user, truth
from lockstep.center.instances.profiles import PROFILES, Profile
from lockstep.scim.messages import ENTERPRISE, GROUP, USER

AWS, RFC = PROFILES["aws"], PROFILES["rfc"]
Json = dict[str, Any]


def sent(**changes: Any) -> Json:
    """The least that AWS takes, with changes."""
    return {"userName": "ada", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "displayName": "Ada L.", **changes}


def user_of(profile: Profile = AWS, /, **changes: Any) -> Json:
    return checked_user(sent(**changes), profile)


def refused(body: Any, profile: Profile = AWS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        checked_user(body, profile)
    assert caught.value.code is Code.VALIDATION
    return caught.value


# Users: what is kept


def test_the_least_user_is_kept_as_it_is() -> None:
    assert user_of() == sent()


def test_a_full_user_is_kept_in_one_order_whatever_order_it_came_in() -> None:
    full = {
        "externalId": "e-1",
        **sent(),
        "name": {
            "formatted": "Dr. Ada Lovelace",
            "familyName": "Lovelace",
            "givenName": "Ada",
            "middleName": "King",
            "honorificPrefix": "Dr.",
            "honorificSuffix": "FRS",
        },
        "nickName": "A",
        "profileUrl": "https://a.example",
        "title": "Countess",
        "userType": "person",
        "preferredLanguage": "en",
        "locale": "en-GB",
        "timezone": "Europe/London",
        "active": False,
        "emails": [{"value": "ada@x.example", "type": "work", "primary": True}],
        "addresses": [{"formatted": "1 St", "streetAddress": "1", "locality": "L", "postalCode": "W1", "primary": False}],
        "phoneNumbers": [{"value": "+44 1", "type": "work"}],
        "roles": [{"value": "analyst"}],
        ENTERPRISE: {"employeeNumber": "7", "department": "D", "manager": {"value": "m-1"}},
    }
    backwards = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in reversed(full.items())
    }
    kept = checked_user(backwards, AWS)
    assert kept == full
    assert list(kept) == list(full)
    assert list(kept["name"]) == list(full["name"])


def test_names_of_attributes_count_without_case_and_are_kept_in_their_own_spelling() -> None:
    body = {
        "USERNAME": "ada",
        "Name": {"GIVENNAME": "Ada", "familyname": "Lovelace"},
        "displayname": "Ada L.",
        "EMAILS": [{"VALUE": "ada@x.example", "Primary": True}],
        ENTERPRISE.upper(): {"EMPLOYEENUMBER": "7", "Manager": {"VALUE": "m-1"}},
    }
    assert checked_user(body, AWS) == {
        **sent(),
        "emails": [{"value": "ada@x.example", "primary": True}],
        ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m-1"}},
    }


@pytest.mark.parametrize("changes", [{"title": None}, {"emails": []}, {"emails": None}, {"emails": [{}]}, {ENTERPRISE: {}}])
def test_what_is_empty_is_not_kept(changes: Json) -> None:
    assert checked_user(sent(**changes), AWS) == sent()


@pytest.mark.parametrize("name", ["schemas", "id", "meta", "ID", "Meta"])
def test_what_the_service_says_itself_is_not_taken_from_a_client(name: str) -> None:
    assert checked_user(sent(**{name: [USER]}), AWS) == sent()


def test_the_body_that_was_sent_is_not_changed() -> None:
    body = sent(emails=[{"value": "ada@x.example"}], title=None)
    checked_user(body, AWS, mark_primary=True)
    assert body == sent(emails=[{"value": "ada@x.example"}], title=None)


# Users: what is refused


def test_everything_that_is_missing_is_named_at_once() -> None:
    said = str(refused({}))
    assert said.startswith("4 validation errors detected: ")
    for path in ("userName", "displayName", "name.givenName", "name.familyName"):
        assert f"Value at '{path}' failed to satisfy constraint: Member must not be null" in said


@pytest.mark.parametrize("body", [None, [], "ada", 1, True])
def test_a_user_is_an_object(body: Any) -> None:
    refusal = refused(body)
    assert (refusal.detail, refusal.cause) == (CATCH_ALL, "the user is not a JSON object")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"userName": 7}, "userName is not a string"),
        ({"title": ["a"]}, "title is not a string"),
        ({"externalId": False}, "externalId is not a string"),
        ({"name": "Ada"}, "name is not a JSON object"),
        ({"name": {"givenName": 1, "familyName": "b"}}, "name.givenName is not a string"),
        ({"emails": {"value": "a"}}, "emails is not a list"),
        ({"emails": ["ada@x.example"]}, "emails is not a JSON object"),
        ({"active": 1}, "active is neither true nor false"),
        ({"active": "yes"}, "active is neither true nor false"),
        ({ENTERPRISE: []}, f"{ENTERPRISE} is not a JSON object"),
        ({ENTERPRISE: {"manager": []}}, f"{ENTERPRISE}.manager is not a JSON object"),
        ({ENTERPRISE: {"manager": {"value": 1}}}, f"{ENTERPRISE}.manager.value is not a string"),
    ],
)
def test_values_of_another_type(changes: Json, cause: str) -> None:
    refusal = refused(sent(**changes))
    assert (refusal.detail, refusal.cause) == (CATCH_ALL, cause)


@pytest.mark.parametrize(("name", "longest"), [("userName", 128), ("externalId", 256), ("displayName", 1024), ("title", 1024)])
def test_lengths(name: str, longest: int) -> None:
    assert user_of(**{name: "x" * longest})[name] == "x" * longest
    assert f"'{name}'" in str(refused(sent(**{name: "x" * (longest + 1)})))
    assert f"'{name}'" in str(refused(sent(**{name: ""})))


@pytest.mark.parametrize("name", ["Administrator", "administrator", "AWSAdministrators"])
def test_names_that_aws_keeps_for_itself(name: str) -> None:
    assert "reserved" in str(refused(sent(userName=name)))
    assert user_of(displayName=name)["displayName"] == name


@pytest.mark.parametrize("name", ["emails", "addresses", "phoneNumbers", "roles"])
def test_lists_hold_one_element(name: str) -> None:
    elements = [{"value": "a", "primary": True}, {"value": "b", "primary": True}]
    if name == "addresses":
        elements = [{"locality": "a"}, {"locality": "b"}]
    assert str(refused(sent(**{name: elements}))) == f"List attribute {name} exceeds allowed limit of 1"
    assert user_of(Profile(single_valued=False), **{name: elements})[name] == elements
    assert user_of(**{name: elements[:1]})[name] == elements[:1]


@pytest.mark.parametrize("name", ["emails", "phoneNumbers", "roles"])
def test_elements_have_values(name: str) -> None:
    assert f"'{name}.value'" in str(refused(sent(**{name: [{"type": "work", "primary": True}]})))


def test_an_address_needs_no_value() -> None:
    assert user_of(addresses=[{"type": "work"}])["addresses"] == [{"type": "work"}]


# E-mails


@pytest.mark.parametrize("email", [{}, {"primary": False}, {"primary": "false"}])
def test_an_email_has_to_be_the_primary_one(email: Json) -> None:
    email = {"value": "ada@x.example", **email}
    assert "primary" in refused(sent(emails=[email])).cause
    assert user_of(Profile(require_primary_email=False), emails=[email])["emails"][0]["value"] == "ada@x.example"


def test_a_patch_marks_an_email_that_says_nothing() -> None:
    unmarked = checked_user(sent(emails=[{"value": "ada@x.example"}]), AWS, mark_primary=True)
    assert unmarked["emails"] == [{"value": "ada@x.example", "primary": True}]
    with pytest.raises(Refusal, match="primary"):
        checked_user(sent(emails=[{"value": "ada@x.example", "primary": False}]), AWS, mark_primary=True)


# The manager


@pytest.mark.parametrize(
    ("manager", "kept"),
    [
        ({"value": "m-1"}, {"value": "m-1"}),
        ("m-1", {"value": "m-1"}),
        ({"value": "m-1", "$ref": "../Users/m-1", "displayName": "M"}, {"value": "m-1"}),
    ],
)
def test_a_manager_is_kept_as_an_id(manager: Any, kept: Json) -> None:
    assert user_of(**{ENTERPRISE: {"manager": manager}})[ENTERPRISE] == {"manager": kept}


@pytest.mark.parametrize("manager", [{}, {"value": None}, {"$ref": "../Users/m-1"}, None])
def test_a_manager_without_an_id_is_none(manager: Any) -> None:
    assert user_of(**{ENTERPRISE: {"manager": manager}}) == sent()
    assert user_of(**{ENTERPRISE: {"manager": manager, "department": "D"}})[ENTERPRISE] == {"department": "D"}


# What no schema has, and what AWS does not support


@pytest.mark.parametrize("name", ["password", "photos", "entitlements", "x509certificates", "ims", "groups", "favouriteColour"])
def test_attributes_that_are_not_supported(name: str) -> None:
    assert refused(sent(**{name: "x"})).cause == f"attribute {name} is not supported"
    assert user_of(RFC, **{name: "x"}) == sent()
    nothing: tuple[Any, ...] = (None, [], {}, "")
    assert [user_of(**{name: empty}) for empty in nothing] == [sent()] * 4


def test_each_kind_has_its_own_setting() -> None:
    unsupported_only, unknown_only = Profile(unknown_attributes="drop"), Profile(unsupported_attributes="drop")
    assert "photos" in refused(sent(photos="x"), unsupported_only).cause
    assert "favouriteColour" in refused(sent(favouriteColour="x"), unknown_only).cause
    assert user_of(unsupported_only, favouriteColour="x") == user_of(unknown_only, photos="x") == sent()


def test_parts_that_are_not_supported_are_left_out() -> None:
    email = {"value": "ada@x.example", "primary": True}
    assert user_of(emails=[{**email, "display": "Ada"}])["emails"] == [email]
    strict = Profile(unsupported_sub_attributes="reject")
    assert refused(sent(emails=[{**email, "display": "Ada"}]), strict).cause == "attribute emails.display is not supported"
    assert user_of(strict, **{ENTERPRISE: {"manager": {"value": "m", "$ref": "r"}}})[ENTERPRISE] == {"manager": {"value": "m"}}


@pytest.mark.parametrize("schemas", [[], [GROUP], USER, [None], {}])
def test_schemas_that_are_said_have_to_be_right(schemas: Any) -> None:
    assert refused(sent(schemas=schemas)).cause == f"schemas does not hold {USER}"
    assert checked_user(sent(schemas=[ENTERPRISE, USER.upper()]), AWS) == sent()


def test_schemas_may_have_to_be_said() -> None:
    assert "schemas" in refused(sent(), Profile(require_schemas=True)).cause
    assert user_of(Profile(require_schemas=True), schemas=[USER]) == sent()


@pytest.mark.parametrize(("value", "said"), [(True, True), (False, False), ("true", True), ("False", False), ("TRUE", True)])
def test_truth(value: Any, said: bool) -> None:
    assert truth(value, "active") is said


@pytest.mark.parametrize("value", [None, 0, 1, "", "1", "yes", " true", [], {}])
def test_no_truth(value: Any) -> None:
    with pytest.raises(Refusal, match="active is neither true nor false"):
        truth(value, "active")


def test_supported_names_what_is_read() -> None:
    """Discovery shows this table, so every name in it has to be taken."""
    for name in SUPPORTED[USER].keys() - {"name", "active", "emails", "addresses", "phoneNumbers", "roles"}:
        assert user_of(**{name: "x"})[name] == "x"
    for name in ("phoneNumbers", "roles", "addresses", "emails"):
        element = {part: True if part == "primary" else "x" for part in SUPPORTED[USER][name]}
        assert user_of(**{name: [element]})[name] == [element]
    assert user_of(name=dict.fromkeys(SUPPORTED[USER]["name"], "x"))["name"] == dict.fromkeys(SUPPORTED[USER]["name"], "x")
    enterprise = {name: {"value": "m"} if name == "manager" else "x" for name in SUPPORTED[ENTERPRISE]}
    assert user_of(**{ENTERPRISE: enterprise})[ENTERPRISE] == enterprise
    assert user_of(active=True)["active"] is True
