"""Write measures and conditions in the spec language, naming their numbers as parameters and their values as series."""

import re
from dataclasses import dataclass, field, replace

from botyard.language.catalog import FUNCTIONS
from botyard.stages.designer.building.parameters import Parameters
from botyard.stages.designer.meaning.kinds import AVERAGES, KINDS, SAID, family
from botyard.stages.designer.meaning.values import (
    Ago,
    And,
    Candles,
    Clock,
    Compare,
    Condition,
    Cross,
    DayOpen,
    Days,
    Extreme,
    Framed,
    Held,
    Measure,
    NewExtreme,
    Not,
    Number,
    Operand,
    Or,
    Pattern,
    Price,
    RangeEdge,
    Rested,
    Scaled,
    Shifted,
    Slope,
    SqueezeEnds,
    SqueezeOn,
    Times,
    Touch,
    Yesterday,
)
from botyard.stages.designer.settling.opposites import negate
from botyard.stages.designer.settling.plan import OTHERS, ask

_SESSION = {"high": "prev_session_high()", "low": "prev_session_low()", "close": "prev_session_close()"}


@dataclass
class Writer:
    """Writes expressions and collects parameters, series and constraints."""

    averages: dict[tuple[str, float], str]  # (kind, length) -> the parameter's name
    parameters: Parameters = field(default_factory=Parameters)
    series: dict[str, str] = field(default_factory=dict)
    constraints: list[str] = field(default_factory=list)
    timezone_used: bool = False

    # measures

    def measure(self, value: Operand, *, inline: bool = False) -> str:
        """Give the text of a measure; `inline` where no series may stand, inside on()."""
        match value:
            case Number():
                return f"{value.value:g}"
            case Price():
                return value.field
            case Measure():
                return self._framed_measure(value, inline=inline)
            case Extreme():
                return self._extreme(value)
            case Yesterday():
                self.timezone_used = True
                return _SESSION.get(value.field, 'on("1d", open)')
            case DayOpen():
                self.timezone_used = True
                return "session_open()"
            case Ago():
                return f"{self.measure(value.base)}[{value.bars}]"
            case RangeEdge():
                self.timezone_used = True
                if value.start is None or value.end is None:
                    raise ask("the range", "The range of which hours?", "09:30 to 10:00", "00:00 to 08:00")
                return f'range_{value.side}("{_clock(value.start)}", "{_clock(value.end)}")'
            case Framed():
                return f'on("{value.frame}", {self.measure(value.base, inline=True)})'
            case Scaled() | Shifted() | Times():
                return self._moved(value)
        raise ask("it", 'What does "it" stand for?')

    def _moved(self, value: Scaled | Shifted | Times) -> str:
        base = self.measure(value.base)
        if isinstance(value, Times):
            return f"{self.parameters.number(base, 'times', value.factor)} * {base}"
        sign = "+" if value.way == "up" else "-"
        if isinstance(value, Scaled):
            return f"{base} * (1 {sign} {self.parameters.number(base, 'distance_pct', value.percent)} / 100)"
        return (
            f"{base} {sign} {self.parameters.number(base, 'distance_atr', value.multiple)} * {self.measure(value.atr)}"
        )

    def _framed_measure(self, value: Measure, *, inline: bool) -> str:
        if value.frame:
            bare = self.measure(replace(value, frame=""), inline=True)
            return self._series(f"{value.kind}_{value.frame}", f'on("{value.frame}", {bare})')
        text = self._plain_measure(value)
        if inline or value.kind.startswith("dc_"):
            return text
        return self._series(_series_name(value, text), text)

    def _plain_measure(self, value: Measure) -> str:
        kind = KINDS[value.kind]
        missing = [f for f in re.findall(r"([a-z_]+)\(", kind.text) if f not in FUNCTIONS]
        if missing:
            name = SAID.get(value.kind, value.kind.upper())
            raise ask(name, f"{name} is not among the indicators yet. What instead?", *OTHERS)
        source = "close" if value.source is None else self.measure(value.source, inline=True)
        names: list[str] = []
        for i, number in enumerate(value.lengths):
            if f"{{{i}}}" in kind.text and number is not None:
                names.append(self._length(value, i, number))
            else:
                names.append("")
        return kind.text.format(*names, x=source)

    def _length(self, value: Measure, i: int, number: float) -> str:
        if value.kind in AVERAGES and value.source is None and (value.kind, number) in self.averages:
            wanted = self.averages[value.kind, number]
            use = f"{value.kind} {number:g}"
            return self.parameters.window(use, wanted, number, is_open=use in self.parameters.left_open)
        wanted = KINDS[value.kind].names[i]
        use = f"{family(value.kind)} {value.source} {value.lengths[:i]}"
        is_open = f"{value.kind} {number:g}" in self.parameters.left_open
        if wanted.endswith(("width", "step", "most")):
            return self.parameters.number(use, wanted, number)
        if number != int(number):
            raise ask(
                f"{number:g}",
                f"A length of {number:g} bars: lengths are whole numbers.",
                f"{int(number)}",
                f"{int(number) + 1}",
            )
        return self.parameters.window(use, wanted, number, is_open=is_open)

    def _series(self, wanted: str, text: str) -> str:
        name, count = wanted, 1
        while self.series.get(name, text) != text or name in self.parameters.made:
            count += 1
            name = f"{wanted}_{count}"
        self.series[name] = text
        return name

    def _extreme(self, value: Extreme, *, with_present: bool = False) -> str:
        if value.length is None or value.length != int(value.length):
            raise ask(value.side, f"The {value.side} of how many bars?", "20", "50")
        name = self.parameters.window(f"{value.side}", f"{value.side}_bars", value.length)
        function = "highest" if value.side == "high" else "lowest"
        text = f"{function}({value.field or value.side}, {name})"
        if value.frame:
            return f'on("{value.frame}", {text})'
        return text if with_present else f"{text}[1]"

    def extreme_with_present(self, value: Extreme) -> str:
        """Give the extreme over bars that end with the present one."""
        return self._extreme(value, with_present=True)

    # conditions

    def condition(self, value: Condition) -> str:
        """Give the text of a condition."""
        match value:
            case And() | Or():
                return f" {type(value).__name__.lower()} ".join(self._part(p) for p in value.parts)
            case Not():
                return self._not(value.part)
            case Compare() | Cross():
                return self._two_sided(value)
            case Touch():
                return self._touch(value)
            case Slope():
                base = self.measure(value.base)
                return f"{base} {'>' if value.way == 'up' else '<'} {base}[1]"
            case Candles():
                sign = ">" if value.way == "up" else "<"
                return " and ".join(f"close{_ago(k)} {sign} open{_ago(k)}" for k in range(value.count))
            case Pattern():
                return f"{value.name}()"
            case Clock() | Days():
                self.timezone_used = True
                return _clock_text(value) if isinstance(value, Clock) else _days_text(value)
            case NewExtreme():
                sign = ">" if value.of.side == "high" else "<"
                return f"close {sign} {self._extreme(value.of)}"
            case Held() | Rested():
                return self._counted(value)
            case SqueezeEnds() | SqueezeOn():
                name = self._squeeze(value)
                return f"{name}[1] and not {name}" if isinstance(value, SqueezeEnds) else name
        raise ask("exit", "What is the opposite signal here?")

    def _counted(self, value: Held | Rested) -> str:
        if isinstance(value, Held):
            bars = self.parameters.window("held", "held_bars", value.bars)
            return f"all_true({self.condition(value.part)}, {bars})"
        waited = f"bars_since_exit >= {self.parameters.window('wait', 'wait_bars', value.bars)}"
        return f"({waited} or last_trade_return >= 0)" if value.is_loss else waited

    def _part(self, value: Condition) -> str:
        text = self.condition(value)
        return f"({text})" if isinstance(value, Or) else text

    def _not(self, value: Condition) -> str:
        if isinstance(value, Compare | Not | And | Or):
            return self.condition(negate(value))
        if isinstance(value, Days) and len(value.days) == 1:
            self.timezone_used = True
            return f"weekday != {value.days[0]}"
        return f"not ({self.condition(value)})"

    def _two_sided(self, value: Compare | Cross) -> str:
        left = self.measure(value.left)
        if isinstance(value.right, Number):
            way = "up" if (value.op in (">", ">=") if isinstance(value, Compare) else value.way == "up") else "down"
            right = self._level(value.left, value.right, way)
        else:
            right = self.measure(value.right)
        if isinstance(value, Cross):
            if value.way is None:
                raise ask("the cross", "Which way must it cross here?", "crosses above", "crosses below")
            return f"crosses_{'above' if value.way == 'up' else 'below'}({left}, {right})"
        return f"{left} {value.op} {right}"

    def _level(self, of: Operand, value: Number, way: str) -> str:
        base = of.base if isinstance(of, Framed) else of
        kind = family(base.kind) if isinstance(base, Measure) else "value"
        return self.parameters.number(str(of), f"{kind}_{'above' if way == 'up' else 'below'}", value.value)

    def _touch(self, value: Touch) -> str:
        level = self.measure(value.right)
        side = _side_of(value.right)
        if side == "low":
            return f"low <= {level}"
        if side == "high":
            return f"high >= {level}"
        return f"low <= {level} and high >= {level}"

    def _squeeze(self, value: SqueezeEnds | SqueezeOn) -> str:
        upper, lower = (self.measure(Measure(f"bb_{side}", value.bollinger)) for side in ("upper", "lower"))
        over, under = (self.measure(Measure(f"kc_{side}", value.keltner)) for side in ("upper", "lower"))
        return self._series("squeeze_on", f"{upper} < {over} and {lower} > {under}")


def _side_of(value: Operand) -> str:
    if isinstance(value, Measure):
        return "low" if value.kind.endswith("_lower") else "high" if value.kind.endswith("_upper") else ""
    if isinstance(value, Extreme | RangeEdge):
        return value.side
    if isinstance(value, Yesterday) and value.field in ("high", "low"):
        return value.field
    return ""


def _series_name(value: Measure, text: str) -> str:
    if value.kind in AVERAGES and value.source is None:
        length = text.rpartition(", ")[2].rstrip(")")
        return f"{value.kind}_{length}" if length in ("fast", "slow", "mid") else f"{value.kind}_line"
    if value.source is not None:
        return f"average_{value.source.field}" if isinstance(value.source, Price) else f"average_{value.kind}"
    names = {"bb_upper": "upper_band", "bb_mid": "middle_band", "bb_lower": "lower_band", "kc_upper": "upper_channel", "kc_mid": "middle_channel", "kc_lower": "lower_channel", "macd": "macd_line", "macd_signal": "signal_line", "macd_hist": "histogram"}  # fmt: skip
    return names.get(value.kind, f"{value.kind}_line")


def _ago(bars: int) -> str:
    return f"[{bars}]" if bars else ""


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def _minute(minutes: float) -> str:
    hour, minute = divmod(int(minutes), 60)
    return f"{hour} * 60 + {minute}"


def _clock_text(value: Clock) -> str:
    if value.how == "end":
        return 'is_new("day")'
    if value.how == "at":
        return f"minute_of_day == {_minute(value.start)}"
    if value.how == "after":
        return f"minute_of_day >= {_minute(value.start)}"
    if value.how == "before":
        return f"minute_of_day < {_minute(value.start)}"
    return f'inside("{_clock(value.start)}", "{_clock(value.end)}")'


def _days_text(value: Days) -> str:
    days = value.days
    if days == (0, 1, 2, 3, 4):
        return "weekday <= 4"
    if len(days) == 1:
        return f"weekday == {days[0]}"
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"weekday >= {days[0]} and weekday <= {days[-1]}"
    return "(" + " or ".join(f"weekday == {d}" for d in days) + ")"
