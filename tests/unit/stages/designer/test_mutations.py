"""An idea that is changed in meaning changes the spec or leads to a question: swapped words, swapped numbers, dropped parts."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from botyard.stages.designer.design import Draft, draft
from botyard.stages.designer.facts import found_facts

IDEAS = Path(__file__).parents[3] / "ideas"
ROWS = [
    json.loads(line)
    for name in ("dev_facts.jsonl", "unseen.jsonl", "fresh.jsonl")
    for line in (IDEAS / name).read_text(encoding="utf-8").splitlines()
]
COMPILING = [row for row in ROWS if row["expect"] == "compile"]
SWAPS = (
    ("above", "below"), ("over", "under"), ("buy", "sell"), ("long", "short"), ("drops", "rises"), ("falls", "rises"),
    ("upper", "lower"), ("highest", "lowest"), ("high", "low"), ("positive", "negative"), ("green", "red"), (">", "<"),
    ("up", "down"), ("bullish", "bearish"), ("before", "after"), ("gain", "loss"), ("stop loss", "take profit"),
    ("quick", "slower"), ("oversold", "overbought"), ("ema", "sma"), ("rsi", "adx"), ("monday", "tuesday"),
)  # fmt: skip
SAME = {
    # said of a fast and a slow average, in either order
    "ema 50/20 crossover but only take trades when adx(14) is above 25",
    "simple moving average crossover, 30 and 10 periods",
    "1h: 50/20 ema cross, long and short",
    "trade 26/12 ema crossovers on 5m, but only in the direction of the daily 20 sma, longs only",
    "bullish ema crosover 20/10 w/ stoploss 2 atr, tp 4 atr",
    "sma 200 / sma 50 golden cross, 1d",
    # what is left says the same, or its assumption does
    "golden cross on the daily: sell on the death cross",
    "macd line crosses signal line up -> buy",
    "Buy when the 20 EMA crosses above the 50 EMA. Stop loss 2%.",
    "yo so like when the quick moving avg goes over the slower one n rsi aint overbought i wanna get in, dump it when it rolls over",
    "first 30 minutes from 09:30 new york, buy the break of the range high, stop at range low, out at 15:55",
    "if price is above the 200 sma buy rsi(2) < 10 and sell rsi(2) > 70",
}


def swapped_words(idea):
    for one, other in (pair for swap in SWAPS for pair in (swap, swap[::-1])):
        pattern = rf"(?<!\w){one}(?!\w)" if one[0].isalpha() else rf"{one}(?![=>])"
        for match in re.finditer(pattern, idea, re.IGNORECASE):
            yield idea[: match.start()] + other + idea[match.end() :]


def negated(idea):
    for match in re.finditer(r"\b(is|are) (?!not)", idea):
        yield idea[: match.end()] + "not " + idea[match.end() :]


def swapped_numbers(idea):
    numbers = list(re.finditer(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w:]|\.\d)", idea))
    for a, b in pairwise(numbers):
        if a.group() != b.group():
            yield idea[: a.start()] + b.group() + idea[a.end() : b.start()] + a.group() + idea[b.end() :]


def dropped_parts(idea):
    pieces = re.split(r"([,.;:](?=\s)|\band\b)", idea)
    for i in range(0, len(pieces), 2):
        if re.search(r"\d", pieces[i]):
            rest = pieces[:i] + pieces[i + 2 :] if i + 1 < len(pieces) else pieces[: i - 1]
            yield "".join(rest).strip()


def whole(spec):
    ways = tuple((t.source, t.target, t.kind, t.guard) for t in spec.state_machine.transitions)
    return found_facts(spec), spec.sizing, spec.limits, spec.state_machine.states, ways


@pytest.mark.parametrize("row", COMPILING, ids=lambda row: row["id"])
def test_a_change_of_meaning_changes_the_answer(row):
    before = draft(row["idea"], "5m")
    assert isinstance(before, Draft)
    for mutants in (swapped_words, negated, swapped_numbers, dropped_parts):
        # every fifth one, other ones for each idea: the rest is the same grammar again
        for mutant in sorted(set(mutants(row["idea"])) - {row["idea"], ""} - SAME)[int(row["id"][1:]) % 5 :: 5]:
            answer = draft(mutant, "5m")
            assert not isinstance(answer, Draft) or whole(answer.spec) != whole(before.spec), mutant


@pytest.mark.parametrize("row", COMPILING, ids=lambda row: row["id"])
def test_what_only_sells_enters_nothing(row):
    mutant = re.sub(r"\b(go long|enter long|hold long|buy|long)\b(?! only)", "sell", row["idea"], flags=re.IGNORECASE)
    if mutant != row["idea"]:
        assert not isinstance(draft(mutant, "5m"), Draft), mutant


@pytest.mark.parametrize(
    "idea",
    [
        "golden cross on the daily: 50 sma under 200 sma, sell on the death cross",
        "ema 50 / sma 200 golden cross",
        "sell when ema 12 > ema 26, wait 10 bars after each exit, exit when ema 12 < ema 26",
        "sell when rsi(14) drops under 30, only when price above 200 ema, 2 atr stop",
        "price crosses above the 100 sma -> long with a 3% stop loss and 6% stop loss",
        "buy when close crosses above the 20 sma, take profit at the 20 bar low, stop 2%",
        "if price is above the 200 sma sell rsi(2) < 10 and sell rsi(2) > 70",
    ],
)
def test_a_contradiction_is_asked_about(idea):
    assert not isinstance(draft(idea, "5m"), Draft)
