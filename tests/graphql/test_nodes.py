"""Objects by id, by either kind of id, and only those of the key's organization."""

import base64
from typing import Any

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, a_video, an_account, an_account_video, an_api_key, an_organization

from .conftest import Ask


@pytest.fixture
async def things(db: Database, organization: Actor) -> dict[str, Any]:
    """One row of each type, by the name of the field that finds it."""
    creator = await a_creator(db, organization)
    account = await an_account(db, organization, creator_id=creator.id)
    return {
        "account": account,
        "video": await a_video(db, organization),
        "accountVideo": await an_account_video(db, organization, account),
        "creator": creator,
    }


@pytest.mark.parametrize("name", ["account", "video", "accountVideo", "creator"])
async def test_either_id_finds_an_object_and_its_global_id_finds_it_anywhere(
    ask: Ask, things: dict[str, Any], name: str
) -> None:
    database_id = things[name].id
    document = f"query ($id: ID!) {{ found: {name}(id: $id) {{ __typename id databaseId }} }}"

    (found,) = (await ask(document, id=database_id.upper())).values()
    (again,) = (await ask(document, id=found["id"])).values()
    node = await ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=found["id"])

    type_name = name[0].upper() + name[1:]
    assert found == again == {"__typename": type_name, "id": found["id"], "databaseId": database_id}
    assert base64.b64decode(found["id"]).decode() == f"{type_name}:{database_id}"
    assert node == {"node": {"__typename": type_name, "id": found["id"]}}


async def test_nodes_keep_their_order_and_fail_one_by_one(send: Any, ask: Ask, things: dict[str, Any]) -> None:
    data = await ask(
        "{ accounts { nodes { id } } creators { nodes { id } } viewer { organization { id } key { id } } }"
    )
    account, creator = data["accounts"]["nodes"][0]["id"], data["creators"]["nodes"][0]["id"]
    organization, key = data["viewer"]["organization"]["id"], data["viewer"]["key"]["id"]
    unknown = base64.b64encode(f"Video:{things['account'].id}".encode()).decode()

    answer = (
        await send(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
            ids=[creator, account, unknown, "nonsense", things["account"].id, creator, organization, key],
        )
    ).json()

    assert [node and node["id"] for node in answer["data"]["nodes"]] == [
        creator, account, None, None, None, creator, organization, key,
    ]  # fmt: skip
    assert sorted(error["path"][1] for error in answer["errors"]) == [3, 4]


async def test_a_profile_finds_its_account(ask: Ask, things: dict[str, Any]) -> None:
    document = "query ($name: String!) { account(platform: TIKTOK, username: $name) { databaseId } }"

    for name in ("acme", "@ACME", "https://www.tiktok.com/@acme?lang=en"):
        assert await ask(document, name=name) == {"account": {"databaseId": things["account"].id}}
    assert await ask(document, name="nobody") == {"account": None}


async def test_accounts_named_in_every_way_are_found_side_by_side_and_fail_one_by_one(
    send: Any, things: dict[str, Any]
) -> None:
    account = things["account"]
    named = f'platform: {account.platform.upper()}, username: "{account.username}"'
    answer = (
        await send(
            f"""{{
                byId: account(id: "{account.id}") {{ username }}
                byName: account({named}) {{ databaseId username }}
                none: account(id: "{things["creator"].id}") {{ username }}
                wrong: account(id: "seven") {{ username }}
            }}"""
        )
    ).json()

    assert answer["data"] == {
        "byId": {"username": account.username},
        "byName": {"databaseId": account.id, "username": account.username},
        "none": None,
        "wrong": None,
    }
    assert [error["path"] for error in answer["errors"]] == [["wrong"]]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("account", "Video"),
        ("video", "AccountVideo"),
        ("accountVideo", "Video"),
        ("creator", "Account"),
    ],
)
async def test_the_id_of_another_type_is_refused(errors: Ask, things: dict[str, Any], field: str, wrong: str) -> None:
    of_other_type = base64.b64encode(f"{wrong}:{things['account'].id}".encode()).decode()

    (error,) = await errors(f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", id=of_other_type)

    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    assert f"not of {'an' if wrong[0] == 'A' else 'a'} {wrong}" in error["message"]


@pytest.mark.parametrize(
    "arguments", ["", "platform: TIKTOK", 'username: "acme"', 'id: "x", platform: TIKTOK, username: "acme"', 'id: "x"']
)
async def test_an_account_needs_one_way_to_be_found(errors: Ask, arguments: str) -> None:
    (error,) = await errors(f"{{ account{f'({arguments})' if arguments else ''} {{ id }} }}")

    assert error["extensions"]["errors"][0]["field"] == "id"


async def test_what_another_organization_has_does_not_exist(db: Database, ask: Ask, things: dict[str, Any]) -> None:
    stranger = (await an_api_key(db, await an_organization(db))).key
    for name, row in things.items():
        document = f"query ($id: ID!) {{ {name}(id: $id) {{ id }} }}"
        assert await ask(document, id=row.id, key=stranger) == {name: None}
        assert (await ask(document, id=row.id))[name] is not None
    data = await ask("{ accounts { totalCount } creators { totalCount } videos { totalCount } }", key=stranger)
    assert [one["totalCount"] for one in data.values()] == [0, 0, 0]


async def test_the_viewer_is_whose_key_was_sent(db: Database, organization: Actor, ask: Ask) -> None:
    made = await an_api_key(db, organization, name="reports", scopes=["read"], rate_limit=7)

    data = await ask(
        "{ viewer { key { databaseId name hint scopes rateLimit expiresAt } scopes "
        "organization { databaseId name accounts { totalCount } } rateLimit { limit remaining resetAt } } }",
        key=made.key,
    )

    viewer = data["viewer"]
    assert viewer["key"] == {
        "databaseId": made.row.id,
        "name": "reports",
        "hint": made.key[-4:],
        "scopes": ["READ"],
        "rateLimit": 7,
        "expiresAt": None,
    }
    assert viewer["scopes"] == ["READ"]
    assert viewer["organization"]["databaseId"] == organization.organization_id
    assert (viewer["rateLimit"]["limit"], viewer["rateLimit"]["remaining"]) == (7, 6)
    assert viewer["rateLimit"]["resetAt"].endswith(":00Z")
