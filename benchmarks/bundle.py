"""A tick of the unpacked bundle: CPU warm and cold, and memory; then what the whole Deployer takes."""

import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.deploy_target.local import LocalTarget
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.market import open_market
from botyard.records.market import MINUTE_MS
from botyard.records.schema import load_spec, spec_hash
from botyard.stages import deployer
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import made_up_design, made_up_research
from botyard.testing.specs import EMA_CROSS

Figure = tuple[str, float, str, str]

NOW_MS = 1_767_225_600_000  # 2026-01-01: the demo market knows that day's bars
SYMBOL = "DEMO-WILLOW/USDT"
BAR_MS = 5 * MINUTE_MS
COLD_RUNS = 7
WARM_TICKS = 60

TICKS = """
import io, json, sys, time
folder, home, bot, first, step, count = sys.argv[1:]
sys.path.insert(0, folder)
sys.argv = [folder]
from contextlib import redirect_stdout
from pathlib import Path
from wake import wake
took = []
for n in range(int(count)):
    with redirect_stdout(io.StringIO()) as said:
        begun = time.process_time()
        code = wake(Path(home), bot, int(first) + n * int(step))
        took.append(time.process_time() - begun)
    answer = json.loads(said.getvalue())
    assert code == 0 and answer["bars"] == 1, answer
status = open("/proc/self/status").read()
print(json.dumps({
    "ticks": took, "total": time.process_time(), "peak_kib": int(status.split("VmHWM:")[1].split()[0]),
}))
"""


class _Quiet:
    def tell(self, text: str) -> None:
        """Say nothing."""


def figures() -> list[Figure]:
    """Measure; targets are the issue's."""
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as name:
        home = Path(name)
        bot, deploy_seconds = _deploy(home)
        open_market(home, "demo", NOW_MS + 2 * 86_400_000).bars(SYMBOL, "5m")  # the days that are ticked through
        at = NOW_MS + BAR_MS
        cold = [_ticks(home, bot, at + n * BAR_MS, 1) for n in range(COLD_RUNS)]
        warm = _ticks(home, bot, at + COLD_RUNS * BAR_MS, WARM_TICKS)
    return [
        ("tick of the bundle, warm, CPU", 1e3 * median(warm["ticks"][1:]), "ms", "<= 5"),
        ("tick of the bundle, cold with imports, CPU", 1e3 * median(c["total"] for c in cold), "ms", "<= 150"),
        ("tick of the bundle, peak memory", warm["peak_kib"] / 1024, "MiB", "<= 40"),
        ("the whole Deployer on EMA cross, code cached", deploy_seconds, "s", "<= 3"),
    ]


def _deploy(home: Path) -> tuple[str, float]:
    spec = load_spec(EMA_CROSS)
    market = open_market(home, "demo", NOW_MS)
    market.bars(SYMBOL, "5m")
    load_program(compile_spec(spec), home / "cache")  # research has done so before
    fleet = SqliteFleet(home / "fleet.db")
    begun = time.perf_counter()
    deployment = deployer.run(
        dataclasses.replace(made_up_research(), spec=spec, spec_hash=spec_hash(spec), symbol=SYMBOL),
        made_up_design(),
        market,
        FolderArtifacts(home / "runs" / "1-bench"),
        LocalTarget(home, fleet, lambda bot, rules: PaperVenue(home / "paper.db", bot, rules).close()),
        run_id="1-bench",
        cache_dir=home / "cache",
        notifier=_Quiet(),
        progress=RecordedProgress(),
    )
    took = time.perf_counter() - begun
    fleet.close()
    return deployment.bot, took


def _ticks(home: Path, bot: str, first_ms: int, count: int) -> dict[str, object]:
    folder = home / "bots" / bot
    arguments = [str(folder), str(home), bot, str(first_ms), str(BAR_MS), str(count)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", TICKS, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    for name, value, unit, target in figures():
        print(f"{name:<50} {value:8.2f} {unit:<4} {target}")
