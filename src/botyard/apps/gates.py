"""The gates of this home, or of the environment in AWS."""

from typing import TYPE_CHECKING, Protocol

from botyard.apps import settings

if TYPE_CHECKING:
    from botyard.records.run import Asked, StageName


class Gates(Protocol):
    """What a person does with gates, wherever the runs wait."""

    def waiting(self) -> "list[Asked]":
        """Return what nobody has decided and whose time is not over, oldest first."""
        ...

    def decide(self, run_id: str, stage: "StageName", *, approved: bool, by: str) -> "Asked":
        """Write a decision down; the first one counts. Raises: NotFound; UserError when it is decided or over."""
        ...


def open_gates() -> Gates:
    """Open what runs wait in and people decide in. Raises: UserError for a bad setting."""
    if settings.is_aws():
        from botyard.apps.aws.chat.gates import TaskGates

        return TaskGates()
    from botyard.adapters.clock.system import SystemClock
    from botyard.adapters.gate.sqlite import SqliteGates

    return SqliteGates(settings.home() / "gates.db", SystemClock(), timeout_ms=settings.gate_timeout_ms())
