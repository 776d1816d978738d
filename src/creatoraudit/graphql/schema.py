"""The schema: a table of contents."""

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from creatoraudit.engine import Engine
from creatoraudit.graphql.mutations import Mutation
from creatoraudit.graphql.queries import Query
from creatoraudit.graphql.scalars import ENCODING, SCALARS
from creatoraudit.graphql.subscriptions import Subscription
from creatoraudit.graphql.types.organization import Organization

SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Organization],
    config=StrawberryConfig(scalar_map=SCALARS),
)

EXECUTABLE: GraphQLSchema = SCHEMA._schema  # noqa: SLF001 - Strawberry has no other name for it


ENGINE = Engine(EXECUTABLE, ENCODING)
"""Executes its operations; what it counted is this process's."""


def sdl() -> str:
    """The schema in the schema definition language."""
    return f"{SCHEMA.as_str()}\n"
