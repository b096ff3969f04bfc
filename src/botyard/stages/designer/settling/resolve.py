"""From clauses to a plan: who enters when, who leaves when, and what has to be asked."""

from dataclasses import replace

from botyard.stages.designer.meaning.acts import (
    Action,
    At,
    Atrs,
    Bare,
    BreakEven,
    Clause,
    DayEnd,
    Distance,
    Enter,
    Hold,
    Leave,
    Limit,
    Never,
    Nothing,
    Only,
    Otherwise,
    Part,
    RangeIs,
    Sides,
    Size,
    Stop,
    Target,
    Topic,
    TrendFilter,
    Zone,
)
from botyard.stages.designer.meaning.kinds import scale
from botyard.stages.designer.meaning.values import (
    And,
    Clock,
    Compare,
    Condition,
    Cross,
    Days,
    Held,
    Measure,
    NewExtreme,
    Not,
    Opposite,
    Or,
    PairCross,
    Price,
    Rested,
    Side,
)
from botyard.stages.designer.settling.declarations import check_declarations
from botyard.stages.designer.settling.discourse import Discourse
from botyard.stages.designer.settling.frames import choose
from botyard.stages.designer.settling.gather import (
    average_kind,
    average_roles,
    band_families,
    define_named_cross,
    given_numbers,
    parts,
    spread_lengths,
)
from botyard.stages.designer.settling.opposites import cross_back, negate, opposite, other_way
from botyard.stages.designer.settling.plan import ENTRIES, Plan, ask


def resolve(clauses: tuple[Clause, ...], timeframe: str) -> Plan:
    """Make the plan.

    Raises: AskError when something that matters is left open.
    """
    clauses = spread_lengths(define_named_cross(clauses))
    clauses, base, notices = choose(clauses, timeframe)
    plan = Plan(base, notices=notices)
    discourse = Discourse(
        plan, given_numbers(clauses), average_roles(clauses), average_kind(clauses), band_families(clauses)
    )
    return _Resolver(plan, discourse, clauses).run()


class _Resolver:
    def __init__(self, plan: Plan, discourse: Discourse, clauses: tuple[Clause, ...]) -> None:
        self.plan, self.discourse, self.clauses = plan, discourse, clauses
        self.sides = next((c.sides for c in clauses if isinstance(c, Sides)), None)
        self.is_short_named = (
            self.sides == "both"
            or any(isinstance(c, Enter | Only) and c.side == "short" for c in clauses)
            or any(isinstance(c, Action | Otherwise) and c.what == "short" for c in clauses)
        )
        self.entries: dict[Side, list[Condition]] = {}
        self.exits: list[tuple[Side | None, Condition]] = []
        self.filters: list[tuple[Side | None, Condition]] = []
        self.trends: list[Condition] = []
        self.last: Condition | None = None

    def run(self) -> Plan:
        check_declarations(self.clauses)
        for i, clause in enumerate(self.clauses):
            self._take(i, clause)
        self._default_side()
        self._note_sides()
        self._join()
        return self.plan

    @property
    def _one_side(self) -> Side:
        if self.sides in ("long", "short"):
            return self.sides
        shorts_only = (
            self.is_short_named
            and self.sides != "both"
            and not any(
                isinstance(c, Enter | Action) and (c.side if isinstance(c, Enter) else c.what) == "long"
                for c in self.clauses
            )
        )
        return (
            "short" if shorts_only and any(isinstance(c, Enter) and c.side == "short" for c in self.clauses) else "long"
        )

    def _take(self, i: int, clause: Clause) -> None:
        match clause:
            case Enter():
                self._enter(clause.side or self._one_side, clause.when)
            case Bare():
                self._bare(i, clause)
            case Leave():
                self._leave(clause)
            case Only():
                self.filters.append((clause.side, self.discourse.condition(clause.when, "filter")))
            case Never():
                self._never(clause)
            case Nothing():
                self._nothing(clause)
            case TrendFilter():
                self._trend(clause)
            case Otherwise():
                self._otherwise(clause)
            case Action():
                self._action(clause)
            case Topic():
                measure = self.discourse.measure(clause.measure)
                self.discourse.pairs.append((measure, measure, False))
                if isinstance(measure, Measure) and measure.kind in ("supertrend", "psar"):
                    self.discourse.pairs[-1] = (Price("close"), measure, True)
            case _:
                self._manage(clause)

    def _manage(self, clause: Clause) -> None:
        match clause:
            case Stop():
                self.plan.stops.append(replace(clause, distance=self._settled(clause.distance)))
            case Target():
                if self.plan.target is not None:
                    raise ask("target", "The idea names two targets; which one?")
                self.plan.target = replace(clause, distance=self._settled(clause.distance))
            case Hold():
                self.plan.hold = clause
            case DayEnd():
                self.plan.is_day_only = True
            case Size():
                self.plan.size = clause
            case Limit():
                self.plan.limits.append(clause)
            case Zone():
                self.plan.timezone = clause.name
                if clause.note:
                    self.plan.assume(clause.note)
            case Part() | BreakEven():
                self._manage_once(clause)
            case RangeIs():
                self.discourse.last_range = (clause.start, clause.end)

    def _manage_once(self, clause: Part | BreakEven) -> None:
        settled = replace(clause, distance=self._settled(clause.distance))
        if isinstance(settled, Part) and self.plan.part is None:
            self.plan.part = settled
        elif isinstance(settled, BreakEven) and self.plan.break_even is None:
            self.plan.break_even = settled
        else:
            raise ask("the part", "This is named twice. Which one?", "take half off at 2%", "take half off at 1 atr")

    def _settled(self, distance: Distance) -> Distance:
        if isinstance(distance, Atrs):
            return replace(distance, atr=self.discourse.settle(distance.atr))
        return replace(distance, level=self.discourse.measure(distance.level)) if isinstance(distance, At) else distance

    def _enter(self, side: Side, when: Condition) -> None:
        made = self.discourse.condition(when, "entry")
        made = _directed(made, side)
        if self.sides in ("long", "short") and side != self.sides:
            raise ask(
                side,
                f"The idea says {self.sides} only, yet enters {side}. Which one?",
                "long only",
                "short only",
                "both",
            )
        self.entries.setdefault(side, []).append(made)
        self.last = self.discourse.entry = made

    def _nothing(self, clause: Nothing) -> None:
        made = self.discourse.condition(clause.when, "filter")
        said = [p for entries in self.entries.values() for entry in entries for p in parts(entry)]
        if isinstance(made, Compare) and (other_way(made) in said or negate(made) in said):
            return
        self.filters.append((None, negate(made)))

    def _bare(self, i: int, clause: Bare) -> None:
        if isinstance(clause.when, Rested):
            self.filters.append((None, clause.when))
            return
        if _is_time(clause.when) and any(isinstance(c, Enter) for c in self.clauses):
            self.plan.assume("times that stand alone hold for entries only")
            self.filters.append((None, self.discourse.condition(clause.when, "filter")))
            return
        follows = i > 0 and isinstance(self.clauses[i - 1], Enter | Bare)
        if follows and self.entries and _is_filter(clause.when):
            made = self.discourse.condition(clause.when, "filter")
            side = next(reversed(self.entries))
            self.entries[side][-1] = And((self.entries[side][-1], made))
            return
        left_before = any(isinstance(c, Leave) for c in self.clauses[:i])
        if left_before or self.entries or any(isinstance(c, Enter) for c in self.clauses):
            raise ask(
                "a condition",
                "One condition stands without saying what to do. Is it to enter or to leave?",
                "enter",
                "leave",
                "only a filter",
            )
        self.plan.is_bare_cross = isinstance(clause.when, PairCross | Cross) and clause.when.way is None
        self._enter(self._one_side, clause.when)

    def _leave(self, clause: Leave) -> None:
        if isinstance(clause.when, Opposite):
            self.exits.append((None if clause.side == "sell" else clause.side, clause.when))
            return
        if clause.side == "sell" and self.sides == "both" and "short" not in self.entries:
            self._enter("short", clause.when)
            return
        side: Side | None = "long" if clause.side == "sell" else clause.side
        if side is not None and self.entries.get(side):
            self.discourse.entry = self.entries[side][-1]
        made = cross_back(self.discourse.condition(clause.when, "exit"), self.discourse.entry)
        self.exits.append((side, made))
        self.last = made

    def _never(self, clause: Never) -> None:
        parts_: list[Condition] = []
        if clause.when is not None:
            parts_.append(negate(self.discourse.condition(clause.when, "filter")))
        if clause.unless is not None:
            parts_.append(self.discourse.condition(clause.unless, "filter"))
        made = parts_[0] if len(parts_) == 1 else Or(tuple(parts_))
        self.filters.append((clause.side, made))
        self.last = made

    def _trend(self, clause: TrendFilter) -> None:
        measure = self.discourse.measure(clause.measure)
        if scale(measure) != "price":
            raise ask("trend filter", "When does this filter let a trade through?", "when it rises", "above a level")
        self.trends.append(Compare(Price("close"), ">", measure))
        self.plan.assume("the trend is up while the close is above the average")

    def _otherwise(self, clause: Otherwise) -> None:
        if clause.what in ("exit", "sell"):
            if self.last is None or "long" not in self.entries:
                raise ask("otherwise", "Otherwise than what?")
            self.exits.append(("long", negate(self.entries["long"][-1])))
        elif clause.what == "short":
            self._mirror_negated()
        elif not self.filters:
            raise ask("otherwise", "Otherwise than what?")

    def _mirror_negated(self) -> None:
        if not self.entries.get("long"):
            raise ask("otherwise", "Otherwise than what?")
        self.entries.setdefault("short", []).append(negate(self.entries["long"][-1]))

    def _action(self, clause: Action) -> None:
        if clause.what in ("exit", "sell"):
            raise ask(
                "exit",
                "When should the position be closed?",
                "exit after 20 bars",
                "take profit 4%",
                "trailing stop 3 atr",
            )
        if not self.filters:
            raise ask(
                "entry",
                "When should it enter?",
                *ENTRIES,
            )

    def _default_side(self) -> None:
        if self.entries:
            return
        if not self.filters and self._flips():
            return
        if not self.filters:
            raise ask(
                "entry",
                "When should it enter?",
                *ENTRIES,
            )
        if not self._says_to_enter():
            raise ask("entry", "The idea says when trading is allowed, but not what to enter on.", *ENTRIES)
        timed = [c for _, c in self.filters if not _is_time(c)]
        if not timed:
            raise ask("entry", "The idea says when trading is allowed, but not what to enter on.", *ENTRIES)
        side = self._one_side
        first = self.filters[0][1]
        self.entries[side] = [first if len(self.filters) == 1 else And(tuple(c for _, c in self.filters))]
        self.filters = []

    def _says_to_enter(self) -> bool:
        """Tell whether what filters may be the entry itself: "do not buy unless", "only buy when"."""
        return any(
            isinstance(c, Never) or (isinstance(c, Only) and c.side is not None)
            or (isinstance(c, Action | Otherwise) and c.what in ("long", "short", "enter"))
            for c in self.clauses
        )  # fmt: skip

    def _flips(self) -> bool:
        """Let "supertrend strategy" enter when it flips."""
        topics = [m for _, m, crossed in self.discourse.pairs if crossed and isinstance(m, Measure)]
        if len(topics) != 1 or topics[0].kind not in ("supertrend", "psar") or self.exits:
            return False
        side = self._one_side
        self.entries[side] = [Cross(Price("close"), "up" if side == "long" else "down", topics[0])]
        self.plan.assume("enters when the close crosses it")
        return True

    def _note_sides(self) -> None:
        if self.sides == "both" and len(self.entries) == 1:
            side = next(iter(self.entries))
            other: Side = "short" if side == "long" else "long"
            self.entries[other] = [opposite(c, exact=True) for c in self.entries[side]]
            if len(self.entries[other]) > 1:
                raise ask("both sides", "What should the other side enter on?")
        if self.sides is None and len(self.entries) == 1:
            self.plan.assume("long only" if "long" in self.entries else "short only")

    def _join(self) -> None:
        for side, conditions in self.entries.items():
            if len(conditions) > 1:
                self.plan.assume("each of the entries is enough")
            entry = conditions[0] if len(conditions) == 1 else Or(tuple(conditions))
            self.plan.triggers[side] = entry
            guards = [c for s, c in self.filters if s in (None, side)]
            guards += [c if side == "long" else other_way(c) for c in self.trends]
            self.plan.entries[side] = entry if not guards else And((entry, *guards))
            own = [self._exit_for(side, s, c, entry) for s, c in self.exits if s in (None, side)]
            if own:
                self.plan.exits[side] = own[0] if len(own) == 1 else Or(tuple(own))
        for s, _ in self.exits:
            if s is not None and s not in self.entries:
                raise ask(
                    s,
                    f"The idea leaves a {s} position that it never enters. Is it a {s} entry?",
                    "it closes the other side",
                    f"it enters {s}",
                )

    def _exit_for(self, side: Side, said: Side | None, when: Condition, entry: Condition) -> Condition:
        if isinstance(when, Opposite):
            return opposite(entry, exact=True)
        if said is None and side == "short" and len(self.entries) == 2 and not _is_sideless(when):
            raise ask("exit", "Does this exit hold for long positions, short ones, or both?", "long", "short", "both")
        return when


def _is_filter(value: Condition) -> bool:
    return isinstance(value, Compare | Not | Clock | Days | And | Held)


def _is_time(value: Condition) -> bool:
    if isinstance(value, Not):
        return _is_time(value.part)
    if isinstance(value, And):
        return all(_is_time(p) for p in value.parts)
    return isinstance(value, Clock | Days)


def _is_sideless(value: Condition) -> bool:
    return not any(isinstance(p, Compare | Cross | NewExtreme) for p in parts(value))


def _directed(value: Condition, side: Side) -> Condition:
    """Give a cross that does not say its way enters longs upwards and shorts downwards."""
    if isinstance(value, Cross) and value.way is None:
        return Cross(value.left, "up" if side == "long" else "down", value.right)
    if isinstance(value, And):
        return And(tuple(_directed(p, side) for p in value.parts))
    return value
