"""Why a decision was refused: a value with a name and a sentence, never an exception."""

ACCEPTED = 0.0
BELOW_MIN_NOTIONAL = 1.0
BELOW_LOT = 2.0
STOP_UNKNOWN = 3.0
STOP_WRONG_SIDE = 4.0
SIZE_UNKNOWN = 5.0
NO_SHORTS = 6.0
NO_EQUITY = 7.0
LOSSES_PER_DAY = 8.0
DAILY_LOSS = 9.0
MAX_DRAWDOWN = 10.0
TRADES_PER_DAY = 11.0
NOT_LIVE = 12.0

NAMES: dict[float, str] = {
    ACCEPTED: "accepted",
    BELOW_MIN_NOTIONAL: "below_min_notional",
    BELOW_LOT: "below_lot",
    STOP_UNKNOWN: "stop_unknown",
    STOP_WRONG_SIDE: "stop_wrong_side",
    SIZE_UNKNOWN: "size_unknown",
    NO_SHORTS: "no_shorts",
    NO_EQUITY: "no_equity",
    LOSSES_PER_DAY: "max_losses_per_day",
    DAILY_LOSS: "max_daily_loss",
    MAX_DRAWDOWN: "max_drawdown",
    TRADES_PER_DAY: "max_trades_per_day",
    NOT_LIVE: "not_live_yet",
}

SENTENCES: dict[float, str] = {
    ACCEPTED: "accepted",
    BELOW_MIN_NOTIONAL: "the order is worth less than the venue's minimum",
    BELOW_LOT: "the size rounds down to less than one lot",
    STOP_UNKNOWN: "the stop of the position is not known yet",
    STOP_WRONG_SIDE: "the stop lies on the wrong side of the entry, so the risk cannot be sized",
    SIZE_UNKNOWN: "the size is not known yet or not above zero",
    NO_SHORTS: "this venue has no short positions",
    NO_EQUITY: "no equity is left to size a position with",
    LOSSES_PER_DAY: "the day has had its allowed number of losing trades",
    DAILY_LOSS: "the day has lost as much as it may",
    MAX_DRAWDOWN: "the drawdown has reached its limit; no more entries",
    TRADES_PER_DAY: "the day has had its allowed number of trades",
    NOT_LIVE: "not live yet: these bars only warm the strategy up",
}
