"""The bill's arithmetic on made-up prices, and what it reads out of the templates."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from botyard.apps.aws.cost import account, bill, figures, plan
from botyard.apps.aws.cost.command import cost
from botyard.records.run import RunRecord, StageRecord

INFRA = Path(__file__).parents[4] / "infra"
PLAN = plan.Plan(
    agents={"designer": plan.Agent(0.5, 1.0), "researcher": plan.Agent(2.0, 4.0)},
    function_mb=256,
    bot_mb=128,
    steps=14,
    log_days=14,
)
TICK = figures.Tick(
    cpu_ms=10.0,
    cold_cpu_ms=20.0,
    init_cpu_ms=80.0,
    exchange_requests=1.0,
    table_requests=2.0,
    read_units=0.5,
    write_units=0.25,
    log_bytes=0.0,
    exchange_ms=180.0,
    table_ms=10.0,
    init_cores=0.5,
    cold_share=0.1,
    cold_after_minutes=15,
)
FOUND = dataclasses.replace(figures.measured(), tick=TICK)


@pytest.fixture(scope="module")
def prices():
    return figures.prices()[2]


def amount(lines, price):
    return sum(line.amount for line in lines if line.price == price)


def test_waiting_is_billed_as_it_is_and_work_by_the_share_of_a_core():
    # 128 of 1769 MB: 13.82 times slower; nine warm ticks of 10 ms and one cold one of 20 ms, with 80 ms of import on
    # half a core; all wait for 180 and twice 10 ms
    assert bill.billed_ms(TICK, 128, 5) == pytest.approx(11 * 1769 / 128 + 0.1 * 160 + 200)
    assert bill.billed_ms(TICK, 128, 15) == pytest.approx(20 * 1769 / 128 + 160 + 200)
    assert bill.billed_ms(TICK, 3008, 5) == pytest.approx(11 + 16 + 200)


def test_a_bot_of_five_minutes_ticks_8760_times_in_730_hours():
    lines = bill.bot(PLAN, FOUND, "5m", measured_ms=384.0)  # and 16 ms for the import of one tick in ten
    assert amount(lines, "lambda_request") == 8760
    assert amount(lines, "lambda_gb_second") == pytest.approx(8760 * 0.4 * 0.125)
    assert amount(lines, "dynamodb_write_unit") == 2190
    assert amount(bill.bot(PLAN, FOUND, "1d", measured_ms=1.0), "lambda_request") == 30 + 10 / 24


def test_an_agent_is_billed_from_the_pull_of_its_image_and_a_minute_at_least():
    found = dataclasses.replace(FOUND, run=dataclasses.replace(FOUND.run, start_seconds=40.0))
    lines = bill.run(PLAN, found, {"designer": 5.0, "researcher": 140.0})
    assert amount(lines, "fargate_vcpu_hour") == pytest.approx((0.5 * 60 + 2 * 180) / 3600)
    assert amount(lines, "fargate_gb_hour") == pytest.approx((1 * 60 + 4 * 180) / 3600)
    assert amount(lines, "public_ipv4_hour") == pytest.approx(240 / 3600)


def test_what_is_free_is_taken_off_once(prices):
    lines = [bill.Line("first", "step_transition", 3_000), bill.Line("second", "step_transition", 3_000)]
    assert [c.usd for c in bill.priced(lines, prices)] == pytest.approx([0.075, 0.075])
    assert [c.usd for c in bill.priced(lines, prices, free_tier=True)] == pytest.approx([0.0, 0.05])


def test_every_price_has_a_source_and_is_used(prices):
    lines = [*bill.idle(PLAN, FOUND), *bill.run(PLAN, FOUND), *bill.bot(PLAN, FOUND, "5m")]
    assert {line.price for line in lines} == set(prices)
    assert all(price.source and price.usd > 0 for price in prices.values())


def test_the_templates_say_what_is_rented():
    drawn = plan.read_plan(INFRA)
    assert {name: (each.vcpu, each.gb) for name, each in drawn.agents.items()} == {
        "designer": (0.5, 1.0),
        "selector": (1.0, 2.0),
        "researcher": (2.0, 4.0),
        "deployer": (0.5, 1.0),
    }
    assert (drawn.function_mb, drawn.bot_mb, drawn.log_days) == (256, 128, 14)


def test_a_run_takes_fourteen_steps():
    # start, four gates passed by, four agents, three looks at how they ended, telling, the end
    assert plan.steps_of(json.loads((INFRA / "pipeline.asl.json").read_text())) == 14


def test_times_come_from_the_account_where_it_knows_them():
    class Metrics:
        def get_metric_statistics(self, **asked):
            assert asked["EndTime"] - asked["StartTime"] == dt.timedelta(days=7)
            by_name = {"a": [{"Sum": 900.0, "SampleCount": 3.0}], "b": [{"Sum": 100.0, "SampleCount": 1.0}]}
            return {"Datapoints": by_name.get(asked["Dimensions"][0]["Value"], [])}

    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert account.mean_tick_ms(Metrics(), ["a", "b", "c"], now) == 250.0
    assert account.mean_tick_ms(Metrics(), ["c"], now) is None
    stage = StageRecord("designer", "design.json", "0" * 64, 2.0, "done")
    given = {"idea": "any", "timeframe": "5m", "market": "demo", "seed": 1, "trials": 5, "outcome": "running"}
    runs = [
        RunRecord(run_id="1", created_ms=1, stages=(stage,), **given),
        RunRecord(run_id="2", created_ms=2, stages=(dataclasses.replace(stage, seconds=4.0),), **given),
    ]
    assert account.mean_seconds(runs) == {"designer": 3.0}


def test_the_command_adds_up():
    app = typer.Typer()
    app.command()(cost)
    said = CliRunner().invoke(app, ["--runs", "10", "--bots", "3", "--timeframe", "1h", "--json"])
    usd = json.loads(said.output)["usd"]
    idle, run, bot, month = usd.values()
    assert month == pytest.approx(idle + 10 * run + 3 * bot)
    assert 0 < bot < run < idle < month
