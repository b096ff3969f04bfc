"""What the templates say that money follows from: sizes of agents and functions, steps of a run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard.errors import InvariantError

AGENT_SUFFIX = "Task"


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent's machine."""

    vcpu: float
    gb: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The control plane and a bot, as far as they cost."""

    agents: Mapping[str, Agent]  # by stage
    function_mb: int  # webhook and notifier
    bot_mb: int
    steps: int  # that Step Functions counts in a run without gates that ends with a bot
    log_days: int


def read_plan(infra: Path) -> Plan:
    """Read template.yaml, bot.yaml and pipeline.asl.json of that folder."""
    control, bot = _template(infra / "template.yaml"), _template(infra / "bot.yaml")
    agents = {
        name.removesuffix(AGENT_SUFFIX).lower(): Agent(int(each["Cpu"]) / 1024, int(each["Memory"]) / 1024)
        for name, each in _of_type(control, "AWS::ECS::TaskDefinition").items()
    }
    days = {int(each["RetentionInDays"]) for each in _of_type(control, "AWS::Logs::LogGroup").values()}
    return Plan(
        agents=agents,
        function_mb=int(control["Globals"]["Function"]["MemorySize"]),
        bot_mb=_bot_memory(bot),
        steps=steps_of(json.loads((infra / "pipeline.asl.json").read_text())),
        log_days=max(days),
    )


def steps_of(machine: Mapping[str, Any]) -> int:
    """Count the states on the way of a run without gates in which every stage is done, the start included."""
    name, count = machine["StartAt"], 1
    while True:
        state = machine["States"][name]
        count += 1
        if state["Type"] == "Choice":
            gate = any(choice.get("BooleanEquals") for choice in state["Choices"])
            name = state["Default"] if gate else state["Choices"][0]["Next"]
        elif "Next" in state:
            name = state["Next"]
        else:
            return count


def _bot_memory(bot: Mapping[str, Any]) -> int:
    for kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
        for each in _of_type(bot, kind).values():
            return int(each.get("MemorySize") or bot["Globals"]["Function"]["MemorySize"])
    raise InvariantError("infra/bot.yaml has no function")


def _of_type(template: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


def _template(path: Path) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Reads CloudFormation's short forms as what they stand on: no figure of the bill hides in one."""

    def plain(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("!", plain)
    read: dict[str, Any] = yaml.load(path.read_text(), Loader=Loader)  # noqa: S506  (a safe loader with short forms)
    return read
