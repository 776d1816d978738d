"""What is measured: things whose numbers are those of one part, or the sums over several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, case
from sqlmodel import SQLModel

from creatoraudit.db import dialect
from creatoraudit.db.models import Account, AccountClosing, AccountVideo, Creator, Post, PostClosing, Video
from creatoraudit.domain.actor import Tenancy
from creatoraudit.domain.analytics.metrics import METRICS, Metric, RollUp, Value, Values
from creatoraudit.domain.scope import scoped, table

PART = ("id", "part", "platform", "tracked_since")
"""Of each part: its thing, the owner of its closings, its platform, and the date from which days are expected."""

OBSERVED_DAYS, EXPECTED_DAYS = COVERAGE = ("observed_days", "expected_days")

Parts = Callable[[Tenancy], Sequence[Select[Any]]]


@dataclass(frozen=True, eq=False)
class Scope:
    """A kind of thing that is measured: its parts, its name, the closings that are kept of a part, and its metrics."""

    parts: Parts
    noun: str
    closings: type[SQLModel]
    owner: str
    metrics: tuple[Metric, ...] = METRICS
    rolls_up: bool = False
    is_covered: bool = True

    def only(self, *names: str) -> "Scope":
        """The same things, but only these metrics of them and what those are derived from."""
        needed = set(names)
        for metric in reversed(self.metrics):
            if metric.name in needed:
                needed.update(metric.of)
        return replace(self, metrics=tuple(metric for metric in self.metrics if metric.name in needed))

    @cached_property
    def measured(self) -> tuple[Metric, ...]:
        """The metrics that closings have columns for."""
        return tuple(metric for metric in self.metrics if metric.column is not None)

    @cached_property
    def by_name(self) -> dict[str, Metric]:
        """The metrics by name."""
        return {metric.name: metric for metric in self.metrics}

    @cached_property
    def places(self) -> dict[str, int]:
        """What is read of each day, and in which place: measured metrics, and what their coverage follows from."""
        names = [metric.name for metric in self.measured] + (list(COVERAGE) if self.is_covered else [])
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def nothing(self) -> tuple[Value, ...]:
        """What a thing has come to before its first closing: its measured metrics and observed days."""
        states = (metric.roll_up is RollUp.LAST_KNOWN_SUM for metric in self.measured)
        return (*(None if is_state else 0 for is_state in states), 0)

    def gains(self, platforms: frozenset[str | None], closings: Sequence[Sequence[Any]]) -> list[Values]:
        """All metrics from each of a thing's closings to the next, computed metric by metric, which is fastest."""
        columns = list(zip(*closings, strict=True))
        found: dict[str, Sequence[Value]] = {}
        for metric in self.metrics:
            if metric.derive is None:
                found[metric.name] = metric.over(platforms, columns[self.places[metric.name]])
            else:
                found[metric.name] = list(map(metric.derive, *[found[name] for name in metric.of]))
        return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]

    def of_ids(self, tenancy: Tenancy) -> list[Select[Any]]:
        """The parts of the things whose ids are bound as `ids`."""
        return [part.where(dialect.one_of(part.selected_columns[0], "ids")) for part in self.parts(tenancy)]


def _account_parts(tenancy: Tenancy) -> list[Select[Any]]:
    accounts = table(Account).c
    return [_part(Account, tenancy, accounts.id, accounts.id, accounts.platform, accounts.tracked_since)]


def _creator_parts(tenancy: Tenancy) -> list[Select[Any]]:
    creators, accounts = table(Creator), table(Account)
    columns = (creators.c.id, accounts.c.id, accounts.c.platform, accounts.c.tracked_since)
    source = creators.outerjoin(accounts, accounts.c.creator_id == creators.c.id)
    return [_part(Creator, tenancy, *columns, source=source)]


def _video_parts(tenancy: Tenancy) -> list[Select[Any]]:
    videos, posts = table(Video), table(Post)
    source = videos.join(posts, posts.c.id == videos.c.post_id)
    return [_post_part(Video, tenancy, videos.c.id, source)]


def _account_video_parts(tenancy: Tenancy) -> list[Select[Any]]:
    return [_discovered(tenancy, table(AccountVideo).c.id)]


def _account_video_parts_by_post(tenancy: Tenancy) -> list[Select[Any]]:
    return [_discovered(tenancy, table(Post).c.id)]


def _discovered(tenancy: Tenancy, identity: ColumnElement[Any]) -> Select[Any]:
    records, posts, videos = table(AccountVideo), table(Post), table(Video)
    source = records.join(posts, posts.c.id == records.c.post_id).outerjoin(videos, videos.c.post_id == posts.c.id)
    return _post_part(AccountVideo, tenancy, identity, source)


def _post_part(model: type[SQLModel], tenancy: Tenancy, identity: ColumnElement[Any], source: Any) -> Select[Any]:
    posts, accounts, videos = table(Post).c, table(Account), table(Video).c
    since = dialect.earliest(
        dialect.utc_day(videos.added_at),
        dialect.utc_day(posts.first_scrape_time),
        case((posts.account_video_id.is_not(None), accounts.c.tracked_since)),
    )
    source = source.outerjoin(accounts, accounts.c.id == posts.account_id)
    return _part(model, tenancy, identity, posts.id, posts.platform, since, source=source)


def _part(model: type[SQLModel], tenancy: Tenancy, *columns: ColumnElement[Any], source: Any = None) -> Select[Any]:
    named = [column.label(name) for name, column in zip(PART, columns, strict=True)]
    return scoped(model, tenancy, *named, source=source)


POST_METRICS = tuple(metric for metric in METRICS if metric.of_posts)

ACCOUNTS = Scope(_account_parts, "Account", AccountClosing, "account_id")
CREATORS = Scope(_creator_parts, "Creator", AccountClosing, "account_id", rolls_up=True)
VIDEOS = Scope(_video_parts, "Video", PostClosing, "post_id", POST_METRICS)
ACCOUNT_VIDEOS = Scope(_account_video_parts, "Account video", PostClosing, "post_id", POST_METRICS)
ACCOUNT_VIDEOS_BY_POST = replace(ACCOUNT_VIDEOS, parts=_account_video_parts_by_post)
VIDEOS_OF_EITHER_KIND = replace(VIDEOS, parts=lambda tenancy: [*_video_parts(tenancy), *_account_video_parts(tenancy)])
