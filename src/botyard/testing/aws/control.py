"""What a test may set in the emulator's process while it runs; `Emulator` has the switches, this is their other side.

Calls that are refused, stacks that cannot be made, and what its functions find in their environment.
"""

import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

ADDRESS = "/emulator/control"
STACKS = "stacks"  # the service of a fault that makes a new stack roll back; its call is part of the stack's name
_LARGEST_FORM = 1 << 20

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(slots=True)
class Fault:
    """The next `times` calls of a service are refused with an error of that name.

    call: part of the operation's name, or, where the service has none in its requests (S3, Lambda), of "METHOD path".
    """

    service: str
    call: str
    code: str
    times: int


calls: Counter[str] = Counter()  # "service operation", or "service METHOD" where requests name no operation
environment: dict[str, str] = {}  # beside what each function's own configuration says
_faults: list[Fault] = []
_lock = threading.Lock()


def take(service: str, call: str) -> Fault | None:
    """Return the fault that this call meets, used up by one."""
    with _lock:
        for fault in _faults:
            if fault.times > 0 and fault.service == service and fault.call in call:
                fault.times -= 1
                return fault
    return None


def in_front_of(app: Wsgi) -> Wsgi:
    """Serve `app`, but for the calls that a fault is set on."""

    def serve(request: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if request["PATH_INFO"] == ADDRESS:
            _set(json.loads(request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))))
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(calls).encode()]
        service = _service(request)
        call = _call(request) if service else ""
        with _lock:
            calls[f"{service} {call.split(' ')[0]}"] += 1
        fault = take(service, call) if _faults and service else None
        if fault is None:
            return app(request, start_response)
        status, kind, body = _refusal(fault, is_json="HTTP_X_AMZ_TARGET" in request or fault.service == "lambda")
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-ErrorType", fault.code)]
        start_response(status, headers)
        return [body]

    return serve


def _set(given: dict[str, Any]) -> None:
    with _lock:
        environment.update(given.get("environment", {}))
        if "fault" in given:
            _faults.append(Fault(**given["fault"]))


def _service(request: dict[str, Any]) -> str:
    # Credential=KEY/DAY/REGION/SERVICE/aws4_request
    parts = request.get("HTTP_AUTHORIZATION", "").split(",")[0].split("/")
    return parts[3] if len(parts) == 5 else ""


def _call(request: dict[str, Any]) -> str:
    target = request.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return str(target.rpartition(".")[2])
    size = int(request.get("CONTENT_LENGTH") or 0)
    if request.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded") and size < _LARGEST_FORM:
        body = request["wsgi.input"].read(size)
        request["wsgi.input"] = io.BytesIO(body)
        named = [word for word in body.decode().split("&") if word.startswith("Action=")]
        return named[0].removeprefix("Action=") if named else ""
    return f"{request['REQUEST_METHOD']} {request['PATH_INFO']}"


def _refusal(fault: Fault, *, is_json: bool) -> tuple[str, str, bytes]:
    text = "Rate exceeded" if "hrottl" in fault.code else "refused by a test"
    codes = {"SlowDown": "503 Slow Down", "TooManyRequestsException": "429 Too Many Requests"}
    status = codes.get(fault.code, "400 Bad Request")
    if is_json:
        return status, "application/x-amz-json-1.0", json.dumps({"__type": fault.code, "message": text}).encode()
    error = f"<Error><Type>Sender</Type><Code>{fault.code}</Code><Message>{text}</Message></Error>"
    whole = error if fault.service == "s3" else f"<ErrorResponse>{error}<RequestId>any</RequestId></ErrorResponse>"
    return status, "text/xml", whole.encode()
