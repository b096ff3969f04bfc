"""From a plan to a spec: states, transitions, parameters, and every assumption written down."""

import re

from botyard.records.spec import Limits, Sizing, Spec, StateMachine, Transition
from botyard.stages.designer.building.express import Writer
from botyard.stages.designer.building.parameters import Parameters
from botyard.stages.designer.meaning.acts import At, Atrs, Percent, Reward, Stop, Target
from botyard.stages.designer.meaning.kinds import AVERAGES
from botyard.stages.designer.meaning.values import (
    Ago,
    And,
    Clock,
    Compare,
    Condition,
    Cross,
    Extreme,
    Measure,
    NewExtreme,
    Operand,
    Price,
    RangeEdge,
    Side,
    Touch,
    Yesterday,
)
from botyard.stages.designer.reading.tokens import UNIT_MINUTES
from botyard.stages.designer.settling.frames import MINUTES
from botyard.stages.designer.settling.gather import parts
from botyard.stages.designer.settling.opposites import natural_exit
from botyard.stages.designer.settling.plan import Plan, ask

_OTHER: dict[Side, Side] = {"long": "short", "short": "long"}


def build(plan: Plan, idea: str) -> Spec:
    """Write the spec of a plan.

    Raises: AskError when an exit, a stop or a time cannot be settled.
    """
    return _Builder(plan).spec(idea)


class _Builder:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.writer = Writer(_name_averages(plan), Parameters(plan.left_open))

    def spec(self, idea: str) -> Spec:
        plan = self.plan
        self._check_times()
        transitions: list[Transition] = []
        sides: list[Side] = [s for s in ("long", "short") if s in plan.entries]
        for side in sides:
            when = self.writer.condition(_at_touch(plan.entries[side], side, None))
            transitions.append(Transition(("flat",), side, f"enter_{side}", when=when))
        for side in sides:
            transitions.extend(self._ways_out(side, transitions))
        if self.writer.timezone_used and plan.timezone == "UTC":
            plan.assume("times of the day are UTC, of the bar's open")
        elif plan.timezone != "UTC" and not self.writer.timezone_used:
            raise ask(plan.timezone, "A time zone is named, but nothing depends on the time. What should?")
        if plan.size is None:
            plan.assume("position size: all of the equity")
        return Spec(
            name=_slug(transitions, self.writer),
            idea=idea,
            timeframe=plan.timeframe,
            timezone=plan.timezone,
            state_machine=StateMachine(
                "flat", {"flat": 0, **{s: 1 if s == "long" else -1 for s in sides}}, tuple(transitions)
            ),
            logic=_logic(transitions),
            assumptions=tuple(plan.assumptions),
            parameters=dict(self.writer.parameters.made),
            constraints=tuple(dict.fromkeys(self._constraints())),
            series=dict(self.writer.series),
            sizing=self._sizing(),
            limits=self._limits(),
        )

    # exits

    def _ways_out(self, side: Side, entries: list[Transition]) -> list[Transition]:
        plan = self.plan
        exit_condition = self._exit_condition(side)
        ways: list[Transition] = []
        if exit_condition is not None:
            when = self.writer.condition(_at_touch(exit_condition, side, plan.entries[side]))
            other = _OTHER[side]
            if exit_condition is plan.triggers.get(other) and plan.entries[other] != plan.triggers[other]:
                # what filters an entry must not keep a position from being closed
                ways.append(Transition((side,), other, "reverse", when=self.writer.condition(plan.entries[other])))
            mirrored = next(
                (t for t in entries if t.target == other and t.source == ("flat",) and t.when == when), None
            )
            if mirrored is not None:
                ways.append(Transition((side,), other, "reverse", when=when))
            else:
                ways.append(Transition((side,), "flat", f"exit_{side}", when=when))
        if plan.is_day_only:
            self.writer.timezone_used = True
            ways.append(Transition((side,), "flat", f"exit_{side}", when='is_new("day")'))
        if plan.hold is not None:
            ways.append(Transition((side,), "flat", "time_exit", when=self._held()))
        ways.extend(self._stop(side, stop) for stop in plan.stops)
        if plan.target is not None:
            ways.append(self._target(side, plan.target))
        return ways

    def _exit_condition(self, side: Side) -> Condition | None:
        plan = self.plan
        if side in plan.exits:
            return plan.exits[side]
        trailing = any(s.trailing for s in plan.stops)
        if plan.hold or plan.is_day_only or plan.target or trailing:
            return None
        other = _OTHER[side]
        if other in plan.entries and (other not in plan.exits or len(plan.exits) == 0):
            plan.assume("the opposite entry reverses the position")
            return plan.triggers[other]
        natural = natural_exit(plan.entries[side], side)
        if natural is None:
            raise ask(
                "exit",
                "When should the position be closed?",
                "exit after 20 bars",
                "stop loss 2%, take profit 4%",
                "trailing stop 3 atr",
            )
        plan.assume("leaves on the opposite condition")
        return natural

    def _held(self) -> str:
        hold = self.plan.hold
        if hold is None or not hold.duration:
            bars = self.writer.parameters.window("hold", "hold_bars", hold.bars if hold else 1)
            return f"bars_in_position >= {bars}"
        minutes = int(hold.duration[:-1]) * UNIT_MINUTES[hold.duration[-1]]
        if minutes % MINUTES[self.plan.timeframe]:
            raise ask(
                hold.duration,
                f"{hold.duration} is no whole number of {self.plan.timeframe} bars. How many bars?",
                "1 bar",
                "10 bars",
            )
        return f'bars_in_position >= bars("{hold.duration}")'

    # stops and targets

    def _stop(self, side: Side, stop: Stop) -> Transition:
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
            return Transition(
                (side,), "flat", "stop", stop=self._stop_level(side, stop.distance.level), ratchet=stop.trailing
            )
        text = self._distance(base, sign, stop.distance, "trail" if stop.trailing else "stop")
        return Transition((side,), "flat", "stop", stop=text, ratchet=stop.trailing)

    def _distance(self, base: str, sign: str, distance: object, name: str) -> str:
        if isinstance(distance, Percent):
            return f"{base} * (1 {sign} {self.writer.parameters.number(name, f'{name}_pct', distance.value)} / 100)"
        if isinstance(distance, Atrs):
            multiple = self.writer.parameters.number(name, f"{name}_atr", distance.multiple)
            atr = self.writer.measure(distance.atr)
            return f"{base} {sign} {multiple} * {atr if name == 'trail' else f'at_entry({atr})'}"
        raise ask(name, "How far away should it be?", "2%", "2 ATR")

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

    def _target(self, side: Side, target: Target) -> Transition:
        sign = "+" if side == "long" else "-"
        distance = target.distance
        if isinstance(distance, At):
            return Transition((side,), "flat", "target", limit=self.writer.measure(distance.level))
        if isinstance(distance, Reward):
            return Transition((side,), "flat", "target", limit=self._reward(sign, distance))
        return Transition((side,), "flat", "target", limit=self._distance("entry_price", sign, distance, "target"))

    def _reward(self, sign: str, reward: Reward) -> str:
        fixed = [s.distance for s in self.plan.stops if not s.trailing and isinstance(s.distance, Percent | Atrs)]
        if len(fixed) != 1:
            raise ask(
                "risk",
                "A target in multiples of the risk needs one fixed stop. Where is it?",
                "stop loss 2%",
                "stop loss 2 atr",
            )
        times = self.writer.parameters.number("reward", "reward", reward.multiple)
        text = self._distance("entry_price", sign, fixed[0], "stop")
        name = "stop_pct" if isinstance(fixed[0], Percent) else "stop_atr"
        return text.replace(name, f"{times} * {name}")

    # the rest

    def _check_times(self) -> None:
        minutes = MINUTES[self.plan.timeframe]
        for value in parts((tuple(self.plan.entries.values()), tuple(self.plan.exits.values()))):
            if isinstance(value, Clock) and value.how == "at" and (minutes >= 1440 or value.start % minutes):
                clock = f"{int(value.start) // 60:02d}:{int(value.start) % 60:02d}"
                raise ask(clock, f"No {self.plan.timeframe} bar opens at {clock}. Trade on shorter bars?", "5m", "15m")

    def _constraints(self) -> list[str]:
        found = []
        for value in parts((tuple(self.plan.entries.values()), tuple(self.plan.exits.values()))):
            pair = _average_pair(value)
            if pair:
                names = [self.writer.averages.get(p, "") for p in pair]
                if all(n in self.writer.parameters.made for n in names):
                    found.append(f"{names[0]} < {names[1]}")
        made = self.writer.parameters.made
        if "macd_fast" in made and "macd_slow" in made:
            found.append("macd_fast < macd_slow")
        return found

    def _sizing(self) -> Sizing:
        size = self.plan.size
        if size is None:
            return Sizing("fraction", of_equity=1.0)
        if size.kind == "fraction":
            return Sizing("fraction", of_equity=size.percent / 100)
        if not self.plan.stops:
            raise ask("risk", "Risk per trade needs a stop: where is it?", "stop loss 2%", "stop loss 2 atr")
        return Sizing("risk", per_trade=size.percent / 100)

    def _limits(self) -> Limits:
        fields: dict[str, float] = {}
        for limit in self.plan.limits:
            if limit.field in fields:
                raise ask(limit.field, "This limit is named twice. Which one?")
            fields[limit.field] = limit.value
        counts = {k: int(v) for k, v in fields.items() if k in ("max_trades_per_day", "max_losses_per_day")}
        fractions = {k: v for k, v in fields.items() if k not in counts}
        return Limits(**counts, **fractions)  # type: ignore[arg-type] # counts are whole


def _average_pair(value: object) -> tuple[tuple[str, float], tuple[str, float]] | None:
    if not isinstance(value, Cross | Compare):
        return None
    keys = [k for k in (_average_key(value.left), _average_key(value.right)) if k is not None]
    if len(keys) != 2 or keys[0][1] == keys[1][1]:
        return None
    first, second = sorted(keys, key=lambda k: k[1])
    return first, second


def _average_key(value: object) -> tuple[str, float] | None:
    if (
        isinstance(value, Measure)
        and value.kind in AVERAGES
        and value.source is None
        and not value.frame
        and value.lengths[0]
    ):
        return value.kind, value.lengths[0]
    return None


def _name_averages(plan: Plan) -> dict[tuple[str, float], str]:
    """Two averages that meet are "fast" and "slow"; three "fast", "mid", "slow"; others by their kind."""
    pairs = [p for v in parts((tuple(plan.entries.values()), tuple(plan.exits.values()))) if (p := _average_pair(v))]
    keys = sorted({k for pair in pairs for k in pair}, key=lambda k: (k[1], k[0]))
    names = {2: ("fast", "slow"), 3: ("fast", "mid", "slow")}.get(len(keys))
    if names:
        return dict(zip(keys, names, strict=True))
    return {k: f"{k[0]}_length_{k[1]:g}" for k in keys}


def _at_touch(value: Condition, side: Side, entry: Condition | None) -> Condition:
    """Give a touched middle is reached from the side where the position was opened."""
    if isinstance(value, And):
        return And(tuple(_at_touch(p, side, entry) for p in value.parts))
    if not isinstance(value, Touch) or entry is None:
        return value
    is_side_known = isinstance(value.right, Measure) and not value.right.kind.endswith(("_upper", "_lower"))
    if not is_side_known:
        return value
    from_below = any(isinstance(p, Measure) and p.kind.endswith("_lower") for p in parts(entry))
    from_above = any(isinstance(p, Measure) and p.kind.endswith("_upper") for p in parts(entry))
    if from_below == from_above:
        from_below, from_above = _goes(entry, "down"), _goes(entry, "up")
    if from_below and not from_above:
        return Compare(Price("high"), ">=", value.right)
    if from_above and not from_below:
        return Compare(Price("low"), "<=", value.right)
    return value


def _goes(entry: Condition, way: str) -> bool:
    ops = (">", ">=") if way == "up" else ("<", "<=")
    return any(
        (isinstance(p, Compare) and p.op in ops) or (isinstance(p, Cross) and p.way == way)
        or (isinstance(p, NewExtreme) and (p.of.side == "high") == (way == "up"))
        for p in parts(entry)
    )  # fmt: skip


def _slug(transitions: list[Transition], writer: Writer) -> str:
    first = transitions[0].when or "strategy"
    kinds = re.findall(r"\b([a-z_]+)\(", " ".join([first, *writer.series.values()]))
    seen = [k for k in dict.fromkeys(kinds) if k not in ("crosses_above", "crosses_below", "on", "inside")]
    words = [k.split("_")[0] for k in seen][:2] or ["time"]
    if "crosses_" in first:
        words.append("cross")
    return "-".join(dict.fromkeys(words))


def _logic(transitions: list[Transition]) -> str:
    said = {
        "enter": "Enter",
        "exit": "Leave",
        "reverse": "Reverse",
        "stop": "Stop",
        "target": "Target",
        "time": "Time exit",
    }
    sentences = []
    for t in transitions:
        verb = said[t.signal.split("_")[0]]
        side = t.target if t.target != "flat" else t.source[0]
        how = "when" if t.when else "at"
        trail = ", moving only in favour" if t.ratchet else ""
        sentences.append(f"{verb} {side} {how} {t.expression}{trail}.")
    return " ".join(sentences)
