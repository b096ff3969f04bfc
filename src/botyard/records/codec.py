"""Records to JSON and back: canonical bytes, so that equal records have equal hashes."""

import dataclasses
import hashlib
import json
import math
import types
import typing
from typing import Any, TypeVar

from botyard.errors import InvariantError

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Turn a record into dicts, lists and scalars.

    Raises: InvariantError for NaN or infinity, which JSON cannot carry.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise InvariantError(f"a record holds {value}; undefined figures are None with a reason")
    return value


def dump(value: Any) -> bytes:
    """JSON with two spaces and one final newline. Keys keep their order: a spec's is part of what it says."""
    return _json(value, is_sorted=False)


def content_hash(value: Any) -> str:
    """Sha256 (hex) of the JSON with sorted keys: equal records have equal hashes."""
    return hashlib.sha256(_json(value, is_sorted=True)).hexdigest()


def _json(value: Any, *, is_sorted: bool) -> bytes:
    return (json.dumps(to_plain(value), indent=2, sort_keys=is_sorted, ensure_ascii=False) + "\n").encode()


def load(kind: type[T], data: bytes | str) -> T:
    """Read back what `dump` wrote.

    Raises: InvariantError when the data do not fit the record.
    """
    try:
        return typing.cast("T", _build(kind, json.loads(data)))
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise InvariantError(f"stored {kind.__name__} does not fit this version: {e}") from e


def from_plain(kind: type[T], data: Any) -> T:
    """Build a record from dicts, lists and scalars.

    Raises: InvariantError when the data do not fit the record.
    """
    try:
        return typing.cast("T", _build(kind, data))
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise InvariantError(f"stored {kind.__name__} does not fit this version: {e}") from e


def _build(kind: Any, data: Any) -> Any:
    origin = typing.get_origin(kind)
    args = typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return typing.cast("Any", kind)(**{name: _build(hints[name], item) for name, item in data.items()})
    if origin in (typing.Union, types.UnionType):
        return _build_union(args, data)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_build(args[0], item) for item in data)
        return tuple(_build(part, item) for part, item in zip(args, data, strict=True))
    if origin is dict:
        return {key: _build(args[1], item) for key, item in data.items()}
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return data


def _build_union(args: tuple[Any, ...], data: Any) -> Any:
    if data is None or type(data) in args:
        return data
    rest = [a for a in args if a is not type(None)]
    return _build(rest[0], data) if len(rest) == 1 else data
