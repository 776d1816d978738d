"""What was observed, day by day: closings of posts and accounts, and what a day changed about an organization."""

import datetime as dt

from sqlmodel import Field, SQLModel

from creatoraudit.db import columns
from creatoraudit.db.types import BigInt, Day, Id


class PostClosing(SQLModel, table=True):
    """A post at the end of a UTC day on which it was observed.

    `views` … are the last known totals, `gained_views` … the gains since tracking began, cumulative: a window's sum
    is the difference of two of them, found by two index seeks whatever the window's length. `second` is the second of
    the day at which the post was last observed; `stale` names the counters that this observation did not have, with
    the second at which the day last showed them, null where the value is carried over from an earlier day.
    """

    __tablename__ = "post_closings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    post_id: int = Field(primary_key=True, sa_type=BigInt, sa_column_args=columns.references("posts.id", "CASCADE"))
    day: dt.date = Field(primary_key=True, sa_type=Day)
    second: int
    observed_days: int
    views: int | None = columns.counter(None)
    plays: int | None = columns.counter(None)
    likes: int | None = columns.counter(None)
    comments: int | None = columns.counter(None)
    shares: int | None = columns.counter(None)
    saves: int | None = columns.counter(None)
    gained_views: int = columns.counter()
    gained_plays: int = columns.counter()
    gained_likes: int = columns.counter()
    gained_comments: int = columns.counter()
    gained_shares: int = columns.counter()
    gained_saves: int = columns.counter()
    stale: dict[str, int | None] | None = columns.stale()


class AccountClosing(SQLModel, table=True):
    """An account at the end of a UTC day on which it or one of its posts was observed.

    Totals and cumulative gains are the sums over its account videos; `observed_days` counts the days up to this one
    on which the profile itself was observed, `second` is when, null on a day that only showed posts; `stale` speaks of
    `followers`.
    """

    __tablename__ = "account_closings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    account_id: str = Field(primary_key=True, sa_type=Id, sa_column_args=columns.references("accounts.id", "CASCADE"))
    day: dt.date = Field(primary_key=True, sa_type=Day)
    second: int | None = None
    observed_days: int
    followers: int | None = columns.counter(None)
    gained_followers: int = columns.counter()
    views: int | None = columns.counter(None)
    plays: int | None = columns.counter(None)
    likes: int | None = columns.counter(None)
    comments: int | None = columns.counter(None)
    shares: int | None = columns.counter(None)
    saves: int | None = columns.counter(None)
    gained_views: int = columns.counter()
    gained_plays: int = columns.counter()
    gained_likes: int = columns.counter()
    gained_comments: int = columns.counter()
    gained_shares: int = columns.counter()
    gained_saves: int = columns.counter()
    stale: dict[str, int | None] | None = columns.stale()


class OrganizationDay(SQLModel, table=True):
    """What one UTC day changed about an organization: differences, which add up over days and over slots.

    The counters are those of its accounts' closings and of the closings of posts that stand in nobody's feed, each
    less the closing before it; `known_views` … count how many of these began to know their counter. `entities` counts
    the accounts and individual videos that are expected to be observed from this day on, `observed_days` their
    observed days; accounts, discovered posts and individual videos are counted on the day they were added. Writers
    that meet on a day are spread over slots.
    """

    __tablename__ = "organization_days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    organization_id: str = columns.organization(primary_key=True)
    day: dt.date = Field(primary_key=True, sa_type=Day)
    slot: int = Field(primary_key=True)
    views: int = columns.counter()
    plays: int = columns.counter()
    likes: int = columns.counter()
    comments: int = columns.counter()
    shares: int = columns.counter()
    saves: int = columns.counter()
    gained_views: int = columns.counter()
    gained_plays: int = columns.counter()
    gained_likes: int = columns.counter()
    gained_comments: int = columns.counter()
    gained_shares: int = columns.counter()
    gained_saves: int = columns.counter()
    known_views: int = columns.counter()
    known_plays: int = columns.counter()
    known_likes: int = columns.counter()
    known_comments: int = columns.counter()
    known_shares: int = columns.counter()
    known_saves: int = columns.counter()
    followers: int = columns.counter()
    gained_followers: int = columns.counter()
    known_followers: int = columns.counter()
    observed_days: int = columns.counter()
    entities: int = columns.counter()
    active_accounts: int = columns.counter()
    account_videos: int = columns.counter()
    tracked_videos: int = columns.counter()
