"""A bot whose bars a function can ask for by itself, its zip, and the exchange on loopback that it asks."""

import dataclasses

from botyard.records import codec
from botyard.records.fleet import BotRecord
from botyard.stages.deployer.bundle import build_bundle, bundle_hash
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

BARS = live.made_up_bars(130)
SEED, LIVE = 40, 60  # numbers of the first bar that it is fed, and of the first that it trades
NAME = "swing-1"


def bundle(source: str = live.STRATEGY, *, market: str = "binance", signed: str = live.STRATEGY) -> bytes:
    """Return the zip; a source that is not the one it is signed for does not fit its hash."""
    settings = dataclasses.replace(live.deployed(feed="live", source=signed).settings, market=market)
    return build_bundle(source, "{}", codec.dump(settings), "UTC")


def bot(name: str = NAME, data: bytes = b"") -> BotRecord:
    """Return the record of a bot; with a bundle, as its deployment would make it."""
    made = live.bot(live.deployed(feed="live"), name=name, live_from_ms=BARS[LIVE].open_ms, seed_ms=BARS[SEED].open_ms)
    return dataclasses.replace(made, deployment_hash=bundle_hash(name.encode() + data))


def exchange() -> LoopbackExchange:
    """Open an exchange that stands at the close of the first bar to trade, and a little later."""
    listing = listing_of("MADE", BARS, quote="UP", tick="0.01", lot="0.001")
    return LoopbackExchange([listing], now_ms=BARS[LIVE].open_ms + live.BAR_MS + 2_000)
