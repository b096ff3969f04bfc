import pytest

from botyard.records.spec import Parameter, Spec, StateMachine
from botyard.stages.researcher.provenance import explain_values, with_values

SPEC = Spec(
    "made-up",
    "ema 12 crosses a slow ema, out 2.5 % below the entry, never after 20 bars",
    "5m",
    StateMachine("flat", {"flat": 0}, ()),
    parameters={
        "fast": Parameter("int", 12, 4, 60),
        "slow": Parameter("int", 48, 20, 300),
        "stop": Parameter("float", 0.025, 0.005, 0.1),
        "bars": Parameter("int", 20, 5, 50, fixed=True),
        "filtered": Parameter("bool", default=False),
    },
)
FOUND = {"fast": 17, "slow": 48, "stop": 0.025, "bars": 20, "filtered": True}


@pytest.fixture(scope="module")
def explained():
    return {p.name: p for p in explain_values(SPEC, FOUND, "BTC/USDT", trials=200)}


def test_every_value_of_the_spec_is_explained(explained):
    assert list(explained) == list(SPEC.parameters)
    assert {p.name: p.value for p in explained.values()} == FOUND


def test_an_optimised_value_says_from_what_to_what_and_on_which_bars(explained):
    assert explained["fast"].origin == "optimised"
    assert explained["fast"].text == "12 → 17, optimised in 200 trials on BTC/USDT"
    assert explained["filtered"].text == "off → on, optimised in 200 trials on BTC/USDT"


def test_a_value_that_stayed_keeps_its_origin(explained):
    assert explained["slow"].origin == "assumption"
    assert explained["stop"].origin == "idea"
    assert "found none better" in explained["slow"].text


def test_a_fixed_value_is_the_ideas_own(explained):
    assert explained["bars"].origin == "fixed"
    assert "not searched" in explained["bars"].text


def test_without_a_search_nothing_is_called_optimised():
    explained = explain_values(SPEC, {**FOUND, "fast": 12, "filtered": False}, "BTC/USDT", trials=1)
    assert [p.origin for p in explained] == ["idea", "assumption", "idea", "fixed", "assumption"]
    assert all("not searched" in p.text for p in explained)


def test_the_spec_takes_the_values_and_keeps_everything_else():
    found = with_values(SPEC, FOUND)
    assert {name: p.default for name, p in found.parameters.items()} == FOUND
    assert with_values(found, {name: p.default for name, p in SPEC.parameters.items()}) == SPEC
