"""The bot's zip in the runtime client that AWS uses, with 128 MB: bars over HTTP, state in DynamoDB, events of all kinds."""

import dataclasses
import json
import shutil
import threading
import zipfile
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.session import Ports
from botyard.bot.tick import tick
from botyard.testing.aws.runtime_api import Sandbox
from botyard.testing.bots import in_functions, live
from botyard.testing.bots.in_functions import BARS, LIVE, NAME
from botyard.testing.ports import loopback_aws
from botyard.testing.ports.memory_fleet import MemoryFleet


@pytest.fixture(scope="module")
def endpoint():
    with loopback_aws.moto_server() as address:
        yield address


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("function")
    with zipfile.ZipFile(BytesIO(in_functions.bundle())) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def exchange():
    with in_functions.exchange() as one:
        yield one


class Notifier(BaseHTTPRequestHandler):
    """Takes what a bot hands to the function that tells people."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.headers["x-amz-invocation-type"]
        self.server.heard.append((self.path, kind, json.loads(body)))
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def notifier():
    with ThreadingHTTPServer(("127.0.0.1", 0), Notifier) as server:
        server.heard = []
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


class Function:
    """The bot as deployed, in as many processes as are started."""

    def __init__(self, root, endpoint, exchange, notifier, table):
        self.exchange, self.root = exchange, root
        self.environment = {
            "BOTYARD_BOT": NAME,
            "BOTYARD_TABLE": table,
            "BOTYARD_LOOPBACK": f"mainnet={exchange.url}",
            "BOTYARD_NOTIFIER": "arn:aws:lambda:eu-central-1:123456789012:function:botyard-main-notifier",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{notifier.server_port}",
            "AWS_REGION": loopback_aws.REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        self.started = []

    def start(self):
        one = Sandbox(self.root, "function.handler", name=NAME, memory_mb=128, timeout=30, environment=self.environment)
        self.started.append(one)
        return one

    def event(self, bar, process, *, late_ms=0):
        """The schedule's event at a bar's close, which arrives so much later."""
        close_ms = bar.open_ms + live.BAR_MS
        self.exchange.move_to(close_ms + 2_000 + late_ms)
        time = datetime.fromtimestamp(close_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
        return self.answer(process, {"detail-type": "Scheduled Event", "source": "aws.events", "time": time})

    def answer(self, process, event):
        answer = process.invoke(json.dumps(event))
        assert not answer.failed, answer.body + answer.log
        return json.loads(answer.body)


@pytest.fixture(scope="module")
def fleet(endpoint):
    wire = Wire(loopback_aws.REGION, lambda: Credentials("testing", "testing"), endpoint)
    store = DynamoFleet(wire.call, loopback_aws.make_table(endpoint, "bots"))
    store.add_bot(in_functions.bot())
    yield store
    wire.close()


@pytest.fixture(scope="module")
def function(unpacked, endpoint, exchange, notifier, fleet):
    one = Function(unpacked, endpoint, exchange, notifier, "bots")
    yield one
    for process in one.started:
        process.close()


def embedded(bars, folder):
    """The journal of the same bot on this machine, over the same bars."""
    deployed, fleet = live.deployed(feed="live"), MemoryFleet()
    fleet.add_bot(in_functions.bot())
    rules = deployed.settings.rules
    venue = PaperVenue(folder / "paper.db", NAME, rules, "5m", durable=False)
    for bar in bars:
        clock = ReplayClock(bar.open_ms + live.BAR_MS + 2_000)
        tick(NAME, deployed, Ports(fleet, venue, live.ListMarket(rules, BARS), clock, clock, live.Heard()), "one")
    venue.close()
    return list(fleet.entries(NAME))


def test_a_bot_lives_in_its_function_until_it_is_killed(function, fleet, notifier, tmp_path):
    # one story: each step stands on the one before
    process = function.start()
    first = function.event(BARS[LIVE], process)
    assert (first["bars"], first["status"], first["is_done"]) == (1, "running", True)
    answers = [function.event(bar, process) for bar in BARS[LIVE + 1 : LIVE + 30]]
    assert all(a["bars"] == 1 for a in answers)
    assert sum(a["orders"] for a in answers) > 5
    assert sum(a["fills"] for a in answers) > 0

    doubled = function.event(BARS[LIVE + 29], process)
    assert (doubled["bars"], doubled["orders"], doubled["text"]) == (0, 0, "no new bar")
    another = function.start()  # as when two events come at once, or the process was taken away
    assert function.event(BARS[LIVE + 29], another)["orders"] == 0

    before = len(list(fleet.entries(NAME)))
    here = {(e.kind, e.sequence): json.dumps([e.bar_ms, e.data]) for e in embedded(BARS[LIVE : LIVE + 30], tmp_path)}
    there = {(e.kind, e.sequence): json.dumps([e.bar_ms, e.data]) for e in fleet.entries(NAME)}
    assert before > 60
    assert there.items() <= here.items()  # the last decisions may not be written yet
    stale = function.event(BARS[LIVE + 30], another, late_ms=120_000)
    assert (stale["status"], "too late" in stale["text"]) == ("stale", True)
    assert len(list(fleet.entries(NAME))) == before

    held = 0
    for bar in BARS[LIVE + 31 :]:
        function.event(bar, another)
        held = function.answer(another, {"kind": "look"})["held_lots"]
        if held:
            break
    assert held != 0
    assert held == sum(
        e.data["lots"] * (1 if e.data["side"] == "buy" else -1) for e in fleet.entries(NAME) if e.kind == "fill"
    )
    fleet.set_status(NAME, "killing", "asked", expected="running")
    killed = function.answer(another, {"kind": "tick"})
    assert killed["status"] == "killed"
    assert function.answer(another, {"kind": "look"}) == {"held_lots": 0}
    assert fleet.bot(NAME).status == "killed"
    assert notifier.heard[-1] == (
        "/2015-03-31/functions/botyard-main-notifier/invocations",
        "Event",
        {"kind": "killed", "bot": NAME, "text": killed["text"]},
    )
    function.answer(another, {"kind": "tick"})  # it is told once
    assert [event["kind"] for _, _, event in notifier.heard].count("killed") == 1


def test_what_nobody_foresaw_halts_the_bot_tells_and_fails(function, fleet, notifier, tmp_path):
    source = live.STRATEGY.replace("    arm(s, p)\n", "    arm(s, p, 1 / 0)\n", 1)
    bot = in_functions.bot("third")
    fleet.add_bot(dataclasses.replace(bot, code_hash=live.deployed(source=source).code_hash))
    with zipfile.ZipFile(BytesIO(in_functions.bundle(source, signed=source))) as archive:
        archive.extractall(tmp_path)
    broken = Sandbox(
        tmp_path, "function.handler", environment={**function.environment, "BOTYARD_BOT": "third"}, timeout=30
    )
    answer = broken.invoke('{"kind": "tick"}')
    broken.close()
    assert answer.failed  # AWS hands it to the notifier as well
    assert json.loads(answer.body)["errorType"] == "ZeroDivisionError"
    assert fleet.bot("third").status == "halted"
    assert "third halted: ZeroDivisionError" in notifier.heard[-1][2]["text"]


def test_a_zip_that_was_changed_halts_the_bot_and_tells_why(function, fleet, notifier, unpacked, tmp_path):
    fleet.add_bot(in_functions.bot("other"))
    root = tmp_path / "changed"
    shutil.copytree(unpacked, root)
    (root / "strategy.py").write_text("raise SystemExit\n")
    changed = Sandbox(
        root, "function.handler", environment={**function.environment, "BOTYARD_BOT": "other"}, timeout=30
    )
    answer = json.loads(changed.invoke('{"kind": "tick"}').body)
    changed.close()
    assert answer["status"] == "halted"
    assert "was changed since" in answer["text"]
    assert fleet.bot("other").status == "halted"
    told = notifier.heard[-1][2]
    assert (told["kind"], told["bot"], "other halted: " in told["text"]) == ("bot", "other", True)
