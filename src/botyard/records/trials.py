"""What was tried: the daily returns of every trial of a run, kept so that later luck can be told from skill."""

from dataclasses import dataclass

from botyard.records import codec


@dataclass(frozen=True, slots=True)
class TrialReturns:
    """Daily net returns of trials over consecutive UTC days; a day without bars holds 0."""

    first_day: int  # days since 1970-01-01
    n_days: int
    n_trials: int
    data: str  # base64 of (n_trials, n_days) little-endian float32, row by row


NO_TRIALS = TrialReturns(0, 0, 0, "")


@dataclass(frozen=True, slots=True)
class RegisteredRun:
    """A run as the trial registry keeps it."""

    market: str  # "demo" or "imported": searching one says nothing about the other
    idea: str
    timeframe: str
    trials: TrialReturns  # each different one once

    @property
    def fingerprint(self) -> str:
        """Equal for the very same question asked again, which is no new try."""
        return codec.content_hash(self)
