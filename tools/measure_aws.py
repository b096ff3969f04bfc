"""Measure what a bot's ticks take as a Lambda function, for `botyard aws cost`: `python tools/measure_aws.py [--write]`.

The bundle of a moving-average cross runs on bars of five minutes in AWS's own runtime client under 128 MB, beside the
loopback exchange and a table in memory whose units are counted as AWS bills them. The loopback speaks no TLS: what its
hand-shakes take is measured apart, and added for each host that a tick speaks to.

Take the function's own Python for it, 3.12: `.venv-3.12/bin/python tools/measure_aws.py`.
"""

import argparse
import dataclasses
import datetime as dt
import json
import re
import socket
import ssl
import statistics
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.language import compile_spec
from botyard.records import codec
from botyard.records.schema import dump_spec, load_spec
from botyard.stages.deployer.bundle import build_bundle
from botyard.testing.aws.runtime_api import Answer, Sandbox
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.ports.memory_table import MemoryTable
from botyard.testing.ports.metered import Meter
from botyard.testing.specs import EMA_CROSS

FIGURES = Path(__file__).parents[1] / "src" / "botyard" / "apps" / "aws" / "cost" / "measured.toml"
SEED_BARS, TICKS, COLD_STARTS = 300, 576, 10  # two days
HOSTS = 2  # that a tick speaks to: the exchange, DynamoDB
NAME = "measured-1"


@dataclass(frozen=True)
class Figures:
    """What goes into [tick] of measured.toml."""

    cpu_ms: float
    cold_cpu_ms: float
    init_cpu_ms: float
    exchange_requests: float
    table_requests: float
    read_units: float
    write_units: float
    log_bytes: float
    memory_mb: float


class Table:
    """DynamoDB over HTTP: a table in memory behind a meter."""

    def __init__(self) -> None:
        self.memory = MemoryTable()
        self.meter = Meter(self.memory.call)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _table_handler(self.meter))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"


def _table_handler(meter: Meter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status = 200
            try:
                answer = meter(self.headers["x-amz-target"].rpartition(".")[2], asked)
            except ConditionFailedError as lost:
                reasons = [{"Code": reason} for reason in lost.reasons]
                answer = {"__type": "TransactionCanceledException", "message": "", "CancellationReasons": reasons}
                status = 400
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def measure() -> Figures:
    """Let the bot live for two days in one process, then start it cold a few times."""
    source, spec = _strategy()
    bars = live.made_up_bars(SEED_BARS + TICKS + COLD_STARTS + 1)
    deployed = live.deployed(feed="live", source=source)
    settings = dataclasses.replace(deployed.settings, market="binance", seed_bars=SEED_BARS)
    listing = listing_of("MADE", bars, quote="UP", tick="0.01", lot="0.001")
    with tempfile.TemporaryDirectory() as folder, LoopbackExchange([listing], now_ms=live.START_MS) as exchange:
        with zipfile.ZipFile(BytesIO(build_bundle(source, spec, codec.dump(settings), "UTC"))) as archive:
            archive.extractall(folder)
        table = Table()
        first = bars[SEED_BARS].open_ms
        DynamoFleet(table.memory.call, "fleet").add_bot(
            live.bot(deployed, name=NAME, live_from_ms=first, seed_ms=bars[0].open_ms)
        )
        environment = {
            "BOTYARD_BOT": NAME,
            "BOTYARD_TABLE": "fleet",
            "BOTYARD_LOOPBACK": f"mainnet={exchange.url}",
            "AWS_ENDPOINT_URL": table.url,
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

        def start() -> Sandbox:
            return Sandbox(
                Path(folder), "function.handler", name=NAME, memory_mb=128, timeout=30, environment=environment
            )

        def wake(sandbox: Sandbox, close_ms: int) -> Answer:
            exchange.move_to(close_ms + 2_000)
            at = dt.datetime.fromtimestamp(close_ms / 1000, dt.UTC).isoformat().replace("+00:00", "Z")
            answer = sandbox.invoke(json.dumps({"detail-type": "Scheduled Event", "time": at}))
            if answer.failed:
                raise RuntimeError(answer.body + answer.log)
            return answer

        closes = [bar.open_ms + live.BAR_MS for bar in bars[SEED_BARS:]]
        warm = start()
        wake(warm, closes[0])
        meter = table.meter
        units, asked, calls = (meter.read_units, meter.write_units), _candles(exchange), meter.n_reads + meter.n_writes
        answers = [wake(warm, close) for close in closes[1 : TICKS + 1]]
        read, written = meter.read_units - units[0], meter.write_units - units[1]
        candles, requests = _candles(exchange) - asked, meter.n_reads + meter.n_writes - calls
        warm.close()
        cold = []
        for close in closes[TICKS + 1 : TICKS + 1 + COLD_STARTS]:
            sandbox = start()
            cold.append(wake(sandbox, close))
            sandbox.close()
    context_ms, handshake_ms = tls()
    orders = sum(json.loads(answer.body)["orders"] for answer in answers)
    print(f"{orders} orders in {TICKS} ticks; TLS: context {context_ms:.1f} ms, hand-shake {handshake_ms:.1f} ms")
    return Figures(
        cpu_ms=statistics.mean(a.usage.cpu_ms for a in answers) + HOSTS * handshake_ms,
        cold_cpu_ms=statistics.median(a.usage.cpu_ms for a in cold) + HOSTS * handshake_ms,
        init_cpu_ms=statistics.median(a.usage.init_cpu_ms for a in cold) + context_ms,
        exchange_requests=candles / TICKS,
        table_requests=requests / TICKS,
        read_units=read / TICKS,
        write_units=written / TICKS,
        log_bytes=statistics.mean(len(a.log.partition("REPORT ")[0]) for a in answers),
        memory_mb=max(a.usage.memory_mb for a in answers),
    )


def _candles(exchange: LoopbackExchange) -> int:
    # its clock is asked with every tick on loopback, elsewhere once an hour
    return sum("klines" in request.path for request in exchange.requests)


def _strategy() -> tuple[str, str]:
    compiled = compile_spec(load_spec(EMA_CROSS))
    return compiled.source, dump_spec(compiled.spec)


def tls() -> tuple[float, float]:
    """Return processor time, ms: of a context with the system's authorities, and of a client's hand-shake."""
    contexts, shakes = [], []
    for _ in range(5):
        begun = time.thread_time()
        ssl.create_default_context()
        contexts.append(time.thread_time() - begun)
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(Path(folder))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate)
        client = ssl.create_default_context(cafile=str(certificate))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=_serve_tls, args=(listening, server), daemon=True).start()
            for _ in range(20):
                begun = time.thread_time()
                with (
                    socket.create_connection(listening.getsockname()) as plain,
                    client.wrap_socket(plain, server_hostname="localhost"),
                ):
                    shakes.append(time.thread_time() - begun)
    return 1000 * statistics.median(contexts), 1000 * statistics.median(shakes)


def _serve_tls(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        with plain, context.wrap_socket(plain, server_side=True) as secure:
            secure.recv(1)


def _certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # as Amazon's and the exchange's are
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    private = key.private_bytes(encoding, plain, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(encoding))
    return path


def write(found: Figures, text: str) -> str:
    """Put the figures into measured.toml's text, with the day."""
    for name, value in dataclasses.asdict(found).items():
        text = re.sub(rf"^{name} = [\d.]+", f"{name} = {value:.3g}", text, count=1, flags=re.MULTILINE)
    return re.sub(
        r'^measured_on = ".*?"', f'measured_on = "{dt.datetime.now(dt.UTC):%Y-%m-%d}"', text, flags=re.MULTILINE
    )


def main() -> None:
    """Measure, print, and with --write keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the figures in measured.toml")
    wanted = parser.parse_args()
    found = measure()
    for name, value in dataclasses.asdict(found).items():
        print(f"{name:14} {value:8.3g}")
    if wanted.write:
        FIGURES.write_text(write(found, FIGURES.read_text()))


if __name__ == "__main__":
    main()
