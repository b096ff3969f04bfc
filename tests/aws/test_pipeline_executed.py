"""The template deployed and the state machine executed: real definition, agents as processes, gates, failures."""

import importlib.util
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from botyard.testing.aws.agents import Agents
from botyard.testing.aws.deploying import deploy, pack

ROOT = Path(__file__).parents[2]
STAGES = ("designer", "selector", "researcher", "deployer")
MEMORY_MB = {"designer": 1024, "selector": 2048, "researcher": 4096, "deployer": 1024}
# what CloudFormation has beside the template's own, and what moto leaves out (tests/aws/test_template.py has those)
MADE_BY_THE_TRANSFORM = {
    "WebhookUrl",
    "WebhookUrlPublicPermissions",
    "WebhookURLInvokeAllowPublicAccess",
    "NotifierSpendingPermission",
}
LEFT_OUT = {"ArtifactsPolicy", "SpendingPolicy", "Budget"}

RUNS = {
    "approved": {"gates": ["selector"]},
    "rejected": {"gates": ["selector"]},
    "timed-out": {"gates": ["designer"], "gate_seconds": 1},
    "crashed": {"behaviour": {"designer": "crash"}, "heartbeat_seconds": 6},
    "hungry": {"behaviour": {"designer": "hungry"}, "heartbeat_seconds": 6},
    "erring": {"behaviour": {"designer": "error"}},
    "twice": {"behaviour": {"designer": "twice", "selector": "no_instrument"}},
    "asking": {"behaviour": {"designer": "clarification"}},
    "throttled": {"behaviour": {"selector": "no_instrument"}},
}


@dataclass
class Yard:
    account: object
    outputs: dict
    agents: Agents

    def told(self, run_id, kind):
        """What the notifier was told of a run."""
        s3 = self.account.client("s3")
        listed = s3.list_objects_v2(Bucket=self.outputs["Artifacts"], Prefix=f"told/{run_id}/{kind}-")
        keys = [each["Key"] for each in listed.get("Contents", [])]
        return [json.loads(s3.get_object(Bucket=self.outputs["Artifacts"], Key=k)["Body"].read()) for k in keys]

    def start(self, run_id, *, behaviour=None, gates=(), gate_seconds=300, heartbeat_seconds=120):
        bucket = self.outputs["Artifacts"]
        place = f"runs/{run_id}/behaviour.json"
        self.account.client("s3").put_object(Bucket=bucket, Key=place, Body=json.dumps(behaviour or {}))
        given = {
            "run": f"s3://{bucket}/runs/{run_id}",
            "run_id": run_id,
            "gates": {stage: stage in gates for stage in STAGES},
            "gate_seconds": gate_seconds,
            "heartbeat_seconds": heartbeat_seconds,
        }
        started = self.account.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["Pipeline"], name=run_id, input=json.dumps(given)
        )
        return started["executionArn"]


def until(what, seconds=90):
    """Wait for something to be there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    pytest.fail("it never came")


@pytest.fixture(scope="module")
def yard(account, tmp_path_factory):
    program = tmp_path_factory.mktemp("image") / "agent.py"
    programs = _programs()
    program.write_text(programs.AGENT)
    code = pack(
        {
            **{f"{folder}/__init__.py": "" for folder in ("botyard", "botyard/apps", "botyard/apps/aws")},
            "botyard/apps/aws/notifier.py": programs.NOTIFIER,
        }
    )
    outputs = deploy(account, ROOT / "infra" / "template.yaml", code, "botyard-steps", {"Environment": "steps"})
    agents = Agents(account, "botyard-steps", (sys.executable, str(program)))
    yield Yard(account, outputs, agents)
    agents.close()


def _programs():
    spec = importlib.util.spec_from_file_location("programs", Path(__file__).with_name("programs.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ended(yard):
    """Every run, all at once, described at its end."""
    states = yard.account.client("stepfunctions")
    yard.account.throttle("ecs", "RunTask")
    first = yard.start("throttled", **RUNS["throttled"])
    until(lambda: refused(yard, {"executionArn": first}))  # before another run can meet it
    arns = {"throttled": first} | {
        name: yard.start(name, **settings) for name, settings in RUNS.items() if name != "throttled"
    }
    asked = until(lambda: (yard.told("approved", "gate") and yard.told("rejected", "gate")) or None)
    assert asked
    (leave,), (refusal,) = yard.told("approved", "gate"), yard.told("rejected", "gate")
    states.send_task_success(taskToken=leave["token"], output=json.dumps({"answer": "approved", "by": "Ada"}))
    states.send_task_failure(taskToken=refusal["token"], error="Botyard.Rejected", cause="rejected by Ada")

    def all_ended():
        described = {name: states.describe_execution(executionArn=arn) for name, arn in arns.items()}
        return described if all(d["status"] != "RUNNING" for d in described.values()) else None

    return until(all_ended)


def history(yard, execution):
    return yard.account.client("stepfunctions").get_execution_history(
        executionArn=execution["executionArn"], maxResults=1000
    )["events"]


def refused(yard, execution):
    """The errors of tasks that could not be started, and were tried again."""
    found = [e.get("taskFailedEventDetails") or e.get("taskSubmitFailedEventDetails") for e in history(yard, execution)]
    return [e["error"] for e in found if e]


def entered(yard, execution):
    return [e["stateEnteredEventDetails"]["name"] for e in history(yard, execution) if "stateEnteredEventDetails" in e]


def ran(yard, run_id):
    """The tasks that ran for a run."""
    return [t for t in yard.agents.ended if t.command[-1].endswith(f"/{run_id}")]


def how_it_failed(execution):
    assert (execution["status"], execution["error"]) == ("FAILED", "Botyard.RunFailed")
    return execution["cause"]


def test_the_stack_has_every_resource(yard, template):
    listed = yard.account.client("cloudformation").list_stack_resources(StackName="botyard-steps")
    made = {r["LogicalResourceId"] for r in listed["StackResourceSummaries"] if r.get("LogicalResourceId")}
    assert made == set(template["Resources"]) - LEFT_OUT | MADE_BY_THE_TRANSFORM


def test_the_webhook_answers_on_a_url(yard):
    found = yard.account.client("lambda").get_function_url_config(FunctionName="botyard-steps-webhook")
    assert found["FunctionUrl"] == yard.outputs["WebhookUrl"]
    assert found["AuthType"] == "NONE"


def test_four_agents_work_in_order_under_their_limits(yard, ended):
    assert ended["approved"]["status"] == "SUCCEEDED"
    tasks = until(lambda: len(ran(yard, "approved")) == 4 and ran(yard, "approved"))
    assert [(t.family, t.command[1], t.memory_mb, t.exit_code) for t in tasks] == [
        (f"botyard-steps-{stage}", stage, MEMORY_MB[stage], 0) for stage in STAGES
    ]
    (told,) = yard.told("approved", "ended")
    assert {s: told["state"][s]["text"] for s in STAGES} == {s: f"{s} is done" for s in STAGES}


def test_a_gate_waits_for_leave(yard, ended):
    (asked,) = yard.told("approved", "gate")
    assert (asked["stage"], asked["run_id"], asked["seconds"]) == ("selector", "approved", 300)
    assert json.loads(ended["approved"]["output"])["leave"] == {"answer": "approved", "by": "Ada"}


def test_a_rejected_run_goes_no_further(yard, ended):
    assert how_it_failed(ended["rejected"]) == "Botyard.Rejected: rejected by Ada"
    assert [t.command[1] for t in ran(yard, "rejected")] == ["designer"]
    (told,) = yard.told("rejected", "failed")
    assert told["state"]["error"] == {"Error": "Botyard.Rejected", "Cause": "rejected by Ada"}


def test_silence_at_a_gate_is_a_rejection(yard, ended):
    assert how_it_failed(ended["timed-out"]) == "Botyard.GateTimedOut: nobody gave leave in time"
    assert entered(yard, ended["timed-out"])[-3:] == ["NobodyGaveLeave", "TellFailed", "Failed"]
    assert ran(yard, "timed-out") == []


@pytest.mark.parametrize(("run_id", "last_words"), [("crashed", ""), ("hungry", "MemoryError")])
def test_an_agent_that_dies_is_missed(yard, ended, run_id, last_words):
    assert how_it_failed(ended[run_id]).startswith("Botyard.AgentWentSilent: ")
    (task,) = until(lambda: ran(yard, run_id))
    assert task.exit_code != 0
    assert last_words in task.log
    assert len(yard.told(run_id, "failed")) == 1


def test_a_throttled_start_is_tried_again(yard, ended):
    assert refused(yard, ended["throttled"]) == ["ECS.AmazonECSException"]
    assert ended["throttled"]["status"] == "SUCCEEDED"
    tasks = until(lambda: len(ran(yard, "throttled")) == 2 and ran(yard, "throttled"))
    assert [t.command[1] for t in tasks] == ["designer", "selector"]


def test_an_agent_that_cannot_go_on_says_why(yard, ended):
    assert how_it_failed(ended["erring"]) == "Botyard.UserError: the idea is empty"


def test_an_agent_started_twice_counts_once(yard, ended):
    assert ended["twice"]["status"] == "SUCCEEDED"
    assert entered(yard, ended["twice"]).count("AfterDesigner") == 1
    tasks = until(lambda: len(ran(yard, "twice")) == 2 and ran(yard, "twice"))
    assert {(t.command[1], t.exit_code) for t in tasks} == {("designer", 0), ("selector", 0)}
    (told,) = yard.told("twice", "ended")
    assert told["state"]["designer"] == {"outcome": "done", "text": "designer is done"}


@pytest.mark.parametrize(("run_id", "stage", "outcome"), [
    ("asking", "designer", "clarification"), ("twice", "selector", "no_instrument")
])  # fmt: skip
def test_an_answer_that_is_no_bot_ends_the_run_without_failing(yard, ended, run_id, stage, outcome):
    assert ended[run_id]["status"] == "SUCCEEDED"
    (told,) = yard.told(run_id, "ended")
    assert told["state"][stage]["outcome"] == outcome
    last = STAGES.index(stage)
    assert {t.command[1] for t in ran(yard, run_id)} <= set(STAGES[: last + 1])
