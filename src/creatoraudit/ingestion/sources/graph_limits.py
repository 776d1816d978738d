"""What the Graph API's errors and its headers about usage mean."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson

from creatoraudit import clock
from creatoraudit.ingestion.sources.source import Failed, Gone, Throttled

_NEARLY_ALL = 95
"""Percent of what is allowed in an hour: beyond 100 the API refuses, and each refused call prolongs that."""
_PAUSE = dt.timedelta(minutes=10)
"""How long to wait for some of the last hour's calls to be forgotten, where the API does not say."""
_USED = ("call_count", "total_cputime", "total_time")


def resume_at(headers: httpx.Headers) -> dt.datetime | None:
    """When to ask again, if what is allowed is used up or nearly so."""
    usages = list(_usages(headers))
    minutes = max((_number(usage, "estimated_time_to_regain_access") for usage in usages), default=0)
    if minutes > 0:
        return clock.now() + dt.timedelta(minutes=minutes)
    used = max((_number(usage, name) for usage in usages for name in _USED), default=0)
    return clock.now() + _PAUSE if used >= _NEARLY_ALL else None


def refusal(error: Mapping[str, Any], message: str, retry_at: dt.datetime | None) -> Failed | Gone | Throttled:
    """What an error of the API means; `message` is the API's own, fit to be shown."""
    code, subcode = error.get("code"), error.get("error_subcode")
    known_as = f"code {code}" if subcode is None else f"code {code}, subcode {subcode}"
    match code:
        case 4 | 17 | 32 | 341 | 613 | 80002:
            return Throttled(retry_at, f"the Graph API was asked too often ({known_as})")
        case 190:
            return Failed(f"the Graph API refuses the access token ({known_as}): get a new one")
        case 10 | 200:
            return Failed(f"the access token lacks a permission ({known_as}): {message}")
        case 24 | 110:
            return Gone(f"Instagram has no business or creator account of that name ({known_as})")
        case _:
            return Failed(f"the Graph API answered with an error ({known_as}): {message}")


def _usages(headers: httpx.Headers) -> Iterator[Mapping[str, Any]]:
    """The app's own usage, and that of the Instagram accounts it acts for; other products have limits of their own."""
    yield _object(headers.get("X-App-Usage"))
    for usages in _object(headers.get("X-Business-Use-Case-Usage")).values():
        for usage in usages if isinstance(usages, list) else ():
            if isinstance(usage, dict) and usage.get("type") == "instagram":
                yield usage


def _object(header: str | None) -> Mapping[str, Any]:
    try:
        value = orjson.loads(header or "{}")
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _number(usage: Mapping[str, Any], name: str) -> float:
    value = usage.get(name)
    return min(value, 10_000) if isinstance(value, int | float) else 0
