"""The SAM CLI on the template: valid, built, and deployed into an account on loopback.

The CLI has an environment of its own: `make sam` makes it; else BOTYARD_TEST_SAM names one, or `sam` is on the PATH.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from botyard.adapters.deploy_target.stacks import Places, parameters
from botyard.testing.bots import in_functions, live
from botyard.testing.ports import loopback_aws

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"


@pytest.fixture(scope="module")
def sam(tmp_path_factory):
    """Run the CLI in a home of its own; it needs Python 3.12, the functions' runtime, to build."""
    own = ROOT / ".venv" / "sam" / "bin" / "sam"
    program = os.environ.get("BOTYARD_TEST_SAM") or (str(own) if own.is_file() else shutil.which("sam"))
    if not program:
        pytest.skip("no SAM CLI: `make sam`, or put `sam` on the PATH or its path into BOTYARD_TEST_SAM")
    home = tmp_path_factory.mktemp("home")
    path = os.pathsep.join([str(Path(program).parent), os.environ["PATH"]])

    def run(*words, environment=None):
        done = subprocess.run(
            [program, *words],
            env={"HOME": str(home), "PATH": path, "SAM_CLI_TELEMETRY": "0", "AWS_REGION": "eu-central-1"}
            | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("name", ["template.yaml", "bot.yaml"])
def test_the_template_is_valid(sam, name):
    assert "is a valid SAM Template" in sam("validate", "--lint", "--template", str(TEMPLATE.with_name(name)))


def test_it_builds_and_deploys(sam, account, tmp_path, template):
    sam("build", "--template", str(TEMPLATE), "--build-dir", str(tmp_path / "built"), "--cache-dir", str(tmp_path))
    assert (tmp_path / "built" / "Webhook" / "botyard" / "errors.py").is_file()
    bucket = {"LocationConstraint": "eu-central-1"}
    account.client("s3").create_bucket(Bucket="sam-deployments", CreateBucketConfiguration=bucket)
    sam(
        *("deploy", "--template-file", str(tmp_path / "built" / "template.yaml"), "--stack-name", "botyard-built"),
        *("--s3-bucket", "sam-deployments", "--capabilities", "CAPABILITY_NAMED_IAM", "--no-progressbar"),
        *("--parameter-overrides", "Environment=built", "--no-confirm-changeset"),
        environment=account.environment,
    )
    (stack,) = account.client("cloudformation").describe_stacks(StackName="botyard-built")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {o["OutputKey"] for o in stack["Outputs"]} == set(template["Outputs"])
    function = account.client("lambda").get_function(FunctionName="botyard-built-webhook")["Configuration"]
    assert (function["Runtime"], function["Handler"]) == ("python3.12", "botyard.apps.aws.webhook.handler")


def test_a_bots_template_deploys_as_it_is(sam, account):
    loopback_aws.make_bucket(account.url, "sam-bots")
    account.client("s3").put_object(Bucket="sam-bots", Key="bundles/swing-1/1.zip", Body=in_functions.bundle())
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = account.client("iam").create_policy(PolicyName="sam-boundary", PolicyDocument=json.dumps(anything))
    bot = live.bot(live.deployed())
    places = Places(
        "sam", "sam-bots", "fleet", boundary["Policy"]["Arn"], "arn:aws:lambda:eu-central-1:123456789012:function:n"
    )
    given = parameters(places, bot, "bundles/swing-1/1.zip")
    sam(
        *("deploy", "--template-file", str(TEMPLATE.with_name("bot.yaml")), "--stack-name", given["Name"]),
        *("--s3-bucket", "sam-bots", "--capabilities", "CAPABILITY_NAMED_IAM", "--no-progressbar"),
        *("--no-confirm-changeset", "--parameter-overrides", *(f"{k}='{v}'" for k, v in given.items())),
        environment=account.environment,
    )
    function = account.client("lambda").get_function(FunctionName="botyard-bot-sam-swing-1")["Configuration"]
    assert (function["Handler"], function["MemorySize"]) == ("function.handler", 128)
    assert account.client("events").describe_rule(Name=given["Name"])["ScheduleExpression"] == given["Schedule"]
