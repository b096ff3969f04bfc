"""An account on loopback: starts the emulator's process and makes clients for it."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from botyard.testing.aws import control
from botyard.testing.aws.clients import REGION, client

_PATIENCE_SECONDS = 120.0


class Emulator:
    """An AWS account of its own, empty at first, gone at the end."""

    def __init__(self) -> None:
        self._port = _free_port()
        self._log = tempfile.NamedTemporaryFile(prefix="emulator-", suffix=".log")  # noqa: SIM115  (closed in close)
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "botyard.testing.aws.server", str(self._port)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"AWS_DEFAULT_REGION": REGION},
        )
        self._wait()

    @property
    def url(self) -> str:
        """Where it answers; by name, since the SAM CLI knows loopback only as localhost."""
        return f"http://localhost:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to know to use this account and no other."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """Make a boto3 client for this account."""
        return client(service, self.url)

    def throttle(self, service: str, call: str, times: int = 1) -> None:
        """Refuse the next calls with the service's own word for too many; the rest as `refuse`."""
        codes = {"s3": "SlowDown", "lambda": "TooManyRequestsException", "cloudformation": "Throttling"}
        self.refuse(service, call, codes.get(service, "ThrottlingException"), times)

    def refuse(self, service: str, call: str, code: str, times: int = 1) -> None:
        """Refuse the next calls that fit (`control.Fault`) with an error of that name. Clients may try them again."""
        self._set(fault={"service": service, "call": call, "code": code, "times": times})

    def break_stacks(self, name: str, why: str, times: int = 1) -> None:
        """Let the next new stacks with `name` in their names fail half way, and roll back."""
        self.refuse(control.STACKS, name, why, times)

    def set_environment(self, environment: Mapping[str, str]) -> None:
        """Let all functions find these in their environment from now on, as if they were configured with them."""
        self._set(environment=dict(environment))

    def calls(self) -> Counter[str]:
        """Count what was asked of it so far, by "service operation"; S3 and Lambda by "s3 PUT" and the like."""
        return Counter(self._set())

    def _set(self, **what: object) -> dict[str, int]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{control.ADDRESS}", data=json.dumps(what).encode()
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            counted: dict[str, int] = json.loads(answer.read())
            return counted

    def close(self) -> None:
        """End the process."""
        self._process.kill()  # nothing to save; its functions end when they cannot reach it
        self._process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/moto-api/data.json", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        said = Path(self._log.name).read_text(errors="replace")[-2000:]
        self.close()
        raise RuntimeError(f"the emulator did not start within {_PATIENCE_SECONDS:.0f} s:\n{said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
