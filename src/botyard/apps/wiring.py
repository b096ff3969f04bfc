"""Which adapter stands behind which port in the embedded default."""

from typing import TYPE_CHECKING

from botyard.apps import settings

if TYPE_CHECKING:
    from botyard.market import Market
    from botyard.pipeline import Ports
    from botyard.ports import ArtifactStore, Notifier, Progress
    from botyard.records.market import TradingRules
    from botyard.records.run import RunRecord


def pipeline_ports(
    record: "RunRecord",
    artifacts: "ArtifactStore",
    progress: "Progress",
    *,
    workers: int,
    notifier: "Notifier | None" = None,
) -> "Ports":
    """Wire a run: bars from the home folder, bots into the local fleet."""
    from botyard.adapters.clock.system import SystemClock
    from botyard.adapters.deploy_target.local import LocalTarget
    from botyard.adapters.fleet_store.sqlite import SqliteFleet
    from botyard.adapters.gate.sqlite import SqliteGates
    from botyard.adapters.notifier.console import ConsoleNotifier
    from botyard.adapters.trial_registry.sqlite import SqliteTrials
    from botyard.adapters.venue.paper import PaperVenue
    from botyard.apps.language_model import open_model
    from botyard.apps.operations import outer_limits
    from botyard.market import open_market
    from botyard.pipeline import Ports

    home = settings.home()
    notifier = notifier or ConsoleNotifier()

    def open_account(bot: str, rules: "TradingRules") -> None:
        outer_limits.check_room(fleet, "paper", bot)
        PaperVenue(home / "paper.db", bot, rules).close()

    fleet = SqliteFleet(home / "fleet.db")
    target = LocalTarget(home, fleet, open_account)
    if record.venue:
        from botyard.apps.exchanges import runs as venue_runs  # ccxt: only where an exchange is spoken to

        target = venue_runs.target(home, record, fleet)

    def open_run_market() -> "Market":
        if record.venue:
            return venue_runs.open_run_market(home, record)
        return open_market(home, record.market, record.created_ms)

    return Ports(
        open_market=open_run_market,
        artifacts=artifacts,
        registry=SqliteTrials(home / "trials.db"),
        target=target,
        notifier=notifier,
        progress=progress,
        cache_dir=home / "cache",
        workers=workers,
        model=open_model(record, artifacts),
        writes_code=record.writes_code,
        gate=SqliteGates(home / "gates.db", SystemClock(), timeout_ms=settings.gate_timeout_ms(), tell=notifier.tell),
    )
