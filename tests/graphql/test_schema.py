"""The schema as a whole: what it says about itself, and what was promised."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_specified_scalar_type,
)

from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.queries import ACCOUNT_VIDEOS
from creatoraudit.domain.accounts.queries import ACCOUNTS
from creatoraudit.domain.actor import Actor, KeyScope
from creatoraudit.domain.analytics.metrics import RollUp, Unit
from creatoraudit.domain.analytics.series import Granularity
from creatoraudit.domain.analytics.windows import Period
from creatoraudit.domain.api_keys import API_KEYS
from creatoraudit.domain.creators.queries import CREATORS
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.queries import VIDEOS
from creatoraudit.graphql import enums
from creatoraudit.graphql.schema import EXECUTABLE
from factories import a_creator, a_video, an_account, an_account_video

from .conftest import Ask

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
        (enums.Period, Period),
        (enums.Granularity, Granularity),
        (enums.MetricUnit, Unit),
        (enums.MetricRollUp, RollUp),
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


def selection(of: GraphQLNamedType, depth: int) -> str:
    """Every field of a type that needs no argument, down to some depth; lists by one object."""
    assert isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
    asked = ["__typename"]
    for name, field in of.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            asked.append(name)
        elif depth and not any(is_required_argument(argument) for argument in field.args.values()):
            arguments = "(first: 1)" if "first" in field.args else ""
            asked.append(f"{name}{arguments} {{ {selection(inner, depth - 1)} }}")
    return " ".join(asked)


LISTS = ["accounts", "videos", "accountVideos", "creators"]


@pytest.mark.parametrize("name", [*LISTS, "viewer", "overview", "topCreators", "metricDefinitions", "search"])
async def test_every_field_can_be_asked(db: Database, organization: Actor, ask: Ask, name: str) -> None:
    creator = await a_creator(db, organization)
    account = await an_account(db, organization, platform="instagram", creator_id=creator.id)
    await an_account_video(db, organization, account, shortcode="CxYz123AbCd", media_type="image")
    await a_video(db, organization, f"https://www.tiktok.com/@acme/video/{10**18}")
    field = EXECUTABLE.query_type.fields[name] if EXECUTABLE.query_type else None
    assert field is not None

    arguments = "(first: 1)" if name in LISTS else '(query: "o", limit: 1)' if name == "search" else ""
    data = await ask(f"{{ {name}{arguments} {{ {selection(get_named_type(field.type), 5)} }} }}")

    assert data[name]
    assert name not in LISTS or len(data[name]["nodes"]) == 1
