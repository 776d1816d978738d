"""Structured logs on standard error: a line of JSON each, or readable colours on a terminal."""

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import Processor


def configure(level: str, stream: TextIO | None = None) -> None:
    """Sends this program's logs, and those of its libraries from the same level on, to the stream (standard error)."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final = _final(stream)
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


def _final(stream: TextIO) -> list[Processor]:
    if stream.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
