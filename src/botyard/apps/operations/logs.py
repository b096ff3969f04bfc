"""The structured log: one JSON object a line in <home>/logs/botyard.log, with bot, run and tick ids.

Lines from BOTYARD_LOG on (debug, info, warning, error) go to standard error too; without it, warnings do wherever
standard error is no terminal. Nothing here is the truth: that is the journal.
"""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botyard.apps import settings
from botyard.errors import UserError
from botyard.ports import Notifier
from botyard.records.fleet import BotRecord

if TYPE_CHECKING:
    import logging

LEVELS = ("debug", "info", "warning", "error")
FILE_BYTES = 5_000_000
KEPT_FILES = 5

Log = Any
"""A structlog logger: `log.info("event", key=value)`."""


@contextmanager
def opened() -> Iterator[Log]:
    """Open the home's log. Raises: UserError for a wrong BOTYARD_LOG or a place that cannot be written."""
    import structlog

    handlers = _handlers()
    log = structlog.wrap_logger(
        _Sink(handlers),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=False),
            _as_record,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
        cache_logger_on_first_use=True,
    )
    try:
        yield log
    finally:
        for handler in handlers:
            handler.close()


@contextmanager
def tick_of(bot: BotRecord) -> Iterator[None]:
    """Give every line within the bot's, its run's and this tick's name."""
    import structlog

    with structlog.contextvars.bound_contextvars(bot=bot.name, run=bot.run_id, tick=secrets.token_hex(6)):
        yield


class Logged:
    """The Notifier port that also logs what people were told."""

    def __init__(self, notifier: Notifier, log: Log) -> None:
        self._notifier = notifier
        self._log = log

    def tell(self, text: str) -> None:
        """Log, then tell."""
        self._log.warning("told", text=text)
        self._notifier.tell(text)


def _as_record(_logger: object, method: str, event: Any) -> tuple[Any, ...]:
    # the level is also the record's, so that each handler can choose
    return (_number(method), event), {}


def _number(level: str) -> int:
    return {"debug": 10, "info": 20, "warning": 30, "error": 40, "exception": 40, "critical": 50}.get(level, 20)


class _Sink:
    def __init__(self, handlers: "list[logging.Handler]") -> None:
        self._handlers = handlers

    def __getattr__(self, _level: str) -> Callable[[int, str], None]:
        return self._emit

    def _emit(self, level: int, line: str) -> None:
        import logging

        record = logging.LogRecord("botyard", level, "", 0, line, None, None)
        for handler in self._handlers:
            if level >= handler.level:
                handler.handle(record)


def _handlers() -> "list[logging.Handler]":
    import logging
    from logging.handlers import RotatingFileHandler

    place = settings.home() / "logs" / "botyard.log"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(place, maxBytes=FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror}; choose another place with --home") from e
    file.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [file]
    level = _stderr_level()
    if level is not None:
        stream = logging.StreamHandler(sys.stderr)
        stream.setLevel(level)
        handlers.append(stream)
    return handlers


def _stderr_level() -> int | None:
    chosen = os.environ.get("BOTYARD_LOG", "").strip().lower()
    if not chosen:
        return None if sys.stderr.isatty() else _number("warning")
    if chosen not in LEVELS:
        raise UserError(f"BOTYARD_LOG is {chosen!r}; write one of {', '.join(LEVELS)}")
    return _number(chosen)
