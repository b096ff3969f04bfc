"""Where in AWS this environment's things are: by the variables of a function, else by the outputs of its stack."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from botyard.apps import settings
from botyard.errors import ConfigError, NotFound, RetryableError, UserError

REGION = "eu-central-1"  # where nothing else is said
_SHUT = ("AccessDenied", "ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "SignatureDoesNotMatch", "403")
_SLOW = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "ServiceUnavailable", "InternalError", "Timeout")


@dataclass(frozen=True, slots=True)
class Place:
    """The control plane of one environment."""

    environment: str
    bucket: str
    table: str
    pipeline: str  # the state machine's ARN


def stack_name(environment: str) -> str:
    """Name the control plane's stack."""
    return f"botyard-{environment}"


def parameter(environment: str, rest: str) -> str:
    """Name a parameter, such as telegram/token."""
    return f"/botyard/{environment}/{rest}"


@cache
def here() -> Place:
    """Return the place that the settings mean. Raises: NotFound when nothing is deployed there; UserError, ConfigError."""
    environment = settings.environment()
    named = [os.environ.get(f"BOTYARD_{name}", "") for name in ("BUCKET", "TABLE", "PIPELINE")]
    if named[0] and named[1]:
        return Place(environment, *named)
    found = outputs(environment)
    return Place(environment, found["Artifacts"], found["Fleet"], found["Pipeline"])


def outputs(environment: str) -> dict[str, str]:
    """Read what the control plane's stack says of itself. Raises: NotFound when it is not there or has never been whole."""
    stack = stack_name(environment)
    try:
        (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except Exception as e:
        if "does not exist" in str(e):
            raise NotFound(
                f"there is no stack {stack} in {region()}: botyard aws deploy makes it; BOTYARD_ENVIRONMENT and "
                "AWS_REGION say which one is meant"
            ) from e
        raise translated(e, f"looking for stack {stack}") from e
    told = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    if "Artifacts" not in told:
        raise NotFound(
            f"stack {stack} is {found['StackStatus']} and has no outputs: botyard aws deploy goes on with it"
        )
    return told


@cache
def region() -> str:
    """Return the region of the environment variables or the profile, else eu-central-1."""
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if named:
        return named
    import boto3  # type: ignore[import-untyped]

    return boto3.session.Session().region_name or REGION


@cache
def client(service: str) -> Any:
    """Make boto3's client of a service, once. Raises: UserError when AWS cannot be spoken to at all."""
    import boto3
    from botocore.config import Config  # type: ignore[import-untyped]
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

    calm = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=60)
    try:
        return boto3.client(service, region_name=region(), config=calm)
    except BotoCoreError as e:
        raise UserError(f"cannot speak to AWS: {e}; see aws configure, or set AWS_PROFILE") from e


def code_of(error: Exception) -> str:
    """Return the service's word for an error, "" where it gave none."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def translated(error: Exception, doing: str) -> Exception:
    """Say an error of boto3 in ours; any other comes back as it is."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    if isinstance(error, NoCredentialsError):
        return UserError("AWS has no credentials here: run aws configure, or set AWS_PROFILE")
    if isinstance(error, ClientError):
        code, text = code_of(error), error.response.get("Error", {}).get("Message", "")
        if any(word in code for word in _SHUT):
            return ConfigError(
                f"AWS does not let us in, {doing}: {code}: {text}; give the role or the profile this right"
            )
        if any(word in code for word in _SLOW):
            return RetryableError(f"AWS is busy, {doing}: {code}; try again")
        return UserError(f"AWS refused, {doing}: {code}: {text}")
    if isinstance(error, BotoCoreError):
        return RetryableError(f"AWS does not answer, {doing}: {error}; is there a network, and is the region right?")
    return error
