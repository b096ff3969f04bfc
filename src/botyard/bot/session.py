"""One tick's hold on a bot: its lease, its ledger, and the only ways to write and to send.

Every write is conditional on the lease's fence. An intent is written before its order leaves; what the venue says
is written after. Whatever dies in between is found again by client id.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from botyard.bot.guards import disaster_stop
from botyard.bot.intents import Want, bot_prefix, client_id
from botyard.bot.ledger import Ledger, Working
from botyard.errors import BotyardError, RetryableError, VenueRejected
from botyard.ports import Clock, FleetStore, MarketData, Notifier, Venue
from botyard.records.fleet import DEFAULTS, Bar, BotRecord, Entry, Lease, OrderState, OuterLimits, Snapshot, Status

TRIES = 3
SEND_WITHIN_MS = 15_000  # of the lease's begin: a tick that was paused may not wake up and trade
ABSENT_AFTER_MS = 120_000  # a kill takes an order for lost that no look-up has found for so long
FINISHED = ("cancelled", "rejected", "filled")


class UnresolvedError(BotyardError):
    """An intent may or may not have reached the venue, and the venue does not say: the bot halts."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a tick touches of the world. `wall` counts leases; it differs from `clock` in a replay."""

    store: FleetStore
    venue: Venue
    market: MarketData
    clock: Clock
    wall: Clock
    notifier: Notifier
    limits: OuterLimits = DEFAULTS["paper"]


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a tick did, for people and for the scheduler."""

    bot: str
    status: Status
    text: str  # the last decision in words, or why there was none
    bars: int = 0  # bars it went through
    orders: int = 0  # orders sent
    fills: int = 0  # fills found
    last_bar_ms: int | None = None
    is_done: bool = True  # False: somebody else was at it, or something did not answer; try again soon


class Session:
    """A bot under lease, with the entries of its journal that are not written yet."""

    def __init__(self, bot: BotRecord, ports: Ports, lease: Lease, ledger: Ledger) -> None:
        self.bot = bot
        self.ports = ports
        self.ledger = ledger
        self._lease = lease
        self._began_ms = ports.wall.now_ms()
        self._entries: list[Entry] = []
        self.n_orders = 0
        self.n_fills = 0
        self.refused = ""  # what the venue said to the last order that it did not take

    def note(self, entry: Entry) -> None:
        """Take an entry into the ledger; the next `write` takes it to the store."""
        self.ledger.apply(entry)
        self._entries.append(entry)

    def entry(self, kind: str, bar_ms: int, **data: object) -> Entry:
        """Make an entry of now."""
        return Entry(kind, bar_ms, self.ports.clock.now_ms(), data)  # type: ignore[arg-type]

    def write(self, snapshot: Snapshot | None = None) -> None:
        """Write what was noted, and the snapshot, in one conditional write.

        Raises: RetryableError when another tick took over.
        """
        if self._entries or snapshot is not None:
            self.ports.store.append(self._lease, self._entries, snapshot)
            self._entries = []

    @property
    def is_late(self) -> bool:
        """Whether this tick is too old to send anything. Bars that are played from disk take the time they take."""
        return self.bot.feed == "live" and self.ports.wall.now_ms() > self._began_ms + SEND_WITHIN_MS

    def collect(self) -> int:
        """Note the fills and ends of all orders that were sent; return how many fills were new."""
        found = 0
        for working in list(self.ledger.working.values()):
            if working.is_sent:
                state = self.ports.venue.find(self.bot.symbol, working.order.client_id)
                found += self._collect(working, state)
        self.n_fills += found
        return found

    def resolve(self) -> list[Working]:
        """Find out what became of intents whose submission was not written down; return those that never arrived.

        A venue that may still come to know an order is believed to have none once a person resumed the bot, or when
        a kill found nothing for ABSENT_AFTER_MS; such an order is never sent again.
        Raises: UnresolvedError when the venue does not know one and nothing of that holds; not while killing.
        """
        lost: list[Working] = []
        for working in self.ledger.pending():
            state = self._find(working.order.client_id)
            if state is not None:
                self.note(self.entry("submitted", working.order.bar_ms, client_id=working.order.client_id))
                self._collect(working, state)
            elif self.ports.venue.absence_is_final:
                lost.append(working)
            elif self._is_believed_absent(working):
                self._give_up(working, "never seen at the venue")
            elif self.bot.status != "killing":
                raise UnresolvedError(
                    f"order {working.order.client_id} was about to be sent and the venue does not know it; look for "
                    f"it at the venue: if it is not there, botyard resume {self.bot.name}"
                )
        return lost

    def forget(self, working: Working) -> bool:
        """While killing, give up a sent order that the venue does not know any more, as after a testnet's reset."""
        if not self._is_believed_absent(working):
            return False
        if self.ports.venue.find(self.bot.symbol, working.order.client_id) is not None:
            return False
        self._give_up(working, "not at the venue any more")
        return True

    def plan(self, wants: Iterable[Want], bar_ms: int, words: str, attempt: int = 0) -> list[Working]:
        """Note an intent for each want; nothing is sent before they are written.

        What was intended before a crash is not intended again: it was sent, and may be finished by now.
        """
        planned: list[Working] = []
        for want in wants:
            identity = client_id(self.bot.name, self.bot.deployment_hash, bar_ms, want.transition, want.leg, attempt)
            if identity in self.ledger.intended:
                continue
            order = want.order(self.bot.symbol, identity, bar_ms)
            self.note(
                self.entry(
                    "intent",
                    bar_ms,
                    client_id=identity,
                    order=dataclasses.asdict(order),
                    transition=want.transition,
                    leg=want.leg,
                    words=words,
                )
            )
            planned.append(self.ledger.working[identity])
        return planned

    def send(self, planned: Iterable[Working]) -> None:
        """Submit orders whose intents are written, then journal what the venue said.

        A venue that does not answer leaves the intent pending: the next tick finds out.
        """
        for working in planned:
            order = working.order
            if self.is_late:
                self._give_up(working, "not sent: this tick had been held up for too long")
                continue
            try:
                state = self.ports.venue.submit(order)
            except VenueRejected as e:
                self.note(self.entry("refused", order.bar_ms, client_id=order.client_id, reason=e.reason))
                self.refused = e.reason
                if self.bot.status != "killing":  # a kill tries again and again, and pages once
                    self.ports.notifier.tell(f"{self.bot.name}: {e}")
                continue
            except RetryableError as e:
                self.ports.notifier.tell(f"{self.bot.name}: {e}; the next tick looks the order up")
                continue
            self.n_orders += 1
            mid = {} if state.mid is None else {"mid": state.mid}
            self.note(self.entry("submitted", order.bar_ms, client_id=order.client_id, **mid))
        self.write()

    def cancel(self, orders: Iterable[Working], reason: str) -> bool:
        """Cancel orders and read their last fills; True when one of them filled in between."""
        filled = False
        for working in orders:
            state = self.ports.venue.cancel(self.bot.symbol, working.order.client_id)
            filled = self._collect(working, state, reason) > 0 or filled
        return filled

    def settle_open(self, bar: Bar) -> None:
        """Let a bar open at the venue, and note what filled."""
        if self.ledger.working:
            self.ports.venue.settle_open(self.bot.symbol, bar)
            self.collect()

    def settle(self, bar: Bar) -> None:
        """Let a bar pass at the venue, and note what filled and what holding cost."""
        if self.ledger.working or self.ledger.lots != 0:
            self.ports.venue.settle(self.bot.symbol, bar)
            self.collect()
            self._note_liquidation(bar.open_ms)
            self._note_funding(bar.open_ms)

    def _is_believed_absent(self, working: Working) -> bool:
        if self.bot.status == "killing":
            return self.ports.clock.now_ms() - working.intended_ms > ABSENT_AFTER_MS
        return working.is_given_up

    def _give_up(self, working: Working, reason: str) -> None:
        order = working.order
        self.note(self.entry("cancelled", order.bar_ms, client_id=order.client_id, reason=reason))
        if not order.reduce_only:
            self.note(self.entry("missed", order.bar_ms, transition=working.transition, lots=order.lots, reason=reason))

    def _note_liquidation(self, bar_ms: int) -> None:
        forced = self.ports.venue.liquidation(self.bot.symbol, bar_ms) if self.ledger.lots != 0 else None
        if forced is not None:
            data = dataclasses.asdict(forced) | {"transition": -1}
            self.note(self.entry("fill", data.pop("bar_ms"), **data))
            self.n_fills += 1

    def _note_funding(self, bar_ms: int) -> None:
        # a bar is lived through again after a crash, but paid for once
        paid = self.ports.venue.funding(self.bot.symbol, bar_ms) if bar_ms > self.ledger.funded_ms else "0"
        if Decimal(paid) != 0:
            self.note(self.entry("funding", bar_ms, paid=paid, lots=self.ledger.lots))

    def _collect(self, working: Working, state: OrderState | None, reason: str = "") -> int:
        order = working.order
        found = 0
        if state is not None and state.filled_lots > working.filled_lots:
            fills = self.ports.venue.fills(self.bot.symbol, order.client_id)
            for fill in fills[working.n_fills :]:
                data = dataclasses.asdict(fill) | {"transition": working.transition}
                self.note(self.entry("fill", data.pop("bar_ms"), **data))
                found += 1
            if found and working.transition == disaster_stop.TRANSITION:
                text = "its disaster stop filled; it stays flat until its model leaves the position"
                self.ports.notifier.tell(f"{self.bot.name}: {text}")
        if state is not None and state.status in FINISHED and order.client_id in self.ledger.working:
            why = state.reason or reason or state.status
            self.note(self.entry("cancelled", order.bar_ms, client_id=order.client_id, reason=why))
        return found

    def _find(self, identity: str) -> OrderState | None:
        for attempt in range(TRIES):
            try:
                state = self.ports.venue.find(self.bot.symbol, identity)
                if state is None and not self.ports.venue.absence_is_final:
                    resting = self.ports.venue.open_orders(self.bot.symbol, bot_prefix(self.bot.name))
                    state = next((one for one in resting if one.client_id == identity), None)
            except RetryableError:
                if attempt == TRIES - 1:
                    raise
                continue
            if state is not None or self.ports.venue.absence_is_final:
                return state
        return None
