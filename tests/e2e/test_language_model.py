"""An idea that the rules cannot read goes to a bot with a model on the loopback, and again without it."""

from datetime import UTC, datetime

import pytest

from botyard.testing.command import Command
from botyard.testing.language_model import sleepy
from botyard.testing.language_model.server import Step
from botyard.testing.language_model.wires import OpenAIServer

SAME = ["strategy_spec.json", "strategy.py", "test_strategy.py", "witness.py", "design.json", "ranking.json", "research.json"]  # fmt: skip


def a_good_model(body):
    tools = [tool["function"]["name"] for tool in body["tools"]]
    if tools == ["witness"]:
        return Step(tool="witness", arguments={"source": sleepy.WITNESS, "tests": sleepy.TESTS})
    return Step(tool="strategy_spec", arguments=sleepy.SPEC)


def run_folder(home, number):
    return next((home / "botyard" / "runs").glob(f"{number}-*"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A home with ninety days of made-up bars, a run with a model, and the server that it asked."""
    from botyard.market import open_market

    home = tmp_path_factory.mktemp("model")
    market = open_market(home / "made", "demo", int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000))
    bars = market.bars("DEMO-AMBER/USDT", "5m")
    rows = ["timestamp,open,high,low,close,volume"]
    for k in range(len(bars) - 90 * 288, len(bars)):
        stamp = datetime.fromtimestamp(int(bars.open_ms[k]) / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        rows.append(f"{stamp},{bars.open[k]},{bars.high[k]},{bars.low[k]},{bars.close[k]},{bars.volume[k]}")
    (home / "AMBER_USDT-5m.csv").write_text("\n".join(rows) + "\n")
    assert Command(home).run("data", "import", str(home / "AMBER_USDT-5m.csv")).code == 0
    with OpenAIServer(a_good_model) as server:
        setting = (("BOTYARD_MODEL", f"openai:test@{server.url}"), ("BOTYARD_MODEL_PRICE", "3/15"))
        done = Command(home, setting).run("pipeline", sleepy.IDEA, "5", "--trials", "5")
    assert done.code == 0, done.err
    return home, done, server


def test_the_idea_becomes_a_bot(finished):
    home, done, server = finished
    assert "Read by openai:test: spec and witness agree." in done.out
    assert "of them real" in done.out  # imported bars were compared, too
    asked = [tool["function"]["name"] for seen in server.seen for tool in seen.body["tools"]]
    assert (asked.count("strategy_spec"), asked.count("witness")) == (1, 1)
    fleet = Command(home).run("fleet")
    assert "sleepy-breakout" in fleet.out
    assert {"designer-1.json", "witness-1.json"} <= {p.name for p in (run_folder(home, 1) / "conversations").iterdir()}


def test_tokens_and_money_show(finished):
    home, _, server = finished
    shown = Command(home).run("show", "1").out
    report = (run_folder(home, 1) / "report.html").read_text()
    used = server.answer(server.seen[0].body, a_good_model(server.seen[0].body))["usage"]
    dollars = f"{(used['prompt_tokens'] * 3 + used['completion_tokens'] * 15) / 1e6:.4f}"
    for text in (shown, report):
        assert f"{used['prompt_tokens']:,}" in text
        assert dollars in text
        assert "Spec and an independent program decided alike on" in text
    assert sleepy.IDEA in report
    assert "buy at the next open when vol is below usual" in report  # what was built, said again


def test_the_run_is_repeated_without_the_model(finished):
    home, _, _ = finished
    done = Command(home).run("pipeline", sleepy.IDEA, "5", "--recorded", "1")
    assert done.code == 0, done.err
    assert "repeated from run 1-if-the-market-is" in done.out
    first, second = run_folder(home, 1), run_folder(home, 2)
    names = [*SAME, *(f"conversations/{p.name}" for p in (first / "conversations").iterdir())]
    assert [n for n in names if (first / n).read_bytes() != (second / n).read_bytes()] == []


def test_a_changed_prompt_says_so(finished):
    home, _, _ = finished
    done = Command(home).run("pipeline", sleepy.IDEA.replace("100", "90"), "5", "--recorded", "1")
    assert done.code == 2
    assert "the prompt has changed since run 1-if-the-market-is was recorded" in done.error


def test_without_a_model_it_says_so(tmp_path):
    done = Command(tmp_path).run("pipeline", sleepy.IDEA, "5", "--market", "demo")
    assert done.code == 3
    assert "Read by the rules alone: no language model is set (BOTYARD_MODEL)." in done.out


def test_the_money_limit_stops_before_the_first_call(tmp_path):
    with OpenAIServer(a_good_model) as server:
        setting = (("BOTYARD_MODEL", f"openai:test@{server.url}"), ("BOTYARD_MODEL_PRICE", "3/15"))
        words = ("pipeline", sleepy.IDEA, "5", "--market", "demo", "--budget-usd", "0.05")
        done = Command(tmp_path, setting).run(*words)
    assert done.code == 3
    assert "the money limit of $0.05 stops here" in " ".join(done.out.split())
    assert server.seen == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("gpt", "names no model"),
        ("anthropic:claude-sonnet-4-6", "needs ANTHROPIC_API_KEY"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path, setting, said):
    done = Command(tmp_path, (("BOTYARD_MODEL", setting),)).run("pipeline", "fast ema crosses slow ema", "5")
    assert done.code == 2
    assert said in done.error
    assert "Traceback" not in done.err
    assert not list((tmp_path / "botyard").glob("runs/*"))
