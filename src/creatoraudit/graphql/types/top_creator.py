"""Who did best."""

import strawberry
from strawberry import field

from creatoraudit.graphql.types.creator import Creator
from creatoraudit.graphql.types.metrics import Metrics


@strawberry.type(description="A creator's place among those that did best in a window.")
class TopCreator:
    rank: int = field(description="The place, from 1.")
    creator: Creator = field(description="The creator.")
    metrics: Metrics = field(description="What the creator's accounts gained together in the window.")
