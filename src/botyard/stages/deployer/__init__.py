"""Deployer: from a researched spec to a bot that has ticked.

1. Refuse what may not be deployed at all (`_refuse`).
2. Build the bundle (bundle.py): the same spec gives the same bytes.
3. Golden bars (golden.py): what the engine decided, on real bars and on made-up ones (made_up.py).
4. Contract tests (contract.py) on the unpacked bundle, in an interpreter of its own (inside/).
5. With a model (modelled.py): it may write the strategy (writing.py), which ships only if it passes the gate and these
   same tests; it reviews the deployment (review.py), each sentence held against the spec's facts (facts.py).
6. Plan (plan.py, and what the target would do), notify, apply: the target unpacks, registers and wakes the bot once.
"""

import dataclasses
from pathlib import Path

import numpy as np

from botyard.engine.program import Program, load_program
from botyard.errors import InvariantError, Refused
from botyard.evidence.kill_rule import kill_rule
from botyard.language import CompiledStrategy, compile_spec
from botyard.market import Market
from botyard.ports import ArtifactStore, DeployTarget, LanguageModel, Notifier, Progress
from botyard.records import codec
from botyard.records.deployment import BundleSettings, CodeWork, ContractReport, Deployment, Plan
from botyard.records.fleet import BotRecord, Mode
from botyard.records.market import MINUTE_MS, TradingRules, timeframe_minutes
from botyard.records.research import Research
from botyard.records.schema import dump_spec
from botyard.stages.deployer.bundle import build_bundle
from botyard.stages.deployer.contract import run_contract_tests
from botyard.stages.deployer.golden import build_golden
from botyard.stages.deployer.modelled import Code, kept_review, model_code
from botyard.stages.deployer.plan import bot_name, make_plan, plan_text

TASK = "deployer"
STEPS = 4  # bundle, golden bars, contract tests, first tick
BUNDLE_FILE = "bot.zip"


def run(
    research: Research,
    market: Market,
    artifacts: ArtifactStore,
    target: DeployTarget,
    *,
    run_id: str,
    notifier: Notifier,
    progress: Progress,
    mode: Mode = "paper",
    cache_dir: Path | None = None,
    model: LanguageModel | None = None,
    writes_code: bool = False,
) -> Deployment:
    """Deploy the researched spec on its instrument; running it again for the same run changes nothing.

    model: writes the review, and the strategy's code where `writes_code` says so.
    cache_dir: where machine code is kept between runs.
    Raises: Refused when the bot may not be deployed or fails a contract test, ConfigError when its first tick fails
    (nothing is left registered then), UserError when the disk is full.
    """
    compiled = compile_spec(research.spec)
    if compiled.spec_hash != research.spec_hash:
        raise InvariantError(f"the research is of spec {research.spec_hash[:12]}, not {compiled.spec_hash[:12]}")
    rules = market.rules(research.symbol)
    _refuse(research, compiled, rules, mode)
    progress.start(TASK, STEPS)
    program = load_program(compiled, cache_dir)
    settings = _settings(research, compiled, program, market, rules)
    bundle = build_bundle(compiled.source, dump_spec(research.spec), codec.dump(settings), settings.timezone)
    progress.advance(TASK)
    golden = build_golden(program, rules, market.bars(research.symbol, settings.timeframe), compiled.seed_bars)
    progress.advance(TASK)
    report = run_contract_tests(bundle, compiled, golden)
    _demand(report)
    work: CodeWork | None = None
    if model is not None and writes_code:

        def build(source: str, signed: BundleSettings) -> bytes:
            return build_bundle(source, dump_spec(research.spec), codec.dump(signed), signed.timezone)

        code = model_code(compiled, settings, golden, model, artifacts, build)
        if isinstance(code, Code):
            settings, bundle, report, work = code.settings, code.bundle, code.report, code.work
        else:
            work = code
    reviewed = None if model is None else kept_review(research, rules, mode, model, artifacts)
    progress.advance(TASK)
    artifacts.write(BUNDLE_FILE, bundle)
    bot = _bot(settings, market, run_id, mode, report.bundle_hash)
    plan = target.prepare(make_plan(bot, len(bundle), report.bundle_hash), bot, bundle)
    said = [plan_text(plan), *([work.line] if work else []), *(reviewed.lines if reviewed else ())]
    notifier.tell("\n".join(said))
    first_tick = target.apply(plan, bot, bundle)
    progress.advance(TASK)
    deployment = dataclasses.replace(
        _deployment(bot, plan, report, first_tick),
        by=work.model if work is not None and work.ships == "model" else "deterministic",
        review=reviewed,
        code=work,
        kill_rule=settings.kill_rule.text if settings.kill_rule else "",
    )
    notifier.tell(f"{bot.name} is live on {bot.symbol} ({mode}): {first_tick}")
    return deployment


def _refuse(research: Research, compiled: CompiledStrategy, rules: TradingRules, mode: Mode) -> None:
    if mode == "mainnet" and research.verdict.outcome != "pass":
        raise Refused(
            f'mainnet needs the verdict "pass"; this run\'s is "{research.verdict.outcome}"; deploy it on paper',
            reason="mainnet_needs_pass",
        )
    if compiled.has_shorts and not rules.instrument.has_shorts:
        raise Refused(
            f"the idea goes short and {rules.instrument.symbol} is a spot instrument, which has no short positions; "
            "ask for long only, or use a perpetual",
            reason="no_shorts",
        )


def _demand(report: ContractReport) -> None:
    failed = [test for test in report.tests if not test.passed]
    if failed:
        raise Refused(
            "the bundle does not do what the research did: " + "; ".join(f"{t.name}: {t.text}" for t in failed),
            reason="contract_tests",
        )


def _settings(
    research: Research, compiled: CompiledStrategy, program: Program, market: Market, rules: TradingRules
) -> BundleSettings:
    names = tuple(program.module.PARAMETERS)
    return BundleSettings(
        name=research.spec.name,
        symbol=research.symbol,
        timeframe=research.spec.timeframe,
        timezone=research.spec.timezone,
        market=market.served_by,
        feed=market.feed,
        parameter_names=names,
        parameters=tuple(program.vector(None)[: len(names)].tolist()),
        rules=rules,
        seed_bars=compiled.seed_bars,
        spec_hash=compiled.spec_hash,
        code_hash=compiled.code_hash,
        verdict_hash=codec.content_hash(research.verdict),
        kill_rule=kill_rule(np.array(research.walk_forward_daily), seed=research.study.seed),
    )


def _bot(settings: BundleSettings, market: Market, run_id: str, mode: Mode, bundle: str) -> BotRecord:
    name = bot_name(settings.name, settings.symbol, run_id)
    open_ms = market.opens(settings.symbol, settings.timeframe, settings.seed_bars + 1)
    bar_ms = timeframe_minutes(settings.timeframe) * MINUTE_MS
    if settings.feed == "stored":
        withheld_ms = market.info(settings.symbol, settings.timeframe).research_until_ms
        live = int(np.searchsorted(open_ms, withheld_ms))
    else:
        live = len(open_ms) - 1  # the last closed bar: the first tick decides on it
    if not 0 <= live < len(open_ms):
        raise InvariantError(f"no bar of {settings.symbol} is left to go live on")
    return BotRecord(
        name=name,
        run_id=run_id,
        symbol=settings.symbol,
        venue=market.trades_at,
        timeframe=settings.timeframe,
        mode=mode,
        status="running",
        reason="",
        bundle="",  # the target knows where
        spec_hash=settings.spec_hash,
        code_hash=settings.code_hash,
        deployment_hash=codec.content_hash([name, run_id, market.trades_at, mode, bundle]),
        allocated_quote=settings.rules.initial_cash,
        feed=settings.feed,
        seed_ms=int(open_ms[max(0, live - settings.seed_bars)]),
        live_from_ms=int(open_ms[live]),
        created_ms=int(open_ms[-1]) + bar_ms,
        account=market.account,
    )


def _deployment(bot: BotRecord, plan: Plan, report: ContractReport, first_tick: str) -> Deployment:
    return Deployment(
        bot=bot.name,
        run_id=bot.run_id,
        symbol=bot.symbol,
        venue=bot.venue,
        mode=bot.mode,
        spec_hash=bot.spec_hash,
        code_hash=bot.code_hash,
        bundle_hash=report.bundle_hash,
        deployment_hash=bot.deployment_hash,
        contract=report,
        plan=plan,
        first_tick=first_tick,
    )
