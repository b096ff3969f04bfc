"""What a bot earned, and what of the difference to its model is execution, what is trades not shared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from botyard.bot.ledger import Ledger, new_ledger
from botyard.bot.orders import adds
from botyard.records.fleet import BotRecord, Entry
from botyard.records.market import Instrument


@dataclass(frozen=True, slots=True)
class Profit:
    """What a bot earned, in quote, since its first live bar. model_profit = profit + execution_cost + not_shared."""

    bot: str
    symbol: str
    from_ms: int | None
    until_ms: int | None
    allocated: float
    equity: float
    profit: float
    return_frac: float
    realised: float
    unrealised: float
    fees: float
    funding: float  # paid for holding; below 0 when more was received
    trades: int  # closed
    wins: int
    fills: int
    missed: int  # entries that the model filled and the bot did not
    max_drawdown: float  # fraction, at most 0
    position: float  # units
    entry_price: float | None
    last_close: float | None
    model_profit: float | None
    execution_cost: float | None  # what the bot's fills cost beyond the model's fills of the same decisions
    not_shared: float | None  # the rest: what the model earned more where the two did not do the same
    synthetic: bool


def profit(bot: BotRecord, entries: Iterable[Entry], instrument: Instrument) -> Profit:
    """Fold a journal into what it earned."""
    fold = _Fold(new_ledger(bot.allocated_quote, instrument), instrument)
    for entry in entries:
        fold.take(entry)
    ledger, close = fold.ledger, None if fold.last is None else float(fold.last.data["close"])
    equity = ledger.cash if close is None else ledger.equity(_ticks(instrument, close))
    earned = float(equity - ledger.allocated)
    unrealised = 0.0
    if close is not None and ledger.entry_ticks is not None:
        unrealised = float(ledger.unit) * ledger.lots * (_ticks(instrument, close) - ledger.entry_ticks)
    model = None
    if fold.last is not None and fold.model_start is not None:
        model = float(fold.last.data["model_equity"]) - fold.model_start
    cost = fold.execution_cost()
    return Profit(
        bot=bot.name,
        symbol=bot.symbol,
        from_ms=fold.from_ms,
        until_ms=None if fold.last is None else fold.last.bar_ms,
        allocated=float(ledger.allocated),
        equity=float(equity),
        profit=earned,
        return_frac=earned / float(ledger.allocated),
        realised=earned - unrealised,
        unrealised=unrealised,
        fees=float(ledger.fees),
        funding=float(ledger.funding),
        trades=len(fold.closed),
        wins=sum(one > 0 for one in fold.closed),
        fills=ledger.n_fills,
        missed=fold.missed(),
        max_drawdown=fold.drawdown,
        position=ledger.lots * instrument.lot.numerator / instrument.lot.denominator,
        entry_price=None if ledger.entry_ticks is None else ledger.entry_ticks * instrument.tick.value,
        last_close=close,
        model_profit=model,
        execution_cost=None if model is None else cost,
        not_shared=None if model is None else model - earned - cost,
        synthetic=instrument.synthetic,
    )


@dataclass(slots=True)
class _Filled:
    """All fills of one transition in one bar. value: signed lots × price, in quote per unit and lots."""

    lots: int = 0  # signed
    size: int = 0
    value: float = 0.0
    fee: float = 0.0
    is_entry: bool = False

    def add(self, lots: int, price: float, fee: float) -> None:
        self.lots += lots
        self.size += abs(lots)
        self.value += lots * price
        self.fee += fee


_Key = tuple[int, int]  # bar, transition


@dataclass(slots=True)
class _Fold:
    ledger: Ledger
    instrument: Instrument
    closed: list[Decimal] = field(default_factory=list)  # profit of each closed trade
    drawdown: float = 0.0
    last: Entry | None = None  # decision
    from_ms: int | None = None
    model_start: float | None = None
    _cash_before: Decimal = Decimal(0)
    _peak: Decimal = Decimal(0)
    _model_lots: int = 0
    _real: dict[_Key, _Filled] = field(default_factory=dict)
    _model: dict[_Key, _Filled] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        held, before = self.ledger.lots, self.ledger.cash
        self.ledger.apply(entry)
        if entry.kind == "fill":
            self._fill(entry, held, before)
        elif entry.kind == "deployed":
            self.model_start = float(entry.data["model_equity"])
        elif entry.kind == "decision":
            self._decision(entry)

    def _fill(self, entry: Entry, held: int, before: Decimal) -> None:
        data, ledger = entry.data, self.ledger
        if held == 0:
            self._cash_before = before
        elif held * ledger.lots <= 0:
            # a fill that goes through flat closes one trade and opens the next at the same price
            value = ledger.unit * (ledger.lots * data["ticks"])
            self.closed.append(ledger.cash + value - self._cash_before)
            self._cash_before = ledger.cash + value
        signed = data["lots"] if data["side"] == "buy" else -data["lots"]
        tick = self.instrument.tick
        price = data["ticks"] * tick.numerator / tick.denominator
        self._real.setdefault((entry.bar_ms, data["transition"]), _Filled()).add(signed, price, float(data["fee"]))

    def _decision(self, entry: Entry) -> None:
        self.from_ms = entry.bar_ms if self.from_ms is None else self.from_ms
        self.last = entry
        equity = Decimal(entry.data["equity"])
        self._peak = max(self._peak, self.ledger.allocated, equity)
        self.drawdown = min(self.drawdown, float(equity / self._peak) - 1.0)
        for transition, lots, price, fee in entry.data["model_fills"]:
            filled = self._model.setdefault((entry.bar_ms, transition), _Filled())
            filled.add(lots, price, fee)
            filled.is_entry = filled.is_entry or adds(self._model_lots, self._model_lots + lots)
            self._model_lots += lots

    def missed(self) -> int:
        """Entries that the model filled and the bot did not."""
        return sum(filled.is_entry and key not in self._real for key, filled in self._model.items())

    def execution_cost(self) -> float:
        """Quote that the bot's fills cost beyond the model's, of the same decisions and for the same quantities."""
        lot = self.instrument.lot
        cost = 0.0
        for key, real in self._real.items():
            model = self._model.get(key)
            if model is None or model.lots * real.lots <= 0:
                continue
            worse = (real.value - real.lots * (model.value / model.lots)) * lot.numerator / lot.denominator
            cost += worse + real.fee - model.fee * real.size / model.size
        return cost


def _ticks(instrument: Instrument, price: float) -> int:
    return round(price * instrument.tick.denominator / instrument.tick.numerator)
