"""The SAM CLI on the template: valid, built, and deployed into an account on loopback.

The CLI has an environment of its own: `make sam` makes it; else BOTYARD_TEST_SAM names one, or `sam` is on the PATH.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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


def test_the_template_is_valid(sam):
    assert "is a valid SAM Template" in sam("validate", "--lint", "--template", str(TEMPLATE))


def test_it_builds_and_deploys(sam, account, tmp_path, template):
    sam("build", "--template", str(TEMPLATE), "--build-dir", str(tmp_path / "built"), "--cache-dir", str(tmp_path))
    assert (tmp_path / "built" / "Webhook" / "botyard" / "errors.py").is_file()
    bucket = {"LocationConstraint": "eu-central-1"}
    account.client("s3").create_bucket(Bucket="sam-deployments", CreateBucketConfiguration=bucket)
    sam(
        *("deploy", "--template-file", str(tmp_path / "built" / "template.yaml"), "--stack-name", "botyard-second"),
        *("--s3-bucket", "sam-deployments", "--capabilities", "CAPABILITY_NAMED_IAM", "--no-progressbar"),
        *("--parameter-overrides", "Environment=second", "--no-confirm-changeset"),
        environment=account.environment,
    )
    (stack,) = account.client("cloudformation").describe_stacks(StackName="botyard-second")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {o["OutputKey"] for o in stack["Outputs"]} == set(template["Outputs"])
    function = account.client("lambda").get_function(FunctionName="botyard-second-webhook")["Configuration"]
    assert (function["Runtime"], function["Handler"]) == ("python3.12", "botyard.apps.aws.webhook.handler")
