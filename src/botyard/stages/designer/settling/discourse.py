"""Resolve what is left unsaid: "it", repeated levels, open lengths, unnamed bands, moving verbs."""

from dataclasses import dataclass, field, replace
from typing import Literal

from botyard.language.catalog import FUNCTIONS
from botyard.stages.designer.meaning.kinds import AVERAGES, KINDS, SAID, ZONES, family, scale
from botyard.stages.designer.meaning.values import (
    Ago,
    And,
    AtFrame,
    Compare,
    Condition,
    Cross,
    Ended,
    Extreme,
    Framed,
    Held,
    It,
    Measure,
    Move,
    NewExtreme,
    Not,
    Number,
    Operand,
    Or,
    OverZone,
    PairCross,
    Pattern,
    Price,
    RangeEdge,
    Reached,
    RestAt,
    Same,
    Scaled,
    Shifted,
    Slope,
    SqueezeEnds,
    SqueezeOn,
    Times,
    Touch,
    Turn,
)
from botyard.stages.designer.settling.leaning import ended, reached
from botyard.stages.designer.settling.opposites import negate
from botyard.stages.designer.settling.plan import Plan, ask

Use = Literal["entry", "exit", "filter"]


@dataclass
class Discourse:
    """What was spoken of so far. `given`: numbers that the idea states for each family of measures."""

    plan: Plan
    given: dict[str, list[tuple[float | None, ...]]]
    roles: dict[str, tuple[float, ...]]
    average_kind: str
    families: list[str]
    pairs: list[tuple[Operand, Operand, bool]] = field(default_factory=list)  # left, right, was it a cross
    last_range: tuple[float, float] | None = None
    entry: Condition | None = None  # that an exit leans on
    use: Use = "entry"  # of the condition at hand

    def measure(self, value: Operand) -> Operand:
        """Fill in the numbers of a measure."""
        if isinstance(value, Scaled | Shifted | Times | Framed | Ago):
            base = self.measure(value.base)
            if isinstance(value, Shifted):
                return replace(value, base=base, atr=self.settle(value.atr))
            return replace(value, base=base)
        if isinstance(value, Extreme) and value.length is None:
            self.plan.assume(f"a new {value.side} is over 20 bars")
            self.plan.left_open.add(f"{value.side}_bars")
            return replace(value, length=20.0)
        if isinstance(value, RangeEdge):
            return self._range(value)
        return self.settle(value) if isinstance(value, Measure) else value

    def _range(self, value: RangeEdge) -> RangeEdge:
        if value.start is not None:
            self.last_range = (value.start, value.end or 0.0)
        elif self.last_range is None:
            raise ask("the range", "The range of which hours?", "09:30 to 10:00", "00:00 to 08:00")
        else:
            return replace(value, start=self.last_range[0], end=self.last_range[1])
        return value

    def settle(self, value: Measure) -> Measure:
        """Fill in the kind and the numbers of a measure."""
        kind = "sma" if value.kind == "ma" and value.lengths else self._kind(value.kind)
        if value.kind in ("ma", "golden") and kind == "sma":
            self.plan.assume("moving averages are simple ones")
        value = replace(value, kind=kind)
        if value.kind in AVERAGES:
            return self._average(value)
        names, defaults = KINDS[kind].names, KINDS[kind].defaults
        if len(value.lengths) > len(names):
            raise ask(kind, f"What do the {len(value.lengths)} numbers of the {SAID.get(family(kind), kind)} mean?")
        lengths = value.lengths or self._given_before(kind)
        if len(lengths) < len(names):
            missing = defaults[len(lengths) :]
            self._assume_numbers(kind, names[len(lengths) :], missing)
            lengths = (*lengths, *missing)
        return replace(value, lengths=lengths)

    def _kind(self, kind: str) -> str:
        if kind == "momentum":
            self.plan.assume("momentum is the rate of change")
            return "roc"
        if kind in ("ma", "golden"):
            return "sma" if self.average_kind == "ma" or kind == "golden" else self.average_kind
        if kind.startswith("band_"):
            if not self.families:
                self.plan.assume("the bands are Bollinger bands")
                return f"bb_{kind[5:]}"
            if len(self.families) > 1:
                raise ask("band", "Which bands are meant?", *(SAID[f] for f in self.families))
            return f"{self.families[-1]}_{kind[5:]}"
        return kind

    def _given_before(self, kind: str) -> tuple[float | None, ...]:
        given = self.given.get(family(kind), [])
        if len(given) > 1:
            raise ask(
                SAID.get(family(kind), kind),
                f"Which {SAID.get(family(kind), kind)} is meant: its numbers differ in the idea?",
                *(str(g) for g in given),
            )
        return given[0] if given else ()

    def _assume_numbers(self, kind: str, names: tuple[str, ...], values: tuple[float, ...]) -> None:
        numbers = KINDS[kind].names
        shown = [(n, v) for n, v in zip(names, values, strict=True) if f"{{{numbers.index(n)}}}" in KINDS[kind].text]
        if shown:
            self.plan.left_open.update(n for n, _ in shown)
            said = ", ".join(f"{n.replace('_', ' ')} {v:g}" for n, v in shown)
            self.plan.assume(f"{SAID.get(family(kind), kind)}: {said}")

    def _average(self, value: Measure) -> Measure:
        if value.lengths:
            return value
        if value.role in self.roles:
            return replace(value, lengths=self.roles[value.role])
        if value.role:
            lengths = {"fast": 12.0, "slow": 26.0}
            self.plan.assume("average lengths 12 and 26")
            self.plan.left_open.add(f"{value.kind} {lengths[value.role]:g}")
            return replace(value, lengths=(lengths[value.role],))
        given = [g for g in self.given.get(value.kind, []) if g]
        if len(given) > 1:
            raise ask(
                value.kind, f"Which {value.kind.upper()} is meant?", *(f"{value.kind.upper()} {g[0]:g}" for g in given)
            )
        if given:
            return replace(value, lengths=given[0])
        self.plan.assume(f"{value.kind.upper()} length 20")
        self.plan.left_open.add(f"{value.kind} 20")
        return replace(value, lengths=(20.0,))

    # conditions

    def condition(self, value: Condition, use: Use) -> Condition:
        """Resolve a condition; "goes above" is an event in entries and a level in exits and filters."""
        self.use = use
        if isinstance(value, And | Or):
            return replace(value, parts=tuple(self.condition(p, use) for p in value.parts))
        if isinstance(value, AtFrame):
            return self.condition(value.part, use)
        if isinstance(value, Not):
            return _without_not(self.condition(value.part, "filter"))
        turned = self._turned(value)
        if turned is not None:
            return turned
        if isinstance(value, Compare | Cross | Move | Touch):
            return self._two_sided(value, use)
        if isinstance(value, Slope):
            base = self._subject() if isinstance(value.base, It) else self.measure(value.base)
            self.pairs.append((base, base, False))
            return replace(value, base=base)
        if isinstance(value, OverZone):
            return self._zone(value)
        if isinstance(value, PairCross):
            fast, slow = self.settle(value.fast), self.settle(value.slow)
            self.pairs.append((fast, slow, True))
            return Cross(fast, value.way, slow)
        if isinstance(value, NewExtreme):
            found = self.measure(value.of)
            return NewExtreme(found) if isinstance(found, Extreme) else value
        if isinstance(value, SqueezeEnds | SqueezeOn):
            return self._squeeze(value)
        if isinstance(value, Pattern):
            self.plan.assume(f"{value.name.replace('_', ' ')}: {FUNCTIONS[value.name].meaning}")
        return self._leaning(value, use)

    def _turned(self, value: Condition) -> Condition | None:
        """Resolve "the hull ma turns up", and "turns down" that speaks of it again."""
        if isinstance(value, Turn):
            base = self.measure(value.base)
        elif isinstance(value, Cross) and isinstance(value.left, It) and isinstance(value.right, Same):
            is_one = bool(self.pairs) and self.pairs[-1][0] == self.pairs[-1][1]
            if not is_one or any(crossed for _, _, crossed in self.pairs):
                return None
            base = self.pairs[-1][0]
        else:
            return None
        if value.way is None or not isinstance(base, Measure):
            return None
        self.pairs.append((base, base, False))
        now, then = (">", "<=") if value.way == "up" else ("<", ">=")
        before, earlier = Ago(base, 1), Ago(base, 2)
        return And((Compare(base, now, before), Compare(before, then, earlier)))  # type: ignore[arg-type] # four operators

    def _leaning(self, value: Condition, use: Use) -> Condition:
        if isinstance(value, Held):
            return replace(value, part=self.condition(value.part, "filter"))
        if isinstance(value, Reached):
            left = value.left if isinstance(value.left, It) else self.measure(value.left)
            made = reached(replace(value, left=left), self.entry, use)
            self.pairs.append((made.left, made.right, False))
            return made
        if isinstance(value, Ended):
            return ended(value, self.entry)
        if isinstance(value, RestAt):
            level = self.measure(value.level)
            if scale(level) != "price":
                raise ask("the order", "An order rests at a price. At which one?", "1% below the 20 ema")
            return replace(value, level=level)
        return value

    def _squeeze(self, value: SqueezeEnds | SqueezeOn) -> Condition:
        bollinger = self.settle(Measure("bb_upper", value.bollinger)).lengths
        keltner = self.settle(Measure("kc_upper", value.keltner)).lengths
        return replace(value, bollinger=bollinger, keltner=keltner)

    def _zone(self, value: OverZone) -> Condition:
        base = self._subject() if isinstance(value.base, It) else self.measure(value.base)
        if not isinstance(base, Measure) or base.kind not in ZONES:
            raise ask(
                value.zone,
                f"What tells that it is {value.zone}?",
                "RSI(14) below 30 / above 70",
                "close outside the Bollinger bands",
            )
        low, high = ZONES[base.kind]
        level = low if value.zone == "oversold" else high
        self.plan.assume(
            f"{value.zone} is {SAID[family(base.kind)]} {'below' if value.zone == 'oversold' else 'above'} {level:g}"
        )
        self.pairs.append((base, Number(level), False))
        return Compare(base, "<" if value.zone == "oversold" else ">", Number(level))

    def _two_sided(self, value: Compare | Cross | Move | Touch, use: Use) -> Condition:
        left, right = self._sides(value)
        left, right = self._averages_of(left, right)
        if left == Price("open") and any(v == Ago(Price("close"), 1) for v in (right, getattr(right, "base", None))):
            self.plan.assume("a gap is between a bar's open and the close before it")
        _check_scales(left, right)
        if left == right:
            raise ask("the comparison", "A value is compared with itself. What should it be compared with?")
        self.pairs.append((left, right, isinstance(value, Cross | Move)))
        if isinstance(value, Move):
            if use == "entry" and not isinstance(right, Extreme):  # a new extreme is an event by itself
                return Cross(left, value.way, right)
            return Compare(left, ">" if value.way == "up" else "<", right)
        return replace(value, left=left, right=right)

    def _sides(self, value: Compare | Cross | Move | Touch) -> tuple[Operand, Operand]:
        if isinstance(value.right, Same):
            return self._repeated(value)
        right = self._like(value.left, value.right)
        if not isinstance(value.left, It) and scale(value.left) not in ("price", "number"):
            right = self._own_average(right)
        right = self.measure(right)
        if not isinstance(value.left, It):
            return self.measure(self._like(right, value.left)), right
        return self._subject_for(right), right

    def _own_average(self, value: Operand) -> Operand:
        # "volume above average": the average of the volume, not the one of the price that the idea also names
        if isinstance(value, Times | Scaled):
            return replace(value, base=self._own_average(value.base))
        if not isinstance(value, Measure) or value.kind != "ma" or value.lengths:
            return value
        self.plan.assume("the average is over 20 bars")
        return replace(value, lengths=(20.0,))

    def _like(self, one: Operand, other: Operand) -> Operand:
        # "fast ema over the slow one": the second average is of the first one's kind
        if isinstance(one, Measure) and isinstance(other, Measure) and other.kind == "ma" and one.kind in AVERAGES:
            return replace(other, kind=one.kind)
        return other

    def _repeated(self, value: Compare | Cross | Move | Touch) -> tuple[Operand, Operand]:
        pairs = list(reversed(self.pairs))
        if isinstance(value.left, It):
            crossed = [p for p in pairs if p[2]] or pairs
        else:
            left = self.measure(value.left)
            crossed = [p for p in pairs if p[0] == left and p[1] != left]
            crossed += [(left, p[0], False) for p in pairs if p[0] != left and scale(p[0]) == scale(left)]
        if not crossed:
            raise ask("it", "What is compared with what? One side is missing.")
        return crossed[0][0], crossed[0][1]

    def _subject(self) -> Operand:
        if not self.pairs:
            raise ask("it", 'What does "it" stand for?')
        return self.pairs[-1][0]

    def _subject_for(self, right: Operand) -> Operand:
        wanted = scale(right)
        fitting = list(dict.fromkeys(left for left, _, _ in reversed(self.pairs) if scale(left) == wanted))
        if wanted == "price" and self.use == "filter" and self._crossed_averages() and _is_average(right):
            self.plan.assume("a filter that names no price speaks of the close")
            return Price("close")
        if wanted == "price" and len(fitting) > 1:
            return self._which_subject(right, fitting)
        for left, _, _ in reversed(self.pairs):
            if scale(left) == wanted or (wanted == "number" and scale(left) not in ("price", "volume")):
                return left
        if wanted == "price":
            return Price("close")
        if wanted == "number":
            raise ask(
                "the number",
                "A bare number is compared with nothing that the idea names. What should be above or below it?",
            )
        raise ask("it", "What is compared here?")

    def _crossed_averages(self) -> bool:
        return any(crossed and _is_average(left) and _is_average(right) for left, right, crossed in self.pairs)

    def _which_subject(self, right: Operand, fitting: list[Operand]) -> Operand:
        # "price above vwap and ema 9 above ema 21: long. exit below vwap": what was compared with it before
        before = [left for left, other, _ in reversed(self.pairs) if other == right]
        if before:
            return before[0]
        if Price("close") not in fitting:
            return fitting[0]
        said = [_said(f) for f in fitting]
        raise ask("it", "What is compared here?", *said)

    def _averages_of(self, left: Operand, right: Operand) -> tuple[Operand, Operand]:
        # "volume above its 20 bar average", "atr over its average"
        base = right.base if isinstance(right, Times | Scaled) else right
        of = scale(left)
        if (
            isinstance(base, Measure)
            and base.kind in AVERAGES
            and base.source is None
            and of not in ("price", "number")
        ):
            averaged = replace(base, source=left)
            return left, replace(right, base=averaged) if isinstance(right, Times | Scaled) else averaged
        return left, right


def _is_average(value: Operand) -> bool:
    return isinstance(value, Measure) and value.kind in AVERAGES


def _said(value: Operand) -> str:
    if isinstance(value, Measure):
        return f"the {' '.join(f'{n:g}' for n in value.lengths if n)} {value.kind}"
    return "the close"


def _check_scales(left: Operand, right: Operand) -> None:
    one, other = scale(left), scale(right)
    if one == other and one != "number":
        return
    if "number" in (one, other) and not {one, other} & {"price", "volume"} and one != other:
        return
    if "number" in (one, other):
        what = next(v for v in (left, right) if isinstance(v, Number))
        said = f"{what.value:g}{'%' if what.percent else ''}"
        raise ask(
            said,
            f"The price is compared with {said}: what is meant?",
            *(
                (f"the {what.value:g} sma", f"the {what.value:g} ema")
                if not what.percent and what.value == int(what.value)
                else ()
            ),
        )
    raise ask("the comparison", f"A {one} value is compared with a {other} value, which never fits. What is meant?")


def _without_not(part: Condition) -> Condition:
    return negate(part) if isinstance(part, Compare | Not | And | Or) else Not(part)
