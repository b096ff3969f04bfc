"""`botyard aws …` as a person types it, and the chat through the webhook's URL, in an environment beside another."""

import dataclasses
import io
import json
import os
import stat
import time
import zipfile
from contextlib import closing
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from botyard.adapters.deploy_target import change_sets
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import answers, settings
from botyard.apps.aws import place
from botyard.apps.aws.control import image, stack
from botyard.apps.aws.fleet import table
from botyard.apps.cli.main import app
from botyard.errors import NotFound, Refused, UserError
from botyard.records import codec
from botyard.records.design import Clarification, Question
from botyard.records.fleet import Entry, Snapshot
from botyard.records.run import RunRecord
from botyard.stages.deployer.bundle import build_bundle
from botyard.testing.aws.front import FunctionUrl, deliver
from botyard.testing.bots import in_functions, live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.telegram.server import TOKEN, FakeTelegram

DOCKER = """#!/bin/sh
echo "$@" >> "$DOCKER_LOG"
case "$1" in
login) cat > /dev/null ;;
build) for last; do :; done
       for file in $(sed -n 's/^COPY \\([^-].*\\) .*/\\1/p' "$last/Dockerfile"); do test -e "$last/$file" || exit 3; done ;;
esac
"""


@pytest.fixture(scope="module")
def yard(account, tmp_path_factory):
    """Environment `second`, deployed twice into a VPC of one's own."""
    folder = tmp_path_factory.mktemp("control")
    docker = folder / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(docker.stat().st_mode | stat.S_IEXEC)
    bars = folder / "home" / "market" / "imported" / "BTC_USDT"
    bars.mkdir(parents=True)
    (bars / "close.bin").write_bytes(b"bars")
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/26")["Subnet"]["SubnetId"]
    with pytest.MonkeyPatch.context() as patch, FakeTelegram() as telegram:
        account.set_environment({"BOTYARD_TELEGRAM_API": telegram.url})
        given = {
            "BOTYARD_TELEGRAM_API": telegram.url,
            "BOTYARD_TELEGRAM_TOKEN": TOKEN,
            "BOTYARD_TELEGRAM_USERS": "1",
            "BOTYARD_ENVIRONMENT": "second",
            "BOTYARD_GATES": "designer",
            "BOTYARD_HOME": str(folder / "home"),
            "HOME": str(folder),
            "PATH": f"{docker.parent}:{os.environ['PATH']}",
            "DOCKER_LOG": str(folder / "docker.log"),
        }
        for name, value in (account.environment | given).items():
            patch.setenv(name, value)
        patch.setattr(settings, "_overrides", {})
        patch.setattr(stack, "POLL_SECONDS", 0.05)
        _forget()
        first = botyard("deploy", "--vpc", vpc, "--subnets", subnet)
        again = botyard("deploy")
        told = place.outputs("second")
        secret = _secret(account)
        with FunctionUrl(account, "botyard-second-webhook") as front:
            yield SimpleNamespace(
                account=account, telegram=telegram, front=front, outputs=told, first=first, again=again, secret=secret,
                vpc=vpc, folder=folder, say=lambda text, **how: _say(telegram, front, secret, text, **how),
                press=lambda sent, label: deliver(telegram, telegram.press(sent, label), front.url, secret),
            )  # fmt: skip
        account.set_environment({})
    _forget()


def botyard(*words, group="aws"):
    arguments = [group, *words] if group else list(words)
    done = CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    settings._overrides.clear()
    if done.exception is not None:
        raise done.exception
    return done.output


def _forget():
    for kept in (place.here, place.region, place.client, table._wire, table._session):
        kept.cache_clear()


def _secret(account):
    found = account.client("ssm").get_parameter(Name="/botyard/second/telegram/secret", WithDecryption=True)
    assert found["Parameter"]["Type"] == "SecureString"
    return found["Parameter"]["Value"]


def _say(telegram, front, secret, text, **how):
    """Write to the bot and return what it answered, or None."""
    before = len(telegram.sent)
    assert deliver(telegram, telegram.say(text, **how), front.url, secret) == 200
    return telegram.sent[-1] if len(telegram.sent) > before else None


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail("it never came")


# --- deploying --------------------------------------------------------------------------------------------------------


def test_deploy_tells_its_steps_and_no_secret(yard):
    for output in (yard.first, yard.again):
        assert [f"{n}/6" in output for n in range(1, 7)] == [True] * 6
        assert "https://t.me/botyard_test_bot" in output
        assert TOKEN not in output
        assert yard.secret not in output
    assert "bars: 1 files" in yard.first
    assert "bars: there already" in yard.again


def test_deploy_derives_what_it_can(yard):
    (found,) = yard.account.client("cloudformation").describe_stacks(StackName="botyard-second")["Stacks"]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
    wanted = {"Environment": "second", "AllowedChats": "1", "Gates": "designer", "VpcId": yard.vpc}
    assert given.items() >= wanted.items()
    assert f"the agents' image: {given['ImageTag']}" in yard.again
    assert yard.telegram.webhook == yard.outputs["WebhookUrl"]
    kept = yard.account.client("ssm").get_parameter(Name="/botyard/second/telegram/token", WithDecryption=True)
    assert kept["Parameter"]["Value"] == TOKEN
    assert (
        yard.account.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.71.0.0/24"]}])["Vpcs"] == []
    )


def test_the_image_is_built_from_all_that_its_file_names(yard):
    said = (yard.folder / "docker.log").read_text().splitlines()
    tags = [line.split()[1].removeprefix(yard.outputs["Images"] + ":") for line in said if line.startswith("push ")]
    assert tags
    assert all(f"the agents' image: {tag}" in yard.first + yard.again for tag in tags)
    assert sum(line.startswith("build --platform linux/amd64 --tag ") for line in said) == len(tags)


def test_without_docker_it_says_what_to_do(yard, monkeypatch):
    monkeypatch.setattr(image, "TOOLS", ("no-such-tool",))
    with pytest.raises(UserError, match=r"there is none here.*run the same command again"):
        botyard("deploy", "--image-only")


def test_a_wrong_token_is_told_before_anything_is_made(yard, monkeypatch):
    monkeypatch.setenv("BOTYARD_ENVIRONMENT", "fourth")
    monkeypatch.setenv("BOTYARD_TELEGRAM_TOKEN", "1:wrong")
    with pytest.raises(UserError, match="Telegram does not know the token"):
        botyard("deploy", "--no-image")
    assert stack.find("botyard-fourth") is None


def test_status_says_what_is_wrong_with_its_remedy(yard):
    # the emulator's registry got no image from the docker of the test
    found = json.loads(botyard("status", "--json"))
    assert (found["environment"], found["stack"], found["bots"]) == ("second", "UPDATE_COMPLETE", {})
    assert [alarm["code"] for alarm in found["alarms"]] == ["image"]
    assert found["webhook"].startswith("set; ")


# --- the chat -----------------------------------------------------------------------------------------------------------


def test_only_who_knows_the_secret_and_is_on_the_list_is_heard_and_once(yard):
    before = len(yard.telegram.sent)
    update = yard.telegram.say("/fleet")
    assert deliver(yard.telegram, update, yard.front.url, "wrong") == 200
    assert deliver(yard.telegram, update, yard.front.url, "") == 200
    assert yard.say("/fleet", user=9) is None
    assert len(yard.telegram.sent) == before
    for _ in range(2):
        assert deliver(yard.telegram, update, yard.front.url, yard.secret) == 200
    assert [m.text for m in yard.telegram.sent[before:]] == ["No bots yet. Write an idea in plain words."]


def test_a_command_that_moves_money_is_refused_when_it_is_stale(yard):
    late = time.time() - 200
    assert "more than two minutes ago" in yard.say('/pipeline "fast ema crosses slow ema" 5', at=late).text
    assert "which bot?" in yard.say("/kill").text.lower()


def test_an_idea_begins_a_run_whose_gate_is_rejected_by_a_button(yard):
    offered = yard.say("buy when rsi(14) drops under 30")
    yard.press(offered, "Run it on 15m")
    run_id = offered.text.split(":")[0]
    kept = yard.account.client("s3").get_object(Bucket=yard.outputs["Artifacts"], Key=f"runs/{run_id}/run.json")
    record = codec.load(RunRecord, kept["Body"].read())
    assert (record.idea, record.timeframe, record.market, record.venue, record.gates) == (
        "buy when rsi(14) drops under 30", "15m", "imported", "binance", ("designer",)
    )  # fmt: skip
    asked = yard.telegram.wait_for(lambda m: m.text.startswith(f"{run_id}: may the designer begin"))
    yard.press(asked, "Reject")
    assert asked.text == f"{run_id}: the designer is rejected."
    told = yard.telegram.wait_for(lambda m: m.text.startswith(f"{run_id} ended early"))
    assert "rejected by user 1" in told.text
    arn = f"{yard.outputs['Pipeline'].replace(':stateMachine:', ':execution:')}:{run_id}"
    states = yard.account.client("stepfunctions")
    assert until(lambda: states.describe_execution(executionArn=arn)["status"] == "FAILED")
    assert f"{run_id}: rejected by user 1" in yard.say("/runs").text
    (shown,) = json.loads(botyard("--profile", "aws", "runs", "--json", group=""))
    assert (shown["run_id"], shown["outcome"]) == (run_id, "rejected")
    assert "imported market: rejected" in botyard("--profile", "aws", "show", "last", group="")
    assert yard.front.failures == []


def test_a_question_comes_with_its_choices(yard):
    s3 = yard.account.client("s3")
    run_id = yard.say('/pipeline "buy the dip" 5').text.split(":")[0]
    where = f"runs/{run_id}/"
    kept = s3.get_object(Bucket=yard.outputs["Artifacts"], Key=where + "run.json")["Body"].read()
    record = dataclasses.replace(codec.load(RunRecord, kept), outcome="clarification", text="how deep is a dip?")
    question = Clarification("buy the dip", (Question("dip", "How deep is a dip?", ("3 %", "5 %")),))
    s3.put_object(Bucket=yard.outputs["Artifacts"], Key=where + "run.json", Body=codec.dump(record))
    s3.put_object(Bucket=yard.outputs["Artifacts"], Key=where + "answer.json", Body=codec.dump(question))
    told = _notify(yard, {"kind": "ended", "run_id": run_id, "state": {"designer": {"outcome": "clarification"}}})
    assert "How deep is a dip?" in told.text
    assert [button["text"] for button in told.buttons] == ["3 %", "5 %"]


@pytest.mark.parametrize(("event", "words"), [
    ({"kind": "bot", "bot": "swing-1", "text": "swing-1 halted: look"}, "swing-1 halted: look"),
    ({"Records": [{"Sns": {"Subject": "AWS Budgets", "Message": "above 80 %"}}]}, "AWS spending: AWS Budgets"),
    ({"requestContext": {"functionArn": "arn:aws:lambda:r:1:function:botyard-bot-second-swing-1:$LATEST",
                         "condition": "EventAgeExceeded"}}, "A tick of swing-1 was given up: it came too late"),
])  # fmt: skip
def test_what_happens_is_told(yard, event, words):
    assert _notify(yard, event).text.startswith(words)


def _notify(yard, event):
    before = len(yard.telegram.sent)
    client = yard.account.client("lambda")
    answer = client.invoke(FunctionName="botyard-second-notifier", Payload=json.dumps(event))
    said = answer["Payload"].read()
    assert "FunctionError" not in answer, said
    assert len(yard.telegram.sent) > before
    return yard.telegram.sent[-1]


# --- bots, and the end --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def holder(yard):
    """A bot that holds one unit, as its tick would have written it."""
    world = live.rules()
    zipped = io.BytesIO()
    bundle = live.write_bundle(yard.folder / "bundle", world)
    with zipfile.ZipFile(zipped, "w") as archive:
        for path in bundle.iterdir():
            archive.write(path, path.name)
    key = "bundles/swing-1/1.zip"
    yard.account.client("s3").put_object(Bucket=yard.outputs["Artifacts"], Key=key, Body=zipped.getvalue())
    fleet = table.open_fleet()
    fleet.add_bot(live.bot(live.deployed(world), bundle=f"s3://{yard.outputs['Artifacts']}/{key}"))
    lease = fleet.acquire("swing-1", "a tick", 0, 1000)
    order = {"client_id": "a" * 24, "symbol": "MADE/UP", "side": "buy", "kind": "market", "lots": 1000, "ticks": None,
             "bar_ms": live.START_MS, "reduce_only": False}  # fmt: skip
    fill = {"trade_id": "paper-1", "client_id": "a" * 24, "side": "buy", "lots": 1000, "ticks": 10_000, "fee": "0.1",
            "bar_ms": live.START_MS, "fee_asset": "", "fee_amount": ""}  # fmt: skip
    fleet.append(lease, [
        Entry("intent", live.START_MS, 0, {"client_id": "a" * 24, "order": order, "transition": 0, "leg": "enter"}),
        Entry("fill", live.START_MS, 0, fill),
    ])  # fmt: skip
    fleet.release(lease)
    return fleet


def test_the_fleet_is_seen_from_chat_and_command_line(yard, holder):
    assert yard.say("/fleet").text.startswith("1 bots")
    (shown,) = json.loads(botyard("--profile", "aws", "fleet", "--json", group=""))
    assert (shown["bot"], shown["position"]) == ("swing-1", 1.0)
    assert "swing-1 is paused" in yard.say("/pause swing-1").text
    assert "swing-1 is running" in botyard("--profile", "aws", "resume", "swing-1", group="")
    assert yard.front.failures == []


@pytest.fixture(scope="module")
def traveller(yard):
    """A paper bot of this machine that follows an exchange, and the exchange, on loopback."""
    world = live.rules()
    listed = dataclasses.replace(world.instrument, symbol="MADE/USDT", quote="USDT", venue="binance")
    what = live.deployed(dataclasses.replace(world, instrument=listed), feed="live")
    what = dataclasses.replace(what, settings=dataclasses.replace(what.settings, market="binance"))
    bars, first = in_functions.BARS, in_functions.LIVE
    folder = yard.folder / "home" / "bots" / "mover-1"
    with zipfile.ZipFile(io.BytesIO(build_bundle(live.STRATEGY, "{}", codec.dump(what.settings), "UTC"))) as archive:
        archive.extractall(folder)
    bot = live.bot(
        what,
        name="mover-1",
        bundle=str(folder),
        live_from_ms=bars[first].open_ms,
        seed_ms=bars[in_functions.SEED].open_ms,
    )
    with closing(SqliteFleet(yard.folder / "home" / "fleet.db")) as store:
        store.add_bot(bot)
    now_ms = bars[first].open_ms + live.BAR_MS + 2_000
    listing = listing_of("MADE", bars, lot="0.001")
    with LoopbackExchange([listing], now_ms=now_ms) as exchange, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url}")
        patch.setattr(change_sets, "PAUSE_SECONDS", 0.05)
        yard.account.set_environment(
            {"BOTYARD_TELEGRAM_API": yard.telegram.url, "BOTYARD_LOOPBACK": f"mainnet={exchange.url}"}
        )
        yield exchange


def test_a_bot_moves_to_aws_is_seen_there_comes_back_and_goes_again_to_be_killed(yard, traveller):
    function = "botyard-bot-second-mover-1"
    tick = {"FunctionName": function, "Payload": b'{"kind": "tick"}'}
    functions = yard.account.client("lambda")
    assert "lives in AWS environment second" in botyard("import", "mover-1")
    assert functions.invoke(**tick).get("FunctionError") is None
    traveller.move_by(live.BAR_MS)
    assert functions.invoke(**tick).get("FunctionError") is None
    seen = json.loads(botyard("--profile", "aws", "why", "mover-1", "--json", group=""))
    assert (len(seen["decisions"]), seen["venue_units"]) == (2, seen["ledger_units"])
    assert "they agree" in yard.say("/bot mover-1").text

    assert "running, with" in botyard("export", "mover-1")
    there = json.loads(botyard("--profile", "aws", "fleet", "--json", group=""))
    assert {b["bot"]: b["status"] for b in there}["mover-1"] == "killed"
    assert stack.find(function) is None
    traveller.move_by(live.BAR_MS)
    botyard("up", "--once", group="")
    back = json.loads(botyard("why", "mover-1", "--json", group=""))
    assert [d["words"] for d in back["decisions"][:2]] == [d["words"] for d in seen["decisions"]]
    assert len(back["decisions"]) == 3

    botyard("import", "mover-1")
    for _ in range(30):
        functions.invoke(**tick)
        traveller.move_by(live.BAR_MS)
        (held,) = [one.position for one in answers.standings(table.open_fleet()) if one.bot == "mover-1"]
        if held:
            break
    with pytest.raises(Refused, match="mover-1"):
        botyard("destroy", "--yes")
    yard.press(yard.say("/kill mover-1"), "Kill mover-1")
    assert yard.telegram.sent[-1].text == "mover-1: killed: flat, no orders; its position was closed"
    assert stack.find(function) is None
    assert yard.front.failures == []


def test_upgrade_refuses_what_it_could_not_look_after(yard, holder):
    lease = holder.acquire("swing-1", "a tick", 1000, 1000)
    holder.append(
        lease, [Entry("note", live.START_MS, 0, {})], Snapshot("swing-1", live.START_MS, 0, 99, "c", b"", b"", "{}")
    )
    holder.release(lease)
    with pytest.raises(Refused, match=r"swing-1: its state has schema 99"):
        botyard("upgrade", "--no-image")


def test_status_misses_a_living_bots_stack(yard, holder):
    found = json.loads(botyard("status", "--json"))
    assert [(a["code"], a["bot"]) for a in found["alarms"]] == [
        ("image", ""), ("ticks-stopped", "swing-1"), ("no-stack", "swing-1")
    ]  # fmt: skip


def test_destroy_refuses_while_a_bot_holds_something(yard, holder):
    with pytest.raises(Refused, match=r"swing-1 \(\+1 of MADE/UP, 0 open orders\).*--flatten"):
        botyard("destroy", "--yes")
    assert yard.account.client("cloudformation").describe_stacks(StackName="botyard-second")["Stacks"]


def test_destroy_takes_all_away_but_what_was_decided(yard, holder):
    holder.set_status("swing-1", "killed", "flat, no orders", expected="running")
    said = botyard("destroy", "--yes")
    assert f"kept: bucket {yard.outputs['Artifacts']}" in said
    assert yard.telegram.webhook == ""
    assert stack.find("botyard-second") is None
    left = [b["Name"] for b in yard.account.client("s3").list_buckets()["Buckets"]]
    assert not [name for name in left if name.startswith("botyard-second-deploy")]
    assert (
        yard.account.client("ssm").get_parameters_by_path(Path="/botyard/second/", Recursive=True)["Parameters"] == []
    )
    _forget()
    with pytest.raises(NotFound, match="nothing is deployed as environment second"):
        botyard("status")


def test_a_stack_that_could_not_be_made_is_made_anew(yard):
    yard.account.client("s3").create_bucket(
        Bucket="templates-of-tests", CreateBucketConfiguration={"LocationConstraint": place.region()}
    )
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "third"}}}})
    yard.account.client("s3").put_object(Bucket="templates-of-tests", Key="t.json", Body=template.encode())
    url = f"https://templates-of-tests.s3.{place.region()}.amazonaws.com/t.json"
    said = []
    yard.account.break_stacks("botyard-third", "the account may have no more of these")
    with pytest.raises(
        UserError, match=r"stack botyard-third is ROLLBACK_COMPLETE: .*no more of these.*run this again"
    ):
        stack.change("botyard-third", url, {}, {}, said.append)
    assert stack.change("botyard-third", url, {}, {}, said.append)
    assert "stack botyard-third is ROLLBACK_COMPLETE: it is taken away and made anew" in said
    assert stack.find("botyard-third")["StackStatus"] == "CREATE_COMPLETE"
