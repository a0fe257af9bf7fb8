"""Ports, before anything is begun."""

import socket

import pytest

from lockstep.cli.demo.ports import HOST, ensure_free
from lockstep.kit.problems import Problem


def test_a_port_that_is_taken_says_how_to_choose_another() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=rf"port {port} is taken by another program; choose another: --idp-port N"):
            ensure_free(port, "--idp-port")


def test_a_free_port_can_be_had_afterwards() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    ensure_free(port, "--idp-port")
    socket.create_server((HOST, port)).close()


def test_zero_is_any_port() -> None:
    ensure_free(0, "--idp-port")
