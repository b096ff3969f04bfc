"""Made-up records of a research, for tests that need some."""

import dataclasses

from botyard.records.design import Design
from botyard.records.research import Curve, Fold, Metrics, Research, StudySummary, TradeMark
from botyard.records.spec import Parameter, Spec, StateMachine, Transition
from botyard.records.verdict import Verdict

METRICS = Metrics(
    net_return=0.25,
    sharpe=1.5,
    sortino=2.0,
    max_drawdown=-0.12,
    calmar=2.1,
    volatility=0.3,
    trades=48,
    win_rate=0.5,
    profit_factor=1.4,
    exposure=0.4,
    turnover=120.0,
    fees=31.5,
    ambiguous_share=0.001,
    undefined={},
)

SPEC = Spec(
    name="ema-cross",
    idea="fast ema 12 crosses slow ema",
    timeframe="1h",
    state_machine=StateMachine(
        initial="flat",
        states={"flat": 0, "long": 1},
        transitions=(
            Transition(("flat",), "long", "enter_long", when="crosses_above(ema_fast, ema_slow)"),
            Transition(("long",), "flat", "exit_long", when="crosses_below(ema_fast, ema_slow)"),
        ),
    ),
    logic="Long while the fast EMA is above the slow one.",
    assumptions=("the slow period is 48",),
    parameters={"fast": Parameter("int", 12, 4, 40), "slow": Parameter("int", 48, 20, 160, log=True)},
    constraints=("fast < slow",),
    series={"ema_fast": "ema(close, fast)", "ema_slow": "ema(close, slow)"},
)


def made_up_research(n: int = 60) -> Research:
    """Return a research whose curves have `n` points, one a day."""
    times = tuple(1_700_006_400_000 + 86_400_000 * i for i in range(n))
    wave = tuple(10_000.0 + 100.0 * ((i * 7) % 13) + 20.0 * i for i in range(n))
    study = StudySummary("BTC/USDT", 200, 1, 1.5, {"fast": 17, "slow": 90}, 0.4, "studies/BTC_USDT.journal", METRICS)
    half = n // 2
    folds = (
        Fold(1, times[half], times[-1], "BTC/USDT", {"fast": 15, "slow": 80}, 1.7, 0.4, 0.02, 31),
        Fold(2, times[-1], times[-1] + 86_400_000, "", {}, None, None, 0.0, 0),
    )
    return Research(
        symbol="BTC/USDT",
        spec=SPEC,
        spec_hash="0" * 64,
        study=study,
        studies=(study,),
        folds=folds,
        walk_forward=METRICS,
        provenance=(),
        verdict=Verdict("not assessed", "Not assessed: made up.", 0.4),
        data_hash="1" * 64,
        equity=Curve(times, wave),
        drawdown=Curve(times, tuple(-0.01 * (i % 9) for i in range(n))),
        walk_forward_equity=Curve(times[half:], wave[half:]),
        buy_and_hold=Curve(times, tuple(10_000.0 + 5.0 * i for i in range(n))),
        price=Curve(times, tuple(100.0 + i for i in range(n))),
        trades=(
            TradeMark(times[2], times[5], 102.0, 105.0, "long", 12.0, "exit_long"),
            TradeMark(times[7], times[9], 107.0, 106.0, "short", -4.0, "stop"),
        ),
    )


def with_parameters(*, fixed: bool) -> Spec:
    """Return SPEC with all of its parameters fixed or free."""
    parameters = {name: dataclasses.replace(p, fixed=fixed) for name, p in SPEC.parameters.items()}
    return dataclasses.replace(SPEC, parameters=parameters)


def made_up_design(spec: Spec = SPEC) -> Design:
    """Return what a Designer would hand over."""
    return Design(spec=spec, spec_hash="0" * 64, source="", tests_source="", tests=(), words=())
