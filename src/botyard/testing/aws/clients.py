"""The one way to AWS here: boto3 with an account that is nobody's."""

from typing import Any

REGION = "eu-central-1"
NOBODY = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


def client(service: str, url: str | None = None) -> Any:
    """Make a client; without an address for moto inside this process."""
    import boto3  # type: ignore[import-untyped]

    return boto3.client(service, region_name=REGION, endpoint_url=url, **NOBODY)
