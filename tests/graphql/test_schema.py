"""The schema as a whole: what it says about itself, and what was promised."""

import pytest

from creatoraudit.domain.account_videos.queries import ACCOUNT_VIDEOS
from creatoraudit.domain.accounts.queries import ACCOUNTS
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.api_keys import API_KEYS
from creatoraudit.domain.creators.queries import CREATORS
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.queries import VIDEOS
from creatoraudit.graphql import enums
from creatoraudit.graphql.schema import EXECUTABLE
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_specified_scalar_type,
)

TYPES = [
    one for one in EXECUTABLE.type_map.values() if not one.name.startswith("__") and not is_specified_scalar_type(one)
]


@pytest.mark.parametrize("described", TYPES, ids=str)
def test_everything_is_described(described: GraphQLNamedType) -> None:
    missing = [] if described.description else [described.name]
    if isinstance(described, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        missing += [f"{described}.{name}" for name, field in described.fields.items() if not field.description]
    if isinstance(described, GraphQLObjectType | GraphQLInterfaceType):
        missing += [
            f"{described}.{name}({argument})"
            for name, field in described.fields.items()
            for argument, declared in field.args.items()
            if not declared.description
        ]
    if isinstance(described, GraphQLEnumType):
        missing += [f"{described}.{name}" for name, value in described.values.items() if not value.description]

    assert missing == []


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (enums.Platform, Platform),
        (enums.KeyScope, KeyScope),
        *(
            (order, listing.keys)
            for order, listing in (
                (enums.AccountOrderField, ACCOUNTS),
                (enums.PostOrderField, VIDEOS),
                (enums.PostOrderField, ACCOUNT_VIDEOS),
                (enums.CreatorOrderField, CREATORS),
                (enums.ApiKeyOrderField, API_KEYS),
            )
        ),
    ],
)
def test_closed_sets_are_the_domains(enum: type, words: type | Listing[object]) -> None:
    assert [one.value for one in enum] == [str(word.value if hasattr(word, "value") else word) for word in words]  # type: ignore[attr-defined]


def test_ids_and_lists_are_relays() -> None:
    for one in TYPES:
        if not isinstance(one, GraphQLObjectType):
            continue
        if "databaseId" in one.fields:
            assert "Node" in {interface.name for interface in one.interfaces}
        if one.name.endswith("Connection"):
            assert list(one.fields) == ["nodes", "edges", "pageInfo", "totalCount"]
        for name, field in one.fields.items():
            if get_named_type(field.type).name.endswith("Connection"):
                assert {"first", "after", "last", "before", "orderBy"} <= set(field.args), f"{one}.{name}"
