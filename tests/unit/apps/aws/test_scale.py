"""The model of docs/scale.md on cases that can be done by hand, and the page itself; the figures of docs/cost.md."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from botyard.apps.aws.cost import bill, figures, plan

ROOT = Path(__file__).parents[4]
TICK = dataclasses.replace(
    figures.measured().tick, cpu_ms=128.0, cold_share=0.0, exchange_ms=1e-6, table_requests=0.0
)  # 1.769 s at 128 MB, all alike


@pytest.fixture(scope="module")
def model():
    spec = importlib.util.spec_from_file_location("model_scale", ROOT / "tools" / "model_scale.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_model_says(model):
    text = (ROOT / "docs" / "scale.md").read_text()
    assert model.page(text) == text, "python tools/model_scale.py --write"


def test_ticks_that_find_no_place_wait_for_one(model, monkeypatch):
    monkeypatch.setattr(model, "SPREAD_SECONDS", 1e-9)
    assert model.ticks(10, 10, TICK, 128).at_once == 10
    assert model.ticks(10, 10, TICK, 128).last_seconds == pytest.approx(0.0, abs=1e-6)
    assert model.ticks(10, 2, TICK, 128).last_seconds == pytest.approx(4 * 1.769, abs=1e-3)


def test_runs_wait_for_capacity_as_long_as_they_are_tried_again(model):
    drawn = plan.Plan({"designer": plan.Agent(2.0, 4.0)}, 256, 128, 14, 14)
    took = dataclasses.replace(figures.measured().run, seconds={"designer": 60.0}, start_seconds=0.0)
    assert model.runs(3, 6.0, drawn, took, (20.0, 6, 300.0)) == model.Runs(0, 1.0)
    assert model.runs(3, 2.0, drawn, took, (1.0, 3, 1.0)).failed == 2  # three tries within three seconds
    waited = model.runs(3, 2.0, drawn, took, (20.0, 60, 300.0))
    assert waited.failed == 0
    assert waited.minutes > 3.0


def test_the_page_on_cost_gives_the_bills_figures():
    drawn, found = plan.read_plan(ROOT / "infra"), figures.measured()
    prices = figures.prices()[2]

    def usd(lines):
        return bill.total(bill.priced(lines, prices))

    idle, run, bot = usd(bill.idle(drawn, found)), usd(bill.run(drawn, found)), usd(bill.bot(drawn, found, "5m"))
    page = (ROOT / "docs" / "cost.md").read_text()
    assert f"| control plane, nothing running | ${idle:.2f} | |" in page
    assert f"| a run, without a language model | ${run:.3f} each | |" in page
    assert f"| **control plane and a run a day** | **${idle + 30 * run:.2f}** | $2.50 |" in page
    assert f"| a bot of five-minute bars that orders 45 times a day | **${bot:.3f}** | $0.01 |" in page
    hourly = usd(bill.bot(drawn, found, "1h"))
    assert f"| a bot of one-hour bars | ${hourly:.3f} | |" in page
