"""Every patch there is."""

from types import ModuleType

from botyard.testing.aws.patches import (
    change_sets,
    cluster_capacity,
    event_invoke,
    function_urls,
    functions,
    rollback,
    serverless,
    task_memory,
)
from botyard.testing.aws.patches.state_machines import (
    casing,
    definitions,
    ecs_errors,
    executing_machines,
    execution_names,
    failure_cause,
)

PATCHES: tuple[ModuleType, ...] = (
    casing,
    change_sets,
    cluster_capacity,
    definitions,
    ecs_errors,
    event_invoke,
    execution_names,
    executing_machines,
    failure_cause,
    function_urls,
    functions,
    rollback,  # after change_sets, which it wraps
    serverless,
    task_memory,
)


def apply_all() -> None:
    """Change moto in this process; once."""
    for patch in PATCHES:
        patch.apply()
