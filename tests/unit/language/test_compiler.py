"""compile_spec: the EMA cross of the design, as text and at work."""

import copy

from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS


def run(source: str) -> dict:
    module: dict = {}
    exec(compile(source, "strategy.py", "exec"), module)
    return module


def test_ema_cross_compiles_to_the_contract() -> None:
    compiled = compile_spec(load_spec(EMA_CROSS))
    module = run(compiled.source)
    assert module["PARAMETERS"] == ("fast", "slow", "trail")
    assert module["DEFAULTS"] == (12.0, 48.0, 3.0)
    assert module["TRANSITIONS"] == (
        ("enter_long", "when", (0,), 1),
        ("exit_long", "when", (1,), 0),
        ("stop", "stop", (1,), 0),
    )
    assert module["ORDER_SLOTS"] == 1
    assert module["warm_up"]([12.0, 48.0, 3.0]) == 49.0
    assert compiled.window_parameters == ("fast", "slow")
    assert compiled.seed_bars >= 7 * 48


def test_ema_cross_enters_trails_and_is_stopped() -> None:
    module = run(compile_spec(load_spec(EMA_CROSS)).source)
    p = [3.0, 8.0, 3.0]
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    closes = [100.0 - i for i in range(30)] + [70.0 + 3 * i for i in range(10)]
    for i, close in enumerate(closes):
        module["on_bar"](s, p, 5.0 * i, close, close + 1, close - 1, close, 1.0)
        if s[slots.PENDING] == 0.0:
            break
    assert s[slots.PENDING] == 0.0
    assert s[slots.PENDING_EXPOSURE] == 1.0
    assert s[slots.PENDING_STOP] < closes[i]
    module["on_fill"](s, p, 0.0, 1.0, closes[i])
    assert s[slots.ENTRY_PRICE] == closes[i]
    assert s[slots.ORDERS + slots.KIND] == slots.SELL_STOP
    levels = []
    for j in range(1, 12):
        close = closes[i] + (3.0 * j if j < 6 else 15.0 - j)
        module["on_bar"](s, p, 5.0 * (i + j), close, close + 1, close - 1, close, 1.0)
        levels.append(s[slots.ORDERS + slots.LEVEL])
    assert levels == sorted(levels)
    assert levels[-1] > levels[0]
    module["on_fill"](s, p, 2.0, 0.0, levels[-1])
    assert s[slots.ORDERS + slots.KIND] == slots.NO_ORDER
    assert s[slots.STATE] == 0.0


def test_a_long_unnamed_expression_gets_a_name_that_is_one() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["transitions"][2]["stop"] = 'on("15m", choppiness(14))'
    module = run(compile_spec(load_spec(spec)).source)
    assert module["ORDER_SLOTS"] == 1
