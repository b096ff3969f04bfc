"""A Progress that remembers."""


class RecordedProgress:
    """Counts what each task announced and did."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}
        self.said: list[str] = []

    def start(self, task: str, total: int) -> None:
        """Remember a task."""
        self.totals[task] = total
        self.done[task] = 0

    def advance(self, task: str, by: int = 1) -> None:
        """Count."""
        self.done[task] += by

    def finish(self, task: str, text: str) -> None:
        """Remember what came out."""
        del task
        self.said.append(text)
