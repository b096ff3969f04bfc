"""Plans are data: names that stay the same, and lines that a person can read before anything happens."""

from botyard.records.fleet import BotRecord
from botyard.stages.deployer.plan import bot_name, make_plan, plan_text

BOT = BotRecord(
    name="ema-cross-btcusdt-3",
    run_id="3-fast-ema",
    symbol="BTC/USDT",
    venue="paper",
    timeframe="5m",
    mode="paper",
    status="running",
    reason="",
    bundle="",
    spec_hash="5" * 64,
    code_hash="c" * 64,
    deployment_hash="d" * 64,
    allocated_quote=10_000.0,
    feed="stored",
    seed_ms=0,
    live_from_ms=0,
    created_ms=0,
)


def test_a_bot_is_named_after_idea_instrument_and_run():
    assert bot_name("ema-cross", "BTC/USDT", "3-fast-ema") == "ema-cross-btcusdt-3"
    assert bot_name("ema-cross", "BTC/USDT:USDT", "12") == "ema-cross-btcusdtusdt-12"


def test_runs_without_a_number_have_names_of_their_own():
    first, second = (bot_name("ema-cross", "BTC/USDT", run) for run in ("mine", "yours"))
    assert first != second
    assert first == bot_name("ema-cross", "BTC/USDT", "mine")


def test_a_plan_says_every_call_in_order():
    plan = make_plan(BOT, 80_000, "ab" * 32)
    assert [a.kind for a in plan.actions] == ["unpack_bundle", "open_account", "register_bot", "first_tick"]
    assert plan_text(plan).splitlines() == [
        "Deploying ema-cross-btcusdt-3:",
        "1. unpack bundle: bots/ema-cross-btcusdt-3: unpack 78 KiB, sha256 abababababab",
        "2. open account: paper: paper account with 10000 for BTC/USDT",
        "3. register bot: fleet: ema-cross-btcusdt-3 on BTC/USDT, 5m bars, stored feed",
        "4. first tick: ema-cross-btcusdt-3: wake it once and read its journal; take all of this back if that fails",
    ]
