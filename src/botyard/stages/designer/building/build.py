"""From a plan to a spec: states, transitions, parameters, and every assumption written down."""

import re
from dataclasses import replace

from botyard.records.spec import Limits, Sizing, Spec, StateMachine, Transition
from botyard.stages.designer.building.express import Writer
from botyard.stages.designer.building.guards import Guards, rest_state
from botyard.stages.designer.building.parameters import Parameters
from botyard.stages.designer.meaning.kinds import AVERAGES
from botyard.stages.designer.meaning.values import (
    And,
    Clock,
    Compare,
    Condition,
    Cross,
    Extreme,
    Measure,
    NewExtreme,
    Price,
    RestAt,
    Side,
    Touch,
)
from botyard.stages.designer.reading.tokens import UNIT_MINUTES
from botyard.stages.designer.settling.frames import MINUTES
from botyard.stages.designer.settling.gather import parts
from botyard.stages.designer.settling.opposites import natural_exit
from botyard.stages.designer.settling.plan import ENTRIES, Plan, ask

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
        transitions += [self._way_in(side) for side in sides]
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
            state_machine=StateMachine("flat", self._states(sides), tuple(transitions)),
            logic=_logic(transitions),
            assumptions=tuple(plan.assumptions),
            parameters=dict(self.writer.parameters.made),
            constraints=tuple(dict.fromkeys(self._constraints())),
            series=dict(self.writer.series),
            sizing=self._sizing(),
            limits=self._limits(),
        )

    def _states(self, sides: list[Side]) -> dict[str, float | int | str]:
        states: dict[str, float | int | str] = {"flat": 0}
        for side in sides:
            whole = 1 if side == "long" else -1
            states[side] = whole
            if self.plan.part is not None:
                states[rest_state(side)] = round(whole * (1 - self.plan.part.fraction), 10)
        return states

    # entries

    def _way_in(self, side: Side) -> Transition:
        entry = self.plan.entries[side]
        resting = [p for p in parts(entry) if isinstance(p, RestAt)]
        if not resting:
            when = self.writer.condition(_at_touch(entry, side, None))
            return Transition(("flat",), side, f"enter_{side}", when=when)
        together = _flat(entry)
        if len(resting) > 1 or resting[0] not in together:
            raise ask("the order", "Two ways to enter, one of them a resting order. Which one?", *ENTRIES)
        guards = tuple(p for p in together if p is not resting[0])
        order = resting[0]
        level = order.level
        price = self.writer.extreme_with_present(level) if isinstance(level, Extreme) else self.writer.measure(level)
        guard = self.writer.condition(And(guards)) if guards else None
        self.plan.assume(f"the entry is a {order.kind} order that rests at its level")
        if order.kind == "limit":
            return Transition(("flat",), side, f"enter_{side}", limit=price, guard=guard)
        return Transition(("flat",), side, f"enter_{side}", stop=price, guard=guard)

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
        if plan.part is not None:
            ways = [replace(t, source=(side, rest_state(side))) for t in ways]
        return [*ways, *Guards(plan, self.writer).all(side)]

    def _exit_condition(self, side: Side) -> Condition | None:
        plan = self.plan
        if side in plan.exits:
            return plan.exits[side]
        is_bare = plan.is_bare_cross and plan.part is None
        trailing = any(s.trailing and (s.is_the_exit or not is_bare) for s in plan.stops)
        if plan.hold or plan.is_day_only or plan.target or trailing:
            return None
        other = _OTHER[side]
        is_resting = any(isinstance(p, RestAt) for p in parts(plan.triggers.get(other)))
        if other in plan.entries and not is_resting and (other not in plan.exits or len(plan.exits) == 0):
            plan.assume("the opposite entry reverses the position")
            return plan.triggers[other]
        natural = natural_exit(plan.entries[side], side)
        if natural is None:
            raise ask(
                "exit",
                "When should the position be closed?",
                "exit after 20 bars",
                "take profit 4%",
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


def _flat(value: Condition) -> list[Condition]:
    return [q for p in value.parts for q in _flat(p)] if isinstance(value, And) else [value]


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
    first = transitions[0].expression
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
        "scale": "Close a part of",
    }
    sentences = []
    for t in transitions:
        verb = said[t.signal.split("_")[0]]
        side = t.target if t.source == ("flat",) or t.signal == "reverse" else t.source[0]
        how = "when" if t.when else "at"
        trail = ", moving only in favour" if t.ratchet else ""
        guard = f", while {t.guard}" if t.guard else ""
        sentences.append(f"{verb} {side} {how} {t.expression}{trail}{guard}.")
    return " ".join(sentences)
