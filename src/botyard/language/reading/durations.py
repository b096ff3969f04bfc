"""Durations and times of day in expressions: "3h", "1d", "09:30"."""

import ast
import re

from botyard.language.catalog import nearest
from botyard.language.reading.syntax import Expression

UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10080}

HIGHER_TIMEFRAMES = {
    "3m": 3, "5m": 5, "10m": 10, "15m": 15, "30m": 30, "45m": 45, "1h": 60, "2h": 120, "3h": 180, "4h": 240, "6h": 360,
    "8h": 480, "12h": 720, "1d": 1440, "2d": 2880, "3d": 4320, "1w": 10080, "1M": 0,
}  # fmt: skip
"""Timeframes that on() takes, in minutes; a month has no fixed length. Two and three days are counted from 1970-01-01."""

_ELSEWHERE = {
    "D": "1d", "DAY": "1d", "DAILY": "1d", "W": "1w", "WEEK": "1w", "WEEKLY": "1w", "M": "1M", "MONTH": "1M", "MONTHLY": "1M",
    "H": "1h", "HOUR": "1h", "HOURLY": "1h", "H1": "1h", "H4": "4h", "D1": "1d", "W1": "1w", "M5": "5m", "M15": "15m", "M30": "30m",
    "15": "15m", "30": "30m", "60": "1h", "120": "2h", "240": "4h", "1440": "1d",
}  # fmt: skip
"""Names of timeframes elsewhere -> here."""

LONGEST_MONTH = 31 * 1440


def duration_minutes(text: str) -> int | None:
    """Give the minutes of a duration such as "3h"; None when it is none."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*([mhdw])\s*", text)
    return int(match[1]) * UNITS[match[2]] if match else None


def bars_in(e: Expression, node: ast.expr, text: str, minutes: int) -> int:
    """Turn a duration such as "3h" into whole bars, at least one.

    Raises: SpecError when it is no duration, or no whole number of bars.
    """
    length = duration_minutes(text)
    if length is None:
        raise e.error(node, f'{text!r} is not a duration; write minutes, hours, days or weeks: "30m", "3h", "2d", "1w"')
    if length == 0 or length % minutes:
        raise e.error(node, f"{text} is not a whole number of bars of {minutes} minutes")
    return length // minutes


def clock_minutes(e: Expression, node: ast.expr, text: str) -> int:
    """Turn "09:30" into minutes since midnight; "24:00" is the day's end.

    Raises: SpecError when it is no time of day.
    """
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if match is None or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 1440:
        raise e.error(node, f'{text!r} is not a time of day; write "09:30"')
    return int(match[1]) * 60 + int(match[2])


def higher_timeframe(e: Expression, node: ast.expr, text: str, minutes: int) -> str:
    """Check a timeframe for on().

    Raises: SpecError when it is not known, or no multiple of the spec's own bar length.
    """
    if text not in HIGHER_TIMEFRAMES:
        known = ", ".join(HIGHER_TIMEFRAMES)
        meant = _ELSEWHERE.get(text.upper(), "")
        hint = f"; did you mean {meant}?" if meant else nearest(text, list(HIGHER_TIMEFRAMES))
        raise e.error(node, f"timeframe {text!r} is not known: {known}{hint}")
    length = HIGHER_TIMEFRAMES[text] or 1440
    if length % minutes or (length == minutes and text != "1M"):
        raise e.error(
            node, f"{text} must be longer than the spec's own bars of {minutes} minutes, and a multiple of them"
        )
    return text
