"""What a statement about a bot may say: numbers, directions, instruments and orders that its spec bears out."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from botyard.records.market import TradingRules, timeframe_minutes
from botyard.records.research import Research
from botyard.records.spec import Spec

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])|(?<![\w.])\d+(?:\.\d+)?(?=\s?(?:m|h|d|min|x)\b|%)")
_PERCENT = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*\s?(?:%|per ?cent\b)")
_COINS = {
    "bitcoin": "BTC", "btc": "BTC", "ethereum": "ETH", "ether": "ETH", "eth": "ETH", "solana": "SOL", "sol": "SOL",
    "dogecoin": "DOGE", "doge": "DOGE", "ripple": "XRP", "xrp": "XRP", "bnb": "BNB", "cardano": "ADA", "ada": "ADA",
    "litecoin": "LTC", "ltc": "LTC",
}  # fmt: skip
_PAIR = re.compile(r"\b([A-Z0-9]{2,10})[/-]?(USDT|USDC|USD|EUR|BTC)\b")
_INDICATORS = {
    r"rsi|relative strength": ("rsi",), r"macd": ("macd",), r"\bemas?\b|exponential": ("ema",), r"\bsmas?\b|simple moving": ("sma",),
    r"\bwma\b": ("wma",), r"\bhma\b|hull": ("hma",), r"\batr\b|average true range": ("atr",), r"\badx\b": ("adx",), r"\bcci\b": ("cci",),
    r"\bmfi\b|money flow": ("mfi", "cmf"), r"\bobv\b|on-balance": ("obv",), r"\bvwap\b": ("vwap",), r"bollinger": ("bb_",),
    r"keltner": ("kc_",), r"supertrend": ("supertrend",), r"donchian": ("highest", "lowest", "donchian"),
    r"stochastic": ("stoch",), r"parabolic|psar": ("psar",), r"ichimoku": ("ichimoku",), r"rate of change|\broc\b": ("roc",),
    r"z-?score": ("zscore",), r"\bvolume\b": ("volume", "vwap", "obv", "mfi", "cmf"),
}  # fmt: skip
_NO = r"(?:\bno\b|\bnot\b|\bnever\b|\bwithout\b|n't\b|\bneither\b|\bnor\b|\bonly ever\b)[^.;,]{0,25}$"
_PROMISES = re.compile(
    r"guarantee|risk[- ]free|cannot lose|can't lose|never loses?\b|always (?:wins|profit)|will (?:make|earn) (?:money|a profit)|"
    r"sure profit|certain(?:ly)? profit",
    re.IGNORECASE,
)

_FOREIGN = re.compile(
    r"\b(?:api[- ]?key|password|secret|credential|token|private key|environment variable|system prompt)s?\b|https?://\S+|"
    r"\b(?!\d+(?:\.\d+)?-[a-z]+\b)(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{8,}\b",  # what looks like a key; "12-period" does not
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of the bot."""

    numbers: frozenset[float]
    percents: frozenset[float]  # of these, what may stand before a percent sign: no bound of a search
    idea_numbers: frozenset[float]
    code: str  # every expression of the spec, in one text
    symbol: str
    claims: tuple[tuple[str, str, bool], ...]  # words (a pattern), what they claim, whether it is so


def facts_of(research: Research, rules: TradingRules, mode: str) -> Facts:
    """Gather the facts of a researched spec on its instrument."""
    spec = research.spec
    machine = spec.state_machine
    signals = {t.signal for t in machine.transitions}
    kinds = {t.kind for t in machine.transitions}
    code = " ".join(_expressions(spec))
    both = {"reverse"} & signals
    exposures = [float(e) for e in machine.states.values() if not isinstance(e, str)]
    has_short = bool({"enter_short", "exit_short"} & signals or both or min(exposures, default=0) < 0)
    has_long = bool({"enter_long", "exit_long"} & signals or both or max(exposures, default=0) > 0)
    is_trailing = any(t.ratchet for t in machine.transitions)
    entries_rest = any(t.kind != "when" and t.signal.startswith("enter") for t in machine.transitions)
    claims = (
        (r"\bshort(?:s|ed|ing)?\b(?![- ](?:term|period|window|average|run))", "goes short", has_short),
        (r"(?<!as )\blongs?\b(?![- ](?:term|period|window|average|run|as))", "goes long", has_long),
        (r"\btrail(?:s|ing|ed)?\b", "trails a stop", is_trailing),
        (r"\bstop[- ]?loss(?:es)?\b|\b(?:a|the|its|protective|initial) stops?\b|\bstop orders?\b|\bstopped out\b", "has a stop", "stop" in kinds),
        (r"\btake[- ]profits?\b|\bprofit targets?\b|\b(?:a|the|its) targets?\b", "has a target", "target" in signals),
        (r"\blimit orders?\b", "rests limit orders", "limit" in kinds),
        (r"\bentry (?:stop|limit|order)s? rest|\bresting entr", "rests its entry", entries_rest),
        (r"\btime[- ](?:stop|exit)s?\b|\btimes out\b", "leaves after a time", "time_exit" in signals),
        (r"\bleverag", "uses leverage", spec.sizing.max_leverage > 1),
        (r"\bmainnet\b|\breal money\b", "trades real money", mode == "mainnet"),
        (r"\bpartial(?:ly)?\b|\bhalf (?:of )?(?:the|its) position\b|\bscales?\b", "trades in parts", bool({"scale_in", "scale_out"} & signals)),
        (r"\bmartingale\b|\bdoubles? (?:down|its size|the size)\b|\baverag(?:es|ing) down\b", "adds to losers", "scale_in" in signals),
    )  # fmt: skip
    numbers = _numbers_of(research, rules)
    bounds = {float(v) for p in spec.parameters.values() for v in (p.low, p.high) if v is not None}
    return Facts(
        numbers | _signed(bounds),
        _percents(numbers),
        frozenset(_read_numbers(spec.idea)),
        code,
        research.symbol,
        claims,
    )


def unsupported(statement: str, facts: Facts, *, may_cite_idea: bool = False) -> tuple[str, ...]:
    """Say what a statement claims that the facts do not bear out; () lets it stand."""
    found = [f"promises what nobody can: {m.group()!r}" for m in _PROMISES.finditer(statement)]
    cited = facts.idea_numbers if may_cite_idea else frozenset()
    shares = [n for match in _PERCENT.finditer(statement) for n in _read_numbers(match.group())]
    unknown = [n for n in shares if not _is_known(n, facts.percents | cited)]
    unknown += [n for n in _read_numbers(_PERCENT.sub("", statement)) if not _is_known(n, facts.numbers | cited)]
    found += [f"the number {n:g} is not in the facts" for n in unknown]
    for words, claim, is_so in facts.claims:
        for match in re.finditer(words, statement, re.IGNORECASE):
            is_denied = bool(re.search(_NO, statement[: match.start()], re.IGNORECASE))
            if is_denied == is_so and (not is_denied or _denies_outright(statement, match)):
                found.append(
                    f"it says that the bot {'never ' if is_denied else ''}{claim}; by its spec it {'does' if is_so else 'does not'}"
                )
    found += [f"{m.group()!r} is not about the bot" for m in _FOREIGN.finditer(statement)]
    found += _foreign_instruments(statement, facts.symbol)
    code = facts.code.lower()
    for words, functions in _INDICATORS.items():
        for match in re.finditer(words, statement, re.IGNORECASE):
            is_denied = bool(re.search(_NO, statement[: match.start()], re.IGNORECASE))
            if not is_denied and not any(f in code for f in functions):
                found.append(f"{match.group()!r} does not occur in the spec")
    return tuple(dict.fromkeys(found))


def _denies_outright(statement: str, match: "re.Match[str]") -> bool:
    # "no stop" denies one; "if the price does not reach the stop" does not
    return bool(re.search(r"(?:\bno|\bwithout(?: an?| any)?|\bnever goes|\bnever has an?)\s(?:\w+[ -])?$", statement[: match.start()], re.IGNORECASE))  # fmt: skip


def _foreign_instruments(statement: str, symbol: str) -> Iterator[str]:
    own = symbol.upper().replace("/", "").replace("-", "")
    for match in _PAIR.finditer(statement):
        if (match.group(1) + match.group(2)) not in own:
            yield f"{match.group()} is not its instrument, {symbol}"
    for word in re.findall(r"\b[A-Za-z]+\b", statement):
        coin = _COINS.get(word.lower())
        if coin and not own.startswith(coin) and not _PAIR.search(word.upper()):
            yield f"{word} is not its instrument, {symbol}"


def _expressions(spec: Spec) -> Iterator[str]:
    yield from spec.series.values()
    yield from spec.constraints
    yield from (s for s in spec.state_machine.states.values() if isinstance(s, str))
    for t in spec.state_machine.transitions:
        yield from (t.expression, t.guard or "", t.signal)
    sizing = spec.sizing
    for value in (sizing.of_equity, sizing.amount, sizing.quantity, sizing.per_trade, sizing.stop_distance):
        if isinstance(value, str):
            yield value


def _numbers_of(research: Research, rules: TradingRules) -> frozenset[float]:
    spec = research.spec
    minutes = timeframe_minutes(spec.timeframe)
    found: set[float] = {0.0, 1.0, float(minutes), minutes / 60, minutes / 1440}
    for text in _expressions(spec):
        try:
            nodes = list(ast.walk(ast.parse(text or "0", mode="eval")))
        except SyntaxError:
            continue
        found |= {float(n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, int | float)}
        found |= {
            v for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) for v in _read_numbers(n.value)
        }
    found |= {float(parameter.default) for parameter in spec.parameters.values()}
    shares = [v for v in spec.state_machine.states.values() if not isinstance(v, str)]
    sizing, limits = spec.sizing, spec.limits
    shares += [v for v in (sizing.of_equity, sizing.per_trade, limits.max_daily_loss, limits.max_drawdown) if isinstance(v, int | float)]  # fmt: skip
    plain = (sizing.amount, sizing.quantity, sizing.max_quote, sizing.max_leverage, limits.max_losses_per_day, limits.max_trades_per_day)  # fmt: skip
    found |= {float(v) for v in plain if isinstance(v, int | float)}
    found |= {float(s) * k for s in shares for k in (1.0, 100.0)}
    found.add(float(rules.initial_cash))
    if research.verdict.expected_sharpe is not None:
        found.add(research.verdict.expected_sharpe)
    for assumption in spec.assumptions:
        found |= set(_read_numbers(assumption))
    return _signed(found)


def _signed(numbers: set[float]) -> frozenset[float]:
    return frozenset(numbers | {abs(n) for n in numbers})


def _percents(numbers: frozenset[float]) -> frozenset[float]:
    return numbers | {100.0 * n for n in numbers if abs(n) <= 1.0}


def _read_numbers(text: str) -> list[float]:
    found = []
    for match in _NUMBER.finditer(text):
        plain = re.sub(r",(?=\d{3})", "", match.group()).replace(",", ".")
        try:
            found.append(float(plain))
        except ValueError:
            found += [float(part) for part in re.findall(r"\d+", plain)]
    return found


def _is_known(number: float, known: frozenset[float]) -> bool:
    # said with fewer digits is said well enough, within half a percent
    return any(abs(number - k) <= 0.005 * abs(k) + 1e-9 for k in known)
