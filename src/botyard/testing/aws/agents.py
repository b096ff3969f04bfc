"""The part of ECS that runs containers: each task becomes a local process under its definition's memory limit."""

import contextlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from botyard.testing.aws.emulator import Emulator
from botyard.testing.aws.limits import start


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that ran."""

    family: str
    command: tuple[str, ...]
    memory_mb: int
    exit_code: int
    log: str


class Agents:
    """Starts the tasks of one cluster as they come in; nothing reports for a process that dies, as on AWS.

    `entry_point` stands for the image's: the words before a task's command. `environment`: what the loopback needs and
    no definition says, such as AWS_ENDPOINT_URL_BEDROCK_RUNTIME.
    """

    def __init__(
        self,
        emulator: Emulator,
        cluster: str,
        entry_point: tuple[str, ...] = (sys.executable,),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._ecs = emulator.client("ecs")
        self._environment = emulator.environment | dict(environment or {})
        self._cluster, self._entry_point = cluster, entry_point
        self._running: dict[str, tuple[Popen[bytes], Path, Ended]] = {}
        self._seen: set[str] = set()
        self._stop = threading.Event()
        self._folder = Path(tempfile.mkdtemp(prefix="agents-"))
        self.ended: list[Ended] = []
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the processes that still run."""
        self._stop.set()
        self._thread.join()
        for process, _, _ in self._running.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _work(self) -> None:
        while not self._stop.wait(0.5):
            self._collect()
            arns = [a for a in self._ecs.list_tasks(cluster=self._cluster)["taskArns"] if a not in self._seen]
            for task in self._ecs.describe_tasks(cluster=self._cluster, tasks=arns)["tasks"] if arns else []:
                self._seen.add(task["taskArn"])
                if task["clusterArn"].endswith(f"/{self._cluster}"):
                    self._start(task)

    def _start(self, task: dict[str, Any]) -> None:
        definition = self._ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        (override,) = task["overrides"]["containerOverrides"]
        memory_mb = int(definition["memory"])
        command = tuple(override["command"])
        log = self._folder / f"{task['taskArn'][-8:]}.log"
        scratch = tempfile.mkdtemp(dir=self._folder)
        written = {"HOME": scratch, "TMPDIR": scratch, "BOTYARD_HOME": f"{scratch}/botyard"}  # as in infra/Dockerfile
        with log.open("wb") as out:
            process = start(
                [*self._entry_point, *command],
                memory_mb=memory_mb,
                environment=self._environment | written | _named(container) | _named(override),
                log=out,
            )
        self._running[task["taskArn"]] = (process, log, Ended(definition["family"], command, memory_mb, 0, ""))

    def _collect(self) -> None:
        for arn, (process, log, began) in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            del self._running[arn]
            said = log.read_text(errors="replace")
            self.ended.append(Ended(began.family, began.command, began.memory_mb, code, said))
            with contextlib.suppress(self._ecs.exceptions.ClientException):
                self._ecs.stop_task(cluster=self._cluster, task=arn, reason=f"Essential container exited: {code}")


def _named(container: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container.get("environment", [])}
