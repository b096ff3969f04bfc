"""Phrases that mean something different to everybody: "when it looks toppy". Each is asked about whole, with choices that fit in its place."""

import re
from dataclasses import dataclass

from botyard.records.design import Question

_LEAD = r"(?:(?:when|whenever|if|once|while|as|where|on|at|near|into|in|during|after|for)\s+)?"
_STATE = (
    r"(?:(?:it|price|prices|the|this|that|market|coin|stock|asset|things|they|a|an|some|any|is|are|was|looks?|feels?|seems?|gets?|becomes?"
    r"|appears?|turns?|goes|starts?|being|be|to|really|very|too|quite|so|pretty|big|deep|sharp|small|nice|huge|extremely|relatively|super)\s+)*"
)
_TAIL = r"(?:\s+(?:again|enough))?(?:,?\s*(?:like|say|around|about|of)\s+(?P<number>\d+(?:\.\d+)?)\s*%,?)?"
_ACTIONS = frozenset(["buy", "sell", "short", "long", "exit", "cover", "enter", "in", "out", "close", "dump", "trade"])


@dataclass(frozen=True, slots=True)
class _Vague:
    words: str  # a pattern
    text: str
    choices: tuple[str, ...]
    is_condition: bool = True  # a choice is said with "when" where the phrase was, or where an action stands before it
    is_plain: bool = False  # the words have plain meanings too, so they count only where reading stopped


_OVERSOLD = (
    "rsi(14) is below 30",
    "the close is below the lower bollinger band (20, 2)",
    "stochastic %k(14) is below 20",
)
_OVERBOUGHT = (
    "rsi(14) is above 70",
    "the close is above the upper bollinger band (20, 2)",
    "stochastic %k(14) is above 80",
)
_DIP = (
    "the close is {number}% below the 20 sma",
    "rsi(14) is below 30",
    "the close is below the lower bollinger band (20, 2)",
)
_UP = ("the close is above the 200 ema", "the 50 sma is above the 200 sma")
_DOWN = ("the close is below the 200 ema", "the 50 sma is below the 200 sma")
_STRONG = ("adx(14) is above 25", "the close is above the 50 ema", "roc(12) is above 0")
_WEAK = ("adx(14) is below 20", "the close is below the 50 ema", "roc(12) is below 0")

_CONDITIONS = (
    _Vague(r"(?:over ?sold|washed out|beaten (?:up|down))", "What tells that it is oversold?", _OVERSOLD),
    _Vague(r"(?:over ?bought|toppy|over ?extended|over ?heated|frothy|stretched)", "What tells that it is overbought?", _OVERBOUGHT),
    _Vague(r"(?:cheap|under ?valued|bargain|on sale)", "What counts as cheap?", _OVERSOLD),
    _Vague(r"(?:expensive|over ?valued|overpriced|pricey)", "What counts as expensive?", _OVERBOUGHT),
    _Vague(r"(?:dips?|pull ?backs?|corrections?|drawdowns?|sell ?offs?)", "What counts as a dip?", _DIP, is_plain=True),
    _Vague(r"(?:pumps?|rall(?:y|ies)|spikes?|rips?)", "What counts as such a rise?", ("the close is 3% above the 20 sma", "roc(12) is above 3"), is_plain=True),
    _Vague(r"(?:supports?|the floor)", "Where is support?", ("price touches the lowest low of the last 50 bars", "price touches the lower bollinger band (20, 2)"), is_plain=True),
    _Vague(r"(?:resistances?|the ceiling)", "Where is resistance?", ("price touches the highest high of the last 50 bars", "price touches the upper bollinger band (20, 2)"), is_plain=True),
    _Vague(r"(?:(?:the )?(?:trend|momentum|move)\s+(?:is|looks|gets|becomes)\s+)?(?:strong|stronger|solid|healthy)", "How is strength measured?", _STRONG),
    _Vague(r"(?:(?:the )?(?:trend|momentum|move|it)\s+(?:is|looks|gets|becomes)\s+)?(?:weak|weaker)|(?:(?:the )?(?:trend|momentum|move)\s+)?(?:weakens|fades|dies(?: down)?|runs out(?: of steam)?|loses steam|stalls|exhausts)", "How is weakness measured?", _WEAK),
    _Vague(r"momentum (?:picks|kicks|builds|turns|shifts|comes)(?: (?:up|in))?|(?:strong |good |upward )momentum|momentum", "How is momentum measured?", ("roc(12) crosses above 0", "macd crosses above its signal line"), is_plain=True),
    _Vague(r"recover(?:s|ed|y)|bounces?(?: back)?|rebounds?", "What tells that it has recovered?", ("the close crosses above the 20 sma", "rsi(14) crosses above 50"), is_plain=True),
    _Vague(r"reversals?|turn ?arounds?|reverses", "What shows a reversal?", ("rsi(14) crosses above 30", "the close crosses above the 20 ema"), is_plain=True),
    _Vague(r"(?:(?:the )?(?:market|price|it|volatility)\s+(?:is|gets|looks)\s+)?(?:volatile|wild|crazy)|(?:high|rising) volatility|volatility (?:is|gets|spikes|picks up|rises)(?: (?:high|up))?|volatility", "How is volatility measured?", ("atr(14) is above its 50 bar average", "atr(14) is rising"), is_plain=True),
    _Vague(r"(?:quiet|calm|choppy|side ?ways|ranging|consolidat\w+|range ?bound|flat market)", "What tells that it goes sideways?", ("adx(14) is below 20", "atr(14) is below its 50 bar average")),
    _Vague(r"(?:high|heavy|big|strong|huge|rising|good) volume|volume (?:is )?(?:picks up|spikes?|surges?|high|big|heavy|strong|explodes)|volume (?:spike|surge)s?", "How much volume?", ("volume is above 1.5 times its 20 bar average", "volume is above its 20 bar average"), is_plain=True),
    _Vague(r"(?:low|thin|weak) volume|volume (?:is )?(?:low|thin|weak|dries up)", "How little volume?", ("volume is below its 20 bar average", "volume is below 0.5 times its 20 bar average"), is_plain=True),
    _Vague(r"up ?trends?|bull market|trending up|bullish trend", "What tells that the trend is up?", _UP, is_plain=True),
    _Vague(r"down ?trends?|bear market|trending down|bearish trend", "What tells that the trend is down?", _DOWN, is_plain=True),
    _Vague(r"(?:the )?(?:trend|trending)", "How is the trend measured?", _UP, is_plain=True),
    _Vague(r"rsi (?:is|gets|looks|goes) (?:too |really |very )?low", "How low?", ("rsi(14) is below 30", "rsi(14) is below 20"), is_plain=True),
    _Vague(r"rsi (?:is|gets|looks|goes) (?:too |really |very )?high", "How high?", ("rsi(14) is above 70", "rsi(14) is above 80"), is_plain=True),
    _Vague(r"(?:low|bottom)", "What counts as low?", (*_OVERSOLD[:2], "price makes a new 20 bar low"), is_plain=True),
    _Vague(r"(?:high|top)", "What counts as high?", (*_OVERBOUGHT[:2], "price makes a new 20 bar high"), is_plain=True),
)  # fmt: skip
_SIZES = (
    _Vague(r"(?:a |an |the |with a |use a )?(?:tight|close|small|narrow)(?: \w+)? stop(?: ?loss)?", "How far away is the stop?", ("a 1% stop", "a 1 atr stop"), is_condition=False),
    _Vague(r"(?:a |an |the )?(?:wide|loose|big|generous)(?: \w+)? stop(?: ?loss)?", "How far away is the stop?", ("a 5% stop", "a 4 atr stop"), is_condition=False),
    _Vague(r"(?:a |an |the |some )?(?:reasonable|sensible|good|decent|normal|proper|suitable|smart)(?: \w+)? stop(?: ?loss)?", "How far away is the stop?", ("a 2% stop", "a 2 atr stop"), is_condition=False),
    _Vague(r"(?:a |an |the |some )?(?:reasonable|sensible|good|decent|nice|small|quick|big)(?: \w+)? (?:profit|gain|target|take profit)", "How large is the profit?", ("a 2% target", "a 3 atr target"), is_condition=False),
    _Vague(r"cut (?:the |my |our |your )?(?:losers|losses|loss|losing trades)(?: (?:fast|quick|quickly|early|short|soon))?", "At what loss?", ("stop loss 1%", "stop loss 1 atr"), is_condition=False),
    _Vague(r"let (?:the |my |our |your )?(?:winners|profits|winner) run", "How are winners kept?", ("trailing stop 3 atr", "trailing stop 5%"), is_condition=False),
    _Vague(r"(?:with|on|after|needs?|for|wait for) (?:a |some )?(?:volume )?confirmation", "Which confirmation?", ("and volume is above its 20 bar average", "and the candle is green"), is_condition=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A vague phrase in the cleaned idea: its columns and its question."""

    start: int
    end: int
    is_plain: bool
    question: Question


def vague(text: str) -> tuple[Found, ...]:
    """Give the vague phrases of a cleaned idea, in order, none inside another; phrases side by side are one."""
    found: list[Found] = []
    for kind in (*_SIZES, *_CONDITIONS):
        pattern = rf"\b{_LEAD}{_STATE}(?:{kind.words})\b{_TAIL}" if kind.is_condition else rf"\b(?:{kind.words})\b"
        for match in re.finditer(pattern, text):
            if _is_measured(match, text):
                continue
            if all(match.end() <= f.start or match.start() >= f.end for f in found):
                found.append(_found(kind, match, text))
    return _joined(sorted(found, key=lambda f: f.start), text)


def _is_measured(match: re.Match[str], text: str) -> bool:
    # "rsi is oversold" says what is measured
    return re.search(r"(?:\brsi|\bstochastic|\bstoch|\bcci|\bmfi|%[krd]|\))\s*$", text[: match.start()]) is not None


def _found(kind: _Vague, match: re.Match[str], text: str) -> Found:
    choices = kind.choices
    if kind.is_condition:
        number = match.groupdict().get("number") or "3"
        before = re.findall(r"\w+", text[: match.start()])
        leads = re.match(r"(?:when|whenever|if|once|while|as|where|on|at|near|into|in|during|after|for)\b", match[0])
        when = "when " if leads or (before and before[-1] in _ACTIONS) else ""
        choices = tuple(when + c.format(number=number) for c in choices)
    return Found(match.start(), match.end(), kind.is_plain, Question(match[0].strip(" ,"), kind.text, choices))


def _joined(found: list[Found], text: str) -> tuple[Found, ...]:
    kept: list[Found] = []
    for phrase in found:
        if not kept or text[kept[-1].end : phrase.start].strip():
            kept.append(phrase)
            continue
        first = kept.pop()
        question = Question(text[first.start : phrase.end], first.question.text, first.question.choices)
        kept.append(Found(first.start, phrase.end, first.is_plain and phrase.is_plain, question))
    return tuple(kept)
