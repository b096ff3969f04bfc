"""A paper account in memory, as a few hundred bytes that travel with the bot: the same book and fills as in the file.

What is finished and told is left out, so that the bytes stay few: an order lives on for the bar after its last one.
"""

import json
import zlib
from pathlib import Path
from typing import Any

from botyard.adapters.venue.paper import PaperVenue
from botyard.errors import InvariantError
from botyard.records.market import TradingRules

_VERSION = b"\x01"  # the first byte: of the dictionary and the layout
_ORDER = (
    "client_id, symbol, side, kind, lots, ticks, bar_ms, reduce_only, status, filled_lots, price_ticks, fee, "
    "fill_bar_ms, reason"
)
_FILL = "number, client_id, symbol, side, lots, ticks, fee, bar_ms"
_PLAIN = {"positions": "symbol, lots", "cash": "symbol, quote", "settled": "symbol, open_ms, stage"}
_OPEN = "status IN ('pending', 'resting', 'partly_filled')"
# what such texts have in common
_COMMON = (
    b'"rejected","replaced","cancelled","filled","limit","market","stop","sell","buy","pending","resting",0,null,"0",'
    b'null,""],["/USDT","paper":[1,[["'
)


class CarriedPaper(PaperVenue):
    """The Venue port for one account, in memory."""

    def __init__(self, account: str, rules: TradingRules, timeframe: str) -> None:
        super().__init__(Path(":memory:"), account, rules, timeframe, durable=False)
        self._dumped: tuple[int, bytes] = (-1, b"")

    @property
    def changes(self) -> int:
        """Grows with every change."""
        return self._db.total_changes

    def dump(self) -> bytes:
        """All of the account that anybody may still ask for."""
        if self._dumped[0] != self.changes:
            self._dumped = (self.changes, dump_account(self))
        return self._dumped[1]

    def load(self, data: bytes) -> None:
        """Become what was dumped; nothing is a new account. Raises: InvariantError for what it cannot read."""
        if data != self._dumped[1] or self._dumped[0] != self.changes:
            load_account(self, data)
            self._dumped = (self.changes, data)


def dump_account(venue: PaperVenue) -> bytes:
    """Write an account of any paper venue as bytes, such as to take it elsewhere."""
    db, account = venue._db, venue._account  # noqa: SLF001  (the other half of the same adapter)
    with venue._guard():  # noqa: SLF001
        (newest,) = db.execute(
            "SELECT max(at) FROM (SELECT max(bar_ms) AS at FROM orders WHERE account=:a UNION ALL"
            " SELECT max(bar_ms) FROM fills WHERE account=:a)",
            {"a": account},
        ).fetchone()
        if newest is None:
            return b""
        orders = db.execute(
            f"SELECT {_ORDER} FROM orders WHERE account=? AND ({_OPEN} OR max(bar_ms, ifnull(fill_bar_ms, 0)) >= ?)"  # noqa: S608
            " ORDER BY number",
            (account, newest),
        ).fetchall()
        kept = [row[0] for row in orders]
        fills = [
            row
            for row in db.execute(f"SELECT {_FILL} FROM fills WHERE account=? ORDER BY number", (account,))  # noqa: S608
            if row[1] in kept or row[7] >= newest
        ]
        (last,) = db.execute("SELECT ifnull(max(number), 0) FROM fills WHERE account=?", (account,)).fetchone()
        (counted,) = db.execute("SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name='fills'").fetchone()
        plain = [
            db.execute(f"SELECT {names} FROM {table} WHERE account=?", (account,)).fetchall()  # noqa: S608
            for table, names in _PLAIN.items()
        ]
        funding = db.execute(
            "SELECT symbol, bar_ms, paid FROM funding WHERE account=:a"
            " AND bar_ms>=(SELECT max(open_ms) FROM settled WHERE account=:a)",
            {"a": account},
        ).fetchall()
    text = json.dumps([orders, fills, max(last, counted), *plain, funding], separators=(",", ":"))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_COMMON)
    return _VERSION + packer.compress(text.encode()) + packer.flush()


def load_account(venue: PaperVenue, data: bytes) -> None:
    """Put an account in place of what a paper venue has of it. Raises: InvariantError for what it cannot read."""
    orders, fills, last, positions, cash, settled, funding = _read(data)
    db, account = venue._db, venue._account  # noqa: SLF001
    with venue._write():  # noqa: SLF001
        for table in ("orders", "fills", "positions", "cash", "settled", "funding"):
            db.execute(f"DELETE FROM {table} WHERE account=?", (account,))  # noqa: S608
        (taken,) = db.execute("SELECT ifnull(max(number), 0) FROM fills").fetchone()
        for number, *rest in fills:  # a file with other accounts may have given the number away
            db.execute(
                f"INSERT INTO fills ({_FILL}, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (number if number > taken else None, *rest, account),
            )
        db.execute(
            "INSERT INTO sqlite_sequence SELECT 'fills', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name='fills')"
        )
        db.execute("UPDATE sqlite_sequence SET seq=max(seq, ?) WHERE name='fills'", (last,))  # trade ids never repeat
        for row in orders:
            holes = ", ".join("?" * (len(row) + 1))
            db.execute(f"INSERT INTO orders ({_ORDER}, account) VALUES ({holes})", (*row, account))  # noqa: S608
        for table, rows in (("positions", positions), ("cash", cash), ("settled", settled), ("funding", funding)):
            for row in rows:
                holes = ", ".join("?" * (len(row) + 1))
                db.execute(f"INSERT INTO {table} VALUES ({holes})", (account, *row))  # noqa: S608


def _read(data: bytes) -> list[Any]:
    if not data:
        return [[], [], 0, [], [], [], []]
    if not data.startswith(_VERSION):
        raise InvariantError(f"a stored paper account does not fit this version: it is packed as {data[:1]!r}")
    try:
        found: list[Any] = json.loads(zlib.decompressobj(-15, zdict=_COMMON).decompress(data[1:]))
    except (zlib.error, ValueError) as e:
        raise InvariantError(f"a stored paper account cannot be read: {e}") from e
    return found
