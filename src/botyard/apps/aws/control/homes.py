"""The two homes that a bot can move between: this machine's folder, and an environment in AWS."""

import io
import platform
import secrets
import shutil
import zipfile
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.adapters.market_data.klines import VENUES
from botyard.adapters.venue.paper import PaperVenue
from botyard.adapters.venue.paper_carried import dump_account, load_account
from botyard.apps import settings
from botyard.apps.aws import place
from botyard.apps.aws.fleet import bundles, control, table
from botyard.bot.deployed import SETTINGS_FILE
from botyard.errors import ConfigError, RetryableError, UserError
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import BotRecord

if TYPE_CHECKING:
    from botyard.adapters.venue.ccxt.instruments import Listed

LEASE_MS = 1_000
IN_FUNCTION = "function.py"  # what a bundle needs to run as a function
STORED = ("demo", "imported")
RUN_FILES = ("run.json", "deployment.json", "research.json")  # what `trace` follows


class LocalHome:
    """The home folder of this machine."""

    def __init__(self) -> None:
        self._home = settings.home()
        self._listed: Listed | None = None  # what is traded, as its exchange lists it

    @property
    def label(self) -> str:
        """Host and folder."""
        return f"{platform.node()}:{self._home}"

    @cached_property
    def store(self) -> SqliteFleet:
        """The fleet in its file."""
        return SqliteFleet(self._home / "fleet.db")

    def check(self, bot: BotRecord, bundle: bytes) -> None:
        """Take bots of stored bars, and those of an exchange that lists what they trade. Raises: UserError."""
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            known = codec.load(BundleSettings, archive.read(SETTINGS_FILE))
        if bot.mode != "paper":
            raise UserError(f"{bot.name} trades at a {bot.mode}, and only paper bots can be moved; kill it where it is")
        if known.market in STORED:
            return
        from botyard.apps.exchanges import venues

        self._listed = venues.list_instruments(known.market, "paper").get(bot.symbol)
        if self._listed is None:
            raise UserError(f"{known.market} does not list {bot.symbol} any more; kill {bot.name} where it is")

    def shut_out(self, name: str) -> None:
        """Take the lease once, which ends the right of every tick before. Raises: RetryableError while one is at work."""
        lease = self.store.acquire(name, local_owner(), SystemClock().now_ms(), LEASE_MS)
        if lease is None:
            raise RetryableError(f"a tick of {name} is at work; run this again in a minute")
        self.store.release(lease)

    def bundle(self, bot: BotRecord) -> bytes:
        """Pack the unpacked bundle again, to the same bytes."""
        from botyard.stages.deployer.bundle import zip_files

        folder = Path(bot.bundle)
        files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        if not files:
            raise ConfigError(f"the bundle in {folder} cannot be read; deploy the bot again")
        return zip_files({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})

    def keep_bundle(self, bot: BotRecord, data: bytes) -> str:
        """Unpack beside, then move in."""
        folder = self._home / "bots" / bot.name
        draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(draft)
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        except OSError as e:
            raise UserError(f"cannot unpack into {folder}: {e.strerror}; make room or choose another home") from e
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return str(folder)

    def account(self, bot: BotRecord) -> bytes:
        """Read the account in the paper venue's file."""
        known = _settings(Path(bot.bundle))
        with closing(PaperVenue(self._home / "paper.db", bot.name, known.rules, known.timeframe)) as venue:
            return dump_account(venue)

    def keep_account(self, bot: BotRecord, data: bytes) -> None:
        """Put it into the paper venue's file; filters of its exchange are frozen as they are now."""
        known = _settings(Path(bot.bundle))
        if self._listed is not None:
            from botyard.apps.exchanges import filters, venues

            filters.freeze(known.market, "mainnet", self._listed, venues.clock(known.market).now_ms())
        with closing(PaperVenue(self._home / "paper.db", bot.name, known.rules, known.timeframe)) as venue:
            load_account(venue, data)

    def settle_in(self, bot: BotRecord) -> None:
        """Bring what `trace` follows; botyard up wakes every bot that lives here."""
        from botyard.apps.aws.fleet import runs

        kept = runs.artifacts(bot.run_id)
        folder = self._home / "runs" / bot.run_id
        for name in RUN_FILES:
            if kept.exists(name) and not (folder / name).exists():
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(kept.read(name))

    def move_out(self, bot: BotRecord) -> None:
        """Leave the journal: it tells where the bot went."""


class AwsHome:
    """The environment in AWS that the settings mean."""

    @property
    def label(self) -> str:
        """Environment and region."""
        return f"AWS environment {place.here().environment} in {place.region()}"

    @cached_property
    def store(self) -> FleetStore:
        """The fleet in its table."""
        return table.open_fleet()

    def check(self, bot: BotRecord, bundle: bytes) -> None:
        """Take paper bots that follow an exchange's live bars. Raises: UserError for any other."""
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            names = archive.namelist()
            known = codec.load(BundleSettings, archive.read(SETTINGS_FILE))
        if bot.mode != "paper":
            raise UserError(f"{bot.name} trades at a {bot.mode}, and only paper bots can be moved; kill it where it is")
        if known.market not in VENUES:
            raise UserError(
                f"{bot.name} follows the bars of {known.market!r}; bots in AWS follow the live bars of "
                f"{' or '.join(sorted(VENUES))}: deploy it with --venue {min(VENUES)}"
            )
        if IN_FUNCTION not in names:
            raise UserError(f"the bundle of {bot.name} was made before bots could run in AWS; deploy the bot again")

    def shut_out(self, name: str) -> None:
        """Write the account as it is, which no tick that read the bot before can write over. Raises: RetryableError."""
        fleet = table.open_fleet()
        fleet.keep_account(name, fleet.account(name))

    def bundle(self, bot: BotRecord) -> bytes:
        """Read the zip."""
        return bundles.read(bot.bundle)

    def keep_bundle(self, bot: BotRecord, data: bytes) -> str:
        """Put the zip where those of deployments lie."""
        import hashlib

        bucket = place.here().bucket
        key = f"bundles/{bot.name}/{hashlib.sha256(data).hexdigest()}.zip"
        try:
            place.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
        except Exception as e:
            raise place.translated(e, f"writing s3://{bucket}/{key}") from e
        return f"s3://{bucket}/{key}"

    def account(self, bot: BotRecord) -> bytes:
        """Read it from the bot's item."""
        return table.open_fleet().account(bot.name)

    def keep_account(self, bot: BotRecord, data: bytes) -> None:
        """Write it into the bot's item."""
        table.open_fleet().keep_account(bot.name, data)

    def settle_in(self, bot: BotRecord) -> None:
        """Make the bot's stack, and bring what `trace` follows."""
        from botyard.apps.aws.fleet import runs

        kept = runs.artifacts(bot.run_id)
        folder = settings.home() / "runs" / bot.run_id
        for name in RUN_FILES:
            if (folder / name).exists() and not kept.exists(name):
                kept.write(name, (folder / name).read_bytes())
        control.make_stack(bot)

    def move_out(self, bot: BotRecord) -> None:
        """Delete the bot's stack."""
        control.bury(bot.name)


def _settings(folder: Path) -> BundleSettings:
    from botyard.bot.deployed import load_settings

    return load_settings(folder)
