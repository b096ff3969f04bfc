import socket

import pytest

from botyard.testing.language_model.no_network import LeftLoopbackError


def test_a_connection_beyond_the_loopback_is_an_error():
    with socket.socket() as s, pytest.raises(LeftLoopbackError, match=r"192\.0\.2\.1"):
        s.connect(("192.0.2.1", 443))


def test_a_name_is_not_looked_up():
    with pytest.raises(LeftLoopbackError, match=r"api\.anthropic\.com"):
        socket.create_connection(("api.anthropic.com", 443), timeout=1)


def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as s:
        assert s.getpeername() == server.getsockname()
