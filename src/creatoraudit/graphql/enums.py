"""Closed sets. The values behind the names are the domain's words."""

from enum import Enum
from typing import Any, cast

import strawberry
from strawberry import enum_value as value

from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.domain.analytics.metrics import METRICS


@strawberry.enum(description="Where an account or a post lives.")
class Platform(Enum):
    INSTAGRAM = value("instagram", description="Instagram: profiles, posts and reels.")
    TIKTOK = value("tiktok", description="TikTok: profiles, videos and photo posts.")


@strawberry.enum(description="What a post shows.")
class MediaType(Enum):
    VIDEO = value("video", description="A moving picture.")
    IMAGE = value("image", description="A single still picture.")
    CAROUSEL = value("carousel", description="Several pictures or videos to swipe through.")


@strawberry.enum(description="What an API key may do; each scope contains the ones before it.")
class KeyScope(Enum):
    READ = value("read", description="Reading everything of the organization but its API keys.")
    WRITE = value("write", description="Also changing accounts, videos and creators.")
    ADMIN = value("admin", description="Also managing API keys.")


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(Enum):
    ASC = value("asc", description="Smallest, earliest or alphabetically first value first.")
    DESC = value("desc", description="Largest, latest or alphabetically last value first.")


@strawberry.enum(description="What accounts can be ordered by; accounts without the value come last.")
class AccountOrderField(Enum):
    ADDED_AT = value("added_at", description="When tracking began.")
    USERNAME = value("username", description="The username, by code points.")
    LAST_SCRAPE_TIME = value("last_scrape_time", description="When the account was last refreshed.")
    FOLLOWER_COUNT = value("follower_count", description="Followers at the last refresh.")
    VIEW_COUNT = value("view_count", description="Views of the collected posts.")
    LIKE_COUNT = value("like_count", description="Likes of the collected posts.")
    PLAY_COUNT = value("play_count", description="Plays of the collected posts.")


@strawberry.enum(description="What videos of either kind can be ordered by; those without the value come last.")
class PostOrderField(Enum):
    ADDED_AT = value("added_at", description="When the post was added or discovered.")
    CREATE_TIME = value("create_time", description="When the post was published.")
    VIEW_COUNT = value("view_count", description="Views at the last refresh.")
    LIKE_COUNT = value("like_count", description="Likes at the last refresh.")
    PLAY_COUNT = value("play_count", description="Plays at the last refresh.")


@strawberry.enum(description="What creators can be ordered by.")
class CreatorOrderField(Enum):
    NAME = value("name", description="The name, by casefolded code points.")


@strawberry.enum(description="What API keys can be ordered by.")
class ApiKeyOrderField(Enum):
    CREATED_AT = value("created_at", description="When the key was made.")


@strawberry.enum(description="Which days a window has; it includes its first and its last day, both in UTC.")
class Period(Enum):
    LAST_7_DAYS = value("7d", description="Today and the 6 days before.")
    LAST_30_DAYS = value("30d", description="Today and the 29 days before.")
    LAST_90_DAYS = value("90d", description="Today and the 89 days before.")
    CUSTOM = value("custom", description="From `startDate` to `endDate`, at most 730 days.")


@strawberry.enum(description="How much time a point of a series stands for.")
class Granularity(Enum):
    DAY = value("day", description="One day, from midnight to midnight in UTC.")
    WEEK = value("week", description="One week, from Monday to Sunday.")
    MONTH = value("month", description="One month of the calendar.")


@strawberry.enum(description="What a metric's number counts.")
class MetricUnit(Enum):
    COUNT = value("count", description="Things, such as views: a whole number, negative where more went than came.")
    PERCENT = value("percent", description="Hundredths of something else.")


@strawberry.enum(description="How the number of a whole, such as a creator, follows from the numbers of its parts.")
class MetricRollUp(Enum):
    SUM = value("sum", description="It is their sum.")
    LAST_KNOWN_SUM = value("last_known_sum", description="It is the sum of their last known values.")
    DERIVED = value("derived", description="It is computed by the formula from other numbers of the whole.")


_RANKING = {metric.name: metric.description for metric in METRICS if metric.name in ORDERS}

TopCreatorOrderField: Any = strawberry.enum(
    cast(
        "type[Enum]",
        Enum("TopCreatorOrderField", {name.upper(): value(name, description=said) for name, said in _RANKING.items()}),
    ),
    description="What creators can be ranked by, the largest first.",
)
