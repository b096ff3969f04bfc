"""Function URLs on loopback: an HTTP request becomes the function's event, what it returns becomes the answer.

Source: AWS Lambda developer guide, "Invoking Lambda function URLs" (request and response payloads, format 2.0).
"""

import base64
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from botyard.testing.aws.emulator import Emulator
from botyard.testing.telegram.server import FakeTelegram


class FunctionUrl:
    """Listens for one function of an account."""

    def __init__(self, emulator: Emulator, function: str) -> None:
        self._lambda, self._function = emulator.client("lambda"), function
        self.failures: list[dict[str, Any]] = []  # what the function raised
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it answers, with a slash at the end as on AWS."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Invoke the function and return status, headers and body."""
        answer = self._lambda.invoke(
            FunctionName=self._function, Payload=json.dumps(event_of(method, target, headers, body))
        )
        said = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            self.failures.append(said)
            return 502, {"content-type": "application/json"}, b'{"Message":"Internal Server Error"}'
        if not isinstance(said, dict) or "statusCode" not in said:  # anything else is the body of a success
            return 200, {"content-type": "application/json"}, json.dumps(said).encode()
        text = str(said.get("body", ""))
        data = base64.b64decode(text) if said.get("isBase64Encoded") else text.encode()
        named = {str(name): str(value) for name, value in (said.get("headers") or {}).items()}
        return int(said["statusCode"]), {"content-type": "application/json", **named}, data


def event_of(method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the event that a function behind a URL gets for a request."""
    parts = urlsplit(target)
    named = {name.lower(): value for name, value in headers.items()}
    is_text = named.get("content-type", "").startswith(("application/json", "text/"))
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": named,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "loopback",
            "domainName": named.get("host", ""),
            "http": {
                "method": method,
                "path": parts.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": named.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": bool(body) and not is_text,
    }
    if parts.query:
        event["queryStringParameters"] = dict(parse_qsl(parts.query))
    if body:
        event["body"] = body.decode() if is_text else base64.b64encode(body).decode()
    return event


def deliver(telegram: FakeTelegram, update: int, url: str, secret: str) -> int:
    """Bring an update to a webhook as Telegram does; return the status of the answer."""
    request = urllib.request.Request(  # noqa: S310  (loopback)
        url,
        data=json.dumps(telegram.update(update)).encode(),
        headers={"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def _handler(front: FunctionUrl) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, data = front.respond(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _handle  # noqa: N815  (the base's names)

    return Handler
