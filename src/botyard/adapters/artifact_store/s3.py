"""A run's artifacts in a bucket, under one prefix; S3 keeps an object whole or not at all.

Tools that need a file get a copy: `path` brings the run's objects into a folder of this machine first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from botyard.errors import ConfigError, InvariantError, NotFound, RetryableError, UserError

_ABSENT = ("NoSuchKey", "404", "NotFound")
_SHUT = ("AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken")


class S3Artifacts:
    """The ArtifactStore port on a prefix of a bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str, copies: Path) -> None:
        """client: boto3's, of S3. copies: a folder of this run alone."""
        self._client = client
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/"
        self._copies = copies
        self._copied: dict[str, str] = {}  # name -> ETag of what the copy was made from

    def write(self, name: str, data: bytes) -> None:
        """Put the object in one request, encrypted as the bucket says.

        Raises: ConfigError, RetryableError, UserError: what S3 has against it.
        """
        with self._speaking(name):
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=data)

    def read(self, name: str) -> bytes:
        """Return what was written. Raises: NotFound."""
        with self._speaking(name):
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"].read()
        return data

    def exists(self, name: str) -> bool:
        """Whether it was written."""
        key = self._key(name)
        with self._speaking(name):  # listed, since who may list one prefix only is told 403 of what is absent
            found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1).get("Contents", ())
        return any(one["Key"] == key for one in found)

    def path(self, name: str) -> Path:
        """Return the copy's place; what lies in the bucket under its folder has been brought there."""
        place = self._copies / _safe(name)
        folder = "/".join(PurePosixPath(name).parts[:-1])
        with self._speaking(name):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + (folder + "/" if folder else "")
            ):
                for one in page.get("Contents", ()):
                    self._bring(one["Key"].removeprefix(self._prefix), one["ETag"])
            place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _bring(self, name: str, etag: str) -> None:
        if self._copied.get(name) == etag:
            return
        place = self._copies / _safe(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(self.read(name))
        self._copied[name] = etag

    def _key(self, name: str) -> str:
        return self._prefix + _safe(name)

    @contextmanager
    def _speaking(self, name: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError  # type: ignore[import-untyped]

        where = f"s3://{self._bucket}/{self._prefix}{name}"
        try:
            yield
        except ClientError as e:
            code = str(e.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise NotFound(f"there is no {where}") from e
            if code in _SHUT:
                raise ConfigError(f"S3 does not let us at {where}: {code}; give the role or profile the right") from e
            if code == "NoSuchBucket":
                raise NotFound(
                    f"there is no bucket {self._bucket}; is the region right, and botyard deployed there?"
                ) from e
            raise RetryableError(f"S3 answered {code} for {where}") from e
        except NoCredentialsError as e:
            raise ConfigError(f"AWS has no credentials for {where}; set AWS_PROFILE, or see aws configure") from e
        except BotoCoreError as e:
            raise RetryableError(f"S3 did not answer for {where}: {e}") from e
        except OSError as e:
            raise UserError(f"cannot copy {where} to {self._copies}: {e.strerror}; make room") from e


def _safe(name: str) -> str:
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts:
        raise InvariantError(f"artifact name {name!r} leaves the run's folder")
    return str(parts)
