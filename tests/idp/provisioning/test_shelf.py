"""Documents put aside."""

import pytest

from lockstep.idp.provisioning.shelf import open_shelf


@pytest.mark.parametrize("in_memory", [10, 10_000])
def test_what_was_put_is_there_by_its_number_in_memory_and_on_disk(in_memory: int) -> None:
    values = [{"name": "Zoë", "emails": [{"value": "a"}]}, {}, {"n": 1}]
    with open_shelf(in_memory) as shelf:
        assert [shelf.put(value) for value in values] == [0, 1, 2]
        assert [shelf.get(number) for number in (2, 0, 1)] == [values[2], values[0], values[1]]
