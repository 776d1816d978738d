"""Everything that can be listened to."""

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, argument

from creatoraudit.domain.paging import MAX_LIMIT
from creatoraudit.errors import ValidationFailed
from creatoraudit.events import Kind
from creatoraudit.graphql import nodes
from creatoraudit.graphql.context import Info
from creatoraudit.graphql.ids import database_id
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.video import Video

Ids = Annotated[
    list[strawberry.ID] | None,
    argument(
        description=f"Which ones, 1 to {MAX_LIMIT}: global ids, or those that the REST API uses; all if left out. "
        "Of an id that the organization does not have nothing is heard."
    ),
]


def _refreshed(kind: Kind, of_type: type, what: str) -> Any:
    """A field that answers with an object of the organization whenever it has been refreshed."""

    async def listen(info: Info, ids: Ids = UNSET) -> AsyncGenerator[Any, None]:
        context = info.context
        wanted = _wanted(ids, of_type.__name__)
        async with context.events.subscribe(str(context.actor.organization_id), kind, wanted) as events:
            async for event in events:
                context.loaders.clear()  # what was loaded for the event before may not be true any more
                yield nodes.object_of(context, of_type.__name__, id=event.id)

    description = f"{what}, each time that new numbers of it are stored; null if it was deleted meanwhile."
    return strawberry.subscription(resolver=listen, graphql_type=of_type | None, description=description)


def _wanted(ids: Sequence[str] | None, type_name: str) -> frozenset[str] | None:
    if ids is None or ids is UNSET:
        return None
    if not 1 <= len(ids) <= MAX_LIMIT:
        raise ValidationFailed.of("ids", f"must have 1 to {MAX_LIMIT} items, or be left out")
    return frozenset(database_id(one, type_name, f"ids[{index}]") for index, one in enumerate(ids))


@strawberry.type(description="Everything that can be listened to.")
class Subscription:
    account_refreshed: Account | None = _refreshed("account", Account, "An account of the organization")
    video_refreshed: Video | None = _refreshed(
        "video", Video, "A video that the organization tracks by itself, also where its account's feed showed it"
    )
