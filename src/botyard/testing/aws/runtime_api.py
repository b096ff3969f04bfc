"""The Runtime API of Lambda on loopback: a function's unpacked zip runs in the client that AWS itself uses.

Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

import contextlib
import json
import math
import queue
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import Popen
from typing import IO, Any

from botyard.testing.aws.limits import start
from botyard.testing.aws.usage import Usage, cpu_ms, memory_mb

_MOST_LOG = 4096
_INIT_SECONDS = 10.0  # what AWS gives a function to import itself


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation came to."""

    body: str  # JSON
    failed: bool
    log: str  # what it printed, with AWS's line REPORT after it
    usage: Usage


@dataclass(slots=True)
class _Call:
    request_id: str
    event: str
    deadline: float
    done: threading.Event
    answer: tuple[bool, str] | None = None
    log_starts: int = 0
    began: tuple[float, float] | None = None  # clock and processor time, ms, when the process took the event
    usage: Usage = field(default_factory=Usage)


class Sandbox:
    """One warm process of a function. It ends when the function exits or takes too long, as on AWS."""

    def __init__(
        self,
        root: Path,
        handler: str,
        *,
        name: str = "function",
        arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:function",
        memory_mb: int = 128,
        timeout: float = 3.0,
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        self._timeout, self._arn = timeout, arn
        self._waiting: queue.Queue[_Call] = queue.Queue()
        self._calls: dict[str, _Call] = {}
        self._init_error: str | None = None
        self._is_cold = True
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._server = _server(self)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._folder = tempfile.TemporaryDirectory(prefix=f"{name}-")
        self._log = Path(self._folder.name) / "function.log"
        self._started = _clock_ms()
        self._init: tuple[float, float] | None = None  # clock and processor time, ms, of the import
        with self._log.open("wb") as log:
            self._process = self._start(root, handler, name, memory_mb, environment or {}, python, log)

    def _start(
        self,
        root: Path,
        handler: str,
        name: str,
        memory_mb: int,
        environment: Mapping[str, str],
        python: str,
        log: IO[bytes],
    ) -> Popen[bytes]:
        return start(
            [python, "-m", "awslambdaric", handler],
            memory_mb=memory_mb,
            log=log,
            folder=root,
            environment={
                "PYTHONPATH": str(root),
                "LAMBDA_TASK_ROOT": str(root),
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
                "_HANDLER": handler,
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
                "AWS_LAMBDA_LOG_STREAM_NAME": "local",
                **environment,
            },
        )

    @property
    def is_alive(self) -> bool:
        """Whether another invocation can be served."""
        return self._process.poll() is None

    def invoke(self, event: str) -> Answer:
        """Run the handler on an event (JSON); one at a time."""
        with self._lock:
            allowed = self._timeout + (_INIT_SECONDS if self._is_cold else 0.0)
            call = _Call(str(uuid.uuid4()), event, time.time() + allowed, threading.Event())
            call.log_starts = 0 if self._is_cold else self._log.stat().st_size
            self._calls[call.request_id] = call
            self._waiting.put(call)
            while not call.done.wait(0.02):
                if not self.is_alive and not call.done.wait(0.1):
                    return self._answer(call, failed=True, body=self._init_error or self._exited())
                if time.time() > call.deadline:
                    text = f"{call.request_id} Task timed out after {self._timeout:.2f} seconds"
                    answer = self._answer(call, failed=True, body=_error("Sandbox.Timedout", text))
                    self.close()
                    return answer
            failed, body = call.answer or (True, _error("Runtime.Unknown", "no answer"))
            return self._answer(call, failed=failed, body=body)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def _exited(self) -> str:
        return _error("Runtime.ExitError", f"Runtime exited with error: exit status {self._process.returncode}")

    def _answer(self, call: _Call, *, failed: bool, body: str) -> Answer:
        self._calls.pop(call.request_id, None)
        self._is_cold = False
        printed = ""
        with contextlib.suppress(OSError):
            printed = self._log.read_bytes()[call.log_starts :].decode(errors="replace")[-_MOST_LOG:]
        return Answer(body, failed, printed + self._report(call), call.usage)

    def _report(self, call: _Call) -> str:
        used = call.usage
        billed = math.ceil(used.init_ms + used.duration_ms)
        init = f"\tInit Duration: {used.init_ms:.2f} ms" if used.init_ms else ""
        return (
            f"REPORT RequestId: {call.request_id}\tDuration: {used.duration_ms:.2f} ms\tBilled Duration: {billed} ms"
            f"\tMemory Size: {self._memory_mb} MB\tMax Memory Used: {used.memory_mb:.0f} MB{init}\n"
        )

    # what the process asks and says

    def next_call(self) -> _Call:
        """Wait for an event."""
        if self._init is None:
            self._init = (_clock_ms() - self._started, cpu_ms(self._process.pid))
        call = self._waiting.get()
        call.began = (_clock_ms(), cpu_ms(self._process.pid))
        return call

    def hear(self, parts: list[str], body: str) -> None:
        """Take the process's response or error."""
        if parts[-2:] == ["init", "error"]:
            self._init_error = body
            return
        call = self._calls.get(parts[-2])
        if call is not None:
            call.usage = self._used(call)
            call.answer = (parts[-1] == "error", body)
            call.done.set()

    def _used(self, call: _Call) -> Usage:
        pid = self._process.pid
        clock, processor = call.began or (_clock_ms(), cpu_ms(pid))
        init = self._init if self._is_cold and self._init is not None else (0.0, 0.0)
        return Usage(init[0], _clock_ms() - clock, init[1], cpu_ms(pid) - processor, memory_mb(pid))

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self._arn


def _clock_ms() -> float:
    return time.monotonic() * 1000


def _error(kind: str, text: str) -> str:
    return json.dumps({"errorType": kind, "errorMessage": text})


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a function's process may end in the middle of a request."""


def _server(sandbox: Sandbox) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            call = sandbox.next_call()
            self._send(
                200,
                call.event.encode(),
                {
                    "Lambda-Runtime-Aws-Request-Id": call.request_id,
                    "Lambda-Runtime-Deadline-Ms": str(int(call.deadline * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": sandbox.arn,
                    "Lambda-Runtime-Trace-Id": "Root=1-0-0",
                },
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            sandbox.hear(self.path.strip("/").split("/"), body)
            self._send(202, b'{"status": "OK"}', {})

        def _send(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
