"""Which adapter stands behind which port in the embedded default."""

from typing import TYPE_CHECKING

from botyard.apps import settings

if TYPE_CHECKING:
    from botyard.pipeline import Ports
    from botyard.ports import ArtifactStore, Progress
    from botyard.records.market import TradingRules
    from botyard.records.run import RunRecord


def pipeline_ports(record: "RunRecord", artifacts: "ArtifactStore", progress: "Progress", *, workers: int) -> "Ports":
    """Wire a run: bars from the home folder, bots into the local fleet."""
    from botyard.adapters.deploy_target.local import LocalTarget
    from botyard.adapters.fleet_store.sqlite import SqliteFleet
    from botyard.adapters.notifier.console import ConsoleNotifier
    from botyard.adapters.trial_registry.sqlite import SqliteTrials
    from botyard.adapters.venue.paper import PaperVenue
    from botyard.apps.language_model import open_model
    from botyard.market import open_market
    from botyard.pipeline import Ports

    home = settings.home()

    def open_account(bot: str, rules: "TradingRules") -> None:
        PaperVenue(home / "paper.db", bot, rules).close()

    return Ports(
        open_market=lambda: open_market(home, record.market, record.created_ms),
        artifacts=artifacts,
        registry=SqliteTrials(home / "trials.db"),
        target=LocalTarget(home, SqliteFleet(home / "fleet.db"), open_account),
        notifier=ConsoleNotifier(),
        progress=progress,
        cache_dir=home / "cache",
        workers=workers,
        model=open_model(record, artifacts),
    )
