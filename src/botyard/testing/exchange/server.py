"""The listening side: HTTP in, JSON out, one request at a time, with the faults of a network in between."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botyard.testing.exchange.faults import Faults, Trouble
from botyard.testing.exchange.refusals import ApiError


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    query: str  # of a POST: its body
    headers: dict[str, str]  # names in small letters

    @property
    def parameters(self) -> dict[str, str]:
        """The query, read."""
        return dict(parse_qsl(self.query))


Answer = Callable[[Request], Any]


class Server:
    """Serves `answer` on a port of its own until closed."""

    def __init__(self, answer: Answer, faults: Faults) -> None:
        self.requests: list[Request] = []
        self._answer = answer
        self._faults = faults
        self._lock = threading.RLock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def exclusively(self) -> threading.RLock:
        """Hold off requests while a test changes something."""
        return self._lock

    def serve(self, request: Request) -> "tuple[int, bytes, dict[str, str]] | None":
        """Answer one request: status, body, headers; or None where the line goes dead."""
        with self._lock:
            self.requests.append(request)
            trouble = self._faults.next_trouble(request.method, request.path)
            if trouble is not None and not trouble.is_processed:
                return _troubled(trouble)
            try:
                status, body = 200, self._answer(request)
            except ApiError as e:
                status, body = e.status, {"code": e.code, "msg": e.message}
            if trouble is not None:
                return _troubled(trouble)
            plain = body if isinstance(body, bytes) else json.dumps(body).encode()
            return status, plain, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _any(self) -> None:
                address = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode() if length else address.query
                request = Request(
                    self.command, address.path, body, {name.lower(): value for name, value in self.headers.items()}
                )
                answer = server.serve(request)
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, plain, headers = answer
                head = [f"HTTP/1.1 {status} -", "Content-Type: application/json", f"Content-Length: {len(plain)}"]
                head += [f"{name}: {value}" for name, value in headers.items()]
                # one write: a header in a packet of its own waits for its acknowledgement
                self.wfile.write("\r\n".join([*head, "", ""]).encode() + plain)

            do_GET = do_POST = do_DELETE = do_PUT = _any  # noqa: N815  (named by http.server)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def _troubled(trouble: Trouble) -> "tuple[int, bytes, dict[str, str]] | None":
    return (trouble.status, trouble.body.encode(), trouble.headers) if trouble.status else None
