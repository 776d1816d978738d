"""Spans of statements: their text as it is prepared, in which values are only places."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path

from opentelemetry.semconv.attributes import db_attributes as db
from opentelemetry.semconv.attributes import server_attributes as server
from sqlalchemy import URL

from creatoraudit.db.connections import is_sqlite
from creatoraudit.db.statements import SHAPES
from creatoraudit.db.watched import Kind, Watch
from creatoraudit.telemetry.traces import Attributes, Traces, is_recorded

_OPERATION = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_]\w*\b)(?!\()", re.IGNORECASE)

_UNRECORDED = nullcontext()


def tracing(traces: Traces, url: URL) -> Watch:
    """Makes a span of each statement that something traced asks."""
    database = _attributes_of(url)

    @lru_cache(maxsize=SHAPES)
    def described(sql: str) -> tuple[str, Attributes]:
        operation, summary = summarized(sql)
        attributes = {db.DB_QUERY_TEXT: sql, db.DB_QUERY_SUMMARY: summary, db.DB_OPERATION_NAME: operation}
        return summary, database | attributes

    def traced(sql: str, _kind: Kind) -> AbstractContextManager[None]:
        return _recorded(traces, *described(sql)) if is_recorded() else _UNRECORDED

    return traced


@contextmanager
def _recorded(traces: Traces, name: str, attributes: Attributes) -> Iterator[None]:
    with traces.calling(name, attributes) as span:
        try:
            yield
        except Exception as error:
            state = getattr(error, "sqlstate", None)
            if state is not None:
                span.set_attribute(db.DB_RESPONSE_STATUS_CODE, state)
            raise


def summarized(sql: str) -> tuple[str, str]:
    """What a statement does, and what it does it to first: `SELECT`, and `SELECT accounts`."""
    found = _OPERATION.search(sql)
    operation = found[1].upper() if found else sql.split(maxsplit=1)[0].upper()
    table = _TABLE.search(sql, found.start() if found else 0)
    return operation, f"{operation} {table[1]}" if table else operation


def _attributes_of(url: URL) -> dict[str, str | int]:
    if is_sqlite(url):
        return {db.DB_SYSTEM_NAME: "sqlite", db.DB_NAMESPACE: Path(url.database or "").name}
    named = {db.DB_NAMESPACE: url.database, server.SERVER_ADDRESS: url.host, server.SERVER_PORT: url.port}
    return {db.DB_SYSTEM_NAME: "postgresql", **{name: value for name, value in named.items() if value is not None}}
