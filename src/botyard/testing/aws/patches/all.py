"""Every patch there is."""

from types import ModuleType

from botyard.testing.aws.patches import (
    casing,
    change_sets,
    cluster_capacity,
    definitions,
    event_invoke,
    executing_machines,
    execution_names,
    failure_cause,
    function_urls,
    functions,
    rollback,
    serverless,
    task_memory,
)

PATCHES: tuple[ModuleType, ...] = (
    casing,
    change_sets,
    cluster_capacity,
    definitions,
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
