"""A spec said again in plain English, for the reader to hold beside the idea."""

import ast

from botyard.language.catalog import FUNCTIONS
from botyard.language.syntax import parse
from botyard.records.spec import Number, Spec, Transition

_SIGNALS = {
    "enter_long": "buy",
    "enter_short": "sell short",
    "exit_long": "sell",
    "exit_short": "buy back",
    "scale_in": "add",
    "scale_out": "take part of it off",
    "reverse": "turn the position round",
    "stop": "get out by a stop",
    "target": "take the profit",
    "time_exit": "get out on time",
}
_COMPARISONS = {
    ast.Lt: "is below", ast.LtE: "is at most", ast.Gt: "is above", ast.GtE: "is at least", ast.Eq: "is", ast.NotEq: "is not",
}  # fmt: skip
_NEGATED = {
    ast.Lt: "is not below", ast.LtE: "is above", ast.Gt: "is not above", ast.GtE: "is below", ast.Eq: "is not", ast.NotEq: "is",
}  # fmt: skip
_ARITHMETIC = {ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "over", ast.Mod: "modulo"}
_INPUTS = {
    "close": "the close",
    "open": "the open",
    "high": "the high",
    "low": "the low",
    "volume": "the volume",
    "hl2": "the middle of the bar",
    "hlc3": "the mean of high, low and close",
    "ohlc4": "the mean of open, high, low and close",
    "hour": "the hour",
    "minute": "the minute",
    "minute_of_day": "the minute of the day",
    "weekday": "the weekday (Monday is 0)",
    "day": "the day of the month",
    "month": "the month",
    "year": "the year",
    "entry_price": "the entry price",
    "first_fill_price": "the first fill's price",
    "last_fill_price": "the last fill's price",
    "last_exit_price": "the last exit's price",
    "bars_in_position": "the number of bars in the position",
    "bars_in_state": "the number of bars in this state",
    "bars_since_exit": "the number of bars since the last exit",
    "highest_since_entry": "the highest high since entry",
    "lowest_since_entry": "the lowest low since entry",
    "position_return": "the position's return",
    "trades_today": "the number of trades today",
    "last_trade_return": "the last trade's return",
    "equity": "the equity",
    "drawdown": "the drawdown",
}
_CALLS = {
    "sma": "the {1}-bar simple average of {0}",
    "ema": "the {1}-bar exponential average of {0}",
    "wma": "the {1}-bar weighted average of {0}",
    "rma": "the {1}-bar Wilder average of {0}",
    "atr": "the average true range of {0} bars",
    "rsi": "the RSI({1}) of {0}",
    "adx": "the ADX({0})",
    "highest": "the highest value of {0} in {1} bars",
    "lowest": "the lowest value of {0} in {1} bars",
    "donchian_high": "the highest high of {0} bars",
    "donchian_low": "the lowest low of {0} bars",
    "stdev": "the standard deviation of {0} over {1} bars",
    "sum": "the sum of {0} over {1} bars",
    "median": "the median of {0} over {1} bars",
    "roc": "the {1}-bar rate of change of {0} in percent",
    "mom": "the {1}-bar momentum of {0}",
    "change": "the change of {0} over {1} bars",
    "zscore": "the z-score of {0} over {1} bars",
    "bb_upper": "the upper Bollinger band ({1}, {2}) of {0}",
    "bb_lower": "the lower Bollinger band ({1}, {2}) of {0}",
    "bb_mid": "the middle Bollinger band ({1}) of {0}",
    "kc_upper": "the upper Keltner channel ({0}, {1})",
    "kc_lower": "the lower Keltner channel ({0}, {1})",
    "macd": "the MACD({1}, {2}) of {0}",
    "macd_signal": "the signal line of the MACD({1}, {2}, {3}) of {0}",
    "stoch_k": "the stochastic %K({0}, {1})",
    "stoch_d": "the stochastic %D({0}, {1}, {2})",
    "supertrend": "the SuperTrend({0}, {1})",
    "vwap": "the volume-weighted average price of the day",
    "crosses_above": "{0} crosses above {1}",
    "crosses_below": "{0} crosses below {1}",
    "crosses": "{0} crosses {1}",
    "at_entry": "{0} as it was at entry",
    "value_when": "{1} when last {0}",
    "bars_since": "the number of bars since {0}",
    "all_true": "on each of the last {1} bars {0}",
    "any_true": "on one of the last {1} bars {0}",
    "count": "on how many of the last {1} bars {0}",
    "min": "the smaller of {all}",
    "max": "the larger of {all}",
    "abs": "the size of {0}",
    "inside": "the bar opens between {0} and {1}",
    "on": "{1} on {0} bars",
    "sampled": "{1}, taken when {0}",
    "is_new": "a new {0} begins with the next bar",
    "bars": "the bars in {0}",
    "range_high": "the highest high between {0} and {1}",
    "range_low": "the lowest low between {0} and {1}",
    "bull_engulfing": "a bullish engulfing candle shows",
    "bear_engulfing": "a bearish engulfing candle shows",
    "pivot_high": "{0} has a confirmed peak ({1} bars before, {2} after)",
    "pivot_low": "{0} has a confirmed trough ({1} bars before, {2} after)",
    "highest_since_entry": "the highest {0} since entry",
    "lowest_since_entry": "the lowest {0} since entry",
}


def describe(spec: Spec) -> tuple[str, ...]:
    """Say what the spec does, one sentence per rule.

    Raises: SpecError when one of its expressions cannot be read.
    """
    sentences = [f"Bars of {spec.timeframe}, clock in {spec.timezone}."]
    sentences += [_series(spec, name, text) for name, text in spec.series.items()]
    sentences += [_transition(spec, t, index) for index, t in enumerate(spec.state_machine.transitions)]
    sentences += [_sizing(spec), *_limits(spec)]
    return tuple(sentences)


def _series(spec: Spec, name: str, text: str) -> str:
    root = parse(text, f"series.{name}").root
    is_condition = isinstance(root, ast.Compare | ast.BoolOp) or (
        isinstance(root, ast.UnaryOp) and isinstance(root.op, ast.Not)
    )
    if isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id in FUNCTIONS:
        function = FUNCTIONS[root.func.id]
        is_condition = function.result == "boolean" or "engulfing" in function.name
    return f"{name} {'holds when' if is_condition else 'is'} {_Speaker(spec).say(root)}."


def _transition(spec: Spec, transition: Transition, index: int) -> str:
    place = f"transitions[{index}].{transition.kind}"
    text = _words(spec, transition.expression, place)
    source = " or ".join(_state(name) for name in transition.source)
    what = _SIGNALS.get(transition.signal, f"go on as {_state(transition.target)}, without an order,")
    if transition.source == (transition.target,) and not transition.rebalance:
        what = "start the state anew"
    start = f"When {source}"
    if transition.kind == "when":
        at = " at the next open" if _trades(spec, transition) else ""
        return f"{start}: {what}{at} once {text}{_to(spec, transition)}."
    order = "stop" if transition.kind == "stop" else "limit"
    trail = ", which only ever moves in the position's favour" if transition.ratchet else ""
    guard = (
        "" if transition.guard is None else f", only while {_words(spec, transition.guard, f'transitions[{index}].if')}"
    )
    return f"{start}: {what} with a resting {order} order at {text}{trail}{guard}{_to(spec, transition)}."


def _trades(spec: Spec, transition: Transition) -> bool:
    states = spec.state_machine.states
    return transition.rebalance or any(states.get(name) != states.get(transition.target) for name in transition.source)


def _state(name: str) -> str:
    return name.replace("_", " ")


def _to(spec: Spec, transition: Transition) -> str:
    exposure = spec.state_machine.states[transition.target]
    if exposure in (0, 1, -1) or transition.signal not in _SIGNALS:
        return ""
    return f", to hold {_amount(spec, exposure, 'state_machine.states')} of the unit position"


def _amount(spec: Spec, value: Number, place: str) -> str:
    return _words(spec, value, place) if isinstance(value, str) else f"{value:g}"


def _sizing(spec: Spec) -> str:
    sizing = spec.sizing
    if sizing.type == "fraction" and sizing.of_equity is not None:
        text = f"Each position takes {_share(spec, sizing.of_equity)} of the equity"
    elif sizing.type == "quote" and sizing.amount is not None:
        text = f"Each position is worth {_amount(spec, sizing.amount, 'sizing.amount')} of the quote currency"
    elif sizing.type == "units" and sizing.quantity is not None:
        text = f"Each position is {_amount(spec, sizing.quantity, 'sizing.quantity')} units"
    else:
        text = f"Each position risks {_share(spec, sizing.per_trade or 0)} of the equity down to its stop"
    most = f"at most {sizing.max_leverage:g} times the equity"
    return f"{text}, {most}{'' if sizing.max_quote is None else f' and {sizing.max_quote:g} in quote currency'}."


def _share(spec: Spec, value: Number) -> str:
    return _words(spec, value, "sizing") if isinstance(value, str) else f"{value:.4g} ({value:.2%})"


def _limits(spec: Spec) -> list[str]:
    limits = spec.limits
    said = [
        (limits.max_losses_per_day, f"No more entries on a day with {limits.max_losses_per_day} losses."),
        (limits.max_daily_loss, f"No more entries on a day that has lost {limits.max_daily_loss or 0:.2%}."),
        (limits.max_drawdown, f"No more entries after a drawdown of {limits.max_drawdown or 0:.2%}."),
        (limits.max_trades_per_day, f"At most {limits.max_trades_per_day} trades a day."),
    ]
    return [sentence for value, sentence in said if value is not None]


def _words(spec: Spec, text: str, place: str) -> str:
    return _Speaker(spec).say(parse(text, place).root)


class _Speaker:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def say(self, node: ast.expr, *, negated: bool = False) -> str:
        match node:
            case ast.Constant(value=str() as value):
                return value
            case ast.Constant(value=value):
                return f"{value:g}" if isinstance(value, float) else str(value)
            case ast.Name(id=name):
                said = self._name(name)
                return f"not {said}" if negated else said
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.say(operand, negated=not negated)
            case ast.UnaryOp(operand=operand):
                return f"minus {self.say(operand)}"
            case ast.BinOp(left=left, op=op, right=right):
                return f"{self._operand(left, op)} {_ARITHMETIC[type(op)]} {self._operand(right, op)}"
            case ast.BoolOp(op=op, values=values):
                return self._junction(op, values, negated=negated)
            case ast.Compare():
                return self._comparison(node, negated=negated)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"{self.say(body)} if {self.say(test)}, else {self.say(orelse)}"
            case ast.Subscript(value=value, slice=index):
                bars = self.say(index)
                return f"{self.say(value, negated=negated)} {bars} bar{'' if bars == '1' else 's'} before"
            case ast.Call():
                said = self._call(node)
                return f"it is not so that {said}" if negated else said
            case _:
                return ast.unparse(node)

    def _name(self, name: str) -> str:
        if name in self.spec.parameters:
            value = self.spec.parameters[name].default
            return f"{name} ({value:g})" if not isinstance(value, bool) else f"{name} ({'yes' if value else 'no'})"
        return _INPUTS.get(name, name)

    def _operand(self, node: ast.expr, outer: ast.operator) -> str:
        said = self.say(node)
        loose = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))
        return f"({said})" if loose and not isinstance(outer, ast.Add) else said

    def _junction(self, op: ast.boolop, values: list[ast.expr], *, negated: bool) -> str:
        word = "and" if isinstance(op, ast.And) != negated else "or"
        parts = [self.say(value, negated=negated) for value in values]
        mixed = [
            f"({part})" if isinstance(value, ast.BoolOp) else part for part, value in zip(parts, values, strict=True)
        ]
        return f" {word} ".join(mixed)

    def _comparison(self, node: ast.Compare, *, negated: bool) -> str:
        table = _NEGATED if negated else _COMPARISONS
        said = self.say(node.left)
        for op, right in zip(node.ops, node.comparators, strict=True):
            joint = " and " if said != self.say(node.left) else " "
            said = f"{said}{joint}{table[type(op)]} {self.say(right)}"
        return said

    def _call(self, node: ast.Call) -> str:
        name = node.func.id  # type: ignore[attr-defined]
        parts = [self.say(argument) for argument in node.args]
        pattern = _CALLS.get(name)
        if name in {"value_when", "bars_since"} and len(parts) > (2 if name == "value_when" else 1):
            which = parts.pop()
            pattern = f"{pattern} ({which} such times before)" if which != "0" else pattern
        if pattern is None or any(f"{{{place}}}" in pattern for place in range(len(parts), 5)):
            return f"{name}({', '.join(parts)})" if parts else name.replace("_", " ")
        return pattern.replace("{all}", " and ".join(parts)).format(*parts)
