"""Errors and lists as they go over the wire."""

from typing import Any

import pytest
from scim2_models import Error, ListResponse, User

from lockstep.scim.messages import ERROR, LIST, USER, ScimError, error_body, list_response, refuse


def test_an_error_has_its_status_as_text() -> None:
    assert error_body(ScimError(409, "Taken.", "uniqueness")) == {
        "schemas": [ERROR],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "Taken.",
    }


def test_an_error_without_keyword_has_none() -> None:
    body = error_body(ScimError(404, "Not here."))
    assert body == {"schemas": [ERROR], "status": "404", "detail": "Not here."}
    assert Error.model_validate(body).status == 404


def test_refuse_raises_a_400() -> None:
    with pytest.raises(ScimError, match="No such thing") as caught:
        refuse("noTarget", "No such thing.")
    assert repr(caught.value) == "ScimError(400, 'No such thing.', 'noTarget')"


def test_a_list_is_all_there_is_unless_said_otherwise() -> None:
    assert list_response([1, 2]) == {
        "schemas": [LIST],
        "totalResults": 2,
        "itemsPerPage": 2,
        "startIndex": 1,
        "Resources": [1, 2],
    }


def test_one_page_of_a_list() -> None:
    body = list_response(({"schemas": [USER], "userName": "x", "id": "1"},), total=7, start_index=3)
    assert (body["totalResults"], body["itemsPerPage"], body["startIndex"]) == (7, 1, 3)
    parsed = ListResponse[User[Any]].model_validate(body)
    assert parsed.resources is not None
    assert parsed.resources[0].user_name == "x"
    assert "startIndex" not in list_response([], start_index=None)
