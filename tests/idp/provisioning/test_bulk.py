"""Many requests in one, as RFC 7644 section 3.7 says, held against scim2-models."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import BulkRequest, EnterpriseUser, User

from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.provisioning.bulk import answers, body, claimed_at_once, packed
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.records import Change, Kind
from lockstep.idp.provisioning.sending import Request
from lockstep.scim.messages import BULK

SCIM2 = CONNECTORS["scim2"]


def request(position: int, method: str = "POST", path: str = "/Users", data: Any = None) -> Request:
    change = Change(kind=Kind.CREATE, object="user", key=f"E{position}", name="n", stage=0)
    return Request(Placed(position, change), method, path, data)


ANN = request(3, data={"userName": "ann"})
AWAY = request(5, "DELETE", "/Users/u1")


def bulk(operations: int, bytes_: int = 1_000_000) -> Any:
    return replace(SCIM2, bulk_operations=operations, bulk_bytes=bytes_)


def test_a_bulk_request() -> None:
    assert body([ANN, AWAY]) == {
        "schemas": [BULK],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "change-3", "data": {"userName": "ann"}},
            {"method": "DELETE", "path": "/Users/u1", "bulkId": "change-5"},
        ],
    }


def test_an_independent_implementation_reads_it() -> None:
    read = BulkRequest[User[EnterpriseUser]].model_validate(body([ANN, AWAY]))
    assert read.operations is not None
    assert [(one.method, one.path, one.bulk_id) for one in read.operations] == [
        ("POST", "/Users", "change-3"),
        ("DELETE", "/Users/u1", "change-5"),
    ]
    assert read.fail_on_errors is None


@given(st.lists(st.integers(0, 400), max_size=30), st.integers(2, 9), st.integers(150, 1500))
def test_what_is_packed_keeps_to_both_limits_and_leaves_nothing_out(sizes: list[int], operations: int, bytes_: int) -> None:
    requests = [request(number, data={"userName": "x" * size}) for number, size in enumerate(sizes)]
    parts = list(packed(requests, bulk(operations, bytes_)))
    assert sorted((one for part in parts for one in part), key=lambda one: one.placed.position) == requests
    for part in parts:
        assert len(part) <= operations
        assert len(part) == 1 or len(msgspec.json.encode(body(part))) <= bytes_


def test_as_few_as_can_be() -> None:
    requests = [request(number, data={}) for number in range(25)]
    assert [len(part) for part in packed(requests, bulk(10))] == [10, 10, 5]
    assert [len(part) for part in packed(requests, SCIM2)] == [1] * 25


def test_what_is_replaced_as_a_whole_goes_alone() -> None:
    put = request(4, "PUT", "/Users/u1", {})
    assert [len(part) for part in packed([ANN, put, AWAY], bulk(10))] == [1, 2]


@pytest.mark.parametrize(("operations", "at_once"), [(0, 100), (2, 100), (30, 90), (100, 100), (150, 150), (1000, 1000)])
def test_a_batch_fills_bulk_requests(operations: int, at_once: int) -> None:
    assert claimed_at_once(bulk(operations), 100) == at_once


def answered(*operations: Any) -> dict[int, tuple[int, Any]]:
    found = answers({"Operations": list(operations)}, [ANN, AWAY])
    return {position: (one.status, one.body) for position, one in found.items()}


def test_an_answer_by_bulk_id() -> None:
    away = {"method": "DELETE", "bulkId": "change-5", "status": "204"}
    made = {
        "method": "POST",
        "bulkId": "change-3",
        "status": "201",
        "location": "https://x.example/v2/Users/92b7",
        "version": "1",
    }
    assert answered(away, made) == {3: (201, {"id": "92b7"}), 5: (204, None)}


def test_an_answer_in_order_without_bulk_ids() -> None:
    refused = {"method": "POST", "status": "409", "response": {"detail": "taken", "status": "409"}}
    assert answered(refused, {"method": "DELETE", "status": 204}) == {3: (409, refused["response"]), 5: (204, None)}


def test_an_answer_whose_bulk_id_is_given_for_posts_only() -> None:
    made = {"method": "POST", "bulkId": "change-3", "status": "201", "response": {"id": "7", "userName": "ann"}}
    assert answered(made, {"method": "DELETE", "status": "404"}) == {3: (201, made["response"]), 5: (404, None)}


def test_an_older_way_to_write_the_status() -> None:
    assert answered({"bulkId": "change-5", "status": {"code": "204"}, "method": "DELETE"}) == {5: (204, None)}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"Operations": None},
        {"Operations": ["x", 3]},
        {"Operations": [{"method": "POST", "status": "201"}]},
        {"Operations": [{"bulkId": "change-3", "status": "many", "method": "POST"}]},
        {"Operations": [{"bulkId": "change-3", "status": "201", "method": "DELETE"}]},
        {"Operations": [{"bulkId": "other-1", "status": "201"}, {"bulkId": "other-2", "status": "204"}]},
    ],
)
def test_what_is_not_answered_is_not_guessed(document: Any) -> None:
    assert answers(document, [ANN, AWAY]) == {}
