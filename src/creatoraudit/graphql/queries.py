"""Everything that can be read."""

import asyncio
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, argument

from creatoraudit.domain import search
from creatoraudit.domain.analytics import leaderboards
from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.domain.analytics.overview import overview
from creatoraudit.domain.analytics.totals import Measured
from creatoraudit.domain.analytics.windows import Preset
from creatoraudit.domain.paging import MAX_LIMIT
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from creatoraudit.graphql import nodes
from creatoraudit.graphql.context import Info
from creatoraudit.graphql.enums import Platform, TopCreatorOrderField
from creatoraudit.graphql.inputs import renamed
from creatoraudit.graphql.measured import gained
from creatoraudit.graphql.nodes import named
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.account_video import AccountVideo
from creatoraudit.graphql.types.creator import Creator
from creatoraudit.graphql.types.metrics import MetricDefinition
from creatoraudit.graphql.types.node import Node
from creatoraudit.graphql.types.overview import Overview
from creatoraudit.graphql.types.search import SearchResult
from creatoraudit.graphql.types.top_creator import TopCreator
from creatoraudit.graphql.types.tracked import Tracked
from creatoraudit.graphql.types.video import Video
from creatoraudit.graphql.types.viewer import Viewer
from creatoraudit.graphql.windows import SentWeek, window_of

GlobalId = Annotated[strawberry.ID, argument(description="The object's global id.")]
EitherId = Annotated[strawberry.ID, argument(description="The global id, or the id that the REST API uses.")]


def _viewer(info: Info) -> Any:
    return info.context.actor


async def _node(info: Info, id: GlobalId) -> Any:  # noqa: A002
    return await nodes.node(info.context, id)


async def _nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], argument(description=f"Global ids, at most {MAX_LIMIT}.")],
) -> Any:
    if len(ids) > MAX_LIMIT:
        raise ValidationFailed.of("ids", f"must have at most {MAX_LIMIT} items")

    async def one(index: int) -> Any:
        return await nodes.node(info.context, ids[index], f"ids[{index}]")

    return await asyncio.gather(*(one(index) for index in range(len(ids))), return_exceptions=True)


async def _account(
    info: Info,
    id: Annotated[  # noqa: A002
        strawberry.ID | None, argument(description="The global id, or the id that the REST API uses.")
    ] = UNSET,
    platform: Annotated[Platform | None, argument(description="Where the profile lives; with `username`.")] = UNSET,
    username: Annotated[
        str | None, argument(description="The username, with or without `@`, or the profile's URL; with `platform`.")
    ] = UNSET,
) -> Any:
    return await nodes.object_of(info.context, "Account", id=id, platform=platform, username=username)


async def _video(info: Info, id: EitherId) -> Any:  # noqa: A002
    return await nodes.object_of(info.context, "Video", id=id)


async def _account_video(info: Info, id: EitherId) -> Any:  # noqa: A002
    return await nodes.object_of(info.context, "AccountVideo", id=id)


async def _creator(info: Info, id: EitherId) -> Any:  # noqa: A002
    return await nodes.object_of(info.context, "Creator", id=id)


async def _overview(info: Info, window: SentWeek = UNSET) -> Any:
    return await overview(info.context.db, info.context.actor, window_of(window, Preset.LAST_7_DAYS))


async def _top_creators(
    info: Info,
    window: SentWeek = UNSET,
    limit: Annotated[int, argument(description=f"How many creators, 1 to {leaderboards.MAX_LIMIT}.")] = 10,
    order_by: Annotated[
        TopCreatorOrderField, argument(description="What ranks, the largest first.")
    ] = TopCreatorOrderField.VIEWS,
) -> Any:
    asked = validate(leaderboards.TopCreatorsParams, {"limit": limit, "order_by": order_by.value})
    found = await leaderboards.top_creators(
        info.context.db,
        info.context.actor,
        window=window_of(window, Preset.LAST_7_DAYS),
        limit=asked.limit,
        order_by=asked.order_by,
    )
    return [
        SimpleNamespace(
            rank=place.rank,
            creator=place.creator,
            metrics=gained(found.window, Measured(place.metrics, place.coverage)),
        )
        for place in found.rows
    ]


def _search(
    query: Annotated[
        str,
        argument(description="A part of a username, a name or a caption, whatever its case; at most 128 characters."),
    ],
    limit: Annotated[int, argument(description=f"How many objects of each section, 1 to {search.MAX_LIMIT}.")] = 10,
) -> Any:
    try:
        asked = validate(search.SearchParams, {"q": query, "limit": limit})
    except ValidationFailed as error:
        raise renamed(error, q="query") from None
    return search.searched(asked.q, asked.limit)


def _metric_definitions() -> Any:
    return METRICS


@strawberry.type(description="Everything that can be read.")
class Query(Tracked):
    viewer: Viewer = strawberry.field(resolver=_viewer, description="Who asks: the key and its organization.")
    node: Node | None = strawberry.field(resolver=_node, description="The object with a global id; null if none.")
    nodes: list[Node | None] = strawberry.field(
        resolver=_nodes, description="The objects with these global ids, in their order; null where there is none."
    )
    account: Account | None = named(
        "Account", resolver=_account, description="The account with an id, or of a profile; null if it is not tracked."
    )
    video: Video | None = named("Video", resolver=_video, description="The video with an id; null if there is none.")
    account_video: AccountVideo | None = named(
        "AccountVideo", resolver=_account_video, description="The account video with an id; null if there is none."
    )
    creator: Creator | None = named(
        "Creator", resolver=_creator, description="The creator with an id; null if there is none."
    )
    overview: Overview | None = strawberry.field(
        resolver=_overview, description="The organization at a glance, beside the window before."
    )
    top_creators: list[TopCreator] | None = strawberry.field(
        resolver=_top_creators,
        description="The active creators whose accounts gained most in a window, best first; ties by name, then id.",
    )
    search: SearchResult | None = strawberry.field(
        resolver=_search, description="Accounts, creators and posts that contain a text; blank finds nothing."
    )
    metric_definitions: list[MetricDefinition] = strawberry.field(
        resolver=_metric_definitions, description="What each metric means, and how it is computed."
    )
