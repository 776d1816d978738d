"""Structured logs on standard error: a line of JSON each, or readable colours on a terminal."""

import datetime as dt
import logging
import sys
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

from creatoraudit.secrecy import bytes_without_keys, without_keys


def configure(level: str, stream: TextIO | None = None) -> None:
    """Sends this program's logs, and those of its libraries from the same level on, to the stream (standard error)."""
    stream = stream or sys.stderr
    for_people = stream.isatty()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True) if for_people else _stamped
    shared: list[Processor] = [structlog.processors.add_log_level, stamp]
    final = _READABLE if for_people else _JSON
    threshold = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    logging.getLogger("alembic").setLevel(max(threshold, logging.WARNING))  # it tells its set-up at every start
    logging.getLogger("aiosqlite").setLevel(max(threshold, logging.WARNING))  # it tells every value that it is given
    logging.getLogger("httpx").setLevel(max(threshold, logging.WARNING))  # it tells every request of a source
    logging.getLogger("httpcore").setLevel(max(threshold, logging.WARNING))  # and every step of it
    logging.getLogger("urllib3").setLevel(max(threshold, logging.WARNING))  # it tells every export of traces


def _stamped(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = dt.datetime.now(dt.UTC)  # written by orjson, in a fraction of what formatting takes
    return event


def _json(event: Any, **_: Any) -> str:
    return bytes_without_keys(orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z)).decode()


def _masked(_logger: Any, _method: str, line: Any) -> str:
    return without_keys(line)


_READABLE: list[Processor] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback), _masked]
_JSON: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
