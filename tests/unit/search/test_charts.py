import dataclasses
from xml.etree import ElementTree as ET

import pytest

from botyard.records.research import Curve
from botyard.search.charts import draw_charts
from botyard.search.study import StudyResult, Trial
from botyard.testing.research_records import METRICS, made_up_research

SVG = "{http://www.w3.org/2000/svg}"


def _study(symbol: str, values: list[float]) -> StudyResult:
    trials = tuple(Trial({"fast": i}, value, value, 0.0, 0.0, 40) for i, value in enumerate(values))
    return StudyResult(symbol, 1, trials, {"fast": 0}, METRICS)


@pytest.fixture(scope="module")
def charts():
    studies = [_study("BTC/USDT", [0.1 * i for i in range(20)]), _study("ETH/USDT", [-30.0, 0.5, 0.25])]
    return {name: ET.fromstring(data) for name, data in draw_charts(made_up_research(), studies).items()}


def test_there_is_one_well_formed_picture_of_each_kind(charts):
    assert set(charts) == {"equity.svg", "drawdown.svg", "price.svg", "walk_forward.svg", "trials.svg"}
    assert all(root.tag == f"{SVG}svg" for root in charts.values())


def test_everything_is_drawn_inside_the_frame(charts):
    for root in charts.values():
        _, _, width, height = map(float, root.get("viewBox").split())
        for line in root.iter(f"{SVG}polyline"):
            for point in line.get("points").split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= width
                assert 0 <= y <= height


def test_the_equity_chart_has_a_point_per_value(charts):
    lines = list(charts["equity.svg"].iter(f"{SVG}polyline"))
    assert [len(line.get("points").split()) for line in lines] == [60, 60]


def test_every_trial_is_a_dot_and_every_trade_a_line(charts):
    assert len(list(charts["trials.svg"].iter(f"{SVG}circle"))) == 23
    trades = [line for line in charts["price.svg"].iter(f"{SVG}line") if line.get("stroke") in {"#1c7f4b", "#b3362b"}]
    assert [line.get("stroke") for line in trades] == ["#1c7f4b", "#b3362b"]


def test_folds_are_named_by_the_instrument_they_chose(charts):
    texts = [text.text for text in charts["walk_forward.svg"].iter(f"{SVG}text")]
    assert "1: BTC/USDT" in texts
    assert "2: no instrument" in texts


def test_what_is_not_there_is_not_drawn():
    research = dataclasses.replace(made_up_research(), walk_forward_equity=Curve((), ()))
    assert set(draw_charts(research, [_study("BTC/USDT", [1.0])])) == {"equity.svg", "drawdown.svg", "price.svg"}


def test_a_flat_line_can_be_drawn():
    research = made_up_research()
    flat = Curve(research.equity.times_ms, (10_000.0,) * 60)
    charts = draw_charts(dataclasses.replace(research, equity=flat, buy_and_hold=flat), [])
    assert ET.fromstring(charts["equity.svg"]) is not None


def test_equal_input_gives_equal_bytes():
    assert draw_charts(made_up_research(), []) == draw_charts(made_up_research(), [])
