"""Golden bars on their way into the bundle's interpreter, and its decisions on their way back: plain binary.

Little-endian. Bars: the number of segments (int64), then per segment the number of bars n and of the first live one
(int64), n opens of the bars (int64, UTC ms) and n each of open, high, low, close, volume (float64). Decisions: per segment n rows of
float64. The other half is inside/replay.py.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from botyard.engine.bars import Bars
from botyard.errors import InvariantError


def pack_bars(segments: Sequence[tuple[Bars, int]]) -> bytes:
    """Return the file that `contract` reads: bars, and the number of the first live one."""
    parts = [np.array([len(segments)], dtype="<i8").tobytes()]
    for bars, trade_from in segments:
        parts.append(np.array([len(bars), trade_from], dtype="<i8").tobytes())
        parts.append(bars.open_ms.astype("<i8").tobytes())
        parts.extend(c.astype("<f8").tobytes() for c in (bars.open, bars.high, bars.low, bars.close, bars.volume))
    return b"".join(parts)


def unpack_rows(data: bytes, lengths: Sequence[int], width: int) -> list[NDArray[np.float64]]:
    """Read what `contract` wrote: one array (n_bars, width) per segment.

    Raises: InvariantError when it is not of that size.
    """
    wanted = sum(lengths) * width * 8
    if len(data) != wanted:
        raise InvariantError(f"the bundle wrote {len(data)} bytes of decisions, not {wanted}")
    rows = np.frombuffer(data, dtype="<f8").reshape(-1, width)
    return np.split(rows, np.cumsum(lengths)[:-1])


def unframe(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Take apart what a caged replay wrote into its pipe: rows, states, report.

    Two lengths (int64) stand first. Raises: InvariantError when it is shorter than they say.
    """
    n_rows, n_states = (int.from_bytes(data[k : k + 8], "little") for k in (0, 8))
    if len(data) < 16 + n_rows + n_states:
        raise InvariantError(f"the bundle wrote {len(data)} bytes, not {16 + n_rows + n_states} and a report")
    middle, end = 16 + n_rows, 16 + n_rows + n_states
    return data[16:middle], data[middle:end], data[end:]
