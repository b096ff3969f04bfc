"""Files of a deployment in a bucket of their own, and bars of one's own in the bucket of the artifacts."""

import hashlib
from pathlib import Path

from botyard.apps.aws import place
from botyard.apps.aws.control.stack import Say

BARS = "market/imported/"


def deployment_bucket(environment: str, account: str) -> str:
    """Name the bucket that the templates and the functions' code go to; its name is nobody else's."""
    return f"botyard-{environment}-deploy-{account}-{place.region()}"


def make(name: str) -> None:
    """Make a private bucket; one that is there stays as it is."""
    s3 = place.client("s3")
    try:
        if name in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
            return
        here = (
            {}
            if place.region() == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": place.region()}}
        )
        s3.create_bucket(Bucket=name, **here)
        shut = dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=shut)
    except Exception as e:
        raise place.translated(e, f"making bucket {name}") from e


def put(bucket: str, name: str, ending: str, data: bytes) -> str:
    """Put a file under the hash of its bytes and return its key; one that is there is not sent again."""
    key = f"{name}/{hashlib.sha256(data).hexdigest()[:32]}{ending}"
    s3 = place.client("s3")
    try:
        if not s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents"):
            s3.put_object(Bucket=bucket, Key=key, Body=data)
    except Exception as e:
        raise place.translated(e, f"writing s3://{bucket}/{key}") from e
    return key


def bring_bars(bucket: str, folder: Path, say: Say) -> int:
    """Copy bars of this machine that are not in the bucket as they are here; return how many files were sent."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        return 0
    s3 = place.client("s3")
    sent = 0
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=BARS)
        there = {each["Key"]: each["ETag"].strip('"') for page in pages for each in page.get("Contents", ())}
        for path in files:
            key = BARS + path.relative_to(folder).as_posix()
            data = path.read_bytes()
            if there.get(key) == hashlib.md5(data, usedforsecurity=False).hexdigest():
                continue
            s3.put_object(Bucket=bucket, Key=key, Body=data)
            sent += 1
            if sent % 50 == 0:
                say(f"   {sent} files of bars")
    except Exception as e:
        raise place.translated(e, f"bringing bars to s3://{bucket}/{BARS}") from e
    return sent


def empty(bucket: str) -> None:
    """Delete a bucket with all that is in it, all versions; none there is no error."""
    s3 = place.client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        s3.delete_bucket(Bucket=bucket)
    except Exception as e:
        if place.code_of(e) != "NoSuchBucket":
            raise place.translated(e, f"deleting bucket {bucket}") from e
