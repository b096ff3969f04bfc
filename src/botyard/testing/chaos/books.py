"""Add up a bot's books from the venue's trades and the journal's lines, without the code under test."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from botyard.bot.ledger import Ledger
from botyard.records.fleet import Entry
from botyard.records.market import Instrument


@dataclass(frozen=True, slots=True)
class Traded:
    """What the venue has made of one order: signed lots that may be sold again, and the exact money paid for them."""

    client_id: str
    lots: int
    money: Fraction  # quote, with all fees; below 0 when it came in


def faults(
    journal: Sequence[Entry],
    ledger: Ledger,
    trades: Sequence[Traded],
    sent: Iterable[str],
    instrument: Instrument,
    allocated: float,
) -> list[str]:
    """Say what does not add up; nothing where all does.

    trades: one per order, the venue's, of this bot alone; sent: the client ids of all orders that the venue has accepted from it.
    """
    found = _orders(journal, ledger, list(sent))
    booked = sum(t.lots for t in trades)
    if booked != ledger.lots:
        found.append(f"the venue's trades make {booked} lots, the ledger has {ledger.lots}")
    told: dict[str, tuple[int, Fraction]] = {}
    for identity, lots, money in (_trade(e, instrument) for e in journal if e.kind == "fill"):
        before = told.get(identity, (0, Fraction(0)))
        told[identity] = (before[0] + lots, before[1] + money)
    made = {t.client_id: (t.lots, t.money) for t in trades}
    found += [
        f"order {one}: the journal has {told.get(one)} lots and money, the venue {made.get(one)}"
        for one in told.keys() | made.keys()
        if told.get(one) != made.get(one)
    ]
    return found + _money(journal, ledger, instrument, allocated)


def _orders(journal: Sequence[Entry], ledger: Ledger, sent: list[str]) -> list[str]:
    intended = Counter(e.data["client_id"] for e in journal if e.kind == "intent")
    at_venue = Counter(sent)
    found = [f"{n} intents of {one}" for one, n in intended.items() if n > 1]
    found += [f"{n} orders under {one}" for one, n in at_venue.items() if n > 1]
    found += [f"order {one} was never intended" for one in at_venue.keys() - intended.keys()]
    ended = {e.data["client_id"] for e in journal if e.kind in ("submitted", "cancelled", "refused", "fill")}
    found += [f"intent {one} has no end" for one in intended.keys() - ended - ledger.working.keys()]
    said = {e.data["client_id"] for e in journal if e.kind == "submitted"}
    found += [f"order {one} was submitted and the venue has none" for one in said - at_venue.keys()]
    return found + [
        f"halted at {e.at_ms} without a reason"
        for e in journal
        if e.kind == "status" and e.data["to"] == "halted" and not e.data["reason"].strip()
    ]


def _money(journal: Sequence[Entry], ledger: Ledger, instrument: Instrument, allocated: float) -> list[str]:
    # equity of each decision = allocation - Σ money of the fills - Σ funding + position at the close, in fractions
    tick, lot = steps(instrument)
    cash, lots, found = Fraction(repr(allocated)), 0, []
    for entry in journal:
        if entry.kind == "fill":
            _, signed, money = _trade(entry, instrument)
            cash -= money
            lots += signed
        elif entry.kind == "funding":
            cash -= Fraction(entry.data["paid"])
        elif entry.kind == "decision":
            close = round(Fraction(repr(entry.data["close"])) / tick)
            equity = cash + lots * lot * close * tick
            if (Fraction(entry.data["equity"]), entry.data["lots"]) != (equity, lots):
                found.append(f"bar {entry.bar_ms}: equity {entry.data['equity']} with {entry.data['lots']} lots")
    if Fraction(str(ledger.cash)) != cash:
        found.append(f"the ledger's cash is {ledger.cash}, its journal's lines make {float(cash)}")
    return found


def steps(instrument: Instrument) -> tuple[Fraction, Fraction]:
    """Return one tick and one lot."""
    return (
        Fraction(instrument.tick.numerator, instrument.tick.denominator),
        Fraction(instrument.lot.numerator, instrument.lot.denominator),
    )


def money_of(instrument: Instrument, signed: int, ticks: int, fee: str) -> Fraction:
    """Return the quote that a fill of so many signed lots took."""
    tick, lot = steps(instrument)
    return signed * lot * ticks * tick + Fraction(fee)


def _trade(entry: Entry, instrument: Instrument) -> tuple[str, int, Fraction]:
    data = entry.data
    signed = data["lots"] if data["side"] == "buy" else -data["lots"]
    return data["client_id"], signed, money_of(instrument, signed, data["ticks"], data["fee"])


def decisions(journal: Iterable[Entry]) -> list[tuple[int, str, int, float]]:
    """List what the model decided, bar by bar: equal text of rows means equal bits."""
    return [
        (e.bar_ms, repr(e.data["row"]), e.data["model_lots"], e.data["model_equity"])
        for e in journal
        if e.kind == "decision"
    ]
