"""The one clock. Times are aware UTC and whole seconds, as the API states them."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _system() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_source: Callable[[], dt.datetime] = _system


def now() -> dt.datetime:
    """The current time: aware UTC, whole seconds."""
    return _source().replace(microsecond=0)


def today() -> dt.date:
    """The current UTC date."""
    return now().date()


@contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Stops the clock at an aware time for the duration of a test."""
    global _source  # noqa: PLW0603 - there is one clock
    before, _source = _source, lambda: at.astimezone(dt.UTC)
    try:
        yield
    finally:
        _source = before
