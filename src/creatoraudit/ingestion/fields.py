"""Which value of each field is the newest, when observations come in any order and rarely show every field."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

PROFILE_FIELDS = ProfileSnapshot._fields[ProfileSnapshot._fields.index("name") : -1]
POST_FIELDS = PostSnapshot._fields[PostSnapshot._fields.index("shortcode") : PostSnapshot._fields.index("view_count")]


class Held(NamedTuple):
    """Fields as they are stored: `at` is the last observation's time, in `stale` are those that it did not show."""

    values: Mapping[str, Any]
    at: int | None = None
    stale: Mapping[str, int | None] | None = None

    def known(self, name: str, value: Any) -> "Held":
        """The same with a field that needs no observing."""
        stale = {other: since for other, since in (self.stale or {}).items() if other != name}
        return Held({**self.values, name: value}, self.at, stale or None)


def epoch(at: dt.datetime) -> int:
    """An aware time as whole seconds since 1970."""
    return int(at.timestamp())


def newest(
    names: Sequence[str], held: Held, snapshots: Sequence[ProfileSnapshot] | Sequence[PostSnapshot], at: int
) -> Held:
    """The latest value observed of each field, as of the observation at `at` and all before it.

    Of two different values from the same second the one that sorts last is kept, whichever came first.
    """
    latest = at if held.at is None else max(held.at, at)
    shown = sorted(_telling(names, snapshots), key=itemgetter(0), reverse=True)
    values: dict[str, Any] = {}
    stale: dict[str, int | None] = {}
    for name in names:
        value = held.values[name]
        since = None if value is None else (held.stale or {}).get(name, held.at)
        for when, snapshot in shown:
            if since is not None and when < since:
                break
            found = getattr(snapshot, name)
            if found is not None and (since is None or when > since or repr(found) > repr(value)):
                value, since = found, when
        values[name] = value
        if value is not None and since != latest:
            stale[name] = since
    return Held(values, latest, stale or None)


def _telling(
    names: Sequence[str], snapshots: Sequence[ProfileSnapshot] | Sequence[PostSnapshot]
) -> list[tuple[int, ProfileSnapshot | PostSnapshot]]:
    """The snapshots that show one of the fields at all, each with its time: most are of counters alone."""
    if not snapshots:
        return []
    shown, nothing = _shown(snapshots[0]._fields, tuple(names))
    return [(epoch(one.at), one) for one in snapshots if shown(one) != nothing]


@cache
def _shown(
    fields: tuple[str, ...], names: tuple[str, ...]
) -> tuple[Callable[[Sequence[Any]], tuple[Any, ...]], tuple[None, ...]]:
    """What finds fields, and what it finds where none is shown."""
    return itemgetter(*map(fields.index, names)), (None,) * len(names)
