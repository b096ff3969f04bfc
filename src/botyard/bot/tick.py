"""One tick of a bot: safe to run twice, late or concurrently; it may die at any line.

1. Take the lease (session.py): every write is fenced by it.
2. Find what became of intents whose submission was not written down, by client id.
3. Fetch the bars after the last one; the open bar is never used.
4. Step the model (model.py) through each, let it pass at the paper venue, note fills in the ledger (ledger.py).
5. Write decision, fills, intents, state and last bar in one conditional write; only then submit (orders.py says what).
6. Journal what the venue said.
"""

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from math import inf

from botyard.bot import deployed as bundles
from botyard.bot import kill_rule, limits, orders, promotion, restore, words
from botyard.bot.deployed import Deployed
from botyard.bot.guards import disaster_stop
from botyard.bot.guards.halting import halt
from botyard.bot.intents import Want, compare
from botyard.bot.kill import is_stuck, kill
from botyard.bot.ledger import DAY_MS, Working
from botyard.bot.model import AfterOpen, Model
from botyard.bot.orders import Missed
from botyard.bot.session import Ports, Session, TickReport, UnresolvedError
from botyard.errors import BotyardError, InvariantError, RetryableError
from botyard.records.fleet import Bar, BotRecord
from botyard.records.market import Instrument

LEASE_MS = 60_000
MOST_REPLANS = 3
TRADING = ("running", "paused")

__all__ = ["Ports", "TickReport", "tick"]


def tick(name: str, deployed: Deployed, ports: Ports, owner: str) -> TickReport:
    """Wake a bot once.

    owner: who holds the lease, such as a process's name.
    Raises: NotFound when there is no such bot; whatever is not expected, with the bot halted first.
    """
    bot = ports.store.bot(name)
    if bot.status == "killed":
        return TickReport(name, bot.status, f"killed: {bot.reason}")
    lease = ports.store.acquire(name, owner, ports.wall.now_ms(), LEASE_MS)
    if lease is None:
        return TickReport(name, bot.status, "another tick is at work", is_done=False)
    try:
        session = Session(bot, ports, lease, restore.ledger(ports.store, bot, deployed))
        if bot.status == "killing":  # needs no strategy: it must work whatever ails the bundle
            return _kill(session, deployed.settings.rules.instrument)
        return _Tick(bot, deployed, ports, session).run()
    except RetryableError as e:
        return TickReport(name, bot.status, f"not done: {e}", is_done=False)
    except BotyardError as e:
        return halt(bot, ports.store, ports.notifier, ports.clock.now_ms(), e)
    except Exception as e:
        fault = InvariantError(f"{type(e).__name__}: {e}")
        halt(bot, ports.store, ports.notifier, ports.clock.now_ms(), fault)
        raise
    finally:
        with suppress(RetryableError):  # it runs out by itself
            ports.store.release(lease)


def _kill(session: Session, instrument: Instrument) -> TickReport:
    lost = session.resolve()
    session.collect()
    text = kill(session, lost, instrument)
    status = session.ports.store.bot(session.bot.name).status
    is_done = status == "killed" or is_stuck(session.ledger)
    return TickReport(session.bot.name, status, text, orders=session.n_orders, fills=session.n_fills, is_done=is_done)


class _Tick:
    def __init__(self, bot: BotRecord, deployed: Deployed, ports: Ports, session: Session) -> None:
        self._bot = bot
        self._deployed = deployed
        self._ports = ports
        self._session = session
        self._ledger = session.ledger
        self._rules = deployed.settings.rules
        self._model = Model(deployed.strategy, deployed.settings.parameters, self._rules, live_from_ms=bot.live_from_ms)
        self._last_close = 0.0
        self._replaced: list[Working] = []  # exit stops that go once their successors rest
        self._kill_rule, self._is_capped = limits.rule_of(deployed.settings, bot.mode)
        self._max_notional = inf
        self._text = "no new bar"

    def run(self) -> TickReport:
        bundles.check(self._deployed, self._bot)
        self._check_ceiling()
        if self._bot.mode == "mainnet":
            self._check_promotion()
        lost = self._session.resolve()
        self._session.collect()
        self._check_holding()
        seeded = restore.model(self._session, self._deployed, self._model)
        self._text = seeded or self._text
        self._recover(lost)
        last_ms = self._ledger.last_bar_ms
        after_ms = self._bot.live_from_ms - 1 if last_ms is None else last_ms
        bars = self._ports.market.bars(self._bot.symbol, self._bot.timeframe, after_ms, self._ports.clock.now_ms())
        for index, bar in enumerate(bars):
            self._pass(bar, is_first=index == 0, is_last=index == len(bars) - 1)
        self._protect_entry()
        self._session.write()
        return self._report(len(bars))

    def _report(self, n_bars: int) -> TickReport:
        return TickReport(
            bot=self._bot.name,
            status=self._ports.store.bot(self._bot.name).status,
            text=self._text,
            bars=n_bars,
            orders=self._session.n_orders,
            fills=self._session.n_fills,
            last_bar_ms=self._ledger.last_bar_ms,
        )

    def _check_holding(self) -> None:
        for is_last_try in (False, True):
            held, booked = self._ports.venue.held_lots(self._bot.symbol), self._ledger.lots
            if booked == 0 or (held * booked > 0 and abs(held) >= abs(booked)):
                return
            if is_last_try:
                there, here = (words.quantity(self._rules.instrument, lots) for lots in (held, booked))
                name, differs = self._bot.name, f"the venue holds {there}, the ledger says {here}"
                if self._is_reset():
                    raise UnresolvedError(
                        f"the testnet was reset: it does not know the order any more that it filled last; {differs}; "
                        f"botyard recover {name} closes the book at the last price"
                    )
                raise UnresolvedError(
                    f"{differs}; find out who traded, then: botyard recover {name} takes it out of the book, "
                    f"or botyard kill {name}"
                )
            self._session.collect()

    def _is_reset(self) -> bool:
        if self._bot.status == "halted" or self._bot.mode != "testnet":  # a halted bot knows it already
            return "the testnet was reset" in self._bot.reason
        fills = [e.data["client_id"] for e in self._ports.store.entries(self._bot.name) if e.kind == "fill"]
        return bool(fills) and self._ports.venue.find(self._bot.symbol, fills[-1]) is None

    def _recover(self, lost: list[Working]) -> None:
        # these never arrived: what still stands is sent under the same id, the rest is given up
        now_ms = self._ports.clock.now_ms()
        for working in lost:
            order = working.order
            is_protection = order.reduce_only and order.kind != "market"
            is_late = not limits.is_fresh(self._bot, order.bar_ms, now_ms)
            may_add = self._bot.status == "running"
            if is_protection or (not is_late and (may_add or (order.reduce_only and self._bot.status == "paused"))):
                self._session.send([working])
                continue
            data = {"client_id": order.client_id, "reason": "never arrived, and too late now"}
            self._session.note(self._session.entry("cancelled", order.bar_ms, **data))
            if not order.reduce_only:
                self._session.note(
                    self._session.entry("missed", order.bar_ms, transition=working.transition, lots=order.lots)
                )
        self._stop_if_pending()

    def _stop_if_pending(self) -> None:
        if self._ledger.pending():
            self._session.write()
            raise RetryableError("the venue did not answer; the next tick looks its orders up")

    # --- one bar -------------------------------------------------------------------------------------------------

    def _pass(self, bar: Bar, *, is_first: bool, is_last: bool) -> None:
        is_stored = self._bot.feed == "stored"
        self._session.settle_open(bar)
        self._model.step(bar)
        if self._model.after_open is not None and (is_stored or is_first):
            self._protect(bar, self._model.after_open)
        self._session.settle(bar)
        # bars that went by while nobody looked are lived through, but no order can be sent into the past
        self._close(bar, is_now=is_stored or is_last)

    def _protect(self, bar: Bar, after_open: AfterOpen) -> None:
        # what was filled at the open has its exits worked in the same bar
        if self._bot.status not in TRADING:
            return
        wanted = orders.resting(
            after_open.resting, after_open.lots, self._ledger.lots, "bracket", self._tick, may_add=False, cut=self._cut
        )
        missing, _ = compare(wanted.wants, self._sent())
        if missing:
            before_ms = self._ledger.last_bar_ms
            bar_ms = bar.open_ms - 1 if before_ms is None else before_ms
            planned = self._session.plan(missing, bar_ms, "exits of the fill at the open")
            self._session.write()
            self._session.send(planned)
            self._stop_if_pending()

    def _protect_entry(self) -> None:
        # a venue fills at once, the model at the next open: until its level is known a stop rests by the bot's own fill
        if self._ports.venue.absence_is_final or self._model.pending is None or self._bot.status not in TRADING:
            return
        self._session.collect()
        entry, last_ms = self._ledger.entry_ticks, self._ledger.last_bar_ms
        if entry is None or last_ms is None or self._session.is_late:
            return
        after = self._model.if_filled(entry * self._tick)
        wants: Sequence[Want] = orders.exit_stops(
            after.resting, after.lots, self._ledger.lots, self._tick, cut=self._cut
        )
        if not any(w.order.kind == "market" for w in self._ledger.working.values()):  # one may be on its way out
            wants = self._covered(wants)
        planned = self._session.plan(compare(wants, self._sent())[0], last_ms, "a stop by the bot's own fill")
        self._session.write()
        self._session.send(planned)

    def _close(self, bar: Bar, *, is_now: bool) -> None:
        session, model = self._session, self._model
        self._last_close = bar.close
        text = words.decision(model, self._rules.instrument, self._ledger.lots)
        equity = self._ledger.equity(model.ticks(bar.close))
        cusum = self._check_kill_rule(equity, bar.open_ms)
        self._check_liquidation()
        missing, missed = self._align(bar) if is_now else ([], ())
        if missing and session.is_late:
            session.write()
            raise RetryableError("this tick has been at it for too long to send orders; the next one does")
        planned = session.plan(self._allowed(missing, bar), bar.open_ms, text)
        for one in missed if is_now else self._passed_by():
            session.note(
                session.entry(
                    "missed", bar.open_ms, transition=one.transition, after=one.after, reason=self._why_not(bar)
                )
            )
        session.note(
            session.entry(
                "decision",
                bar.open_ms,
                words=text,
                row=model.row(),
                close=bar.close,
                equity=str(self._ledger.equity(model.ticks(bar.close))),  # a stop may have filled while it was replaced
                lots=self._ledger.lots,
                model_equity=model.equity,
                model_lots=model.lots,
                model_fills=[[f.transition, f.lots, f.price, f.fee] for f in model.fills],
                **cusum,
            )
        )
        session.write(restore.snapshot(self._session, self._deployed, model, bar.open_ms))
        session.send(planned)
        self._stop_if_pending()
        self._drop_replaced(planned)
        self._text = text

    def _align(self, bar: Bar) -> tuple[Sequence[Want], tuple[Missed, ...]]:
        """Cancel what should not be at the venue, and say what is missing there."""
        may_add = self._bot.status == "running" and limits.is_fresh(self._bot, bar.open_ms, self._ports.clock.now_ms())
        for _ in range(MOST_REPLANS):
            if self._bot.status not in TRADING:
                self._session.cancel(disaster_stop.unprotecting(self._sent(), self._ledger.lots), "halted")
                return self._covered([]) if self._max_notional and not self._sent() else [], ()
            wanted = orders.at_close(
                self._model, self._ledger.lots, bar.close, self._tick, may_add=may_add, cut=self._cut
            )
            is_moving = self._model.pending is not None or any(want.kind == "market" for want in wanted.wants)
            wants = wanted.wants if is_moving else self._covered(wanted.wants)  # else once it has moved
            missing, surplus = compare(wants, self._sent())
            # a recovered book may hold what this very decision led to: that is not there to be replaced by it
            surplus = [w for w in surplus if w.order.bar_ms != bar.open_ms]
            self._replaced = self._still_protecting(missing, surplus)
            if not self._session.cancel([w for w in surplus if w not in self._replaced], "replaced"):
                return missing, wanted.missed
        raise RetryableError("orders keep filling while they are replaced")

    def _covered(self, wants: Sequence[Want]) -> Sequence[Want]:
        entry = self._ledger.entry_ticks
        if entry is None or not disaster_stop.is_due(self._bot.mode):
            return wants
        covered = disaster_stop.covered(wants, self._ledger.lots, entry)
        smallest = self._rules.instrument.min_notional  # what is too little for an order stays bare
        lot = self._rules.instrument.lot.value
        return [w for w in covered if w.leg != "disaster" or w.lots * lot * (w.ticks or 0) * self._tick >= smallest]

    def _still_protecting(self, missing: list[Want], surplus: list[Working]) -> list[Working]:
        """List the exit stops that stay until their successors rest: where two reduce-only stops may rest at once."""
        if getattr(self._ports.venue, "replaces", "cancel_first") != "place_first":
            return []
        sides = {want.side for want in missing if want.kind == "stop" and want.reduce_only}
        return [w for w in surplus if w.order.kind == "stop" and w.order.reduce_only and w.order.side in sides]

    def _drop_replaced(self, planned: list[Working]) -> None:
        # a successor that was refused leaves the old stop where it is
        rests = any(p.order.kind == "stop" and p.order.client_id in self._ledger.working for p in planned)
        if self._replaced and rests:
            self._session.cancel(self._replaced, "replaced")
            self._session.write()
        self._replaced = []

    def _passed_by(self) -> tuple[Missed, ...]:
        pending = self._model.pending
        if pending is None or not orders.adds(self._model.lots, pending[1]):
            return ()
        return (Missed(*pending),)

    def _why_not(self, bar: Bar) -> str:
        if self._bot.status != "running":
            return self._bot.status
        late_s = (self._ports.clock.now_ms() - bar.open_ms - limits.timeframe_ms(self._bot)) // 1000
        return f"seen {late_s} s after the close, too late to enter"

    def _allowed(self, wants: Sequence[Want], bar: Bar) -> list[Want]:
        """Leave out what the owner's limits forbid: journaled each time, told once a day; ways out stay."""
        outer, allowed = self._ports.limits, []
        older = 0
        if outer.max_bots is not None:
            fleet = [b.name for b in self._ports.store.bots() if b.mode == self._bot.mode and b.status != "killed"]
            older = fleet.index(self._bot.name)
        for one in wants:
            why = limits.refusal(outer, self._bot, self._ledger, one, self._rules.instrument, bar.close, older)
            if why is None:
                allowed.append(one)
                continue
            name, reason = why
            if name not in self._ledger.refused_today or self._ledger.orders_day != bar.open_ms // DAY_MS:
                self._ports.notifier.tell(f"{self._bot.name}: an order is refused by your limit {name}: {reason}")
            refused = {"limit": name, "reason": reason, "transition": one.transition, "lots": one.lots}
            self._session.note(self._session.entry("refused", bar.open_ms, **refused))
            out = limits.way_out(one, self._ledger.lots)
            allowed += [out] if out else []
        return allowed

    def _check_ceiling(self) -> None:
        if self._ports.limits.is_above_ceiling:
            self._max_notional = 0.0
            self._halt(
                f"BOTYARD_NETWORK does not allow {self._bot.mode}: set BOTYARD_NETWORK={self._bot.mode}, then "
                f"botyard resume {self._bot.name}; or botyard kill {self._bot.name}"
            )

    def _check_promotion(self) -> None:
        granted = self._ledger.promotion
        why = promotion.refusal(granted, self._bot, self._deployed, self._ports.clock.now_ms())
        if why:
            self._max_notional = 0.0
            self._halt(f"{why}; see what it lacks with: botyard promote {self._bot.name}")
        elif granted is not None:
            self._max_notional = float(granted["max_notional"])

    def _check_kill_rule(self, equity: Decimal, bar_ms: int) -> dict[str, float]:
        # returns the CUSUM as the decision is to keep it; days on which a bot does not trade count for nothing
        rule, name = self._kill_rule, self._bot.name
        if rule is None:
            return {}
        is_counted = self._bot.status == "running"
        cusum = kill_rule.at_close(rule, self._ledger, bar_ms) if is_counted else self._ledger.cusum
        if self._is_capped:
            why = kill_rule.loss(rule, self._ledger, equity, bar_ms)
            if why:
                self._halt(f"{why}; look at it, then: botyard kill {name}, or another day: botyard resume {name}")
        why = kill_rule.alarm(rule, cusum)
        if why:
            self._halt(f"{why}; end it with: botyard kill {name}, or count anew with: botyard resume {name}")
        return {} if rule.k is None else {"cusum": cusum}

    def _check_liquidation(self) -> None:
        # a model that is out before the bot is followed out first
        if self._ledger.is_liquidated or (self._model.is_liquidated and self._ledger.lots == 0):
            self._halt(f"{words.LIQUIDATED}; end it with: botyard kill {self._bot.name}")

    def _halt(self, reason: str) -> None:
        if self._bot.status in TRADING:
            self._ports.store.set_status(
                self._bot.name, "halted", reason, expected=self._bot.status, at_ms=self._ports.clock.now_ms()
            )
            self._bot = dataclasses.replace(self._bot, status="halted", reason=reason)
            self._ports.notifier.tell(f"{self._bot.name} halted: {reason}")

    def _sent(self) -> list[Working]:
        return [w for w in self._ledger.working.values() if w.is_sent]

    @property
    def _tick(self) -> float:
        return self._rules.instrument.tick.value

    def _cut(self, lots: int, price: float) -> int:
        return limits.affordable(
            lots,
            self._ledger,
            price,
            self._rules,
            self._deployed.strategy.MAX_LEVERAGE,
            close=self._last_close,
            max_notional=self._max_notional,
        )
