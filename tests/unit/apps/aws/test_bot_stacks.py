import pytest

from botyard.apps import launch, settings
from botyard.apps.aws import bot_stacks
from botyard.apps.aws.fleet import runs
from botyard.apps.cli import pipeline
from botyard.errors import UserError

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
    with pytest.raises(UserError, match="bots in AWS trade on paper so far; leave --mode testnet out"):
        pipeline._at_venue(launch.Wish("an idea", "5"), "binance", "testnet", 1000.0)
    with pytest.raises(UserError, match="live bars of binance or binanceusdm so far, not of 'kraken'"):
        runs.at_venue(launch.Wish("an idea", "5", venue="kraken"))
