"""On Fargate the memory stands in the task definition; moto wants it in each container as well."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

from types import SimpleNamespace
from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend


def missing() -> bool:
    """Whether a container without memory of its own is an error."""
    try:
        EC2ContainerServiceBackend._calculate_task_resource_requirements(
            SimpleNamespace(container_definitions=[{}])  # type: ignore[arg-type]
        )
    except TypeError:
        return True
    return False


def apply() -> None:
    """Count such a container as 0."""
    stock = EC2ContainerServiceBackend._calculate_task_resource_requirements

    def calculate(task_definition: Any) -> dict[str, Any]:
        for container in task_definition.container_definitions:
            if not {"memory", "memoryReservation", "Memory", "MemoryReservation"} & set(container):
                container["memory"] = 0
        return stock(task_definition)

    EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(calculate)  # type: ignore[method-assign]
