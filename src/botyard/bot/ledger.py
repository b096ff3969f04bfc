"""What a bot owns and owes: a fold over its journal, exact to the last digit.

A position is the sum of the bot's own fills, never the wallet. Fills are whole lots at whole ticks, so that the
money spent is an integer of lots × ticks; only its value in quote, fees and funding are decimals.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Context, Decimal
from typing import Any

from botyard.errors import InvariantError
from botyard.records.fleet import LIQUIDATION_ID, Entry, Order
from botyard.records.market import Instrument

EXACT = Context(prec=60)
DAY_MS = 86_400_000

SCHEMA = 5
"""Version of the snapshot: of the header, the book's layout and the ledger's JSON."""


SHORTFALL = "shortfall"
"""What a note is about that says: the venue holds less than the ledger."""


@dataclass(slots=True)
class Working:
    """An order that is not finished: intended, or sent."""

    order: Order
    transition: int
    is_sent: bool = False
    filled_lots: int = 0
    n_fills: int = 0
    intended_ms: int = 0  # the clock when the intent was written
    is_given_up: bool = False  # not sent for all we know, and a person resumed the bot: absence is believed

    @property
    def rest(self) -> int:
        """Lots still to be filled."""
        return self.order.lots - self.filled_lots


@dataclass(slots=True)
class Ledger:
    """The fold. `unit` is the quote value of one lot at one tick."""

    allocated: Decimal
    unit: Decimal
    lots: int = 0  # signed
    spent: int = 0  # Σ signed lots × ticks of all fills
    opened: int = 0  # the same since the position was last flat
    fees: Decimal = Decimal(0)  # quote
    funding: Decimal = Decimal(0)  # quote paid for holding; below 0 when more was received
    funded_ms: int = -1  # the last bar that funding was paid for
    is_liquidated: bool = False  # the venue closed the position, its margin being gone
    n_fills: int = 0
    n_kills: int = 0  # orders sent to end the bot
    n_shortfalls: int = 0  # times that a kill found less at the venue than the ledger has
    last_bar_ms: int | None = None  # the last bar that was decided on
    day: int = -1  # UTC day of that bar
    day_equity: Decimal = Decimal(0)  # at the last close before that day
    last_equity: Decimal = Decimal(0)  # at the last close
    cusum: float = 0.0  # of the kill rule, after the last ended day
    orders_day: int = -1  # UTC day that the next two belong to
    n_entries_today: int = 0  # orders intended that open or enlarge a position
    refused_today: list[str] = field(default_factory=list)  # limits that refused one
    promotion: dict[str, Any] | None = None  # the last one granted
    working: dict[str, Working] = field(default_factory=dict)
    intended: dict[str, int] = field(default_factory=dict)  # client id -> bar, from the last decided one on

    @property
    def cash(self) -> Decimal:
        """Quote that is left of the allocation; below zero only for what is owed on a short."""
        paid = EXACT.add(EXACT.multiply(Decimal(self.spent), self.unit), EXACT.add(self.fees, self.funding))
        return EXACT.subtract(self.allocated, paid)

    def equity(self, ticks: int) -> Decimal:
        """Cash and the position's value at a price of so many ticks."""
        return EXACT.add(self.cash, EXACT.multiply(Decimal(self.lots * ticks), self.unit))

    @property
    def entry_ticks(self) -> float | None:
        """Average price of the open position in ticks, or None while flat."""
        return None if self.lots == 0 else self.opened / self.lots

    def apply(self, entry: Entry) -> None:
        """Take one journal entry in.

        Raises: InvariantError for a fill that is larger than its order.
        """
        data = entry.data
        if entry.kind == "intent":
            order = Order(**data["order"])
            self.working[order.client_id] = Working(order, data["transition"], intended_ms=entry.at_ms)
            self.intended[order.client_id] = entry.bar_ms
            self.n_kills += data["leg"] == "kill"
            self._begin_orders_of(entry.bar_ms // DAY_MS)
            self.n_entries_today += not order.reduce_only
        elif entry.kind == "submitted":
            if data["client_id"] in self.working:
                self.working[data["client_id"]].is_sent = True
        elif entry.kind == "fill":
            self._fill(data)
        elif entry.kind == "funding":
            self.funding = EXACT.add(self.funding, Decimal(data["paid"]))
            self.funded_ms = entry.bar_ms
        elif entry.kind in ("cancelled", "refused"):
            self._gone(entry)
        elif entry.kind == "decision":
            self._decided(entry)
        elif entry.kind == "promotion":
            self.promotion = data
        elif entry.kind == "status" and (data["from"], data["to"]) == ("halted", "running"):
            self.cusum = 0.0  # a person has looked at it: the count begins anew
            for working in self.pending():
                working.is_given_up = True
        elif entry.kind == "note" and data.get("what") == SHORTFALL:
            self.n_shortfalls += 1

    def apply_all(self, entries: Iterable[Entry]) -> "Ledger":
        """Take journal entries in, in order."""
        for entry in entries:
            self.apply(entry)
        return self

    def _gone(self, entry: Entry) -> None:
        self.working.pop(entry.data.get("client_id", ""), None)
        if "limit" in entry.data:  # it never was an order: the owner does not allow it
            self._begin_orders_of(entry.bar_ms // DAY_MS)
            self.refused_today.append(entry.data["limit"])

    def _begin_orders_of(self, day: int) -> None:
        if day != self.orders_day:
            self.orders_day, self.n_entries_today, self.refused_today = day, 0, []

    def pending(self) -> list[Working]:
        """Intents whose submission was not written down: they may or may not have reached the venue."""
        return [w for w in self.working.values() if not w.is_sent]

    def dump(self) -> str:
        """As JSON, for the snapshot."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        plain |= {name: str(getattr(self, name)) for name in _DECIMAL}
        plain["working"] = [asdict(w) for w in self.working.values()]
        return json.dumps(plain)

    def _fill(self, data: dict[str, Any]) -> None:
        signed = data["lots"] if data["side"] == "buy" else -data["lots"]
        before = self.lots
        self.lots += signed
        self.spent += signed * data["ticks"]
        self.fees = EXACT.add(self.fees, Decimal(data["fee"]))
        self.n_fills += 1
        self.is_liquidated = self.is_liquidated or data["client_id"] == LIQUIDATION_ID
        if self.lots == 0:
            self.opened = 0
        elif before * self.lots < 0:  # through flat to the other side
            self.opened = self.lots * data["ticks"]
        elif before * signed < 0:  # a part was closed: the average stays
            self.opened = self.opened * self.lots // before
        else:
            self.opened += signed * data["ticks"]
        working = self.working.get(data["client_id"])
        if working is None:
            return
        working.filled_lots += data["lots"]
        working.n_fills += 1
        if working.rest < 0:
            raise InvariantError(
                f"order {data['client_id']} of {working.order.lots} lots has {working.filled_lots} lots of fills"
            )
        if working.rest == 0:
            del self.working[data["client_id"]]

    def _decided(self, entry: Entry) -> None:
        self.last_bar_ms = entry.bar_ms
        self.intended = {name: bar_ms for name, bar_ms in self.intended.items() if bar_ms >= entry.bar_ms}
        day = entry.bar_ms // DAY_MS
        if day != self.day:
            self.day, self.day_equity = day, self.last_equity
        self.last_equity = Decimal(entry.data["equity"])
        self.cusum = entry.data.get("cusum", self.cusum)


_PLAIN = (
    "lots", "spent", "opened", "n_fills", "n_kills", "n_shortfalls", "last_bar_ms", "funded_ms", "is_liquidated", "day", "intended",
    "cusum", "orders_day", "n_entries_today", "refused_today", "promotion",
)  # fmt: skip
_DECIMAL = ("allocated", "unit", "fees", "funding", "day_equity", "last_equity")


def new_ledger(allocated_quote: float, instrument: Instrument) -> Ledger:
    """Start with the bot's allocation and nothing else."""
    tick, lot = instrument.tick, instrument.lot
    unit = EXACT.divide(Decimal(tick.numerator * lot.numerator), Decimal(tick.denominator * lot.denominator))
    allocated = Decimal(repr(allocated_quote))
    return Ledger(allocated=allocated, unit=unit, last_equity=allocated)


def load_ledger(text: str) -> Ledger:
    """Read back what `dump` wrote."""
    plain = json.loads(text)
    ledger = Ledger(allocated=Decimal(plain["allocated"]), unit=Decimal(plain["unit"]))
    for name in _PLAIN:
        setattr(ledger, name, plain[name])
    for name in _DECIMAL:
        setattr(ledger, name, Decimal(plain[name]))
    for item in plain["working"]:
        working = Working(**{**item, "order": Order(**item["order"])})
        ledger.working[working.order.client_id] = working
    return ledger
