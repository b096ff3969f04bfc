"""Change one field of promotion, verdict, spec, code, account, key: nothing submits."""

import dataclasses

import pytest

from botyard.bot import promotion
from botyard.bot.deployed import load_deployed
from botyard.bot.tick import tick
from botyard.errors import ConfigError
from botyard.records.fleet import Entry, Promotion
from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.exchange.signing import Key
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST, N_BARS = live.made_up_bars(140), 62, 8  # the bot enters at the first close
DAY_MS = 86_400_000
OTHER = "6" * 64
PROMOTION = [f.name for f in dataclasses.fields(Promotion)]
CHANGES = [
    *(f"promotion {name}" for name in PROMOTION),
    *("verdict", "spec of the bundle", "spec of the bot", "code of the bundle", "code of the bot", "code that runs"),
    *("account", "key", "no promotion"),
]


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


def changed(granted, name):
    value = getattr(granted, name)
    other = {"max_notional": 0.0, "granted_ms": value, "expires_ms": granted.granted_ms}.get(name, OTHER)
    if name == "granted_ms":
        other = value + DAY_MS
    return dataclasses.replace(granted, **{name: other})


def sent(exchange, change=""):
    """Requests that could have been orders, of a promoted mainnet bot with one thing changed."""
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, allocated=1_000.0)
    plain = world.deployed
    good = dataclasses.replace(plain, settings=dataclasses.replace(plain.settings, verdict_hash="e" * 64))
    bot = dataclasses.replace(world.store.bot(world.name), mode="mainnet", account="binance/mainnet/1")
    granted = Promotion(
        bot.name, bot.spec_hash, bot.code_hash, "e" * 64, bot.account, 500.0, BARS[0].open_ms, BARS[0].open_ms + DAY_MS
    )
    runs, key = good, exchange.key
    if change.startswith("promotion "):
        granted = changed(granted, change.removeprefix("promotion "))
    elif change in ("verdict", "spec of the bundle", "code of the bundle"):
        name = {"v": "verdict_hash", "s": "spec_hash", "c": "code_hash"}[change[0]]
        runs = dataclasses.replace(good, settings=dataclasses.replace(good.settings, **{name: OTHER}))
    elif change in ("spec of the bot", "code of the bot", "account"):
        name = {"s": "spec_hash", "c": "code_hash", "a": "account"}[change[0]]
        bot = dataclasses.replace(bot, **{name: OTHER})
    elif change == "code that runs":
        runs = dataclasses.replace(good, code_hash=OTHER)
    elif change == "key":
        exchange.key = Key("another key", "another secret")
    store = MemoryFleet()
    store.add_bot(bot)
    if change != "no promotion":
        store.append(store.acquire(bot.name, "test", 0, 1), [Entry("promotion", 0, 0, promotion.entry_data(granted))])
    ports = dataclasses.replace(world.play.ports, store=store)
    try:
        for bar in BARS[FIRST : FIRST + N_BARS]:
            exchange.move_to(bar.open_ms + live.BAR_MS + 500)
            report = tick(bot.name, runs, ports, "test")
    finally:
        exchange.key = key
    posts = [r for r in exchange.requests if r.method == "POST" and "order" in r.path]
    return posts, exchange.orders, store.bot(bot.name), report


def test_with_nothing_changed_it_trades(exchange):
    posts, orders, bot, _ = sent(exchange)
    assert bot.status == "running"
    assert len(posts) == len(orders) > 3


@pytest.mark.parametrize("change", CHANGES)
def test_with_one_thing_changed_nothing_is_sent(exchange, change):
    posts, orders, bot, report = sent(exchange, change)
    assert (posts, orders) == ([], [])
    assert bot.status == report.status == "halted"
    assert len(bot.reason) > 20


def test_a_strategy_changed_on_the_disk_is_not_loaded(tmp_path):
    folder = live.write_bundle(tmp_path / "bot")
    assert load_deployed(folder).code_hash
    source = (folder / "strategy.py").read_text()
    (folder / "strategy.py").write_text(source.replace("0.012", "0.013"))
    with pytest.raises(ConfigError, match="it was changed since"):
        load_deployed(folder)
