"""The stage: what it refuses, what it hands over, and that a second run is the first one again."""

import dataclasses
import hashlib
from dataclasses import dataclass, field

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.engine.bars import Bars
from botyard.errors import ConfigError, InvariantError, Refused
from botyard.language import compile_spec
from botyard.records import codec
from botyard.records.deployment import Deployment, Plan
from botyard.records.fleet import BotRecord
from botyard.records.market import MINUTE_MS, Instrument, SeriesInfo, Step, TradingRules
from botyard.records.research import Research
from botyard.records.schema import load_spec, spec_hash
from botyard.stages import deployer
from botyard.stages.deployer import golden
from botyard.stages.deployer.bundle import bundle_hash, unzip_files
from botyard.stages.deployer.made_up import made_up_bars
from botyard.testing.bundles import CONTRACT_MODEL, EVERYTHING
from botyard.testing.language_model.scripted import ScriptedModel, call
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

SPEC = load_spec(EMA_CROSS)
N_BARS, WITHHELD = 6_000, 600


@dataclass
class OneSeries:
    """A market of one instrument."""

    kind: str = "spot"
    name: str = "imported"
    feed: str = "stored"
    served_by: str = "imported"
    trades_at: str = "paper"
    account: str = ""
    held: Bars = field(default_factory=lambda: made_up_bars(CONTRACT_MODEL, 0, N_BARS))

    def rules(self, symbol: str) -> TradingRules:
        return TradingRules(Instrument(symbol, "x", "BTC", "USDT", self.kind, Step(1, 10), Step(1, 1000), 5.0))

    def info(self, symbol: str, timeframe: str) -> SeriesInfo:
        until = int(self.held.open_ms[N_BARS - WITHHELD])
        instrument = self.rules(symbol).instrument
        return SeriesInfo(
            instrument, timeframe, int(self.held.open_ms[0]), int(self.held.open_ms[-1]), 1, "", "", until
        )

    def opens(self, symbol: str, timeframe: str, count: int):
        return self.held.open_ms

    def bars(self, symbol: str, timeframe: str, *, research: bool = True) -> Bars:
        return self.held.slice(0, N_BARS - WITHHELD) if research and self.feed == "stored" else self.held


class Target:
    """Takes plans, and says what it took."""

    def __init__(self, error: Exception | None = None) -> None:
        self.taken: list[tuple[Plan, BotRecord, bytes]] = []
        self._error = error

    def prepare(self, plan: Plan, bot: BotRecord, bundle: bytes) -> Plan:
        return plan

    def apply(self, plan: Plan, bot: BotRecord, bundle: bytes) -> str:
        if self._error:
            raise self._error
        self.taken.append((plan, bot, bundle))
        return "stay flat"


class Told:
    """Remembers what it was told, and how far things went."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.steps = 0

    def tell(self, text: str) -> None:
        self.texts.append(text)

    def start(self, task: str, total: int) -> None:
        self.steps = -total

    def advance(self, task: str, by: int = 1) -> None:
        self.steps += by

    def finish(self, task: str, text: str) -> None:
        raise AssertionError("the pipeline says how it ended")


@pytest.fixture(autouse=True)
def machine_code(code_cache, monkeypatch):
    load = deployer.load_program
    monkeypatch.setattr(deployer, "load_program", lambda compiled, cache_dir: load(compiled, cache_dir or code_cache))


def research_of(spec=SPEC, symbol: str = "BTC/USDT") -> Research:
    return dataclasses.replace(made_up_research(), spec=spec, spec_hash=spec_hash(spec), symbol=symbol)


def deploy(folder, *, research=None, market=None, target=None, told=None, **more) -> Deployment:
    told = told or Told()
    return deployer.run(
        research or research_of(),
        market or OneSeries(),
        FolderArtifacts(folder),
        target or Target(),
        run_id="4-fast-ema",
        notifier=told,
        progress=told,
        **more,
    )


def test_a_deployment_is_traceable_to_its_run(tmp_path):
    target, told = Target(), Told()
    deployment = deploy(tmp_path, target=target, told=told)
    plan, bot, bundle = target.taken[0]
    assert (tmp_path / "bot.zip").read_bytes() == bundle
    assert deployment.bot == bot.name == "ema-cross-btcusdt-4"
    assert deployment.bundle_hash == bundle_hash(bundle) == deployment.contract.bundle_hash
    assert deployment.deployment_hash == bot.deployment_hash
    assert (deployment.spec_hash, deployment.code_hash) == (bot.spec_hash, bot.code_hash)
    assert deployment.plan == plan
    assert deployment.first_tick == "stay flat"
    assert deployment.contract.passed
    assert bot.allocated_quote == 10_000.0
    assert codec.load(Deployment, codec.dump(deployment)) == deployment
    assert told.steps == 0
    assert told.texts[0].startswith("Deploying ema-cross-btcusdt-4:\n1. unpack bundle")
    assert told.texts[1] == "ema-cross-btcusdt-4 is live on BTC/USDT (paper): stay flat"


def test_a_second_run_is_the_first_one_again(tmp_path):
    target = Target()
    assert deploy(tmp_path, target=target) == deploy(tmp_path, target=target)
    assert target.taken[0] == target.taken[1]


def test_a_bot_on_stored_bars_goes_live_on_the_first_withheld_one(tmp_path):
    target, market = Target(), OneSeries()
    deploy(tmp_path, target=target, market=market)
    bot = target.taken[0][1]
    assert bot.feed == "stored"
    assert bot.live_from_ms == market.held.open_ms[N_BARS - WITHHELD]
    assert 0 < bot.live_from_ms - bot.seed_ms < N_BARS * 5 * MINUTE_MS


def test_a_bot_on_live_bars_goes_live_on_the_last_closed_one(tmp_path):
    target, market = Target(), OneSeries(feed="live", name="demo")
    deploy(tmp_path, target=target, market=market)
    assert target.taken[0][1].live_from_ms == market.held.open_ms[-1]


def test_mainnet_needs_proof(tmp_path):
    with pytest.raises(Refused, match='needs the verdict "pass"; this run\'s is "not assessed"') as refused:
        deploy(tmp_path, mode="mainnet")
    assert refused.value.reason == "mainnet_needs_pass"
    assert list(tmp_path.iterdir()) == []


def test_shorts_need_a_venue_that_has_them(tmp_path):
    with pytest.raises(Refused, match="which has no short positions") as refused:
        deploy(tmp_path, research=research_of(load_spec(EVERYTHING)))
    assert refused.value.reason == "no_shorts"


def test_a_bundle_that_fails_its_contract_is_not_deployed(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "MOST_PATHS", 2)
    spec = load_spec(
        EMA_CROSS
        | {
            "state_machine": {
                **EMA_CROSS["state_machine"],
                "transitions": [
                    *EMA_CROSS["state_machine"]["transitions"],
                    {"from": "long", "to": "flat", "signal": "time_exit", "when": "close > 100000000"},
                ],
            }
        }
    )
    target = Target()
    with pytest.raises(Refused, match=r"coverage: not exercised, so not proven: time_exit \(0 of 3\)") as refused:
        deploy(tmp_path, research=research_of(spec), target=target)
    assert refused.value.reason == "contract_tests"
    assert target.taken == []
    assert not (tmp_path / "bot.zip").exists()


def test_a_first_tick_that_fails_ends_the_stage(tmp_path):
    told = Told()
    with pytest.raises(ConfigError, match="halted"):
        deploy(tmp_path, target=Target(ConfigError("halted: no bars")), told=told)
    assert [t for t in told.texts if "is live" in t] == []


def test_research_of_another_spec_is_a_bug(tmp_path):
    with pytest.raises(InvariantError, match="the research is of spec 000000000000, not"):
        deploy(tmp_path, research=dataclasses.replace(research_of(), spec_hash="0" * 64))


REVIEW = {
    "does": [
        "Goes long when the fast EMA crosses above the slow EMA.",
        "A trailing stop is 3 ATR below the best price.",
    ],
    "compared": ["The idea leaves the periods open; 12 and 48 are assumptions."],
    "risks": ["In a sideways market the averages cross often."],
}


def test_with_a_model_the_deployment_is_reviewed_and_its_code_ships(tmp_path):
    source = compile_spec(SPEC).source
    code = source[source.index("def warm_up(") :].replace("ema_fast", "quick")
    model = ScriptedModel(strategy=[call("strategy", {"code": code})], review=[call("review", REVIEW)])
    target, told = Target(), Told()
    first = deploy(tmp_path, target=target, told=told, model=model, writes_code=True)
    bundle = target.taken[0][2]
    shipped = unzip_files(bundle)["strategy.py"].decode()
    assert code.strip() in shipped
    assert first.code_hash == hashlib.sha256(shipped.encode()).hexdigest() == target.taken[0][1].code_hash
    assert (first.by, first.code.ships, first.contract.passed) == ("scripted:model", "model", True)
    assert [s.text for s in first.review.statements] == [text for texts in REVIEW.values() for text in texts]
    assert "Code that ships: the one that scripted:model wrote" in told.texts[0]
    assert "What can go wrong" in told.texts[0]
    # the script is over: what is asked twice would be an error
    again = deploy(tmp_path, target=target, model=model, writes_code=True)
    assert again == first
    assert codec.load(Deployment, codec.dump(first)) == first


def test_a_model_that_cannot_write_it_leaves_the_generators(tmp_path):
    calls = [call("strategy", {"code": f"import os  # {n}"}) for n in range(4)]
    model = ScriptedModel(strategy=calls, review=[Refused("the money limit stops here", reason="budget")])
    deployment = deploy(tmp_path, model=model, writes_code=True)
    assert (deployment.by, deployment.code.ships) == ("deterministic", "generator")
    assert deployment.code_hash == compile_spec(SPEC).code_hash
    assert deployment.review.statements == ()
    assert "money limit" in deployment.review.stopped
