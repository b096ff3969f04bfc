"""The spec at the edge: round trips, hashes, and errors that name the field."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.records.schema import dump_spec, json_schema, load_spec, spec_hash
from botyard.testing.specs import EMA_CROSS

ROOT = Path(__file__).parents[3]


def broken(*path: str | int, value: Any) -> dict[str, Any]:
    spec: Any = copy.deepcopy(EMA_CROSS)
    part = spec
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return spec


def test_round_trip() -> None:
    spec = load_spec(EMA_CROSS)
    text = dump_spec(spec)
    assert load_spec(text) == spec
    assert load_spec(text.encode()) == spec
    assert dump_spec(load_spec(text)) == text
    assert json.loads(text)["state_machine"]["transitions"][0]["from"] == "flat"


def test_hash_changes_with_any_field_and_only_then() -> None:
    spec = load_spec(EMA_CROSS)
    assert spec_hash(spec) == spec_hash(load_spec(broken("parameters", "trail", "default", value=3)))
    assert spec_hash(spec) == spec_hash(load_spec(broken("state_machine", "states", "long", value=1.0)))
    assert spec_hash(spec) != spec_hash(load_spec(broken("parameters", "trail", "default", value=3.25)))
    assert spec_hash(spec) != spec_hash(load_spec(broken("idea", value="something else")))


def test_every_field_survives() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["parameters"]["loud"] = {"type": "bool", "default": True, "fixed": True}
    spec["state_machine"]["transitions"][2] |= {"from": ["long"], "if": "bars_in_position > 1"}
    spec["sizing"] = {"type": "risk", "per_trade": "0.01 * fast / slow", "stop_distance": 2.5, "max_quote": 500}
    spec["limits"] = {"max_losses_per_day": 2, "max_daily_loss": 0.005, "max_drawdown": 0.1, "max_trades_per_day": 10}
    record = load_spec(spec)
    assert load_spec(dump_spec(record)) == record
    assert record.state_machine.transitions[2].guard == "bars_in_position > 1"
    assert record.limits.max_losses_per_day == 2


@pytest.mark.parametrize(
    ("spec", "place", "words"),
    [
        (broken("timeframe", value="7m"), "timeframe", "5m"),
        (broken("timezone", value="Mars/Olympus"), "timezone", "not a time zone"),
        (broken("parameters", "fast", "default", value=3), "parameters.fast", "low <= default <= high"),
        (broken("parameters", "fast", "default", value=12.5), "parameters.fast", "whole numbers"),
        (broken("parameters", "fast", "high", value=None), "parameters.fast", "come together"),
        (broken("parameters", "slow", "low", value=0), "parameters.slow", "above 0"),
        (broken("sizing", value={"type": "risk"}), "sizing", "needs per_trade"),
        (broken("sizing", value={"type": "units", "quantity": -1}), "sizing", "above 0"),
        (broken("sizing", value={"type": "units", "of_equity": 1}), "sizing", "needs quantity"),
        (broken("state_machine", "transitions", 0, "when", value=None), "state_machine.transitions[0]", "exactly one"),
        (
            broken("state_machine", "transitions", 0, "stop", value="close"),
            "state_machine.transitions[0]",
            "exactly one",
        ),
        (broken("state_machine", "transitions", 0, "if", value="close > 1"), "state_machine.transitions[0]", "and"),
        (broken("state_machine", "transitions", 0, "ratchet", value=True), "state_machine.transitions[0]", "ratchet"),
        (broken("unheard_of", value=1), "unheard_of", "there is no field"),
        (broken("name", value="../../etc"), "name", "pattern"),
        (broken("series", "x", value="c" * 501), "series.x", "500"),
    ],
)
def test_error_names_the_field(spec: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(spec)
    assert caught.value.place == place
    assert words in caught.value.message


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", "[" * 100_000])
def test_what_is_no_spec_is_said_to_be_none(text: str) -> None:
    with pytest.raises(SpecError):
        load_spec(text)


def test_schema_file_is_fresh() -> None:
    committed = json.loads((ROOT / "schemas" / "strategy_spec.json").read_text())
    assert committed == json_schema(), "schemas/strategy_spec.json is stale: write json_schema() into it"
