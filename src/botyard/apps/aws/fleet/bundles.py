"""A bot's bundle, brought from the bucket once and kept beside other copies."""

import io
import secrets
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from botyard.apps import settings
from botyard.apps.aws import place
from botyard.errors import ConfigError


def folder(bundle: str) -> Path:
    """Return where the bundle at s3://BUCKET/bundles/… is unpacked. Raises: ConfigError when it is gone or broken."""
    parts = urlsplit(bundle)
    home = settings.home() / "bundles" / parts.netloc / parts.path.strip("/").removesuffix(".zip")
    if home.is_dir():
        return home
    data = read(bundle)
    draft = home.with_name(f".{home.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # the client of its exchange is for its function alone
            archive.extractall(draft, [name for name in archive.namelist() if not name.startswith("exchange/")])
        with suppress(OSError):  # another process was faster
            draft.rename(home)
    except zipfile.BadZipFile as e:
        raise ConfigError(f"{bundle} is no whole zip; deploy the bot again") from e
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return home


def read(bundle: str) -> bytes:
    """Return the zip. Raises: ConfigError when it is not there."""
    parts = urlsplit(bundle)
    s3 = place.client("s3")
    try:
        data: bytes = s3.get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))["Body"].read()
    except Exception as e:
        if place.code_of(e) in ("NoSuchKey", "NoSuchBucket", "404"):
            raise ConfigError(f"the bundle {bundle} cannot be read: it is gone; deploy the bot again") from e
        raise place.translated(e, f"reading {bundle}") from e
    return data
