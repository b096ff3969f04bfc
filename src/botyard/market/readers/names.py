"""What a file's name says of the bars in it."""

import re
from dataclasses import dataclass
from pathlib import Path

from botyard.errors import DataError
from botyard.market.instruments import Kind
from botyard.records.market import TIMEFRAMES

_QUOTES = (
    "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI", "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "TRY", "BRL", "BTC", "ETH", "BNB",
)  # fmt: skip
_VENUES = ("binance", "bybit", "okx", "kraken", "coinbase", "bitstamp", "bitfinex", "gemini", "kucoin", "gateio")
_PERPETUAL_WORDS = ("futures", "future", "perp", "perpetual", "swap", "um")
_FORMATS = (".feather", ".json", ".json.gz", ".csv", ".csv.gz", ".txt", ".zip", ".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class FileName:
    """Empty where the name does not say."""

    symbol: str = ""
    timeframe: str = ""
    kind: Kind = "spot"
    venue: str = ""
    month: str = ""  # "2024-01", of an archive


def is_bars_file(path: Path) -> bool:
    """Whether the name looks like a file of bars; funding rates and mark prices are none."""
    name = path.name.lower()
    return (
        name.endswith(_FORMATS) and not re.search(r"funding_rate|[-_]mark\b|trades", name) and not name.startswith(".")
    )


def parse_name(path: Path) -> FileName:
    """Read BTC_USDT-5m.feather, ETHUSDT_5m_klines.csv, BTCUSDT-1m-2024-01.zip and their like."""
    stem = path.name.partition(".")[0]
    month = re.search(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?!\d)", stem)
    words = [word for word in re.split(r"[-_\s]+", stem) if word]
    lower = [word.lower() for word in words]
    at = next((i for i, word in enumerate(words) if _timeframe(word)), len(words))
    venue = next((word for word in lower if word in _VENUES), "")
    names = [word for word in words[:at] if word.lower() not in (*_VENUES, *_PERPETUAL_WORDS)]
    is_perpetual = any(word in _PERPETUAL_WORDS for word in lower) or (len(names) == 3 and names[1] == names[2])
    return FileName(
        symbol=_join(names) if at < len(words) or len(names) <= 2 else "",
        timeframe=_timeframe(words[at]) if at < len(words) else "",
        kind="perpetual" if is_perpetual else "spot",
        venue=venue,
        month=month.group() if month else "",
    )


def parse_symbol(text: str, kind: Kind) -> str:
    """Write a symbol in one way: BTC/USDT, and BTC/USDT:USDT for a perpetual.

    Raises: DataError when base and quote cannot be told apart.
    """
    pair = text.strip().upper().partition(":")[0]
    symbol = _join([word for word in re.split(r"[-_/]", pair) if word])
    if not symbol:
        raise DataError(f"symbol {text!r} is not known; type base and quote, such as BTC/USDT")
    return f"{symbol}:{symbol.partition('/')[2]}" if kind == "perpetual" else symbol


def _timeframe(word: str) -> str:
    # 1M is a month, so that an m must be small
    name = word if word.endswith(("m", "M")) else word.lower()
    return name if name in TIMEFRAMES else ""


def _join(names: list[str]) -> str:
    names = [name.upper() for name in names]
    if len(names) >= 2 and all(re.fullmatch(r"[A-Z0-9]{1,15}", name) for name in names[:2]):
        return f"{names[0]}/{names[1]}" if len(names) == 2 or names[1] == names[2] else ""
    if len(names) != 1:
        return ""
    quote = next((quote for quote in _QUOTES if names[0].endswith(quote) and len(names[0]) > len(quote)), "")
    return f"{names[0].removesuffix(quote)}/{quote}" if quote else ""
