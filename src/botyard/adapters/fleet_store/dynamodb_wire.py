"""DynamoDB with the standard library alone: JSON over one kept connection, signed with Signature Version 4.

boto3 would cost a Lambda bot 24 MB and 170 ms at each cold start; a bot calls six operations of one table.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import http.client
import json
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botyard.errors import ConfigError, InvariantError, NotFound, RetryableError

TIMEOUT_SECONDS = 5.0
IDLE_SECONDS = 10.0  # a connection that rested for longer may be closed at the other end: a write would hang in the air
PAUSES = (0.05, 0.2, 0.8)  # seconds before each further try
READS = ("GetItem", "BatchGetItem", "Query")
_THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")
_LOST = ("ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException")
_BAD_KEYS = (
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "AccessDeniedException",
    "ExpiredTokenException",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose requests these are. Never printed."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)  # of a role that was assumed


class ConditionFailedError(RetryableError):
    """A conditional write changed nothing; `reasons` holds one code per item of a transaction."""

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        self.reasons = reasons
        super().__init__(message)


def environment_credentials() -> Credentials:
    """Return what Lambda puts into the environment. Raises: ConfigError when it is not there."""
    try:
        key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    except KeyError as e:
        raise ConfigError(f"{e.args[0]} is not set: outside of Lambda, give credentials of a profile") from e
    return Credentials(key, secret, os.environ.get("AWS_SESSION_TOKEN", ""))


def signed_headers(
    host: str, target: str, body: bytes, region: str, credentials: Credentials, now_s: float
) -> dict[str, str]:
    """Return the headers of a request to DynamoDB, with its signature."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    return sign(host, "/", headers, body, region, credentials, now_s)


def sign(
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    region: str,
    credentials: Credentials,
    now_s: float,
    *,
    service: str = "dynamodb",
) -> dict[str, str]:
    """Return all headers of a POST, with its signature. path: of plain letters, without a query; headers: names in small letters."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
    signed = {**headers, "host": host, "x-amz-date": stamp}
    if credentials.token:
        signed["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = b"AWS4" + credentials.secret_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return signed


def connect(address: str, seconds: float, tls: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    """Make a connection to an origin, such as https://example.org; it opens with the first request."""
    place = urlsplit(address)
    if place.scheme == "https":
        return http.client.HTTPSConnection(place.netloc, timeout=seconds, context=tls)
    return http.client.HTTPConnection(place.netloc, timeout=seconds)


class Wire:
    """One kept connection to DynamoDB in a region. Not to be shared by threads."""

    def __init__(
        self,
        region: str,
        credentials: Callable[[], Credentials] = environment_credentials,
        endpoint: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """endpoint: another address than Amazon's, for tests. tls: one that is shared, since making one is dear."""
        place = urlsplit(endpoint or f"https://dynamodb.{region}.amazonaws.com")
        self._region = region
        self._credentials = credentials
        self._host = place.netloc
        self._connection = connect(endpoint or f"https://{self._host}", TIMEOUT_SECONDS, tls)
        self._used_s = 0.0

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out an operation. A write whose answer is lost is not repeated: the caller looks what became of it.

        Raises: ConditionFailedError; RetryableError when the service does not answer or is busy; ConfigError when it does
        not let us in; NotFound when the table is not there.
        """
        body = json.dumps(parameters).encode()
        for pause in (*PAUSES, None):
            try:
                status, answer = self._send(operation, body)
            except (OSError, http.client.HTTPException) as e:
                self.close()
                if operation not in READS or pause is None:
                    raise RetryableError(f"DynamoDB did not answer {operation}: {type(e).__name__}: {e}") from e
                time.sleep(pause)
                continue
            code = str(answer.get("__type", "")).rpartition("#")[2]
            if status == 200:
                return answer
            is_again = code in _THROTTLED or (status >= 500 and operation in READS)
            if not is_again or pause is None:
                raise _error(operation, status, code, answer)
            time.sleep(pause)
        raise InvariantError("unreachable")

    def close(self) -> None:
        """Close the connection; the next call opens it again."""
        self._connection.close()

    def _send(self, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
        # by the wall's time: a function's other clock may stand still between its events
        if not 0 <= time.time() - self._used_s <= IDLE_SECONDS:
            self.close()
        target = f"DynamoDB_20120810.{operation}"
        headers = signed_headers(self._host, target, body, self._region, self._credentials(), time.time())
        self._connection.request("POST", "/", body, headers)
        reply = self._connection.getresponse()
        data = reply.read()
        self._used_s = time.time()
        try:
            return reply.status, json.loads(data or b"{}")
        except ValueError:
            return reply.status, {"message": data[:200].decode(errors="replace")}


def _error(operation: str, status: int, code: str, answer: Mapping[str, Any]) -> Exception:
    text = f"DynamoDB answered {operation} with {code or status}: {answer.get('message') or answer.get('Message', '')}"
    if code in _LOST:
        reasons = tuple(str(one.get("Code", "None")) for one in answer.get("CancellationReasons", ()))
        return ConditionFailedError(text, reasons)
    if code in _BAD_KEYS:
        return ConfigError(f"{text}; give the role or the profile the rights of this table")
    if code == "ResourceNotFoundException":
        return NotFound(f"{text}; is the region right, and botyard deployed there?")
    if code in _THROTTLED or status >= 500:
        return RetryableError(text)
    return InvariantError(text)
