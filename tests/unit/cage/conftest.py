import os
import socket
import threading

import pytest

CANARY = "canary-5f1d0c77"


class Listener:
    """Counts whoever knocks, on TCP and UDP."""

    def __init__(self):
        self.heard = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._receive, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.heard.append("connection")
            connection.close()

    def _receive(self):
        while True:
            try:
                self.datagrams.recv(99)
            except OSError:
                return
            self.heard.append("datagram")


@pytest.fixture(scope="session")
def listener():
    made = Listener()
    yield made
    made.server.close()
    made.datagrams.close()


@pytest.fixture
def world(tmp_path, monkeypatch, listener):
    """A secret in the environment and in a file, a place to write to, a port, and what shows a breach."""
    monkeypatch.setenv("CANARY", CANARY)
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    mark = tmp_path / "mark"
    listener.heard.clear()

    class World:
        def __init__(self):
            self.places = {"FILE": secret, "MARK": mark, "PORT": listener.port, "PID": os.getpid()}

        def breaches(self, said):
            found = ["the canary was read"] if CANARY in str(said) else []
            found += ["something was written"] if mark.exists() or mark.is_symlink() else []
            found += ["the secret was removed"] if not secret.exists() or secret.read_text() != CANARY else []
            found += ["somebody knocked"] if listener.heard else []
            return found

    return World()
