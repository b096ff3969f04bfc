"""A bot that trades spot at Binance's testnet, its bundle, and the exchange on loopback that is both its networks."""

import dataclasses

from botyard.adapters.venue.ccxt.table import find_venue
from botyard.bot.deployed import Deployed
from botyard.records import codec
from botyard.records.fleet import BotRecord
from botyard.stages.deployer.bundle import build_bundle, bundle_hash
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

BARS = live.made_up_bars(400)
LIVE = 120  # number of the first bar that it trades, a little before its first entry
ALLOCATED = 1_000.0
SYMBOL = "BTC/USDT"
# spot has no shorts
STRATEGY = live.STRATEGY.replace("        place(s, 0, SELL_STOP, s[LAST_CLOSE] * 0.99, 5.0, -1.0)\n", "        pass\n")


def deployed() -> Deployed:
    """Return what its bundle loads as."""
    terms, made = find_venue("binance"), live.rules(kind="spot", initial_cash=ALLOCATED)
    instrument = dataclasses.replace(
        made.instrument, symbol=SYMBOL, base="BTC", quote="USDT", venue="binance", synthetic=False
    )
    rules = dataclasses.replace(made, instrument=instrument, costs=terms.costs, profile=terms.profile)
    found = live.deployed(rules, feed="live", source=STRATEGY)
    return dataclasses.replace(found, settings=dataclasses.replace(found.settings, market="binance"))


def bundle() -> bytes:
    """Return the bundle as a zip, without what is the exchange's."""
    return build_bundle(STRATEGY, "{}", codec.dump(deployed().settings), "UTC")


def bot(name: str, data: bytes) -> BotRecord:
    """Return the record of a bot of that bundle, as its deployment would make it."""
    made = live.bot(
        deployed(), name=name, mode="testnet", live_from_ms=BARS[LIVE].open_ms, seed_ms=BARS[LIVE - 20].open_ms
    )
    return dataclasses.replace(made, venue="binance", deployment_hash=bundle_hash(name.encode() + data))


def exchange() -> LoopbackExchange:
    """Open an exchange that stands a little after the close of the first bar to trade."""
    listing = listing_of("BTC", BARS, lot="0.001")
    return LoopbackExchange([listing], now_ms=BARS[LIVE].open_ms + live.BAR_MS + 2_000)
