"""The strategy's own record: how its last trades went, what the account made since then. 0 before the first trade."""

from botyard.ops.catalog import Function

_COUNT = (0.0, float("inf"))

CATALOGUE = (
    Function(
        "losses_in_row()", "for how many trades in a row the last ones were lost", "trades closed below 0 since one was not",
        "losses_in_row()",
        expression="nz(sampled(bars_since_exit == 1, streak(last_trade_return < 0)), 0)", between=_COUNT,
        differs="it stays while nothing is traded: an entry that waits for it needs `or bars_since_exit >= ...`; two trades "
        "that close within one bar count as the later of them",
    ),
    Function(
        "wins_in_row()", "for how many trades in a row the last ones were won", "trades closed above 0 since one was not",
        "wins_in_row()",
        expression="nz(sampled(bars_since_exit == 1, streak(last_trade_return > 0)), 0)", between=_COUNT,
        differs="two trades that close within one bar count as the later of them",
    ),
    Function(
        "losses_within(n: window)", "how many trades were closed at a loss within the last n bars",
        "number of the last n bars in which a trade closed below 0", "losses_within(288)",
        expression="count(bars_since_exit == 1 and last_trade_return < 0, n)", between=_COUNT,
        differs="two trades that close within one bar count as the later of them",
    ),
    Function(
        "return_since(condition: boolean)", "what the account has made since the condition last held, as a share",
        "equity / equity when it held - 1", "return_since(hour == 0)",
        expression="nz(equity / value_when(condition, equity) - 1, 0)", between=(-1.0, float("inf")),
    ),
)  # fmt: skip
