"""Functions run their zip in the real runtime client; moto wants Docker for it."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

import inspect
import io
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from botyard.testing.aws import control
from botyard.testing.aws.runtime_api import Sandbox

_warm: dict[tuple[str, str, str], Sandbox] = {}


def missing() -> bool:
    """Whether invoking a function starts a container."""
    return "docker" in inspect.getsource(LambdaFunction._invoke_lambda)


def apply() -> None:
    """Keep one warm process per function, code and environment."""
    LambdaFunction._invoke_lambda = _invoke  # type: ignore[method-assign]


def _invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    self.logs_backend.ensure_log_group(self.logs_group_name)
    environment = {str(k): str(v) for k, v in (self.environment_vars or {}).items()} | control.environment
    key = (self.function_arn, self.code_sha_256, json.dumps(environment, sort_keys=True))
    warm = _warm.get(key)
    if warm is None or not warm.is_alive:
        warm = _warm[key] = Sandbox(
            _unpacked(self),
            str(self.handler),
            name=self.function_name,
            arn=self.function_arn,
            memory_mb=int(self.memory_size),
            timeout=float(self.timeout),
            environment=_region(self) | environment,
            python=os.environ.get("BOTYARD_AWS_PYTHON", sys.executable),
        )
    answer = warm.invoke(event if isinstance(event, str) else json.dumps(event or {}))
    self.save_logs(answer.log)
    return answer.body, answer.failed, answer.log


def _region(function: LambdaFunction) -> dict[str, str]:
    return {
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
    }


def _unpacked(function: Any) -> Path:
    root = Path(tempfile.mkdtemp(prefix=f"{function.function_name}-"))
    zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(root)
    return root
