"""The bundle where it lives: deployed from a home folder, woken in an interpreter of its own, bar after bar."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.deploy_target.local import LocalTarget
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.adapters.venue.paper import PaperVenue
from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.market import Market, market_folder, open_market
from botyard.market.importer import Told, import_files
from botyard.records.deployment import Deployment
from botyard.records.market import MINUTE_MS
from botyard.records.schema import load_spec, spec_hash
from botyard.stages import deployer
from botyard.stages.deployer.made_up import made_up_bars
from botyard.testing.bundles import CONTRACT_MODEL
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

SPEC = load_spec(EMA_CROSS)
BAR_MS = 5 * MINUTE_MS

LOADED = """
import importlib, json, pathlib, runpy, sys
here = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(here))
for path in sorted(here.rglob("*.py")):
    if path.name != "__main__.py":
        importlib.import_module(".".join(path.relative_to(here).with_suffix("").parts).removesuffix(".__init__"))
print(json.dumps(sorted(sys.modules)))
"""


@dataclasses.dataclass
class Home:
    """A home folder with imported bars."""

    path: Path
    fleet: SqliteFleet
    code_cache: Path

    def market(self) -> Market:
        return open_market(self.path, "imported", 0)

    def deploy(self, run_id: str = "1-ema") -> Deployment:
        target = LocalTarget(
            self.path, self.fleet, lambda bot, rules: PaperVenue(self.path / "paper.db", bot, rules).close()
        )
        return deployer.run(
            dataclasses.replace(made_up_research(), spec=SPEC, spec_hash=spec_hash(SPEC), symbol="BTC/USDT"),
            self.market(),
            FolderArtifacts(self.path / "runs" / run_id),
            target,
            run_id=run_id,
            notifier=ConsoleNotifier(),
            progress=RecordedProgress(),
            cache_dir=self.code_cache,
        )

    def wake(self, bot: str, now_ms: int) -> subprocess.CompletedProcess[str]:
        folder = self.path / "bots" / bot
        command = [sys.executable, "-I", "-S", str(folder), "tick", "--home", str(self.path), "--bot", bot]
        return subprocess.run([*command, "--now-ms", str(now_ms)], env={}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory, code_cache) -> Home:
    path = tmp_path_factory.mktemp("home")
    bars = made_up_bars(CONTRACT_MODEL, 0, 13_000)
    lines = ["open_time,open,high,low,close,volume"]
    lines += [",".join(repr(v.item()) for v in row) for row in zip(*bars.columns(), strict=True)]
    file = path / "BTC_USDT-5m.csv"
    file.write_text("\n".join(lines) + "\n")
    import_files(market_folder(path, "imported"), [file], Told())
    return Home(path, SqliteFleet(path / "fleet.db", durable=False), code_cache)


@pytest.fixture(scope="module")
def deployment(home) -> Deployment:
    return home.deploy()


def test_a_bot_is_registered_and_has_decided_on_its_first_bar(home, deployment):
    bot = home.fleet.bot(deployment.bot)
    assert bot.status == "running"
    assert bot.live_from_ms == home.market().info("BTC/USDT").research_until_ms
    decisions = [e for e in home.fleet.entries(bot.name) if e.kind == "decision"]
    assert [d.bar_ms for d in decisions][:1] == [bot.live_from_ms]
    assert decisions[0].data["words"] == deployment.first_tick


def test_deploying_again_doubles_nothing(home, deployment):
    before = list(home.fleet.entries(deployment.bot))
    again = home.deploy()
    assert again.deployment_hash == deployment.deployment_hash
    assert [b.name for b in home.fleet.bots()] == [deployment.bot]
    assert list(home.fleet.entries(deployment.bot)) == before


def test_ticks_decide_what_the_engine_decides(home, deployment):
    bot = home.fleet.bot(deployment.bot)
    n_bars = 250
    for n in range(1, n_bars + 1, 50):  # some bars at a time, as after a pause
        done = home.wake(bot.name, bot.live_from_ms + (n + 49) * BAR_MS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["status"] == "running"
    market = home.market()
    bars = market.bars("BTC/USDT", "5m", research=False).slice_ms(bot.seed_ms, bot.live_from_ms + n_bars * BAR_MS)
    live = int(np.searchsorted(bars.open_ms, bot.live_from_ms))
    program, rules = load_program(compile_spec(SPEC), home.code_cache), market.rules("BTC/USDT")
    result = backtest(program, bars, rules, record_orders=True, trade_from=live)
    decisions = [e for e in home.fleet.entries(bot.name) if e.kind == "decision"]
    assert [d.bar_ms for d in decisions] == bars.open_ms[live:].tolist()
    assert [d.data["row"][0] for d in decisions] == result.orders[live:, 0].tolist()
    assert [d.data["model_equity"] for d in decisions] == result.equity[live:].tolist()
    assert [d.data["lots"] for d in decisions] == result.lots[live:].astype(int).tolist()
    assert [float(d.data["equity"]) for d in decisions] == pytest.approx(result.equity[live:].tolist(), abs=1e-6)
    assert {d.data["row"][0] for d in decisions} > {-1.0}  # something was decided


def test_a_doctored_strategy_does_not_tick(home, deployment):
    strategy = home.path / "bots" / deployment.bot / "strategy.py"
    good = strategy.read_bytes()
    strategy.write_bytes(good.replace(b"== 1.0", b"!= 1.0", 1))
    try:
        done = home.wake(deployment.bot, 2**53)
    finally:
        strategy.write_bytes(good)
    assert done.returncode == 1
    assert "it was changed since" in done.stderr
    assert home.fleet.bot(deployment.bot).status == "running"


def test_everything_in_the_bundle_loads_without_any_library(home, deployment):
    folder = home.path / "bots" / deployment.bot
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOADED, str(folder)], env={}, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"numpy", "numba", "pydantic", "optuna", "pandas", "pyarrow", "typer", "rich"}
    assert "botyard" in loaded


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["contract", "whole"], ["tick", "--home"], ["tick", "--home", "x", "--moon", "y"]]
)
def test_a_wrong_command_shows_the_usage(home, deployment, arguments):
    folder = str(home.path / "bots" / deployment.bot)
    done = subprocess.run([sys.executable, "-I", "-S", folder, *arguments], env={}, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"usage: tick" in done.stderr
