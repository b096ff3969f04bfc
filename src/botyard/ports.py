"""What the core asks of the world: one Protocol per port, in terms of records only.

A port exists where two adapters exist. Contract suites in `botyard.testing` say what each must keep.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from botyard.records.conversation import Reply, Request
from botyard.records.deployment import Plan
from botyard.records.fleet import Bar, BotRecord, Entry, Fill, Lease, Order, OrderState, Snapshot, Status
from botyard.records.market import Instrument
from botyard.records.run import Asked, StageName
from botyard.records.trials import RegisteredRun


class Clock(Protocol):
    """What time it is. A replay's clock is not the wall's."""

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch."""
        ...


class MarketData(Protocol):
    """Closed bars, for a bot's tick."""

    def instrument(self, symbol: str) -> Instrument:
        """Raises: NotFound."""
        ...

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Closed bars that open after `after_ms` and have closed by `until_ms`, in order.

        Raises: RetryableError when the source does not answer.
        """
        ...


class Venue(Protocol):
    """Where orders go. Every order carries a client id; the venue finds it again by that id."""

    def submit(self, order: Order) -> OrderState:
        """Send an order; the same client id again returns the first order's state and does nothing.

        Raises: VenueRejected, RetryableError (it may or may not have arrived: look it up).
        """
        ...

    def find(self, symbol: str, client_id: str) -> OrderState | None:
        """The state of an order, or None if the venue has never seen the id."""
        ...

    def cancel(self, symbol: str, client_id: str) -> OrderState:
        """Cancel; a finished order is returned as it is."""
        ...

    def open_orders(self, symbol: str, prefix: str) -> list[OrderState]:
        """Orders whose client id starts with the prefix and that still rest."""
        ...

    @property
    def absence_is_final(self) -> bool:
        """Whether `find` returning None proves that an order never arrived (paper), or only that it is not seen yet."""
        ...

    def fills(self, symbol: str, client_id: str) -> list[Fill]:
        """All trades of an order so far, in order."""
        ...

    def held_lots(self, symbol: str) -> int:
        """Signed lots that the account holds, whoever bought them."""
        ...

    def liquidation(self, symbol: str, bar_ms: int) -> Fill | None:
        """The trade by which the venue closed the account's position in a bar, its margin being gone; else None."""
        ...

    def funding(self, symbol: str, bar_ms: int) -> str:
        """Quote (decimal) that the venue took for a position held over a bar; below 0 when it paid, "0" for none."""
        ...

    def settle_open(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Let a bar open: waiting market orders fill (paper); real venues return []. Twice is once."""
        ...

    def settle(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Let the whole bar pass over waiting and resting orders (paper); real venues return []. Twice is once."""
        ...


class FleetStore(Protocol):
    """Bots, their journals, leases and snapshots. Every write is conditional; a lost race raises."""

    def add_bot(self, bot: BotRecord) -> None:
        """Raises: UserError when the name is taken."""
        ...

    def bot(self, name: str) -> BotRecord:
        """Raises: NotFound, naming the bots there are."""
        ...

    def bots(self) -> list[BotRecord]:
        """All bots, oldest first."""
        ...

    def remove_bot(self, name: str) -> None:
        """Take back a registration that never traded. Raises: NotFound; InvariantError when it has fills."""
        ...

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status and write it into the journal.

        Raises: RetryableError when the status is not `expected` any more; NotFound.
        """
        ...

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """The lease with a higher fence than ever before, or None while somebody else holds it."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is no error."""
        ...

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Append to the journal, and replace the snapshot, in one write.

        The snapshot's `sequence` is set to that of the last entry of this write.
        One decision per bar, one intent per client id, one fill per trade id: a second one is a bug.

        Raises: RetryableError when the lease's fence is not the newest; InvariantError for such a second one.
        """
        ...

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """The journal in order, from the entry after sequence number `after`."""
        ...

    def snapshot(self, name: str) -> Snapshot | None:
        """The last one, or None."""
        ...


class Notifier(Protocol):
    """Tells a person."""

    def tell(self, text: str) -> None:
        """One message; must not raise."""
        ...


class Progress(Protocol):
    """Shows how far a long job is."""

    def start(self, task: str, total: int) -> None:
        """A task of `total` units begins."""
        ...

    def advance(self, task: str, by: int = 1) -> None:
        """So many units are done."""
        ...

    def finish(self, task: str, text: str) -> None:
        """The task is done; `text` says what came out."""
        ...


class ArtifactStore(Protocol):
    """The run's folder. Names are relative, such as "research.json"."""

    def write(self, name: str, data: bytes) -> None:
        """Write whole or not at all.

        Raises: UserError when the disk is full or the place cannot be written.
        """
        ...

    def read(self, name: str) -> bytes:
        """Raises: NotFound."""
        ...

    def exists(self, name: str) -> bool:
        """Whether it was written."""
        ...

    def path(self, name: str) -> Path:
        """A local file for tools that need one; its folder exists."""
        ...


class TrialRegistry(Protocol):
    """Remembers what all runs tried, so that asking again is counted. Nothing is ever taken out."""

    def add(self, run: RegisteredRun) -> int:
        """Register a run and return its place, 1 for the first; a run of the same fingerprint keeps its place.

        Raises: UserError when it cannot be written.
        """
        ...

    def earlier(self, place: int, run: RegisteredRun) -> Iterator[RegisteredRun]:
        """Yield in order the runs before that place, on the same market, whose days cover at least half of this run's."""
        ...


class DeployTarget(Protocol):
    """Where bots run."""

    def prepare(self, plan: Plan, bot: BotRecord, bundle: bytes) -> Plan:
        """Return the plan as this target would carry it out; nothing that runs is changed yet.

        Raises: Refused for a bot that cannot run there.
        """
        ...

    def apply(self, plan: Plan, bot: BotRecord, bundle: bytes) -> str:
        """Carry out a plan and return what the first tick said.

        Raises: ConfigError when the first tick fails; nothing is left registered then.
        """
        ...


class Gate(Protocol):
    """Leave of a person before a stage. It keeps time itself: silence is a rejection."""

    def wait(self, run_id: str, stage: StageName, text: str) -> Asked:
        """Ask once per run and stage, and return when it is decided; a later call finds the decision."""
        ...


class LanguageModel(Protocol):
    """Answers requests. It keeps to the run's money limit, tries again where that helps, and records every exchange."""

    @property
    def name(self) -> str:
        """The model in the words of BOTYARD_MODEL, without an address."""
        ...

    def ask(self, request: Request) -> Reply:
        """One request, one reply; a reply that was cut, filtered or declined says so in its stop reason.

        Raises: Refused with the reason "budget" before a call that could pass the money limit; RetryableError when
        the service does not answer; UserError when it does not let us in, or when a recording does not fit.
        """
        ...
