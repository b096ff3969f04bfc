"""From a message in Telegram to a bot that ticks and is killed, all of it executed.

`botyard aws deploy`, the webhook's URL, the real state machine, the four agents as processes under their limits, a model
behind Bedrock's own client, the bot's stack and its rule, bars from the loopback exchange.
"""

import json
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire
from botyard.apps.aws.cost import figures
from botyard.market import market_folder, open_market
from botyard.market.importer import Told, import_files
from botyard.records.fleet import Bar
from botyard.testing.aws.agents import Agents
from botyard.testing.aws.clients import REGION
from botyard.testing.aws.front import FunctionUrl, deliver
from botyard.testing.aws.schedules import Schedules
from botyard.testing.command import Command
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.language_model import sleepy
from botyard.testing.language_model.server import Step
from botyard.testing.language_model.wires import BedrockServer
from botyard.testing.telegram.server import TOKEN, FakeTelegram

MINUTE_MS, BAR_MS = 60_000, 300_000
DAYS, AHEAD = 60, 400  # of bars that research has, and bars after them
MODEL = "eu.anthropic.claude-sonnet-4-6"
BOT = "sleepy-breakout-btcusdt-1"
STACK = f"botyard-bot-live-{BOT}"
SLOW = 400.0  # seconds: another job may have the machine


def a_good_model(body):
    tools = [each["toolSpec"]["name"] for each in body["toolConfig"]["tools"]]
    tool = tools[0] if len(tools) == 1 else "strategy_spec"  # the designer may ask back instead
    answers = {
        "witness": {"source": sleepy.WITNESS, "tests": sleepy.TESTS},
        "strategy_spec": sleepy.SPEC,
        "review": {"does": ["It buys."], "compared": ["It is what was asked for."], "risks": ["It may lose money."]},
    }
    return Step(tool=tool, arguments=answers[tool])


def made_up_bars(home):
    """Sixty days and some hours of five-minute bars in which the idea finds something to do."""
    market = open_market(home / "made", "demo", int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000))
    found = market.bars("DEMO-AMBER/USDT", "5m")
    columns = zip(*(column.tolist() for column in found.columns()), strict=True)
    return [Bar(*row) for row in columns][-DAYS * 288 :]


@pytest.fixture(scope="module")
def yard(account, tmp_path_factory):
    """Environment `live`, deployed by the command, with the world around it."""
    home = tmp_path_factory.mktemp("live")
    bars = made_up_bars(home)
    rows = ["timestamp,open,high,low,close,volume", *(",".join(map(str, bar)) for bar in bars[:-AHEAD])]
    (home / "BTC_USDT-5m.csv").write_text("\n".join(rows) + "\n")
    listing = listing_of("BTC", bars, lot="0.001")
    with (
        LoopbackExchange([listing], now_ms=bars[-AHEAD].open_ms + 2_000) as exchange,
        FakeTelegram() as telegram,
        BedrockServer(a_good_model) as bedrock,
    ):
        loopback = {"BOTYARD_LOOPBACK": f"mainnet={exchange.url}"}
        chat = {"BOTYARD_TELEGRAM_API": telegram.url}
        person = {
            "BOTYARD_TELEGRAM_TOKEN": TOKEN,
            "BOTYARD_TELEGRAM_USERS": "1",
            "BOTYARD_ENVIRONMENT": "live",
            "BOTYARD_MODEL": f"bedrock:{MODEL}",
            "BOTYARD_GATES": "deployer",
        }
        account.set_environment(loopback | chat)
        here = Command(home, tuple((account.environment | chat | person).items()))
        import_files(market_folder(home / "botyard", "imported"), [home / "BTC_USDT-5m.csv"], Told())
        done = here.run("aws", "deploy", "--no-image")
        assert done.code == 0, done.out + done.err
        found = account.client("cloudformation").describe_stacks(StackName="botyard-live")["Stacks"][0]["Outputs"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in found}
        assert telegram.webhook == outputs["WebhookUrl"]
        named = account.client("ssm").get_parameter(Name="/botyard/live/telegram/secret", WithDecryption=True)
        agents = Agents(
            account,
            "botyard-live",
            (sys.executable, "-m", "botyard"),
            {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url, **loopback},
        )
        wire = Wire(REGION, lambda: Credentials("testing", "testing"), account.url)
        with FunctionUrl(account, "botyard-live-webhook") as front:
            yield Yard(
                account=account, exchange=exchange, telegram=telegram, bedrock=bedrock, agents=agents, front=front,
                bars=bars, outputs=outputs, here=here, secret=named["Parameter"]["Value"],
                fleet=DynamoFleet(wire.call, outputs["Fleet"]), clock=Schedules(account, exchange.now_ms()),
            )  # fmt: skip
        wire.close()
        agents.close()


class Yard(SimpleNamespace):
    def say(self, text):
        """Write to the bot; return the first message after that."""
        before = len(self.telegram.sent)
        assert deliver(self.telegram, self.telegram.say(text), self.front.url, self.secret) == 200
        return self.telegram.wait_for(lambda m: True, after=self.telegram.sent[before - 1].number if before else 0)

    def press(self, message, label):
        assert deliver(self.telegram, self.telegram.press(message, label), self.front.url, self.secret) == 200

    def hear(self, words, **how):
        """Wait for a message, or for the news that it will never come."""
        heard = self.telegram.wait_for(lambda m: words in m.text or "ended early" in m.text, seconds=SLOW, **how)
        assert words in heard.text
        return heard

    def close_bar(self, *, late_ms=0, **how):
        """Let the next bar close, and the rule wake the bot; the event is seen so much later."""
        close_ms = self.clock.now_ms // BAR_MS * BAR_MS + BAR_MS
        self.exchange.move_to(close_ms + 2_000 + late_ms)
        return [w for w in self.clock.advance(close_ms, **how) if w.function == STACK]

    def entries(self, kind):
        return [e for e in self.fleet.entries(BOT) if e.kind == kind]


@pytest.fixture(scope="module")
def live(yard):
    """A bot that an idea became: asked for in the chat, approved by a button."""
    before = yard.account.calls()
    began = yard.say(f'/pipeline "{sleepy.IDEA}" 5')
    gate = yard.hear("may the deployer begin", after=began.number)
    stages = [task.command[1] for task in yard.agents.ended]
    yard.press(gate, "Approve")
    plan = yard.hear("change stack", after=gate.number)
    told = yard.hear("is live on", after=gate.number)
    calls = yard.account.calls() - before
    return SimpleNamespace(began=began, gate=gate, before_the_gate=stages, plan=plan, told=told, calls=calls)


def test_the_idea_becomes_a_bot(yard, live):
    assert "deployer" not in live.before_the_gate
    assert f"{STACK}: add AWS::Lambda::Function Function" in live.plan.text
    assert live.plan.number < live.told.number
    bot = yard.fleet.bot(BOT)
    assert (bot.status, bot.mode, bot.symbol, bot.feed) == ("running", "paper", "BTC/USDT", "live")
    assert len(yard.entries("decision")) == 1
    (rule,) = [r for r in yard.account.client("events").list_rules()["Rules"] if r["Name"] == STACK]
    assert rule["ScheduleExpression"] == "cron(0/5 * * * ? *)"


def test_the_designer_asked_bedrock_with_the_deployed_model(yard, live):
    assert {seen.path for seen in yard.bedrock.seen} == {f"/model/{MODEL}/converse"}
    asked = [seen.body["toolConfig"]["tools"][0]["toolSpec"]["name"] for seen in yard.bedrock.seen]
    assert sorted(asked)[-2:] == ["strategy_spec", "witness"]


def test_four_agents_ran_within_their_memory(yard, live):
    end = time.monotonic() + 30
    while len(yard.agents.ended) < 4 and time.monotonic() < end:  # the last one has reported and not yet gone
        time.sleep(0.1)
    assert [(task.command[1], task.exit_code) for task in yard.agents.ended] == [
        ("designer", 0), ("selector", 0), ("researcher", 0), ("deployer", 0)
    ]  # fmt: skip


def test_a_run_asks_no_more_of_aws_than_the_bill_says(yard, live):
    run = figures.measured().run
    counted = {
        "s3_writes": live.calls["s3 PUT"] + live.calls["s3 POST"],
        "s3_reads": live.calls["s3 GET"] + live.calls["s3 HEAD"],
        "writes": sum(live.calls[f"dynamodb {n}"] for n in ("PutItem", "UpdateItem", "TransactWriteItems")),
        "reads": sum(live.calls[f"dynamodb {n}"] for n in ("GetItem", "Query", "BatchGetItem")),
    }
    assert counted["s3_writes"] <= run.s3_writes
    assert counted["s3_reads"] <= run.s3_reads
    assert counted["writes"] <= run.write_units
    assert counted["reads"] <= run.read_units


def test_it_ticks_three_times(yard, live):
    assert yard.exchange.now_ms() - yard.clock.now_ms < BAR_MS
    answers = [json.loads(w.answer) for _ in range(3) for w in yard.close_bar()]
    assert [(a["status"], a["bars"], a["is_done"]) for a in answers] == [("running", 1, True)] * 3
    assert [a["last_bar_ms"] for a in answers] == [bar.open_ms for bar in yard.bars[-AHEAD : -AHEAD + 3]]


def test_a_doubled_event_changes_nothing_and_a_stale_one_does_nothing(yard, live):
    first, second = (json.loads(w.answer) for w in yard.close_bar(times=2))
    assert (first["bars"], second["bars"], second["text"]) == (1, 0, "no new bar")
    (stale,) = yard.close_bar(late_ms=2 * MINUTE_MS + 1_000)
    assert json.loads(stale.answer)["status"] == "stale"
    (dropped,) = yard.close_bar(late_ms=61_000)
    assert json.loads(dropped.answer)["bars"] == 2  # late, but not too late: it makes good what the stale one left


def test_what_lambda_gave_up_is_told(yard, live):
    before = yard.telegram.sent[-1].number
    close_ms = yard.clock.now_ms // BAR_MS * BAR_MS + BAR_MS
    yard.exchange.move_to(close_ms + 2_000)
    given_up = yard.clock.bring(STACK, next(e for f, e in yard.clock.due(close_ms) if f == STACK), age_ms=61_000)
    yard.clock.now_ms = close_ms
    assert given_up.tries == 0
    assert f"A tick of {BOT} was given up: it came too late" in yard.hear("was given up", after=before).text


def test_a_throttled_table_is_asked_again(yard, live):
    yard.account.throttle("dynamodb", "GetItem", 1)
    (woken,) = yard.close_bar()
    assert (json.loads(woken.answer)["is_done"], json.loads(woken.answer)["bars"]) == (True, 2)


def test_the_fleet_is_seen_from_the_chat_and_is_on_the_bill(yard, live):
    assert BOT in yard.say("/fleet").text
    bill = yard.here.run("--profile", "aws", "aws", "cost", "--json")
    assert "a month with 30 runs and 1 bot of 5m" in json.loads(bill.out)["usd"], bill.err


def test_it_is_killed_and_its_stack_is_gone(yard, live):
    asked = yard.say(f"/kill {BOT}")
    yard.press(asked, "Kill")
    yard.hear("killed", after=asked.number - 1)
    assert yard.fleet.bot(BOT).status == "killed"
    held = sum(e.data["lots"] * (1 if e.data["side"] == "buy" else -1) for e in yard.entries("fill"))
    assert held == 0
    names = {f["FunctionName"] for f in yard.account.client("lambda").list_functions()["Functions"]}
    assert STACK not in names
    assert STACK not in {r["Name"] for r in yard.account.client("events").list_rules()["Rules"]}
    assert yard.close_bar() == []
    assert yard.front.failures == []
