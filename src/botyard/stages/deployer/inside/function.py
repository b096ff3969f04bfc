# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""The bot as a Lambda function: `function.handler` wakes it once per event. Standard library only.

Events: EventBridge's scheduled one; {"kind": "tick"}, one tick whatever the time; {"kind": "look"}, what the venue
holds; {"kind": "account"}, whose a testnet's keys are. Of a scheduled event only its age counts: what waited too long
does nothing, and a doubled one finds no new bar.

A bot on paper needs this zip alone. One that trades at a testnet finds ccxt in the zip too, and its keys in SSM.
"""

import http.client
import json
import os
import ssl
import sys
import time
import zoneinfo
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.clock.venue import VenueClock
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_paper import PaperFleet
from botyard.adapters.fleet_store.dynamodb_wire import Wire, connect, environment_credentials, sign
from botyard.adapters.market_data.ccxt import CcxtMarketData
from botyard.adapters.market_data.klines import Klines
from botyard.adapters.venue.paper_carried import CarriedPaper
from botyard.bot.deployed import Deployed, load_deployed, load_settings
from botyard.bot.guards.halting import halt
from botyard.bot.session import Ports, TickReport
from botyard.bot.tick import tick
from botyard.errors import ConfigError, NotFound, RetryableError
from botyard.ports import Venue
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import DEFAULTS, OuterLimits, Status
from botyard.records.market import MINUTE_MS, timeframe_minutes

if TYPE_CHECKING:
    from botyard.adapters.venue.ccxt.in_function import AtExchange

HERE = Path(__file__).resolve().parent
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
CLOCK_MS = DAY_MS  # Amazon keeps its clocks: the venue's time is asked once in a process's life
MOST_AGE_MS = 120_000  # of an event: Lambda keeps one for a minute, EventBridge may send it late by one
TRUSTED_TICKS = 2  # of three ticks that write nothing, one reads the bot
PAUSES = (0.0, 1.0, 3.0)  # seconds before each try while the bar that is due is not there
TELL_SECONDS = 5.0

TLS = ssl.create_default_context()  # reads all authorities there are, once
zoneinfo.reset_tzpath([str(HERE / "zoneinfo")])  # the rules of the research, not those of the machine


class Told:
    """The Notifier port that keeps messages until the tick is over."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def tell(self, text: str) -> None:
        """Keep a message."""
        self.messages.append(text)


class Fleet(PaperFleet):
    """The fleet, and whether a kill came to its end in it."""

    has_ended = False

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status. Raises: as the port."""
        super().set_status(name, status, reason, expected=expected, at_ms=at_ms)
        self.has_ended = status == "killed"


class TestnetFleet(DynamoFleet):
    """The same for a bot whose orders leave: each intent is written before its order, so nothing waits in memory."""

    has_ended = False
    failure = ""

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status. Raises: as the port."""
        super().set_status(name, status, reason, expected=expected, at_ms=at_ms)
        self.has_ended = status == "killed"

    def look_again(self) -> None:
        """Do nothing: the bot is read at each tick."""

    def _unknown(self, name: str) -> str:
        return f"there is no bot {name!r}"  # it may not list the others


@dataclass(frozen=True)
class World:
    """What stays open from one event to the next, as long as the process lives."""

    bot: str
    settings: BundleSettings
    store: Fleet | TestnetFleet
    paper: CarriedPaper | None  # None: it trades at a testnet
    market: CcxtMarketData
    clock: VenueClock


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one event. Raises: what nobody foresaw; Lambda hands that to the notifier."""
    world = _world()
    if event.get("kind") == "look":
        return {"held_lots": _held(world)}
    if event.get("kind") == "account":
        return asdict(_exchange(world.clock.now_ms() // DAY_MS).account())
    is_scheduled = event.get("detail-type") == "Scheduled Event"
    if not is_scheduled:
        world.store.look_again()
    if _loopback("mainnet"):  # its time moves as a test moves it
        world.clock.ask_again()
    length_ms = timeframe_minutes(world.settings.timeframe) * MINUTE_MS
    now_ms = world.clock.now_ms()
    if is_scheduled and _age_ms(event, now_ms) > min(length_ms, MOST_AGE_MS):
        text = f"an event of {event.get('time')} came too late: nothing done"
        return {"bot": world.bot, "status": "stale", "text": text, "is_done": True}
    told = Told()
    world.store.has_ended = False
    due_ms = now_ms // length_ms * length_ms if is_scheduled else 0
    try:
        report = _tick(world, told, context.aws_request_id, due_ms=due_ms)
    except NotFound as e:
        if world.paper is not None:
            raise
        # the Deployer registers it in a moment
        return {"bot": world.bot, "status": "unregistered", "text": str(e), "is_done": False}
    finally:
        if told.messages:
            _send({"kind": "bot", "bot": world.bot, "text": "\n".join(told.messages)})
    if world.store.has_ended and not event.get("quiet"):
        _send({"kind": "killed", "bot": world.bot, "text": report.text})
    answer = {**asdict(report), "messages": told.messages}
    if report.orders or report.fills or told.messages or not report.is_done:
        _log(answer)
    return answer


def _tick(world: World, told: Told, owner: str, *, due_ms: int) -> TickReport:
    """Tick, and again while a bar that closed at `due_ms` is not there yet or something did not answer."""
    wall = SystemClock()
    try:
        ports = Ports(world.store, _venue(world), world.market, world.clock, wall, told, _limits(world))
    except ConfigError as e:
        return halt(world.store.bot(world.bot), world.store, told, world.clock.now_ms(), e)
    except RetryableError as e:
        return TickReport(world.bot, world.store.bot(world.bot).status, f"not done: {e}", is_done=False)
    length_ms = timeframe_minutes(world.settings.timeframe) * MINUTE_MS
    try:
        deployed = _deployed()
    except ConfigError as e:
        bot = world.store.bot(world.bot)
        if bot.status != "killing":
            return halt(bot, world.store, told, world.clock.now_ms(), e)
        deployed = Deployed(world.settings, None, "")  # enough to end it
    for pause in PAUSES:
        time.sleep(pause)
        report = tick(world.bot, deployed, ports, owner)
        if world.store.failure:
            report = TickReport(world.bot, report.status, f"not done: {world.store.failure}", is_done=False)
        is_behind = report.status in ("running", "paused") and (report.last_bar_ms or 0) + length_ms < due_ms
        if report.is_done and not is_behind:
            break
    return report


def _age_ms(event: dict[str, Any], now_ms: int) -> int:
    return now_ms - round(datetime.fromisoformat(str(event["time"])).timestamp() * 1000)


def _venue(world: World) -> Venue:
    """Return where orders go. Raises: ConfigError when keys or instrument are not what they were; RetryableError."""
    if world.paper is not None:
        return world.paper
    found = _exchange(world.clock.now_ms() // DAY_MS)
    if found.changed and world.store.bot(world.bot).status != "killing":
        raise ConfigError(f"{found.changed}; end it with: botyard kill {world.bot}, then research the idea again")
    return found.venue


def _limits(world: World) -> OuterLimits:
    # how many bots there may be was asked at the deployment: a bot may not read the others
    kept = os.environ.get("BOTYARD_LIMITS", "")
    found = codec.load(OuterLimits, kept) if kept else DEFAULTS["testnet" if world.paper is None else "paper"]
    return replace(found, max_bots=None)


def _held(world: World) -> int:
    if world.paper is None:
        return _exchange(world.clock.now_ms() // DAY_MS).venue.held_lots(world.settings.symbol)
    kept = CarriedPaper(world.bot, world.settings.rules, world.settings.timeframe)
    kept.load(world.store.account(world.bot))
    return kept.held_lots(world.settings.symbol)


@cache
def _deployed() -> Deployed:
    return load_deployed(HERE)


@cache
def _world() -> World:
    bot, region = _variable("BOTYARD_BOT"), _variable("AWS_REGION")
    settings = load_settings(HERE)
    wire, table = Wire(region, environment_credentials, _endpoint("DYNAMODB"), TLS), _variable("BOTYARD_TABLE")
    paper: CarriedPaper | None = None
    store: Fleet | TestnetFleet = TestnetFleet(wire.call, table)
    if not os.environ.get("BOTYARD_KEYS"):
        paper = CarriedPaper(bot, settings.rules, settings.timeframe)
        store = Fleet(wire.call, table, bot, paper, behind_ms=HOUR_MS, trusted_ticks=TRUSTED_TICKS)
    mainnet = _loopback("mainnet")
    klines = Klines(settings.market, settings.rules.instrument, loopback=mainnet, tls=TLS)
    # a stand-in's time stands still while ours goes on, and what is signed for the future is turned away
    clock = VenueClock(SystemClock(), klines.fetch_time, every_ms=0 if mainnet and paper is None else CLOCK_MS)
    market = CcxtMarketData(klines, settings.rules.instrument, now_ms=clock.now_ms, translate=_as_it_is)
    return World(bot, settings, store, paper, market, clock)


@lru_cache(maxsize=1)
def _exchange(_day: int) -> "AtExchange":
    """Connect to the testnet, once a day: with it filters and keys are read again. Raises: ConfigError, RetryableError."""
    from botyard.adapters.venue.ccxt.connect import Keys
    from botyard.adapters.venue.ccxt.in_function import open_testnet

    world, given = _world(), json.loads(_parameter(_variable("BOTYARD_KEYS")))
    keys = Keys(str(given["key"]), str(given["secret"]))
    return open_testnet(world.settings, keys, world.clock.now_ms, loopback=_loopback("testnet"))


def _as_it_is(_what: str) -> Any:
    return nullcontext()  # its errors are ours already


def _loopback(name: str) -> str:
    pairs = (part.partition("=") for part in os.environ.get("BOTYARD_LOOPBACK", "").split(",") if part)
    return {key: address for key, _, address in pairs}.get(name, "")


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set; deploy the bot again")
    return value


def _endpoint(service: str) -> str:
    return os.environ.get(f"AWS_ENDPOINT_URL_{service}") or os.environ.get("AWS_ENDPOINT_URL", "")


def _parameter(name: str) -> str:
    """Read a SecureString of SSM. Raises: ConfigError when it cannot be had; RetryableError."""
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}
    address = _endpoint("SSM") or f"https://ssm.{_variable('AWS_REGION')}.amazonaws.com"
    try:
        status, answer = _post("ssm", address, "/", headers, {"Name": name, "WithDecryption": True})
        said = json.loads(answer)
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise RetryableError(f"SSM did not answer, asked for {name}: {type(e).__name__}") from e
    if status == 200:
        return str(said["Parameter"]["Value"])
    code = str(said.get("__type", status)).rpartition("#")[2]
    if status >= 500 or "Throttl" in code:
        raise RetryableError(f"SSM answered {code}, asked for {name}")
    raise ConfigError(f"the keys in {name} cannot be read: {code}; botyard aws deploy puts them there (docs/aws.md)")


def _send(event: dict[str, Any]) -> None:
    """Hand an event to the notifier, which need not be there for the bot to go on."""
    name = os.environ.get("BOTYARD_NOTIFIER", "").rpartition(":")[2]
    if not name:
        return
    address = _endpoint("LAMBDA") or f"https://lambda.{_variable('AWS_REGION')}.amazonaws.com"
    headers = {"content-type": "application/json", "x-amz-invocation-type": "Event"}
    try:
        status, _ = _post("lambda", address, f"/2015-03-31/functions/{name}/invocations", headers, event)
        said = str(status)
    except (OSError, http.client.HTTPException) as e:
        said = f"{type(e).__name__}: {e}"
    if said != "202":
        _log({"not_told": event, "notifier": said})


def _post(service: str, address: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, bytes]:
    data = json.dumps(body).encode()
    host, mine = urlsplit(address).netloc, environment_credentials()
    signed = sign(host, path, headers, data, _variable("AWS_REGION"), mine, time.time(), service=service)
    connection = connect(address, TELL_SECONDS, TLS)
    try:
        connection.request("POST", path, data, signed)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _log(line: dict[str, Any]) -> None:
    print(json.dumps(line))  # noqa: T201  (the function's log; each byte is paid for)


if os.environ.get("BOTYARD_KEYS"):
    sys.path.insert(0, str(HERE / "exchange"))
    import botyard.adapters.venue.ccxt.in_function  # noqa: F401  (while there is a whole processor)
with suppress(ConfigError):  # while the function is being started, when it has a whole processor
    _deployed()
    _world()
