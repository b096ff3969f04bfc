"""The measures that the designer can speak of: how each is written in the spec language, its lengths and their defaults."""

from dataclasses import dataclass

from botyard.stages.designer.meaning.values import (
    Ago,
    DayOpen,
    Extreme,
    Framed,
    Measure,
    Number,
    Operand,
    Price,
    RangeEdge,
    Scaled,
    Shifted,
    Times,
    Yesterday,
)

AVERAGES = ("ema", "sma", "wma", "hma", "dema", "tema", "kama", "vwma")


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """One measure: its text with {x} for the source and {0} {1} for its numbers."""

    text: str
    names: tuple[str, ...] = ()
    defaults: tuple[float, ...] = ()
    scale: str = ""  # what it may be compared with; "" is its own kind
    family: str = ""  # measures that share their numbers


def _average(name: str) -> MeasureKind:
    return MeasureKind(f"{name}({{x}}, {{0}})", (f"{name}_length",), (20.0,), "price")


def _bollinger(text: str) -> MeasureKind:
    return MeasureKind(text, ("band_length", "band_width"), (20.0, 2.0), "price", "bb")


def _keltner(text: str) -> MeasureKind:
    return MeasureKind(text, ("channel_length", "channel_width"), (20.0, 1.5), "price", "kc")


def _donchian(text: str) -> MeasureKind:
    return MeasureKind(text, ("channel_length",), (20.0,), "price", "dc")


_MACD = (("macd_fast", "macd_slow", "macd_smooth"), (12.0, 26.0, 9.0), "macd", "macd")
_STOCH = (("stoch_length", "stoch_smooth", "stoch_signal"), (14.0, 3.0, 3.0), "stoch", "stoch")

KINDS: dict[str, MeasureKind] = {
    **{name: _average(name) for name in AVERAGES},
    "rsi": MeasureKind("rsi({x}, {0})", ("rsi_length",), (14.0,)),
    "adx": MeasureKind("adx({0})", ("adx_length",), (14.0,)),
    "plus_di": MeasureKind("plus_di({0})", ("di_length",), (14.0,), "di", "di"),
    "minus_di": MeasureKind("minus_di({0})", ("di_length",), (14.0,), "di", "di"),
    "atr": MeasureKind("atr({0})", ("atr_length",), (14.0,)),
    "cci": MeasureKind("cci({0})", ("cci_length",), (20.0,)),
    "roc": MeasureKind("roc({x}, {0})", ("roc_length",), (12.0,)),
    "williams": MeasureKind("williams_r({0})", ("williams_length",), (14.0,)),
    "mfi": MeasureKind("mfi({0})", ("mfi_length",), (14.0,)),
    "stoch_rsi": MeasureKind("stoch_rsi({x}, {0}, {1})", ("rsi_length", "stoch_length"), (14.0, 14.0)),
    "aroon_up": MeasureKind("aroon_up({0})", ("aroon_length",), (14.0,), "aroon", "aroon"),
    "aroon_down": MeasureKind("aroon_down({0})", ("aroon_length",), (14.0,), "aroon", "aroon"),
    "cmf": MeasureKind("cmf({0})", ("cmf_length",), (20.0,)),
    "choppiness": MeasureKind("choppiness({0})", ("chop_length",), (14.0,)),
    "bb_width": MeasureKind("bb_width({x}, {0}, {1})", ("band_length", "band_width"), (20.0, 2.0), "bb_width", "bb"),
    "stoch_k": MeasureKind("stoch_k({0}, {1})", *_STOCH),
    "stoch_d": MeasureKind("stoch_d({0}, {1}, {2})", *_STOCH),
    "macd": MeasureKind("macd({x}, {0}, {1})", *_MACD),
    "macd_signal": MeasureKind("macd_signal({x}, {0}, {1}, {2})", *_MACD),
    "macd_hist": MeasureKind("macd_hist({x}, {0}, {1}, {2})", *_MACD),
    "bb_upper": _bollinger("bb_upper({x}, {0}, {1})"),
    "bb_mid": _bollinger("bb_mid({x}, {0})"),
    "bb_lower": _bollinger("bb_lower({x}, {0}, {1})"),
    "kc_upper": _keltner("kc_upper({0}, {1})"),
    "kc_mid": _keltner("kc_mid({0})"),
    "kc_lower": _keltner("kc_lower({0}, {1})"),
    "dc_upper": _donchian("highest(high, {0})[1]"),
    "dc_mid": _donchian("(highest(high, {0})[1] + lowest(low, {0})[1]) / 2"),
    "dc_lower": _donchian("lowest(low, {0})[1]"),
    "supertrend": MeasureKind("supertrend({0}, {1})", ("trend_length", "trend_width"), (10.0, 3.0), "price"),
    "psar": MeasureKind("psar({0}, {1})", ("sar_step", "sar_most"), (0.02, 0.2), "price"),
    "vwap": MeasureKind("vwap()", (), (), "price"),
    "obv": MeasureKind("obv()"),
    "zscore": MeasureKind("zscore({x}, {0})", ("zscore_length",), (20.0,)),
}

ZONES = {"rsi": (30.0, 70.0), "stoch_rsi": (20.0, 80.0), "stoch_k": (20.0, 80.0), "stoch_d": (20.0, 80.0), "mfi": (20.0, 80.0), "williams": (-80.0, -20.0), "cci": (-100.0, 100.0)}  # fmt: skip
"""Usual levels of oversold and overbought."""

SAID = {
    "rsi": "RSI", "adx": "ADX", "atr": "ATR", "cci": "CCI", "roc": "rate of change", "williams": "Williams %R", "mfi": "money flow index",
    "stoch": "stochastic", "macd": "MACD", "bb": "Bollinger bands", "kc": "Keltner channel", "dc": "Donchian channel", "supertrend": "Supertrend",
    "psar": "parabolic SAR", "di": "directional index", "zscore": "z-score", "stoch_rsi": "stochastic RSI", "aroon": "Aroon", "cmf": "Chaikin money flow", "choppiness": "choppiness index",
}  # fmt: skip


def family(kind: str) -> str:
    """Give the kinds that share their numbers, such as the three Bollinger bands."""
    return (KINDS[kind].family or kind) if kind in KINDS else kind


def scale(value: Operand) -> str:
    """Give what a value may be compared with: price, volume, number, or the name of its own scale."""
    if isinstance(value, Number):
        return "number"
    if isinstance(value, Price):
        return "volume" if value.field == "volume" else "price"
    if isinstance(value, Measure):
        if value.source is not None:
            return scale(value.source)
        return KINDS[value.kind].scale or value.kind if value.kind in KINDS else "price"
    if isinstance(value, Scaled | Shifted | Times | Framed | Ago):
        return scale(value.base)
    if isinstance(value, Extreme | Yesterday | DayOpen | RangeEdge):
        return "price"
    return ""
