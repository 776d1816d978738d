"""Every number against the slow, obvious way to it: random histories, counted observation by observation."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, Post
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.deltas import deltas
from creatoraudit.domain.analytics.scopes import ACCOUNTS, CREATORS, VIDEOS_OF_EITHER_KIND, Scope
from creatoraudit.domain.analytics.series import Granularity, series
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import DAY, Window
from creatoraudit.domain.scope import table
from creatoraudit.ingestion.observe import observe
from factories import a_creator, a_video, an_account, an_organization
from histories import ACCOUNTS as PLATFORMS
from histories import (
    ADDED,
    COUNTERS,
    FIRST_DAY,
    TRACKED_ALONE,
    Closings,
    History,
    expected_account_closings,
    expected_post_closings,
    histories,
    observations,
)
from histories import Post as Told

TODAY = FIRST_DAY + DAY * 18
NOW = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)

some = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
windows = st.builds(
    lambda start, days: Window(start, min(start + DAY * days, TODAY)),
    st.integers(-3, 18).map(lambda day: FIRST_DAY + DAY * day),
    st.integers(0, 21),
)


class Thing:
    """Something measured: its closings by part, the platforms and first expected days of its parts."""

    def __init__(self, parts: Sequence[Closings], platforms: Sequence[str], since: Sequence[dt.date]) -> None:
        self.parts, self.platforms, self.since = parts, platforms, since

    def last(self, day: dt.date) -> list[dict[str, Any]]:
        """Each part's last closing on or before a day."""
        ends = [max((on for _, on in part if on <= day), default=None) for part in self.parts]
        return [row for part, end in zip(self.parts, ends, strict=True) for (_, on), row in part.items() if on == end]

    def known(self, name: str, day: dt.date) -> int | None:
        values = [row[name] for row in self.last(day) if row.get(name) is not None]
        return sum(values) if values else None

    def gain(self, name: str, window: Window) -> int:
        return (self.known(f"gained_{name}", window.end) or 0) - (self.known(f"gained_{name}", window.before) or 0)

    def metrics(self, window: Window) -> dict[str, Any]:
        """All metrics over a window, as the contract words them."""
        values: dict[str, Any] = {name: self.gain(name, window) for name in COUNTERS}
        if "instagram" not in self.platforms:
            values["saves"] = None
        values["engagement"] = values["likes"] + values["comments"] + values["shares"]
        rate = 100 * values["engagement"] / values["views"] if values["views"] > 0 else 0
        values["engagement_rate"] = rate
        values["followers"] = self.known("followers", window.end)
        values["followers_gained"] = self.gain("followers", window)
        return values

    def coverage(self, window: Window) -> tuple[int, int]:
        days = [window.start + DAY * number for number in range(window.days)]
        observed = (self.known("observed_days", window.end) or 0) - (self.known("observed_days", window.before) or 0)
        return observed, sum(day >= since for since in self.since for day in days)


def agrees(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether both are the same, the rate within its rounding, followers where there are any."""
    return all(
        abs(value - expected[name]) <= 0.005 + 1e-9 if name == "engagement_rate" else value == expected[name]
        for name, value in found.items()
    )


async def measured_things(db: Database, history: History) -> tuple[Actor, list[tuple[Scope, str, Thing]]]:
    """The history observed, and everything that can be measured of it."""
    with clock.frozen(ADDED):
        actor = await an_organization(db)
        accounts = {name: await an_account(db, actor, name, platform=on) for name, on in PLATFORMS.items()}
        creators = {name: (await a_creator(db, actor, name)).id for name in ("of both", "of one", "of none")}
        for post in history.posts:
            if post.external_id in TRACKED_ALONE:
                await a_tracked_video(db, actor, post)
    ids = {name: account.id for name, account in accounts.items()}
    await observe(db, str(actor.organization_id), observations(history, history.seen, ids))
    things = [(ACCOUNTS, ids[name], an_account_s(history, name)) for name in PLATFORMS]
    both = [an_account_s(history, name) for name in PLATFORMS]
    parts, platforms, since = ([getattr(one, name)[0] for one in both] for name in ("parts", "platforms", "since"))
    async with db.transaction() as tx:
        linked = update(table(Account)).where(table(Account).c.organization_id == actor.organization_id)
        await tx.execute(linked.values(creator_id=creators["of both"]))
        posts = table(Post).c
        mine = select(posts.external_id, posts.video_id, posts.account_video_id)
        found = (await tx.execute(mine.where(posts.organization_id == actor.organization_id))).all()
    things += [(CREATORS, creators["of both"], Thing(parts, platforms, since))]
    things += [(CREATORS, creators["of none"], Thing([], [], []))]
    told = {post.external_id: post for post in history.posts}
    for external_id, video_id, account_video_id in found:
        things += [
            (VIDEOS_OF_EITHER_KIND, record_id, a_post_s(history, told[external_id]))
            for record_id in (video_id, account_video_id)
            if record_id is not None
        ]
    return actor, things


async def a_tracked_video(db: Database, actor: Actor, post: Told) -> None:
    video = await a_video(db, actor, str(10**18 + int(post.external_id)), platform=post.platform)
    posts = table(Post)
    async with db.transaction() as tx:
        named = update(posts).where(posts.c.video_id == video.id).values(external_id=post.external_id)
        await tx.execute(named)


def an_account_s(history: History, name: str) -> Thing:
    began = min([ADDED, *(one.at for one in history.seen if one.account == name)])
    return Thing([expected_account_closings(history, name)], [PLATFORMS[name]], [began.date()])


def a_post_s(history: History, post: Told) -> Thing:
    began = [one.at for one in history.seen if post.external_id in dict(one.posts)]
    if post.external_id in TRACKED_ALONE:
        began.append(ADDED)
    if any(one.account is not None and post.external_id in dict(one.posts) for one in history.seen):
        began += [ADDED, *(one.at for one in history.seen if one.account == post.account)]
    return Thing([expected_post_closings(history, post)], [post.platform], [min(began).date()])


@some
@given(history=histories(), window=windows)
async def test_every_total_is_what_the_definitions_make_of_it(db: Database, history: History, window: Window) -> None:
    actor, things = await measured_things(db, history)

    for scope, one, thing in things:
        found = (await measured(db, actor, scope, [one], window))[one]

        assert agrees(found.values, thing.metrics(window)), (scope.noun, found.values, thing.metrics(window))
        assert tuple(found.coverage) == thing.coverage(window)


@some
@given(history=histories(), window=windows, granularity=st.sampled_from(Granularity))
async def test_every_row_of_a_series_is_the_total_of_its_days(
    db: Database, history: History, window: Window, granularity: Granularity
) -> None:
    actor, things = await measured_things(db, history)
    days = [window.start + DAY * number for number in range(window.days)]
    begins = {
        Granularity.DAY: lambda day: day,
        Granularity.WEEK: lambda day: day - DAY * day.weekday(),
        Granularity.MONTH: lambda day: day.replace(day=1),
    }[granularity]
    buckets: dict[dt.date, list[dt.date]] = {}
    for day in days:
        buckets.setdefault(begins(day), []).append(day)

    for scope, one, thing in things:
        found = (await series(db, actor, scope, [one], window, granularity))[one]

        assert found.dates == list(buckets)
        for row, of_bucket in zip(found.rows(), buckets.values(), strict=True):
            part = Window(of_bucket[0], of_bucket[-1])
            totals = {f"total_{name}": thing.known(name, part.end) for name in COUNTERS[:5]}
            assert agrees(row, {"date": row["date"], **thing.metrics(part), **totals})
        assert tuple(found.coverage) == thing.coverage(window)


@some
@given(history=histories(), lengths=st.lists(st.integers(1, 25), min_size=1, max_size=4, unique=True))
async def test_every_delta_is_the_total_of_its_days(db: Database, history: History, lengths: list[int]) -> None:
    actor, things = await measured_things(db, history)

    with clock.frozen(NOW):
        for scope, one, thing in things:
            found = (await deltas(db, actor, scope, [one], lengths))[one]

            assert list(found) == lengths
            for length, gained in found.items():
                window = Window(TODAY - DAY * (length - 1), TODAY)
                assert agrees(gained.values, thing.metrics(window))
                assert tuple(gained.coverage) == thing.coverage(window)
