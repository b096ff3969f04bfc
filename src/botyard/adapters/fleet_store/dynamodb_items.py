"""How a bot lies in the table: few small items, since each write is billed by the whole item's size in KB.

| pk | sk | what |
|---|---|---|
| `fleet` | name | the record as registered; read when a process first meets the bot |
| `bot#NAME` | `head` | what a tick changes: lease, status, sequence, snapshot, paper account, the journal's tail |
| `bot#NAME` | `journal#LAST` | a full tail, once it left the head; LAST is its last sequence number |
| `bot#NAME` | `fill#ID` | a trade id of a venue's, so that its fill is there once |

Decisions and funding are there once because their bars only grow. So do those of intents: the head keeps the client
ids that were intended since the bar of the last decision, and takes none of an earlier bar. The same holds for the
fills of a paper account that lies in the head itself; a venue's may come late, hence an item for each.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botyard.errors import InvariantError
from botyard.records.fleet import Entry, Snapshot

Item = Mapping[str, Mapping[str, Any]]

TAIL_BYTES = 1024  # a fuller tail leaves the head: a larger one makes each write dearer, a smaller one moves more often
FLEET = "fleet"
HEAD = "head"


@dataclass(slots=True)
class Head:
    """The item that a tick reads and writes. `tail`, `snapshot` and `account` are packed."""

    number: int  # of the registration: a bot that took another's name has another
    status: str = ""
    reason: str = ""
    fence: int = 0  # writes by ticks so far
    owner: str = ""
    until_ms: int = 0
    sequence: int = 0  # of the last entry
    stored: int = 0  # the last entry that is in a journal item
    decided_ms: int = -1  # the last bars that a decision and funding were written for
    funded_ms: int = -1
    intents: str = ""  # JSON: client id -> bar, of those not older than the last decision; trade ids of paper likewise
    tail: bytes = b""
    snapshot: bytes = b""
    account: bytes = b""  # of the paper venue, where it is carried here


_TEXTS = {"status": "s", "reason": "r", "owner": "o", "intents": "i"}
_NUMBERS = {
    "number": "k", "fence": "f", "until_ms": "u", "sequence": "n", "stored": "c", "decided_ms": "d", "funded_ms": "m",
}  # fmt: skip
_BYTES = {"tail": "t", "snapshot": "z", "account": "a"}
# names are billed with each item, hence one letter each


def key(pk: str, sk: str) -> dict[str, dict[str, str]]:
    """Make a primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def partition(bot: str) -> str:
    """Name the partition of a bot."""
    return f"bot#{bot}"


def journal_key(sequence: int) -> str:
    """Name the journal item that ends with this entry; names sort as numbers do."""
    return f"journal#{sequence:012d}"


def fill_key(trade_id: str) -> str:
    """Name the item that keeps a fill from being there twice."""
    return f"fill#{trade_id}"


def head_item(bot: str, head: Head) -> dict[str, dict[str, Any]]:
    """Write a head; what is empty is left out."""
    item: dict[str, dict[str, Any]] = {**key(partition(bot), HEAD)}
    item |= {short: {"S": text} for name, short in _TEXTS.items() if (text := getattr(head, name))}
    item |= {short: {"N": str(getattr(head, name))} for name, short in _NUMBERS.items()}
    for name, short in _BYTES.items():
        if data := getattr(head, name):
            item[short] = bytes_attribute(data)
    return item


def bytes_attribute(data: bytes) -> dict[str, str]:
    """Write a binary attribute."""
    return {"B": base64.b64encode(data).decode()}


def binary(attribute: Mapping[str, Any]) -> bytes:
    """Read a binary attribute."""
    return base64.b64decode(attribute["B"])


def read_head(item: Item) -> Head:
    """Read a head. Raises: InvariantError when it is none."""
    try:
        fields: dict[str, Any] = {name: str(item[short]["S"]) for name, short in _TEXTS.items() if short in item}
        fields |= {name: int(item[short]["N"]) for name, short in _NUMBERS.items()}
        fields |= {name: binary(item[short]) for name, short in _BYTES.items() if short in item}
        return Head(**fields)
    except (KeyError, TypeError, ValueError) as e:
        raise InvariantError(f"a stored bot does not fit this version: {e}") from e


def advance(bot: str, head: Head, entries: Iterable[Entry], *, with_fills: bool) -> None:
    """Take entries into the marks of what may be there once.

    with_fills: those of a paper account in the head; else each has an item of its own.
    Raises: InvariantError for what is there already.
    """
    intents: dict[str, int] = json.loads(head.intents) if head.intents else {}
    for entry in entries:
        is_known = False
        if entry.kind == "decision":
            is_known = entry.bar_ms <= head.decided_ms
            head.decided_ms = entry.bar_ms
        elif entry.kind == "funding":
            is_known = entry.bar_ms <= head.funded_ms
            head.funded_ms = entry.bar_ms
        elif entry.kind == "intent":
            is_known = entry.data["client_id"] in intents or entry.bar_ms < head.decided_ms
            intents[entry.data["client_id"]] = entry.bar_ms
        elif entry.kind == "fill" and with_fills:
            is_known = entry.data["trade_id"] in intents or entry.bar_ms < head.decided_ms
            intents[entry.data["trade_id"]] = entry.bar_ms
        if is_known:
            what = entry.data.get("client_id", "")
            raise InvariantError(f"bot {bot}: a second {entry.kind} {what or entry.bar_ms} was about to be written")
    kept = {identity: bar_ms for identity, bar_ms in intents.items() if bar_ms >= head.decided_ms}
    head.intents = json.dumps(kept, separators=(",", ":")) if kept else ""


def pack_entries(entries: Iterable[Entry]) -> bytes:
    """Compress journal entries; their sequence numbers follow from where they lie."""
    plain = [[e.kind, e.bar_ms, e.at_ms, e.data] for e in entries]
    return _deflate(json.dumps(plain, separators=(",", ":")).encode())


def unpack_entries(data: bytes, last: int) -> list[Entry]:
    """Read entries back; the last one has the sequence number `last`."""
    plain = json.loads(_inflate(data)) if data else []
    first = last - len(plain) + 1
    return [Entry(kind, bar, at, data, first + i) for i, (kind, bar, at, data) in enumerate(plain)]


def pack_snapshot(snapshot: Snapshot, sequence: int) -> bytes:
    """Compress a snapshot that includes the journal up to this entry."""
    about = [
        snapshot.last_bar_ms, sequence, snapshot.schema, snapshot.code_hash, snapshot.ledger, len(snapshot.state)
    ]  # fmt: skip
    return _deflate(json.dumps(about).encode() + b"\n" + snapshot.state + snapshot.book)


def unpack_snapshot(bot: str, data: bytes) -> Snapshot | None:
    """Read a snapshot back, or None where there is none."""
    if not data:
        return None
    about, _, rest = _inflate(data).partition(b"\n")
    last_bar_ms, sequence, schema, code_hash, ledger, size = json.loads(about)
    return Snapshot(bot, last_bar_ms, sequence, schema, code_hash, rest[:size], rest[size:], ledger)


_PACKED = b"\x01"  # the first byte: another dictionary or layout takes another, so that older bots can still be read
# what small packed things have in common
_COMMON = (
    b'"kind":"limit","market","stop","shortfall"never arrivednever seen at the venue"replaced""cancelled","deployed",'
    b'"seed_bars":"model_equity":"status",0,{"from":"running","to":"halted""paused","killing","killed",'
    b'"reason":"deployed by a personflat, no orders"missed","after":0,"refused","limit":"funding","paid":"'
    b'"fill",{"trade_id":"paper-","ticks":"fee":"0.0","fee_asset":"","fee_amount":"","transition":'
    b'"submitted",{"client_id":"}],["intent",17{"client_id":"","order":{"client_id":"","symbol":"/USDT","side":"sell",'
    b'"side":"buy","kind":"stop","lots":"ticks":null,"bar_ms":17"reduce_only":true,"reduce_only":false},"transition":0,'
    b'"leg":"bracket","leg":"rest","leg":"market","words":"'
    b'{"lots": 0, "spent": 0, "opened": 0, "n_fills": 0, "n_kills": 0, "n_shortfalls": 0, "last_bar_ms": 17'
    b'00000, "funded_ms": -1, "is_liquidated": false, "day": 20, "intended": [], "cusum": 0.0, "orders_day": -1, '
    b'"n_entries_today": 0, "refused_today": [], "promotion": null, "allocated": "10000.0", "unit": "0.00", '
    b'"fees": "0", "funding": "0", "day_equity": "0", "last_equity": "10000.0", "working": []}'
    b'[["decision",17{"words":"flat, nothing to do","row":[-1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0],"close":'
    b'"equity":"10000.0","lots":0,"model_equity":10000.0,"model_lots":0,"model_fills":[],"cusum":0.0}]]'
)


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_COMMON)
    return _PACKED + packer.compress(data) + packer.flush()


def _inflate(data: bytes) -> bytes:
    if not data.startswith(_PACKED):
        raise InvariantError(f"a stored bot does not fit this version: it is packed as {data[:1]!r}")
    try:
        return zlib.decompressobj(-15, zdict=_COMMON).decompress(data[1:])
    except zlib.error as e:
        raise InvariantError(f"a stored bot does not fit this version: {e}") from e
