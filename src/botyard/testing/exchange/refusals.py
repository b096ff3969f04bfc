"""The exchange's own words for no: HTTP status, code and message, as Binance documents them."""

ILLEGAL_CHARACTERS = (-1100, "Illegal characters found in parameter '{}'; legal range is '^[a-zA-Z0-9-_]{{1,36}}$'.")
MISSING = (-1102, "Mandatory parameter '{}' was not sent, was empty/null, or malformed.")
INVALID_SYMBOL = (-1121, "Invalid symbol.")
INVALID_TYPE = (-1116, "Invalid orderType.")
FILTER = (-1013, "Filter failure: {}")
MARKET_CLOSED = (-1013, "Market is closed.")
OUTSIDE_WINDOW = (-1021, "Timestamp for this request is outside of the recvWindow.")
AHEAD = (-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
BAD_SIGNATURE = (-1022, "Signature for this request is not valid.")
DUPLICATE = (-2010, "Duplicate order sent.")
INSUFFICIENT = (-2010, "Account has insufficient balance for requested action.")
WOULD_TRIGGER = (-2010, "Stop price would trigger immediately.")
UNKNOWN_ORDER = (-2011, "Unknown order sent.")
NO_ORDER = (-2013, "Order does not exist.")
BAD_KEY = (-2015, "Invalid API-key, IP, or permissions for action.")
MARGIN = (-2019, "Margin is insufficient.")
WOULD_TRIGGER_FUTURES = (-2021, "Order would immediately trigger.")
NOTHING_TO_REDUCE = (-2022, "ReduceOnly Order is rejected.")
NO_CHANGE_OF_MARGIN = (-4046, "No need to change margin type.")
NO_CHANGE_OF_SIDE = (-4059, "No need to change position side.")


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{code} {message}")


def refusal(code: int, message: str, *parts: str, status: int = 400) -> ApiError:
    """Make the answer."""
    return ApiError(status, code, message.format(*parts) if parts else message)
