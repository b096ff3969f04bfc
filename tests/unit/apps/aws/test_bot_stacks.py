import json

import pytest

from botyard.apps import launch, settings
from botyard.apps.aws import bot_limits, bot_stacks
from botyard.apps.aws.control import deploy, secrets
from botyard.apps.aws.fleet import runs
from botyard.apps.cli import pipeline
from botyard.errors import UserError
from botyard.records.fleet import DEFAULTS, OuterLimits

GIVEN = {
    "BOTYARD_ENVIRONMENT": "main",
    "BOTYARD_BUCKET": "arts",
    "BOTYARD_TABLE": "fleet",
    "BOTYARD_BOT_BOUNDARY": "arn:boundary",
    "BOTYARD_NOTIFIER": "arn:notifier",
    "BOTYARD_BOT_STACK_ROLE": "arn:role",
}


@pytest.fixture
def deployer(monkeypatch):
    for name, value in {**GIVEN, "AWS_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(name, value)


def test_the_control_planes_role_is_what_sends_bots_into_stacks(deployer, monkeypatch):
    assert bot_stacks.is_meant()
    monkeypatch.setenv("BOTYARD_BOT_STACK_ROLE", " ")
    assert not bot_stacks.is_meant()


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_missing_of_the_environment_is_named(deployer, monkeypatch, name):
    monkeypatch.delenv(name)
    with pytest.raises(UserError, match=f"{name} is not set"):
        bot_stacks.target(fleet=None)


def test_the_template_is_found_in_a_clone_and_its_absence_said(monkeypatch, tmp_path):
    assert "AWS::Lambda::Function" in bot_stacks.bot_template()
    monkeypatch.setattr(bot_stacks, "_TEMPLATES", (tmp_path / "a" / "bot.yaml", tmp_path / "b" / "bot.yaml"))
    with pytest.raises(UserError, match="is neither in"):
        bot_stacks.bot_template()


def test_what_no_function_can_do_is_refused_before_a_run_begins(monkeypatch):
    monkeypatch.setattr(settings, "is_aws", lambda: True)
    for venue, mode in (("binance", "mainnet"), ("binanceusdm", "testnet"), ("", "testnet")):
        with pytest.raises(
            UserError, match=f"or at the testnet of binance .*not with --mode {mode} at {venue or 'no'}"
        ):
            pipeline._at_venue(launch.Wish("an idea", "5"), venue, mode, 1000.0)
    with pytest.raises(UserError, match="live bars of binance or binanceusdm so far, not of 'kraken'"):
        runs.at_venue(launch.Wish("an idea", "5", venue="kraken"))


@pytest.fixture
def ssm(monkeypatch):
    kept = {}
    monkeypatch.setattr(settings, "is_aws", lambda: True)
    monkeypatch.setenv("BOTYARD_ENVIRONMENT", "main")
    monkeypatch.setenv("BOTYARD_BUCKET", "arts")
    monkeypatch.setenv("BOTYARD_TABLE", "fleet")
    runs.place.here.cache_clear()
    monkeypatch.setattr(secrets, "read", lambda environment, name: kept.get((environment, name), ""))
    monkeypatch.setattr(secrets, "keep", lambda environment, name, value: kept.update({(environment, name): value}))
    yield kept
    runs.place.here.cache_clear()


def test_a_testnet_needs_keys_which_a_deployment_brings(ssm, monkeypatch):
    wish = launch.Wish("an idea", "5")
    with pytest.raises(UserError, match="no keys of binance testnet: set BOTYARD_KEY_BINANCE_TESTNET and"):
        pipeline._at_venue(wish, "binance", "testnet", 500.0)
    assert deploy._keys("main") == ""
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET", "k")
    with pytest.raises(UserError, match="set both"):
        deploy._keys("main")
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET_SECRET", "s")
    assert "binance testnet" in deploy._keys("main")
    assert json.loads(ssm["main", "keys/binance/testnet"]) == {"key": "k", "secret": "s"}
    found = pipeline._at_venue(wish, "binance", "testnet", 500.0)
    assert (found.mode, found.venue, found.allocated_quote) == ("testnet", "binance", 500.0)


def test_the_owners_limits_travel_as_one_parameter(monkeypatch, tmp_path):
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path))
    assert bot_limits.told() == ""
    assert bot_limits.read("") == DEFAULTS
    (tmp_path / "limits.json").write_text('{"testnet": {"max_notional": 250}}')
    assert bot_limits.read(bot_limits.told()) == {
        **DEFAULTS, "testnet": OuterLimits(max_notional=250.0, max_orders_a_day=500)
    }  # fmt: skip
    monkeypatch.setenv("BOTYARD_NETWORK", "paper")
    assert bot_limits.read(bot_limits.told())["testnet"].is_above_ceiling
    with pytest.raises(UserError, match="cannot be read"):
        bot_limits.read('{"testnet": 1}')
