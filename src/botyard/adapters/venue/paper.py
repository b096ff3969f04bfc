"""The paper venue: simulated fills on real bars, in a store of its own.

It is a stranger to the bot on purpose: orders are known by client id only, and it remembers what it accepted, so
that a crash between intent and submit is as real as at an exchange. Fills follow `rules`, as research does.
Each bot has an account of its own; a bar that was settled once is never settled again. The account's cash is exact;
it decides when a position is liquidated.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from botyard.adapters.venue.paper_grid import EXACT, Grid, Liquidity
from botyard.adapters.venue.paper_tables import TABLES, VERSION
from botyard.errors import InvariantError, NotFound, RetryableError, UserError, VenueRejected
from botyard.ops.state import BUY_LIMIT, BUY_STOP, SELL_LIMIT, SELL_STOP
from botyard.records.fleet import LIQUIDATION_ID, Bar, Fill, Order, OrderState
from botyard.records.market import TradingRules, timeframe_minutes
from botyard.rules.costs import funding, is_liquidated, liquidation_price, liquidation_reference
from botyard.rules.fills import distance, is_touched, reference_price

_FUNDING_STEP = Decimal("0.00000001")  # quote; funding is rounded up to it, against us
_KINDS = {
    ("buy", "stop"): BUY_STOP,
    ("sell", "stop"): SELL_STOP,
    ("buy", "limit"): BUY_LIMIT,
    ("sell", "limit"): SELL_LIMIT,
}
_OPEN = "('pending', 'resting', 'partly_filled')"
_AT_OPEN, _WHOLE = 1, 2  # how much of a bar has been settled

_STATE = "client_id, status, side, lots, filled_lots, price_ticks, fee, fill_bar_ms, reason"


class PaperVenue:
    """The Venue port for one account (a bot's name) in one world of costs and grids."""

    absence_is_final = True  # one file: what is not in it never arrived

    def __init__(
        self, path: Path, account: str, rules: TradingRules, timeframe: str | None = None, *, durable: bool = True
    ) -> None:
        """timeframe: of the bars that will be settled; funding is taken per bar, so a perpetual needs it."""
        self.path = path
        self._account = account
        self._rules = rules
        self._grid = Grid(rules)
        self._timeframe = timeframe
        perpetual = rules.instrument.kind == "perpetual"
        self._funding_rate = rules.costs.funding_bps / 1e4 if perpetual else 0.0
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise UserError(f"cannot make {path.parent}: {e.strerror}; choose another place with --home") from e
        with self._guard():
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=" + ("FULL" if durable else "NORMAL"))
            if self._db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                self._db.executescript(TABLES + f"PRAGMA user_version={VERSION};")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __del__(self) -> None:
        # a process that ends without close must not warn of it: every write was committed already
        if hasattr(self, "_db"):
            self._db.close()

    def submit(self, order: Order) -> OrderState:
        """Accept an order, once per client id.

        Raises: VenueRejected, RetryableError.
        """
        with self._write():
            known = self.find(order.symbol, order.client_id)
            if known is not None:
                return known
            reason = self._refusal(order)
            status = "rejected" if reason else "pending" if order.kind == "market" else "resting"
            self._db.execute(
                "INSERT INTO orders (account, client_id, symbol, side, kind, lots, ticks, bar_ms, reduce_only,"
                " status, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._account,
                    order.client_id,
                    order.symbol,
                    order.side,
                    order.kind,
                    order.lots,
                    order.ticks,
                    order.bar_ms,
                    order.reduce_only,
                    status,
                    reason,
                ),
            )
        if reason:
            raise VenueRejected(f"the paper venue rejected order {order.client_id}: {reason}", reason=reason)
        return self._state(order.client_id)

    def find(self, symbol: str, client_id: str) -> OrderState | None:
        """Read the state of an order, or None if the venue has never seen the id."""
        with self._guard():
            row = self._db.execute(
                f"SELECT {_STATE} FROM orders WHERE account=? AND client_id=? AND symbol=?",  # noqa: S608  (constant)
                (self._account, client_id, symbol),
            ).fetchone()
        return None if row is None else OrderState(*row)

    def cancel(self, symbol: str, client_id: str) -> OrderState:
        """Cancel; a finished order is returned as it is.

        Raises: NotFound when the venue has never seen the id.
        """
        with self._write():
            if self.find(symbol, client_id) is None:
                raise NotFound(f"the paper venue has no order {client_id}")
            self._db.execute(
                f"UPDATE orders SET status='cancelled' WHERE account=? AND client_id=? AND status IN {_OPEN}",  # noqa: S608
                (self._account, client_id),
            )
        return self._state(client_id)

    def open_orders(self, symbol: str, prefix: str) -> list[OrderState]:
        """Read the orders whose client id starts with the prefix and that still wait or rest."""
        with self._guard():
            rows = self._db.execute(
                f"SELECT {_STATE} FROM orders WHERE account=? AND symbol=? AND status IN {_OPEN} ORDER BY number",  # noqa: S608
                (self._account, symbol),
            ).fetchall()
        return [OrderState(*row) for row in rows if row[0].startswith(prefix)]

    def fills(self, symbol: str, client_id: str) -> list[Fill]:
        """Read all trades of an order so far, in order."""
        with self._guard():
            rows = self._db.execute(
                "SELECT number, client_id, side, lots, ticks, fee, bar_ms FROM fills"
                " WHERE account=? AND client_id=? AND symbol=? ORDER BY number",
                (self._account, client_id, symbol),
            ).fetchall()
        return [Fill(f"paper-{row[0]}", *row[1:]) for row in rows]

    def held_lots(self, symbol: str) -> int:
        """Read the signed lots that the account holds."""
        with self._guard():
            row = self._db.execute(
                "SELECT lots FROM positions WHERE account=? AND symbol=?", (self._account, symbol)
            ).fetchone()
        return 0 if row is None else int(row[0])

    def liquidation(self, symbol: str, bar_ms: int) -> Fill | None:
        """Read the trade that closed the position in a bar because its margin was gone, or None."""
        return next((fill for fill in self.fills(symbol, LIQUIDATION_ID) if fill.bar_ms == bar_ms), None)

    def funding(self, symbol: str, bar_ms: int) -> str:
        """Read what was taken for the position held at a bar's close."""
        with self._guard():
            row = self._db.execute(
                "SELECT paid FROM funding WHERE account=? AND symbol=? AND bar_ms=?", (self._account, symbol, bar_ms)
            ).fetchone()
        return "0" if row is None else str(row[0])

    def settle_open(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Fill the waiting market orders that were sent before the bar opened, at its open. Twice is once."""
        if not self._has_working(symbol, bar):
            return self._filled_in(symbol, bar)
        with self._write():
            if self._begin(symbol, bar, _AT_OPEN):
                for row in self._working(symbol, bar, "pending"):
                    self._fill(symbol, row, self._grid.slipped(bar.open, row[1]), bar, "taker")
        return self._filled_in(symbol, bar)

    def settle(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Fill what waits at the open, then at most one resting order, stops before limits. Twice is once.

        What is held then is liquidated if its margin is gone, and pays funding at the close.
        """
        if not self._has_working(symbol, bar) and not self._costs_something(symbol, bar):
            return self._filled_in(symbol, bar)
        with self._write():
            self.settle_open(symbol, bar)
            if self._begin(symbol, bar, _WHOLE):
                self._work_resting(symbol, bar)
                self._liquidate(symbol, bar)
                self._take_funding(symbol, bar)
        return self._filled_in(symbol, bar)

    def _work_resting(self, symbol: str, bar: Bar) -> None:
        hit = self._touched(symbol, bar)
        if hit is None:
            return
        kind, level = _KINDS[hit[1], hit[2]], self._grid.price(hit[4])
        reference = reference_price(kind, level, bar.open)
        if hit[2] == "stop":
            self._fill(symbol, hit, self._grid.slipped(reference, hit[1]), bar, "taker")
        else:  # a bar that opens beyond the limit takes what was there
            liquidity: Liquidity = "maker" if reference == level else "taker"
            self._fill(symbol, hit, self._grid.ticks(reference), bar, liquidity)

    def _costs_something(self, symbol: str, bar: Bar) -> bool:
        # a position that pays nothing and is safe costs no write either
        held = self.held_lots(symbol)
        return held != 0 and (self._funding_rate != 0.0 or self._liquidation_reference(symbol, held, bar) != 0.0)

    def _liquidation_reference(self, symbol: str, held: int, bar: Bar) -> float:
        # 0 where the bar does not liquidate
        quantity = self._grid.quantity(held)
        level = liquidation_price(float(self._cash(symbol)), quantity)
        if not is_liquidated(quantity, level, bar.high, bar.low):
            return 0.0
        return liquidation_reference(quantity, level, bar.open)

    def _liquidate(self, symbol: str, bar: Bar) -> None:
        held = self.held_lots(symbol)
        reference = 0.0 if held == 0 else self._liquidation_reference(symbol, held, bar)
        if reference == 0.0:
            return
        side = "sell" if held > 0 else "buy"
        ticks = self._grid.slipped(reference, side)
        self._book(symbol, LIQUIDATION_ID, -held, ticks, self._grid.fee(abs(held), ticks, "taker"), bar)
        self._db.execute(
            f"UPDATE orders SET status='cancelled', reason='liquidated' WHERE account=? AND symbol=? AND status IN {_OPEN}",  # noqa: S608
            (self._account, symbol),
        )

    def _take_funding(self, symbol: str, bar: Bar) -> None:
        held = self.held_lots(symbol)
        if held == 0 or self._funding_rate == 0.0:
            return
        if self._timeframe is None:
            raise InvariantError(
                f"the paper account {self._account} holds a perpetual and does not know its bar length"
            )
        minutes = timeframe_minutes(self._timeframe)
        paid = funding(self._grid.quantity(held), bar.close, self._funding_rate, float(minutes))
        exact = Decimal(paid).quantize(_FUNDING_STEP, ROUND_CEILING, EXACT)
        self._db.execute("INSERT INTO funding VALUES (?, ?, ?, ?)", (self._account, symbol, bar.open_ms, str(exact)))
        self._set_cash(symbol, EXACT.subtract(self._cash(symbol), exact))

    def _touched(self, symbol: str, bar: Bar) -> "_Row | None":
        # the same choice as the book's: in a position stops come first, then what is nearest to the open
        in_position = self.held_lots(symbol) != 0
        hits = []
        for row in self._working(symbol, bar, "resting"):
            kind, level = _KINDS[row[1], row[2]], self._grid.price(row[4])
            if is_touched(kind, level, bar.high, bar.low):
                rank = 1 if in_position and row[2] == "limit" else 0
                hits.append((rank, distance(kind, level, bar.open), row))
        return min(hits, key=lambda hit: hit[:2])[2] if hits else None

    def _has_working(self, symbol: str, bar: Bar) -> bool:
        # most bars pass over no order at all: those cost no write
        with self._guard():
            return (
                self._db.execute(
                    f"SELECT 1 FROM orders WHERE account=? AND symbol=? AND status IN {_OPEN} AND bar_ms<?",  # noqa: S608
                    (self._account, symbol, bar.open_ms),
                ).fetchone()
                is not None
            )

    def _working(self, symbol: str, bar: Bar, status: str) -> "list[_Row]":
        return self._db.execute(
            "SELECT client_id, side, kind, lots, ticks, reduce_only FROM orders"
            " WHERE account=? AND symbol=? AND status=? AND bar_ms<? ORDER BY number",
            (self._account, symbol, status, bar.open_ms),
        ).fetchall()

    def _fill(self, symbol: str, row: "_Row", ticks: int, bar: Bar, liquidity: Liquidity) -> None:
        client_id, side, _kind, lots, _level, reduce_only = row
        held = self.held_lots(symbol)
        if reduce_only:
            lots = min(lots, max(0, held if side == "sell" else -held))
        if lots == 0:
            self._db.execute(
                "UPDATE orders SET status='cancelled', reason='nothing left to reduce' WHERE account=? AND client_id=?",
                (self._account, client_id),
            )
            return
        fee = self._grid.fee(lots, ticks, liquidity)
        self._book(symbol, client_id, lots if side == "buy" else -lots, ticks, fee, bar)
        self._db.execute(
            "UPDATE orders SET status='filled', filled_lots=?, price_ticks=?, fee=?, fill_bar_ms=?"
            " WHERE account=? AND client_id=?",
            (lots, ticks, str(fee), bar.open_ms, self._account, client_id),
        )

    def _book(self, symbol: str, client_id: str, signed: int, ticks: int, fee: Decimal, bar: Bar) -> None:
        cash = EXACT.subtract(EXACT.subtract(self._cash(symbol), self._grid.notional(signed, ticks)), fee)
        held = self.held_lots(symbol) + signed
        side = "buy" if signed > 0 else "sell"
        self._db.execute(
            "INSERT INTO fills (account, client_id, symbol, side, lots, ticks, fee, bar_ms) VALUES (?,?,?,?,?,?,?,?)",
            (self._account, client_id, symbol, side, abs(signed), ticks, str(fee), bar.open_ms),
        )
        self._db.execute("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", (self._account, symbol, held))
        self._set_cash(symbol, cash)

    def _cash(self, symbol: str) -> Decimal:
        with self._guard():
            row = self._db.execute(
                "SELECT quote FROM cash WHERE account=? AND symbol=?", (self._account, symbol)
            ).fetchone()
        return Decimal(repr(self._rules.initial_cash) if row is None else row[0])

    def _set_cash(self, symbol: str, quote: Decimal) -> None:
        self._db.execute("INSERT OR REPLACE INTO cash VALUES (?, ?, ?)", (self._account, symbol, str(quote)))

    def _begin(self, symbol: str, bar: Bar, stage: int) -> bool:
        # a bar passes over the orders once; an older bar never comes back
        row = self._db.execute(
            "SELECT open_ms, stage FROM settled WHERE account=? AND symbol=?", (self._account, symbol)
        ).fetchone()
        if row is not None and (row[0], row[1]) >= (bar.open_ms, stage):
            return False
        self._db.execute(
            "INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?)", (self._account, symbol, bar.open_ms, stage)
        )
        return True

    def _filled_in(self, symbol: str, bar: Bar) -> list[OrderState]:
        rows = self._db.execute(
            f"SELECT {_STATE} FROM orders WHERE account=? AND symbol=? AND fill_bar_ms=? ORDER BY number",  # noqa: S608
            (self._account, symbol, bar.open_ms),
        ).fetchall()
        return [OrderState(*row) for row in rows]

    def _refusal(self, order: Order) -> str:
        instrument = self._rules.instrument
        if order.symbol != instrument.symbol:
            return f"this account trades {instrument.symbol}, not {order.symbol}"
        if order.lots <= 0:
            return "the quantity is not above zero"
        if order.kind != "market" and (order.ticks is None or order.ticks <= 0):
            return "a stop or limit order needs a price above zero"
        if order.side == "sell" and not order.reduce_only and not instrument.has_shorts:
            return "this venue has no short positions"
        return ""

    def _state(self, client_id: str) -> OrderState:
        state = self.find(self._rules.instrument.symbol, client_id)
        if state is None:
            raise InvariantError(f"order {client_id} was written and is gone")
        return state

    def _is_writing(self) -> bool:
        return self._db.in_transaction

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as e:
                if "locked" in str(e) or "busy" in str(e):
                    raise RetryableError(f"{self.path} is busy: {e}") from e
                raise UserError(f"cannot use {self.path}: {e}; make room or choose another place with --home") from e
            except sqlite3.DatabaseError as e:
                raise UserError(f"{self.path} is damaged: {e}; the paper account in it is lost") from e

    @contextmanager
    def _write(self) -> Iterator[None]:
        with self._guard():
            if self._is_writing():  # part of a larger write
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


_Row = tuple[str, str, str, int, int | None, int]
"""client_id, side, kind, lots, ticks, reduce_only of a working order"""
