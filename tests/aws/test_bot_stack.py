"""The Deployer's way to a bot in AWS: what it proposes, what it makes, and what is left when that fails: nothing."""

import json
from pathlib import Path

import pytest

from botyard.adapters.deploy_target.cloudformation import CloudFormationTarget
from botyard.adapters.deploy_target.stacks import Places, schedule, stack_name
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire
from botyard.adapters.market_data.klines import VENUES
from botyard.errors import ConfigError, NotFound, Refused, UserError
from botyard.stages.deployer.plan import make_plan, plan_text
from botyard.testing.aws.clients import REGION
from botyard.testing.bots import in_functions
from botyard.testing.ports import loopback_aws

TEMPLATE = Path(__file__).parents[2] / "infra" / "bot.yaml"
MADE = {
    "Logs": "AWS::Logs::LogGroup",
    "Role": "AWS::IAM::Role",
    "Function": "AWS::Lambda::Function",
    "Invocations": "AWS::Lambda::EventInvokeConfig",
    "Rule": "AWS::Events::Rule",
    "RuleMayWake": "AWS::Lambda::Permission",
}
NOTIFIER = f"arn:aws:lambda:{REGION}:123456789012:function:botyard-main-notifier"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
BOUNDARY = "arn:aws:iam::123456789012:policy/botyard-main-bot-boundary"


@pytest.fixture(scope="module")
def places(account):
    loopback_aws.make_table(account.url, "bots")
    loopback_aws.make_bucket(account.url, "bots-and-runs")
    account.client("iam").create_policy(
        PolicyName="botyard-main-bot-boundary",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]}),
    )
    with in_functions.exchange() as exchange:
        account.set_environment({"BOTYARD_LOOPBACK": f"mainnet={exchange.url}"})
        yield Places("main", "bots-and-runs", "bots", BOUNDARY, NOTIFIER)
    account.set_environment({})


@pytest.fixture
def fleet(account):
    wire = Wire(REGION, lambda: Credentials("testing", "testing"), account.url)
    yield DynamoFleet(wire.call, "bots")
    wire.close()


@pytest.fixture
def target(account, places, fleet):
    return CloudFormationTarget(places, fleet, account.client, TEMPLATE.read_text(), venues=VENUES, pause_seconds=0.05)


def stacks(account):
    found = account.client("cloudformation").list_stacks()["StackSummaries"]
    return {s["StackName"]: s["StackStatus"] for s in found if s["StackStatus"] != "DELETE_COMPLETE"}


def functions(account):
    return {f["FunctionName"] for f in account.client("lambda").list_functions()["Functions"]}


def deployed(target, name, data):
    bot = in_functions.bot(name, data)
    plan = target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)
    return bot, plan, target.apply(plan, bot, data)


def test_the_plan_says_what_would_change_before_anything_does_and_the_bot_ticks_then(account, target, fleet):
    data = in_functions.bundle()
    bot = in_functions.bot("swing-1", data)
    plan = target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)
    stack = "botyard-bot-main-swing-1"
    lines = [f"change stack: {stack}: add {kind} {name}" for name, kind in MADE.items()]
    assert all(any(line in said for said in plan_text(plan).splitlines()) for line in lines)
    assert stack not in functions(account)
    with pytest.raises(NotFound):
        fleet.bot("swing-1")

    said = target.apply(plan, bot, data)
    assert "flat" in said or "long" in said or "short" in said
    found = account.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    found = [r for r in found if "LogicalResourceId" in r]  # moto lists what a condition leaves out, without a name
    assert {r["LogicalResourceId"]: r["ResourceType"] for r in found} == MADE
    assert fleet.bot("swing-1").bundle.startswith("s3://bots-and-runs/bundles/swing-1/")
    assert len([e for e in fleet.entries("swing-1") if e.kind == "decision"]) == 1

    again = target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)
    assert "nothing: the stack is so already" in plan_text(again)
    assert target.apply(again, bot, data) == "no new bar"
    with pytest.raises(UserError, match="another bot named swing-1"):
        target.prepare(make_plan(bot, 1, "0" * 64), in_functions.bot("swing-1", b"other"), data)

    function = account.client("lambda").get_function(FunctionName=stack)["Configuration"]
    assert (function["Runtime"], function["MemorySize"], function["Architectures"]) == ("python3.12", 128, ["x86_64"])
    tried = account.client("lambda").get_function_event_invoke_config(FunctionName=stack)
    assert (tried["MaximumEventAgeInSeconds"], tried["MaximumRetryAttempts"]) == (60, 0)
    assert tried["DestinationConfig"]["OnFailure"]["Destination"] == NOTIFIER
    rule = account.client("events").describe_rule(Name=stack)
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(0/5 * * * ? *)", "ENABLED")
    role = account.client("iam").get_role(RoleName=stack)["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY

    target.remove("swing-1")
    assert stack not in stacks(account)
    assert stack not in functions(account)
    assert fleet.bot("swing-1").status == "running"  # its journal stays; who removed it had ended it


def test_a_failed_first_tick_leaves_nothing_behind_and_says_why(account, target, fleet):
    changed = in_functions.bundle("raise SystemExit\n")
    with pytest.raises(ConfigError, match=r"first tick of broken failed.*changed since"):
        deployed(target, "broken", changed)
    assert "botyard-bot-main-broken" not in stacks(account)
    assert "botyard-bot-main-broken" not in functions(account)
    with pytest.raises(NotFound):
        fleet.bot("broken")


def test_a_stack_that_cannot_be_made_is_rolled_back_and_can_be_made_again(account, target, fleet):
    data = in_functions.bundle()
    account.break_stacks("unlucky", "the account is full")
    with pytest.raises(ConfigError, match="the account is full"):
        deployed(target, "unlucky", data)
    assert "botyard-bot-main-unlucky" not in stacks(account)
    with pytest.raises(NotFound):
        fleet.bot("unlucky")
    deployed(target, "unlucky", data)
    assert fleet.bot("unlucky").status == "running"
    target.remove("unlucky")


def test_what_an_earlier_try_left_half_made_does_not_stand_in_the_way(account, target, fleet):
    data = in_functions.bundle()
    bot = in_functions.bot("again", data)
    for _ in range(2):  # died after the change set was made
        plan = target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)
    assert stacks(account)["botyard-bot-main-again"] == "REVIEW_IN_PROGRESS"
    target.apply(plan, bot, data)
    assert fleet.bot("again").status == "running"
    target.remove("again")


def test_a_throttled_account_is_asked_again(account, target, fleet):
    account.throttle("cloudformation", "CreateChangeSet", 1)
    account.throttle("dynamodb", "PutItem", 1)
    deployed(target, "busy", in_functions.bundle())
    assert fleet.bot("busy").status == "running"
    target.remove("busy")


def test_a_bot_that_cannot_live_in_a_function_is_refused_in_words(target):
    data = in_functions.bundle(market="demo")
    bot = in_functions.bot("demo", data)
    with pytest.raises(
        Refused, match="follow the live bars of binance or binanceusdm; this one reads the bars of 'demo'"
    ):
        target.prepare(make_plan(bot, len(data), "0" * 64), bot, data)


def test_rules_wake_at_the_closes_and_names_fit():
    assert [schedule(t) for t in ("1m", "15m", "1h", "4h", "1d")] == [
        "cron(0/1 * * * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0 0/1 * * ? *)",
        "cron(0 0/4 * * ? *)",
        "cron(0 0 * * ? *)",
    ]
    assert stack_name("main", "swing-1") == "botyard-bot-main-swing-1"
    long = [stack_name("main", "a-very-long-idea-about-" * 3 + end) for end in ("one", "two")]
    assert [57 < len(name) <= 64 for name in long] == [True, True]
    assert len(set(long)) == 2
