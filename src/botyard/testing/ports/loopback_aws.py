"""Amazon's services on loopback, by moto's server: a table, a bucket, and credentials that open nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REGION = "eu-central-1"
ACCESS_KEY, SECRET_KEY = "testing", "testing"


@contextmanager
def moto_server() -> Iterator[str]:
    """Run moto's server in a thread and yield its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client(service: str, endpoint: str) -> Any:
    """Open boto3's client of a service at that address."""
    import boto3  # type: ignore[import-untyped]

    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


def make_table(endpoint: str, name: str) -> str:
    """Make a table with the keys of infra/template.yaml, and return its name."""
    client("dynamodb", endpoint).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def make_bucket(endpoint: str, name: str) -> str:
    """Make a bucket, and return its name."""
    client("s3", endpoint).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name
