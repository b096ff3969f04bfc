"""A bot that trades at Binance's testnet from its function: deployed as the Deployer does it, at the exchange on loopback."""

import dataclasses
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from botyard.adapters.deploy_target.cloudformation import AtTestnet, CloudFormationTarget
from botyard.adapters.deploy_target.stacks import Places
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire
from botyard.adapters.market_data.klines import VENUES
from botyard.apps.aws.testnet import code, rooms
from botyard.bot import folds
from botyard.errors import ConfigError, NotFound, Refused
from botyard.records.fleet import DEFAULTS, Order, OuterLimits, VenueAccount
from botyard.stages.deployer.plan import make_plan
from botyard.testing.aws.clients import REGION
from botyard.testing.aws.runtime_api import Sandbox
from botyard.testing.bots import at_testnet, live
from botyard.testing.bots.at_testnet import BARS, LIVE
from botyard.testing.ports import loopback_aws

TEMPLATE = Path(__file__).parents[2] / "infra" / "bot.yaml"
NOTIFIER = f"arn:aws:lambda:{REGION}:123456789012:function:botyard-main-notifier"
NAME, STACK = "swing-2", "botyard-bot-main-swing-2"
KEYS = "/botyard/main/keys/binance/testnet"
QUIET = 22  # bars after its first entry in which nothing more happens
TOMORROW = 330  # number of a bar of the next day, a little before its next entry
LIMITS = OuterLimits(max_orders_a_day=1)


@pytest.fixture(scope="module")
def exchange():
    with at_testnet.exchange() as one:
        one.deposit("USDT", "2000")
        one.deposit("BTC", "2")  # somebody else's
        yield one


@pytest.fixture(scope="module")
def places(account, exchange):
    loopback_aws.make_table(account.url, "testnet-bots")
    loopback_aws.make_bucket(account.url, "testnet-bundles")
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = account.client("iam").create_policy(PolicyName="testnet", PolicyDocument=json.dumps(anything))
    account.set_environment({"BOTYARD_LOOPBACK": f"mainnet={exchange.url},testnet={exchange.url}"})
    limits = {**DEFAULTS, "testnet": LIMITS}
    yield Places("main", "testnet-bundles", "testnet-bots", boundary["Policy"]["Arn"], NOTIFIER, limits=limits)
    account.set_environment({})


@pytest.fixture(scope="module")
def fleet(account, places):
    wire = Wire(REGION, lambda: Credentials("testing", "testing"), account.url)
    yield DynamoFleet(wire.call, places.table)
    wire.close()


@pytest.fixture(scope="module")
def target(account, places, fleet):
    template, testnet = TEMPLATE.read_text(), AtTestnet(code.with_exchange, rooms.check)
    return CloudFormationTarget(
        places, fleet, account.client, template, venues=VENUES, testnet=testnet, pause_seconds=0.05
    )


ALONE = """
import os, sys
sys.path[:0] = [sys.argv[1] + "/exchange", sys.argv[1]]
import botyard.adapters.venue.ccxt.in_function
here = (os.path.dirname(os.__file__), sys.argv[1])
foreign = [m.__file__ for m in list(sys.modules.values()) if not (getattr(m, "__file__", None) or here[0]).startswith(here)]
print([name for name in foreign if name != sys.argv[0]] + [p for p in sys.path if "site-packages" in p])
"""


class Woken:
    """The bot's function in its stack, and in a process beside it, as when an event comes twice."""

    def __init__(self, account, exchange, bundle, folder):
        self.account, self.exchange = account, exchange
        with zipfile.ZipFile(BytesIO(bundle)) as archive:
            archive.extractall(folder)
        function = account.client("lambda").get_function_configuration(FunctionName=STACK)
        self.environment = function["Environment"]["Variables"]
        given = {**account.environment, **self.environment}
        given["BOTYARD_LOOPBACK"] = f"mainnet={exchange.url},testnet={exchange.url}"
        self.beside = Sandbox(folder, "function.handler", memory_mb=128, timeout=30, environment=given)

    def event(self, index):
        bar = BARS[index]
        self.exchange.move_to(bar.open_ms + live.BAR_MS + 2_000)
        time = datetime.fromtimestamp((bar.open_ms + live.BAR_MS) / 1000, UTC).isoformat()
        return json.dumps({"detail-type": "Scheduled Event", "source": "aws.events", "time": time})

    def invoke(self, event):
        answer = self.account.client("lambda").invoke(FunctionName=STACK, Payload=event.encode())
        body = answer["Payload"].read()
        assert "FunctionError" not in answer, body
        return json.loads(body)

    def tick(self, index):
        return self.invoke(self.event(index))


def deploy(target, data):
    bot = at_testnet.bot(NAME, data)
    plan = target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)
    return target.apply(plan, bot, data)


def held(fleet):
    return folds.current_ledger(fleet, fleet.bot(NAME), at_testnet.deployed().settings.rules.instrument).lots


def test_its_orders_rest_at_the_exchange_and_a_kill_leaves_nothing(account, exchange, places, fleet, target, tmp_path):
    # one story: each step stands on the one before
    data = at_testnet.bundle()
    with pytest.raises(
        ConfigError, match=f"swing-2 cannot trade: the keys in {KEYS} cannot be read: ParameterNotFound"
    ):
        deploy(target, data)
    with pytest.raises(NotFound):
        fleet.bot(NAME)
    secret = {"key": exchange.key.key, "secret": exchange.key.secret}
    account.client("ssm").put_parameter(Name=KEYS, Value=json.dumps(secret), Type="SecureString")
    assert "flat" in deploy(target, data)
    bot = fleet.bot(NAME)
    assert (bot.mode, bot.account, bot.status) == ("testnet", "binance/testnet/1", "running")

    made = account.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    assert len(made) == 7  # those of a bot on paper, and its right to read its keys
    policy = account.client("iam").get_role_policy(RoleName=STACK, PolicyName="keys")["PolicyDocument"]["Statement"]
    arn = f"arn:aws:ssm:{REGION}:123456789012:parameter{KEYS}"
    assert [(s["Effect"], s["Action"], s["Resource"]) for s in policy] == [("Allow", "ssm:GetParameter", arn)]

    bundle = account.client("s3").get_object(Bucket=places.bucket, Key=bot.bundle.split("/", 3)[3])["Body"].read()
    woken = Woken(account, exchange, bundle, tmp_path)
    assert not [text for text in woken.environment.values() if secret["key"] in text or secret["secret"] in text]
    (tmp_path / "alone.py").write_text(ALONE)  # nothing that it imports comes from elsewhere
    command = [sys.executable, "-W", "error", "-I", "-S", "-B", tmp_path / "alone.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    index = LIVE + 1
    while not any(one.type == "STOP_LOSS" and one.is_open for one in exchange.orders):
        assert woken.tick(index)["status"] == "running"
        index += 1
        assert index < LIVE + 60
    count = len(exchange.orders)
    twice = woken.beside.invoke(woken.event(index - 1))
    assert json.loads(twice.body)["text"] == "no new bar"
    assert twice.usage.memory_mb < 128
    assert len(exchange.orders) == count

    told, index = [], index + QUIET  # its stop fills meanwhile
    while not told:
        told = woken.tick(index)["messages"]  # a second entry on that day is more than its owner allows
        index += 1
    assert "an order is refused by your limit max_orders_a_day: 1 orders today are all that is allowed" in told[0]
    assert held(fleet) == 0
    index = TOMORROW
    while not woken.tick(index)["fills"]:
        index += 1
    assert held(fleet) > 0
    wanted = {e.data["client_id"]: Order(**e.data["order"]) for e in fleet.entries(NAME) if e.kind == "intent"}
    assert {one.client_id for one in exchange.orders} == set(wanted)
    assert all(o.quantity == wanted[o.client_id].lots * Decimal("0.001") for o in exchange.orders)

    fleet.set_status(NAME, "killing", "asked", expected="running")
    assert woken.invoke('{"kind": "tick"}')["status"] == "killed"
    woken.beside.close()
    assert not [one for one in exchange.orders if one.is_open]
    assert Decimal(0) <= exchange.spot.total("BTC") - 2 < Decimal("0.001") * len(exchange.trades)
    target.remove(NAME)


def test_what_has_no_room_or_no_way_is_refused_in_words(places, fleet, target):
    data = at_testnet.bundle()
    bot = dataclasses.replace(at_testnet.bot("second", data), account="a")
    owner = VenueAccount("binance", "testnet", "a", True, None, "2000", "2000", None)
    rooms.check(owner, bot, [])
    with pytest.raises(ConfigError, match="more would be over 95%"):
        rooms.check(owner, bot, [dataclasses.replace(bot, name="first")])
    with pytest.raises(Refused, match="not in mainnet mode"):
        target.prepare(make_plan(bot, 1, "0" * 64), dataclasses.replace(bot, mode="mainnet"), data)
    few = dataclasses.replace(places, limits={**DEFAULTS, "testnet": OuterLimits(max_bots=0)})
    with pytest.raises(ConfigError, match="max_bots allows 0"):
        CloudFormationTarget(
            few, fleet, lambda _: None, "", venues=VENUES, testnet=AtTestnet(code.with_exchange, rooms.check)
        ).prepare(make_plan(bot, 1, "0" * 64), bot, data)
