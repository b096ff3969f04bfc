"""Bands around an average."""

from botyard.ops.catalog import PRICE, Function

CATALOGUE = (
    Function(
        "bb_upper(x: number, n: window = 20, width: number = 2)", "upper Bollinger band", "sma(x, n) + width · stdev(x, n)",
        "bb_upper(close, 20, 2)", expression="sma(x, n) + width * stdev(x, n)", source="Bollinger on Bollinger Bands, 2001",
    ),
    Function(
        "bb_lower(x: number, n: window = 20, width: number = 2)", "lower Bollinger band", "sma(x, n) - width · stdev(x, n)",
        "bb_lower(close, 20, 2)", expression="sma(x, n) - width * stdev(x, n)", source="Bollinger on Bollinger Bands, 2001",
    ),
    Function(
        "bb_mid(x: number, n: window = 20)", "middle Bollinger band", "sma(x, n)", "bb_mid(close, 20)", expression="sma(x, n)",
    ),
    Function(
        "bb_width(x: number, n: window = 20, width: number = 2)", "distance of the Bollinger bands over their middle",
        "2 · width · stdev(x, n) / sma(x, n)", "bb_width(close, 20, 2)", expression="2 * width * stdev(x, n) / sma(x, n)",
    ),
    Function(
        "kc_upper(n: window = 20, width: number = 2)", "upper Keltner channel", "ema(close, n) + width · atr(n)",
        "kc_upper(20, 1.5)", expression="ema(close, n) + width * atr(n)",
    ),
    Function(
        "kc_lower(n: window = 20, width: number = 2)", "lower Keltner channel", "ema(close, n) - width · atr(n)",
        "kc_lower(20, 1.5)", expression="ema(close, n) - width * atr(n)",
    ),
    Function(
        "kc_mid(n: window = 20)", "middle of the Keltner channel", "ema(close, n)", "kc_mid(20)", expression="ema(close, n)",
        between=PRICE,
    ),
    Function(
        "bb_pctb(x: number, n: window = 20, width: number = 2)", "%b: where x lies between the Bollinger bands, 0 at the lower, 1 at the upper",
        "(x - bb_lower) / (bb_upper - bb_lower)", "bb_pctb(close, 20, 2)",
        expression="(x - sma(x, n) + width * stdev(x, n)) / (2 * width * stdev(x, n))", source="Bollinger on Bollinger Bands, 2001",
    ),
    Function(
        "squeeze(n: window = 20, width: number = 2, keltner: number = 1.5)", "the Bollinger bands lie inside the Keltner channel",
        "bb_upper(close, n, width) < kc_upper(n, keltner) and bb_lower(close, n, width) > kc_lower(n, keltner)", "squeeze(20, 2, 1.5)",
        expression="bb_upper(close, n, width) < kc_upper(n, keltner) and bb_lower(close, n, width) > kc_lower(n, keltner)",
        source="Carter, Mastering the Trade, 2005",
    ),
    Function(
        "chandelier_long(n: window = 22, width: number = 3)", "Le Beau's exit under a long position", "highest(high, n) - width · atr(n)",
        "chandelier_long(22, 3)", expression="highest(high, n) - width * atr(n)", source="Elder, Come into My Trading Room, 2002",
    ),
    Function(
        "chandelier_short(n: window = 22, width: number = 3)", "Le Beau's exit over a short position", "lowest(low, n) + width · atr(n)",
        "chandelier_short(22, 3)", expression="lowest(low, n) + width * atr(n)", source="Elder, Come into My Trading Room, 2002",
    ),
)  # fmt: skip
