"""Servers on the loopback in the shape of the vendors' endpoints, scripted step by step."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Step:
    """What the server does with one request: an answer, or a fault.

    tool, arguments: a call (arguments may be text, to be sent as it is where the wire allows it); text: prose.
    stop: the end of the answer: tool, end, length, filtered, refused. status: an HTTP error instead.
    wait: seconds before it answers. raw: the body as it is, whatever it is.
    """

    tool: str = ""
    arguments: dict[str, Any] | str = field(default_factory=dict)
    text: str = ""
    stop: str = ""
    status: int = 200
    wait: float = 0.0
    raw: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> str:
        """How the answer ends."""
        return self.stop or ("tool" if self.tool else "end")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Script = Sequence[Step] | Callable[[dict[str, Any]], Step]


class FakeServer:
    """Serves a script: one step per request, or a function from the request's body to a step."""

    def __init__(self, script: Script) -> None:
        self.seen: list[Seen] = []
        self._script = script if callable(script) else list(script)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, body: dict[str, Any], step: Step) -> dict[str, Any]:
        """Put a step into the vendor's words."""
        raise NotImplementedError

    def fault(self, step: Step) -> tuple[dict[str, Any], dict[str, str]]:
        """Put an error into the vendor's words: body and headers."""
        raise NotImplementedError

    def respond(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        """Take a request in and give status, headers and body."""
        with self._lock:
            self.seen.append(seen)
            if callable(self._script):
                step = self._script(seen.body)
            else:
                step = self._script.pop(0) if self._script else Step(status=500, text="the script is over")
        if step.wait:
            time.sleep(step.wait)
        if step.raw:
            return step.status, step.headers, step.raw.encode()
        if step.status != 200:
            body, headers = self.fault(step)
            return step.status, {**headers, **step.headers}, json.dumps(body).encode()
        return 200, step.headers, json.dumps(self.answer(seen.body, step)).encode()


def tokens(value: Any) -> int:
    """Count as a server might: four characters to the token."""
    return len(json.dumps(value)) // 4


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = server.respond(Seen(self.path, headers, json.loads(data or b"{}")))
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                for name, value in more.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client did not wait

    return Handler
