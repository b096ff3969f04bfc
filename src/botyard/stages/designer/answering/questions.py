"""What to ask when an idea cannot be read whole: unknown words, vague words, and the place where reading stopped."""

from botyard.records.design import Question
from botyard.stages.designer.reading.combinators import Source
from botyard.stages.designer.reading.lexicon import VOCABULARY
from botyard.stages.designer.reading.measures import TIMEFRAMES, frame_of
from botyard.stages.designer.reading.tokens import Token

_VAGUE: dict[str, tuple[str, tuple[str, ...]]] = {
    "low": ("What counts as low?", ("a close below the lower Bollinger band", "RSI(14) below 30", "a new 20 bar low")),
    "high": ("What counts as high?", ("a close above the upper Bollinger band", "RSI(14) above 70", "a new 20 bar high")),
    "cheap": ("What counts as cheap?", ("RSI(14) below 30", "a close below the lower Bollinger band")),
    "expensive": ("What counts as expensive?", ("RSI(14) above 70", "a close above the upper Bollinger band")),
    "oversold": ("What tells that it is oversold?", ("RSI(14) below 30", "stochastic below 20", "a close below the lower Bollinger band")),
    "overbought": ("What tells that it is overbought?", ("RSI(14) above 70", "stochastic above 80")),
    "toppy": ("What tells that it is toppy?", ("RSI(14) above 70", "a close above the upper Bollinger band")),
    "strong": ("How is strength measured?", ("ADX(14) above 25", "close above the 50 EMA", "rate of change above 0")),
    "weak": ("How is weakness measured?", ("ADX(14) below 20", "close below the 50 EMA")),
    "weakens": ("What tells that it weakens?", ("ADX(14) below 20", "close below the 50 EMA")),
    "tight": ("How far away is tight?", ("1%", "1 ATR")),
    "wide": ("How far away is wide?", ("5%", "4 ATR")),
    "loose": ("How far away is loose?", ("5%", "4 ATR")),
    "dip": ("What counts as a dip?", ("RSI(14) below 30", "a close below the lower Bollinger band", "3% below the 20 SMA")),
    "dips": ("What counts as a dip?", ("RSI(14) below 30", "a close below the lower Bollinger band", "3% below the 20 SMA")),
    "recovers": ("What counts as recovered?", ("a close above the 20 SMA", "RSI(14) above 50")),
    "trend": ("How is the trend measured?", ("close above the 200 EMA", "ADX(14) above 25")),
    "reversal": ("What shows a reversal?", ("RSI(14) crosses above 30", "close crosses above the 20 EMA")),
    "reversals": ("What shows a reversal?", ("RSI(14) crosses above 30", "close crosses above the 20 EMA")),
    "big": ("How big?", ("3%", "2 ATR")),
    "support": ("Where is support?", ("the lowest low of the last 50 bars", "the lower Bollinger band")),
    "resistance": ("Where is resistance?", ("the highest high of the last 50 bars", "the upper Bollinger band")),
    "pullback": ("What counts as a pullback?", ("RSI(2) below 10", "a close below the 20 EMA")),
    "volatile": ("How is volatility measured?", ("ATR(14) above its 50 bar average",)),
    "volatility": ("How is volatility measured?", ("ATR(14) above its 50 bar average",)),
    "momentum": ("How is momentum measured?", ("rate of change over 12 bars above 0", "MACD above 0")),
}  # fmt: skip
ENTRY_CHOICES = ("buy when a fast EMA crosses above a slow one", "buy when RSI(14) falls below 30, sell above 60")


def about_words(tokens: tuple[Token, ...]) -> tuple[Question, ...]:
    """One question for all words that are in no list; none when all are known."""
    unknown = list(dict.fromkeys(t.text for t in tokens if t.kind == "word" and t.text not in VOCABULARY))
    vague = [w for w in unknown if w in _VAGUE]
    questions = [Question(w, *_VAGUE[w]) for w in vague]
    rest = [w for w in unknown if w not in _VAGUE]
    if rest:
        said = ", ".join(f'"{w}"' for w in rest[:8]) + (", …" if len(rest) > 8 else "")
        numbers = _numbers_near(tokens, set(rest))
        close = f" (with {numbers})" if numbers else ""
        questions.append(Question(", ".join(rest[:8]), f"What do these words mean for the strategy: {said}{close}? Say it with prices, indicators, times or numbers, or leave them out.", ("leave them out",)))  # fmt: skip
    return tuple(questions)


def about_place(source: Source) -> tuple[Question, ...]:
    """Give what to ask when all words are known but do not make a rule."""
    tokens = source.tokens
    odd = [t for t in tokens if t.kind == "span" and t.unit in "mh" and frame_of(t) is None]
    questions = [
        Question(t.text, f"{t.text} is no bar length. Which one instead?", tuple(TIMEFRAMES.values())) for t in odd
    ]
    place = min(source.furthest, max(len(tokens) - 1, 0))
    vague = [t.text for t in tokens if t.kind == "word" and t.text in _VAGUE]
    near = [w for w in dict.fromkeys(vague) if any(t.text == w for t in tokens[max(0, place - 4) : place + 4])]
    questions += [Question(w, *_VAGUE[w]) for w in near]
    rest = " ".join(t.text for t in tokens[place : place + 8])
    if not rest or place == len(tokens):
        questions.append(Question("the end", "The idea stops in the middle of a rule. What follows?", ENTRY_CHOICES))
    elif not near:
        before = " ".join(t.text for t in tokens[max(0, place - 4) : place])
        after = f' after "{before}"' if before else ""
        questions.append(Question(rest, f'Not understood: "{rest}"{after}. Say this part in other words, one rule at a time.', ENTRY_CHOICES))  # fmt: skip
    return tuple(questions)


def _numbers_near(tokens: tuple[Token, ...], words: set[str]) -> str:
    places = [i for i, t in enumerate(tokens) if t.text in words]
    near = [
        t.text for i, t in enumerate(tokens) if t.kind in ("number", "percent") and any(abs(i - p) <= 3 for p in places)
    ]
    return ", ".join(dict.fromkeys(near))
