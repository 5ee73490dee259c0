"""A port in use is told from a free one, with its holder."""

import os
import socket

from devstack.ports import free_port, holder_of, is_free


def test_a_listening_socket_takes_its_port_until_it_closes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert not is_free(port)
        assert (holder_of(port) or "").startswith(f"process {os.getpid()} (")
    assert is_free(port)
    assert holder_of(port) is None


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0
