import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import InvariantError
from botyard.records import codec
from botyard.records.design import Clarification, Question
from botyard.records.fleet import BotRecord, Entry
from botyard.records.market import Costs, Instrument, Step, TradingRules
from botyard.records.run import RunRecord, StageRecord

INSTRUMENT = Instrument(
    "BTC/USDT", "binance", "BTC", "USDT", "spot", Step(1, 100), Step(1, 100_000), 5.0, assumed=("lot",)
)


@pytest.mark.parametrize(
    "record",
    [
        TradingRules(INSTRUMENT, Costs(taker_bps=5)),
        Clarification("x", (Question("a", "b", ("c", "d")), Question("e", "f"))),
        RunRecord(
            "1-x", "x", "5m", "demo", 1, 200, 5, "running", stages=(StageRecord("designer", "a", "b", 0.5, "c"),)
        ),
        Entry("fill", 5, 6, {"lots": 3, "price": "1.5", "deep": [1, {"a": None}]}, 7),
    ],
)
def test_what_is_dumped_is_loaded(record):
    assert codec.load(type(record), codec.dump(record)) == record


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))
def test_any_text_and_number_survives(text, number, whole):
    bot = BotRecord(
        text, text, text, text, "5m", "paper", "running", text, text, "", "", "", number, "live", whole, whole, whole
    )
    assert codec.load(BotRecord, codec.dump(bot)) == bot


def test_equal_records_have_equal_hashes():
    one, other = Entry("note", 1, 2, {"b": 1, "a": 2}), Entry("note", 1, 2, {"a": 2, "b": 1})
    assert one == other
    assert codec.content_hash(one) == codec.content_hash(other)


def test_the_order_of_names_survives():
    # a spec's parameters stand in the order in which the idea speaks of them, and its hash sees that
    entry = codec.load(Entry, codec.dump(Entry("note", 1, 2, {"slow": 1, "fast": 2, "middle": 3})))
    assert list(entry.data) == ["slow", "fast", "middle"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_undefined_figure_is_refused(value):
    with pytest.raises(InvariantError, match="None with a reason"):
        codec.dump(Costs(taker_bps=value))


@pytest.mark.parametrize("data", ["[]", '{"symbol": 1}', "not json", '{"nope": 1}'])
def test_foreign_data_are_refused(data):
    with pytest.raises(InvariantError, match="does not fit"):
        codec.load(Instrument, data)
