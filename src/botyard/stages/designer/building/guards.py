"""Stops, targets, parts closed at a profit and moves to break even, as transitions."""

from botyard.records.spec import Transition
from botyard.stages.designer.building.express import Writer
from botyard.stages.designer.meaning.acts import At, Atrs, BreakEven, Distance, Part, Percent, Reward, Stop, Target
from botyard.stages.designer.meaning.values import Ago, Extreme, Operand, Price, RangeEdge, Side, Yesterday
from botyard.stages.designer.settling.plan import Plan, ask


class Guards:
    """Writes what guards an open position."""

    def __init__(self, plan: Plan, writer: Writer) -> None:
        self.plan, self.writer = plan, writer

    def all(self, side: Side) -> list[Transition]:
        """Give the stops and targets of one side; where a part is closed early, they hold for what is left too."""
        plan = self.plan
        both = (side,) if plan.part is None else (side, rest_state(side))
        has_own = any(not s.of_rest for s in plan.stops)
        ways = []
        for stop in plan.stops:
            if stop.of_rest and plan.part is None:
                raise ask("the rest", "The rest of what: which part is closed earlier?", "take half off at 2%", "take half off at 1 atr")  # fmt: skip
            if stop.of_rest and not has_own:
                plan.assume("the trailing stop works from the entry, for the whole position")
            ways.append(self._stop(side, stop, both if not stop.of_rest or not has_own else both[1:]))
        if plan.break_even is not None:
            ways.append(self._break_even(side, plan.break_even, both))
        if plan.part is not None:
            ways.append(self._part(side, plan.part))
        if plan.target is not None:
            ways.append(self._target(side, plan.target, both))
        return ways

    def _stop(self, side: Side, stop: Stop, sources: tuple[str, ...]) -> Transition:
        sign = "-" if side == "long" else "+"
        if (stop.base == "above" and side == "long") or (stop.base == "below" and side == "short"):
            raise ask(
                "stop",
                f"A stop {stop.base} the entry takes no loss of a {side} position. Which is meant?",
                "a stop on the other side",
                "a target",
            )
        peak = ("highest" if side == "long" else "lowest") + "_since_entry" + ("(close)" if stop.of_closes else "")
        base = peak if stop.trailing else "entry_price"
        if isinstance(stop.distance, At):
            text = self._stop_level(side, stop.distance.level)
        else:
            text = self._distance(base, sign, stop.distance, "trail" if stop.trailing else "stop")
        return Transition(sources, "flat", "stop", stop=text, ratchet=stop.trailing)

    def _break_even(self, side: Side, value: BreakEven, sources: tuple[str, ...]) -> Transition:
        if not self.plan.stops:
            raise ask("breakeven", "Which stop moves to break even?", "stop loss 2%", "stop loss 2 atr")
        best, op, sign = ("highest", ">=", "+") if side == "long" else ("lowest", "<=", "-")
        gain = self._gain(sign, value.distance, "breakeven")
        return Transition(sources, "flat", "stop", stop="entry_price", guard=f"{best}_since_entry {op} {gain}")

    def _part(self, side: Side, value: Part) -> Transition:
        price = self._gain("+" if side == "long" else "-", value.distance, "part")
        return Transition((side,), rest_state(side), "scale_out", limit=price)

    def _target(self, side: Side, target: Target, sources: tuple[str, ...]) -> Transition:
        distance = target.distance
        if isinstance(distance, At):
            level = distance.level
            edge = (
                level.side
                if isinstance(level, Extreme | RangeEdge)
                else level.field
                if isinstance(level, Yesterday)
                else ""
            )
            if edge == ("low" if side == "long" else "high"):
                raise ask(
                    "target",
                    f"That level is no profit for a {side} position. Is it a stop?",
                    "stop loss 2%",
                    "take profit 4%",
                )
            return Transition(sources, "flat", "target", limit=self.writer.measure(distance.level))
        price = self._gain("+" if side == "long" else "-", distance, "target")
        return Transition(sources, "flat", "target", limit=price)

    def _gain(self, sign: str, distance: Distance, name: str) -> str:
        if isinstance(distance, Reward):
            return self._reward(sign, distance, "reward" if name == "target" else f"{name}_reward")
        return self._distance("entry_price", sign, distance, name)

    def _distance(self, base: str, sign: str, distance: object, name: str) -> str:
        if isinstance(distance, Percent):
            return f"{base} * (1 {sign} {self.writer.parameters.number(name, f'{name}_pct', distance.value)} / 100)"
        if isinstance(distance, Atrs):
            multiple = self.writer.parameters.number(name, f"{name}_atr", distance.multiple)
            atr = self.writer.measure(distance.atr)
            return f"{base} {sign} {multiple} * {atr if name == 'trail' else f'at_entry({atr})'}"
        raise ask(name, "How far away should it be?", f"{name} 2%", f"{name} 2 atr")

    def _reward(self, sign: str, reward: Reward, wanted: str) -> str:
        fixed = [s.distance for s in self.plan.stops if not s.trailing and isinstance(s.distance, Percent | Atrs)]
        if len(fixed) != 1:
            raise ask("risk", "A target in multiples of the risk needs one fixed stop. Where is it?", "stop loss 2%", "stop loss 2 atr")  # fmt: skip
        times = self.writer.parameters.number(wanted, wanted, reward.multiple)
        text = self._distance("entry_price", sign, fixed[0], "stop")
        name = "stop_pct" if isinstance(fixed[0], Percent) else "stop_atr"
        return text.replace(name, f"{times} * {name}")

    def _stop_level(self, side: Side, level: Operand) -> str:
        lower = "low" if side == "long" else "high"
        if isinstance(level, Extreme):
            text = self.writer.extreme_with_present(level)
            wrong = level.side != lower
        elif isinstance(level, RangeEdge | Yesterday):
            text = self.writer.measure(level)
            wrong = (level.side if isinstance(level, RangeEdge) else level.field) != lower
        elif isinstance(level, Ago) and isinstance(level.base, Price):
            text, wrong = self.writer.measure(level), level.base.field != lower
        else:
            raise ask(
                "stop",
                "Should this stop stay where it was at the entry, or move with the indicator?",
                "2% below the entry",
                "2 ATR below the entry",
                "leave when the close is beyond it",
            )
        if wrong:
            raise ask(
                "stop",
                f"That level is not a loss for a {side} position. Where should the stop be?",
                "2% away",
                "2 ATR away",
            )
        self.plan.assume("the stop's level is the one at the entry")
        return f"at_entry({text})"


def rest_state(side: Side) -> str:
    """Name of the state in which a part is closed already."""
    return f"{side}_rest"
