"""The text of a design's test_strategy.py: it needs the strategy beside it, the ops, and nothing else."""

DRIVER = '''"""Smoke tests of {name}, over made-up bars. Run with `python test_strategy.py` or pytest, beside strategy.py."""

import math
import random

import strategy
from botyard.ops import state as header

MINUTES = {minutes}  # of one bar


def made_up(seed, size, count):
    """Bars of a random walk: trends and calm spells take turns, volume comes in bursts."""
    dice = random.Random(seed)
    price, drift, calm = 100.0, 0.0, 1.0
    bars = []
    for i in range(count):
        if dice.random() < 0.03:
            drift = dice.uniform(-0.4, 0.4) * size
            calm = dice.choice((0.1, 0.4, 1.0, 2.0))
        opened = price * (1.0 + dice.gauss(0.0, 0.05) * size)
        price = max(opened * (1.0 + drift + dice.gauss(0.0, calm) * size), 1e-3)
        high = max(opened, price) * (1.0 + abs(dice.gauss(0.0, 0.3)) * size)
        low = min(opened, price) * max(1.0 - abs(dice.gauss(0.0, 0.3)) * size, 0.5)
        bars.append((i * MINUTES + FIRST_MINUTE, opened, high, low, price, 1000.0 * math.exp(dice.gauss(0.0, 0.8))))
    return bars


FIRST_MINUTE = 28927 * 1440  # a Monday, 00:00


def drive(bars):
    """Run the strategy; give the transitions that filled, and what it held and wanted after each bar."""
    p = strategy.DEFAULTS
    s = header.new_state(strategy.STATE_SIZE, strategy.ORDER_SLOTS, strategy.UNKNOWN, strategy.INITIAL)
    filled, trace = [], []
    for minutes, opened, high, low, close, volume in bars:
        s[header.EQUITY] = 1000.0
        wanted = s[header.PENDING]
        if wanted >= 0.0 and not math.isnan(s[header.PENDING_STOP]):
            filled.append(int(wanted))
            strategy.on_fill(s, p, wanted, s[header.PENDING_EXPOSURE], opened)
        for k in range(strategy.ORDER_SLOTS):
            place = header.ORDERS + k * header.ORDER_WIDTH
            kind, level = s[place + header.KIND], s[place + header.LEVEL]
            over = kind in (header.BUY_STOP, header.SELL_LIMIT) and high >= level
            under = kind in (header.SELL_STOP, header.BUY_LIMIT) and low <= level
            if over or under:
                filled.append(int(s[place + header.TRANSITION]))
                strategy.on_fill(s, p, s[place + header.TRANSITION], s[place + header.ORDER_EXPOSURE], level)
                break
        strategy.on_bar(s, p, minutes, opened, high, low, close, volume)
        orders = s[header.ORDERS : header.ORDERS + strategy.ORDER_SLOTS * header.ORDER_WIDTH]
        trace.append((s[header.STATE], s[header.EXPOSURE], s[header.PENDING], tuple(map(repr, orders))))
    return filled, trace

'''

ENTRY = '''
def test_{signal}_fires():
    """Some made-up series enters."""
    filled, _ = drive(made_up({series}))
    assert {index} in filled

'''

LEFT = '''
def test_{state}_can_be_left():
    """Once in {state}, there is a way out."""
    filled, _ = drive(made_up({series}))
    assert any(t in filled for t in {exits})

'''

ALWAYS = '''
def test_cutting_the_future_changes_nothing():
    """What was decided on the first bars does not depend on the bars after them."""
    bars = made_up({series})
    half = len(bars) // 2
    assert drive(bars)[1][:half] == drive(bars[:half])[1]


def test_two_runs_agree():
    """The same bars give the same decisions."""
    assert drive(made_up({series})) == drive(made_up({series}))


if __name__ == "__main__":
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            test()
            print(name, "passed")
'''
