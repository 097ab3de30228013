"""Where servers listen, and how they are reached."""

from __future__ import annotations

import socket

import pytest
from pydantic import SecretStr

from workbench.errors import WorkbenchError
from workbench.serving.address import is_loopback, listening_socket, settled_port, tunnel_command, url_of
from workbench.serving.keys import is_same, key_in, new_key


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False),
     ("", False), ("10.0.0.1", False), ("localhost.example.com", False), ("127.0.0.1.example.com", False)],
)  # fmt: skip
def test_only_this_machine_reaches_its_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_taken_port_is_told_with_a_free_one() -> None:
    with listening_socket("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
        with pytest.raises(WorkbenchError, match=f"Port {port} is taken") as caught:
            settled_port("127.0.0.1", port)
    assert caught.value.fix is not None
    free = int(caught.value.fix.rpartition(" ")[2])
    assert settled_port("127.0.0.1", free) == free
    assert settled_port("127.0.0.1", port) == port


@pytest.mark.parametrize(
    ("host", "port", "what"),
    [("192.0.2.1", 8000, "no address of this machine"), ("no such host", 8000, "no address of this machine"),
     ("127.0.0.1", 70000, "no port 70000")],
)  # fmt: skip
def test_where_nobody_can_listen_is_told(host: str, port: int, what: str) -> None:
    with pytest.raises(WorkbenchError, match=what):
        settled_port(host, port)


def test_addresses_are_those_that_others_type() -> None:
    assert url_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert url_of("::1", 8000) == "http://[::1]:8000"
    assert url_of("0.0.0.0", 8000) == f"http://{socket.gethostname()}:8000"
    command = tunnel_command(8080, environment={"SSH_CONNECTION": "10.0.0.9 5000 10.0.0.1 22"})
    assert command.startswith("ssh -N -L 8080:127.0.0.1:8080 ")
    assert command.endswith("@10.0.0.1")
    assert " 8080:[::1]:8080 " in tunnel_command(8080, "::1", {})
    assert tunnel_command(8080, environment={}).endswith(f"@{socket.gethostname()}")


def test_keys_are_long_enough_to_be_asked_for() -> None:
    key = new_key()
    assert len(key.get_secret_value()) >= 32
    assert key != new_key()
    assert key_in("MINE", {"MINE": "12345678"}) == SecretStr("12345678")
    for value, what in (
        ("", "not set"),
        ("1234567", "at least 8"),
        ("with a space", "at least 8"),
        ("sch\u00f6nes1", "at least 8"),
    ):
        with pytest.raises(WorkbenchError, match=what) as caught:
            key_in("MINE", {"MINE": value})
        assert caught.value.where == "MINE"


def test_only_the_key_is_the_key() -> None:
    key = SecretStr("12345678")
    assert is_same("12345678", key)
    for other in ("", "1234567", "123456789", "\u00e9", "\ud800"):
        assert not is_same(other, key)
