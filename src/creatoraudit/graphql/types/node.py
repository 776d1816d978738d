"""What every object with an id is."""

from typing import Any

import strawberry

from creatoraudit.engine import ATTRIBUTE
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.loaders import reads

_ID = "The object's global id: it names the object among all objects of all types."


@strawberry.interface(description="An object with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description=_ID)


def node_id(type_name: str) -> Any:
    """The field `id` of a type."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(global_id(type_name, root.id))

    return strawberry.field(resolver=resolve, description=_ID, metadata=reads("id"))


def database_id() -> Any:
    """The field `databaseId` of a type."""

    def resolve(root: Any) -> Any:
        return root.id

    return strawberry.field(resolver=resolve, description="The id that the REST API uses.", metadata={ATTRIBUTE: "id"})
