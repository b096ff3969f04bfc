"""A canary in every secret: a run with a model and an exchange, ticks, chat, failures; then everything is searched."""

import base64
import dataclasses
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.gate.sqlite import SqliteGates
from botyard.apps import ticks
from botyard.apps.cli.main import app
from botyard.apps.telegram.desk import Desk
from botyard.apps.telegram.memory import Memory
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.exchange.signing import Key
from botyard.testing.language_model.server import Step
from botyard.testing.language_model.wires import OpenAIServer

BAR_MS, N_BARS, N_STORED = 300_000, 4_700, 4_600
SYMBOL, IDEA = "BTC/USDT", "fast ema crosses slow ema"
SECRETS = (
    "BOTYARD_KEY_BINANCE_TESTNET",
    "BOTYARD_KEY_BINANCE_TESTNET_SECRET",
    "BOTYARD_KEY_BINANCE_MAINNET",
    "BOTYARD_KEY_BINANCE_MAINNET_SECRET",
    "BOTYARD_KEY_OKX_TESTNET_PASSPHRASE",
    "BOTYARD_TELEGRAM_TOKEN",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
)
CANARIES = {name: f"canary{number:02}SingsIn{'Q' * 8}{number}" for number, name in enumerate(SECRETS)}


class Heard:
    def __init__(self):
        self.texts = []

    def tell(self, text):
        self.texts.append(text)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Everything that a home heard, said and wrote while its secrets were canaries."""
    home = tmp_path_factory.mktemp("secrets")
    bars = live.made_up_bars(N_BARS)
    instrument = dataclasses.replace(
        live.rules(kind="spot").instrument, symbol=SYMBOL, base="BTC", quote="USDT", synthetic=False
    )
    rules = dataclasses.replace(live.rules(kind="spot"), instrument=instrument)
    live.write_market(home / "market" / "imported", rules, bars[:N_STORED])
    key = Key(CANARIES["BOTYARD_KEY_BINANCE_TESTNET"], CANARIES["BOTYARD_KEY_BINANCE_TESTNET_SECRET"])
    said, sent = [], []
    with (
        pytest.MonkeyPatch.context() as patch,
        OpenAIServer(lambda _body: Step(text="It buys when the fast average crosses the slow one.")) as model,
        LoopbackExchange(
            [listing_of("BTC", bars, lot="0.001")], now_ms=bars[N_STORED].open_ms + 500, key=key
        ) as exchange,
    ):
        exchange.deposit("USDT", "2000")
        for name, value in CANARIES.items():
            patch.setenv(name, value)
        patch.setenv("BOTYARD_HOME", str(home))
        patch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url},testnet={exchange.url}")
        patch.setenv("BOTYARD_MODEL", f"openai:test@{model.url}")
        patch.setenv("BOTYARD_MODEL_PRICE", "3/15")
        patch.setenv("BOTYARD_LOG", "debug")
        patch.setenv("BOTYARD_TELEGRAM_USERS", "1")
        patch.setenv("BOTYARD_TELEGRAM_API", "http://127.0.0.1:9")  # nobody listens there

        def botyard(*words):
            done = CliRunner().invoke(app, list(words))
            said.append(done.output + done.stderr + repr(done.exception))
            return done

        words = ("--venue", "binance", "--mode", "testnet", "--allocate", "1000", "--trials", "2", "--workers", "1")
        botyard("pipeline", IDEA, "5", *words)
        store = SqliteFleet(home / "fleet.db")
        bots = store.bots()
        assert bots, said
        bot, heard = bots[0].name, Heard()
        exchange.move_by(BAR_MS)
        botyard("up", "--once")
        for trouble in ("418", "503", "drop", "key"):
            exchange.move_by(BAR_MS)
            if trouble.isdigit():
                exchange.faults.answer(int(trouble), 3)
            elif trouble == "drop":
                exchange.faults.drop_before(2, method="", path="")
            elif trouble == "key":
                exchange.key = Key("another", "key")
            ticks.wake(store.bot(bot), store, heard)
            exchange.faults.clear()
        botyard("up", "--once")
        for command in ("status", "fleet", "doctor"):
            botyard(command)
        for command in ("why", "logs", "pnl", "trace", "recover", "promote", "replay", "resume"):
            botyard(command, bot)
        botyard("promote", bot, "--pilot")
        botyard("backup", str(home / "saved.zip"))
        gates = SqliteGates(home / "gates.db", SystemClock(), timeout_ms=1_000)
        desk = Desk(Memory(home / "chat.db"), gates, heard)
        asked = (f"/bot {bot}", f"/pnl {bot}", f"/promote {bot}", f"/kill {bot}", "/runs", "/fleet", "what is my key")
        said += [repr(desk.text(1, text, is_stale=False)) for text in asked]
        botyard("kill", bot, "--yes")
        said += heard.texts
        sent += [repr(one.body) for one in model.seen]
        store.close()
        assert sent, "the model was never asked"
        assert any("turns the key away" in text for text in said), "the failure with the key was never said"
    return home, said, sent


def contents(home):
    """Every file, what is packed in it, and every cell of every database."""
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path), data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from ((f"{path}/{name}", packed.read(name)) for name in packed.namelist())
        if data.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(path)) as db:
                yield str(path), "\n".join(db.iterdump()).encode()


def forms(canary):
    """How a secret might hide."""
    plain = canary.encode()
    return {plain, plain.lower(), plain.hex().encode(), *(base64.b64encode(b"x" * n + plain)[4:-4] for n in range(3))}


def test_no_secret_is_in_any_file_prompt_or_message(lived):
    home, said, sent = lived
    places = [*contents(home), *((f"message {n}", text.encode()) for n, text in enumerate([*said, *sent]))]
    assert len(places) > 60
    names = {place for place, _ in places}
    for kind in ("botyard.log", "bot.zip", "report.html", "fleet.db", "saved.zip", "review.json"):
        assert any(kind in name for name in names), f"{kind} was never searched"
    found = {
        (name, place)
        for name, canary in CANARIES.items()
        for place, data in places
        if any(form in data or form in data.lower() for form in forms(canary))
    }
    assert found == set()


def test_the_search_finds_what_is_there(tmp_path):
    canary = CANARIES["OPENAI_API_KEY"]
    (tmp_path / "a.txt").write_text(f"key={base64.b64encode(b'user:' + canary.encode()).decode()}")
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside", canary)
    with closing(sqlite3.connect(tmp_path / "c.db")) as db:
        db.execute("CREATE TABLE t (v)")
        db.execute("INSERT INTO t VALUES (?)", (canary,))
        db.commit()
    found = {Path(p).name for p, data in contents(tmp_path) if any(form in data for form in forms(canary))}
    assert found == {"a.txt", "inside", "c.db"}
