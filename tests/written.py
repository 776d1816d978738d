"""Histories written straight into the tables: each test states the closings that its numbers come from."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, or_, select, update

from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, Post, stored
from creatoraudit.domain.scope import table

TODAY = dt.date(2026, 6, 14)
NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)


def ago(days: int) -> dt.date:
    """The date so many days before the tests' today."""
    return TODAY - dt.timedelta(days=days)


async def post_closings(db: Database, record_id: str, closings: Mapping[int, Mapping[str, Any]]) -> None:
    """Gives the post behind a video or account video its closings, by days ago."""
    posts = table(Post).c
    async with db.transaction() as tx:
        of_record = select(posts.id).where(or_(posts.video_id == record_id, posts.account_video_id == record_id))
        post_id = (await tx.execute(of_record)).scalar_one()
        for observed, (days, values) in enumerate(sorted(closings.items(), reverse=True), start=1):
            closing = PostClosing(post_id=post_id, day=ago(days), second=0, observed_days=observed, **values)
            await tx.execute(insert(table(PostClosing)), stored(closing))


async def account_closings(db: Database, account_id: str, closings: Mapping[int, Mapping[str, Any]]) -> None:
    """Gives an account its closings, by days ago, and the followers of the last one."""
    accounts = table(Account)
    async with db.transaction() as tx:
        for observed, (days, values) in enumerate(sorted(closings.items(), reverse=True), start=1):
            closing = AccountClosing(account_id=account_id, day=ago(days), second=0, observed_days=observed, **values)
            await tx.execute(insert(table(AccountClosing)), stored(closing))
        followers = {"follower_count": closings[min(closings)].get("followers") or 0}
        await tx.execute(update(accounts).where(accounts.c.id == account_id).values(followers))
