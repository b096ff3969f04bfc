"""The state machine's definition, as it is written: four agents in a row, treated alike."""

import itertools
import json
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "infra" / "pipeline.asl.json").read_text()
STATES = json.loads(TEXT)["States"]
STAGES = ("Designer", "Selector", "Researcher", "Deployer")
LONGEST = {"Designer": 3600, "Selector": 7200, "Researcher": 43200, "Deployer": 3600}


def followers(state):
    choices = [c["Next"] for c in state.get("Choices", [])]
    catches = [c["Next"] for c in state.get("Catch", [])]
    return {*choices, *catches, *(state[k] for k in ("Next", "Default") if k in state)}


def test_every_state_is_reached_and_every_way_ends():
    seen, ahead = set(), {json.loads(TEXT)["StartAt"]}
    while ahead:
        name = ahead.pop()
        seen.add(name)
        ahead |= followers(STATES[name]) - seen
    assert seen == set(STATES)
    assert {n for n in STATES if not followers(STATES[n])} == {"Ended", "Failed"}


def test_the_agents_come_in_order():
    order = [s for s in STATES if s in STAGES]
    assert order == list(STAGES)
    for before, after in itertools.pairwise(STAGES):
        (go_on,) = STATES[f"After{before}"]["Choices"]
        assert go_on == {
            "Variable": f"$.{before.lower()}.outcome",
            "StringEquals": "done",
            "Next": f"GateBefore{after}",
        }
        assert STATES[f"After{before}"]["Default"] == "TellEnded"


@pytest.mark.parametrize("stage", STAGES)
def test_agents_differ_in_name_and_time_only(stage):
    blocks = {
        kind: json.loads(re.sub(stage, "Designer", json.dumps(STATES[name]).replace(stage.lower(), "designer")))
        for kind, name in {"gate": f"GateBefore{stage}", "ask": f"AskBefore{stage}", "agent": stage}.items()
    }
    assert blocks["agent"].pop("TimeoutSeconds") == LONGEST[stage]
    assert blocks["agent"].pop("Next")
    first = {k: v for k, v in STATES["Designer"].items() if k not in ("TimeoutSeconds", "Next")}
    assert blocks == {"gate": STATES["GateBeforeDesigner"], "ask": STATES["AskBeforeDesigner"], "agent": first}


@pytest.mark.parametrize("stage", STAGES)
def test_agents_report_by_token_and_must_show_signs_of_life(stage):
    state = STATES[stage]
    (container,) = state["Parameters"]["Overrides"]["ContainerOverrides"]
    assert state["Resource"] == "arn:aws:states:::ecs:runTask.waitForTaskToken"
    assert state["HeartbeatSecondsPath"] == "$.heartbeat_seconds"
    assert container["Environment"] == [{"Name": "BOTYARD_TASK_TOKEN", "Value.$": "$$.Task.Token"}]
    assert container["Command.$"] == f"States.Array('stage', '{stage.lower()}', '--run', $.run)"


def test_only_capacity_and_throttling_are_tried_again():
    tried = {e for s in STATES.values() for r in s.get("Retry", []) for e in r["ErrorEquals"]}
    assert tried == {
        "ECS.AmazonECSException",
        "ECS.ServerException",
        "ECS.ThrottlingException",
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.SdkClientException",
    }


def test_no_failure_bears_a_name_of_the_service():
    """Names that begin with States. are the service's own; a failed run says it in its cause."""
    assert STATES["Failed"]["Error"] == "Botyard.RunFailed"
    assert not {"ErrorPath"} & set(STATES["Failed"])


def test_every_failure_is_told():
    for name, state in STATES.items():
        if state["Type"] == "Task":
            last = state["Catch"][-1]
            told = {"TellEnded": "Ended", "TellFailed": "Failed"}.get(name, "TellFailed")
            assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], told)


def test_the_template_fills_every_gap(template):
    gaps = set(re.findall(r"\$\{(\w+)\}", TEXT))
    assert gaps == set(template["Resources"]["Pipeline"]["Properties"]["DefinitionSubstitutions"])
