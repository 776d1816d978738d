"""Changing things: payloads, user errors, scopes, retries, keys that count at once."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLNonNull, Undefined
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.graphql.schema import EXECUTABLE
from factories import a_creator, a_video, an_account, an_account_video, an_api_key, an_organization

from .conftest import Ask, Send

MUTATIONS = EXECUTABLE.mutation_type.fields if EXECUTABLE.mutation_type else {}
ADMIN = {name for name in MUTATIONS if name.endswith("ApiKey")}

TRACK = """mutation ($input: TrackAccountInput!) { trackAccount(input: $input) {
    account { databaseId username } userErrors { field message code } } }"""


def required(name: str) -> dict[str, Any]:
    """An input with every field that a mutation requires."""
    declared = MUTATIONS[name].args["input"].type.of_type.fields
    values = {"Platform": "TIKTOK", "ID": "01990000-0000-7000-8000-000000000000", "String": "acme"}
    return {
        field: values[one.type.of_type.name]
        for field, one in declared.items()
        if isinstance(one.type, GraphQLNonNull) and one.default_value is Undefined
    }


@pytest.mark.parametrize("name", MUTATIONS)
async def test_every_mutation_takes_one_input_and_answers_with_user_errors(name: str) -> None:
    declared = MUTATIONS[name]
    capital = name[0].upper() + name[1:]

    assert str(declared.type) == f"{capital}Payload"
    assert {argument: str(one.type) for argument, one in declared.args.items()} == {"input": f"{capital}Input!"}
    assert str(declared.type.fields["userErrors"].type) == "[UserError!]!"


@pytest.mark.parametrize("name", MUTATIONS)
async def test_every_mutation_needs_its_scope(db: Database, organization: Actor, send: Send, name: str) -> None:
    document = f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ __typename }} }}"
    needed = "admin" if name in ADMIN else "write"
    lesser = ["read", "write"] if name in ADMIN else ["read"]
    key = (await an_api_key(db, organization, scopes=lesser)).key

    answer = (await send(document, key=key, input=required(name))).json()

    (error,) = answer["errors"]
    assert answer["data"] == {name: None}
    assert error["extensions"]["code"] == "INSUFFICIENT_SCOPE"
    assert error["message"] == f"This operation requires the '{needed}' scope."


async def test_an_account_lives_from_track_to_untrack(db: Database, organization: Actor, ask: Ask) -> None:
    creator = await a_creator(db, organization)
    tracked = await ask(
        TRACK,
        input={
            "platform": "INSTAGRAM",
            "username": "@Acme",
            "category": "food",
            "metadata": {"tier": "gold", "rank": 1},
            "creatorId": creator.id,
            "postLookbackDays": 9,
        },
    )
    account = tracked["trackAccount"]["account"]
    changed = await ask(
        """mutation ($id: ID!) {
            updateAccount(input: {id: $id, category: null, isActive: false, scrapeIntervalHours: 6}) {
            account { category isActive metadata freshness { intervalHours } collection { postLookbackDays }
                      creator { databaseId } }
            userErrors { code } }
        }""",
        id=account["databaseId"],
    )
    gone = await ask(
        "mutation ($id: ID!) { untrackAccount(input: {id: $id}) { deletedAccountId userErrors { code } } }",
        id=account["databaseId"],
    )
    after = await ask("query ($id: ID!) { node(id: $id) { id } }", id=gone["untrackAccount"]["deletedAccountId"])

    assert account["username"] == "acme"
    assert changed["updateAccount"] == {
        "account": {
            "category": None,
            "isActive": False,
            "metadata": {"tier": "gold", "rank": 1},
            "freshness": {"intervalHours": 6},
            "collection": {"postLookbackDays": 9},
            "creator": {"databaseId": creator.id},
        },
        "userErrors": [],
    }
    assert after == {"node": None}


async def test_a_video_lives_from_track_to_untrack(ask: Ask) -> None:
    url = "https://www.tiktok.com/@acme/video/6749520869598481669"
    tracked = await ask(
        """mutation ($url: String!) { trackVideo(input: {platform: TIKTOK, identifier: $url, isActive: false}) {
            video { id url externalId isActive } userErrors { code } } }""",
        url=url,
    )
    video = tracked["trackVideo"]["video"]
    changed = await ask(
        """mutation ($id: ID!) { updateVideo(input: {id: $id, isActive: true, metadata: {a: 1.5}}) {
            video { id isActive metadata } userErrors { code } } }""",
        id=video["id"],
    )
    gone = await ask(
        "mutation ($id: ID!) { untrackVideo(input: {id: $id}) { deletedVideoId userErrors { code } } }", id=video["id"]
    )

    assert video == {"id": video["id"], "url": url, "externalId": "6749520869598481669", "isActive": False}
    assert changed["updateVideo"]["video"] == {"id": video["id"], "isActive": True, "metadata": {"a": 1.5}}
    assert gone["untrackVideo"]["deletedVideoId"] == video["id"]
    assert await ask("{ videos { totalCount } }") == {"videos": {"totalCount": 0}}


async def test_a_creators_pause_is_seen_in_the_same_operation(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account(db, organization)
    made = await ask('mutation { createCreator(input: {name: "Zoë"}) { creator { id } userErrors { code } } }')
    creator = made["createCreator"]["creator"]["id"]
    of_creator = "creator { isActive accounts { nodes { isActive } } accountsSummary { total tiktok } }"

    data = await ask(
        f"""mutation ($creator: ID!, $account: ID!) {{
            linkAccount(input: {{creatorId: $creator, accountId: $account}}) {{
                {of_creator} account {{ creator {{ name }} }} }}
            pause: updateCreator(input: {{id: $creator, isActive: false}}) {{ {of_creator} }}
            resume: updateCreator(input: {{id: $creator, isActive: true}}) {{ {of_creator} }}
            unlinkAccount(input: {{creatorId: $creator, accountId: $account}}) {{
                {of_creator} account {{ creator {{ name }} }} }}
            deleteCreator(input: {{id: $creator}}) {{ deletedCreatorId }}
        }}""",
        creator=creator,
        account=account.id,
    )

    one = {"total": 1, "tiktok": 1}
    assert data["linkAccount"]["account"] == {"creator": {"name": "Zoë"}}
    for name, active in (("linkAccount", True), ("pause", False), ("resume", True)):
        assert data[name]["creator"] == {
            "isActive": active,
            "accounts": {"nodes": [{"isActive": active}]},
            "accountsSummary": one,
        }
    assert data["unlinkAccount"]["creator"]["accounts"] == {"nodes": []}
    assert data["unlinkAccount"]["account"] == {"creator": None}
    assert data["deleteCreator"] == {"deletedCreatorId": creator}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            'trackAccount(input: {platform: TIKTOK, username: "a b", scrapeIntervalHours: 0, postLookbackDays: 0})',
            {
                ("username", "VALIDATION_ERROR"),
                ("scrapeIntervalHours", "VALIDATION_ERROR"),
                ("postLookbackDays", "VALIDATION_ERROR"),
            },
        ),
        ('trackAccount(input: {platform: TIKTOK, username: "acme"})', {(None, "CONFLICT")}),
        ('trackAccount(input: {platform: TIKTOK, username: "other"})', {(None, "QUOTA_EXCEEDED")}),
        (
            'trackAccount(input: {platform: TIKTOK, username: "x", creatorId: "01990000-0000-7000-8000-000000000000"})',
            {("username", "VALIDATION_ERROR")},
        ),
        (
            'trackAccount(input: {platform: TIKTOK, username: "xy", creatorId: "QWNjb3VudDox"})',
            {("creatorId", "VALIDATION_ERROR")},
        ),
        (
            'trackAccount(input: {platform: TIKTOK, username: "xy", idempotencyKey: ""})',
            {("idempotencyKey", "VALIDATION_ERROR")},
        ),
        (
            'trackVideo(input: {platform: TIKTOK, identifier: "https://www.instagram.com/p/CxYz123AbCd/"})',
            {("identifier", "VALIDATION_ERROR")},
        ),
        ('untrackAccount(input: {id: "01990000-0000-7000-8000-000000000000"})', {(None, "NOT_FOUND")}),
        ('untrackAccount(input: {id: "nonsense"})', {("id", "VALIDATION_ERROR")}),
        ('createCreator(input: {name: ""})', {("name", "VALIDATION_ERROR")}),
        ('createCreator(input: {name: "a", metadata: {a: [1]}})', {("metadata", "VALIDATION_ERROR")}),
        ('createCreator(input: {name: "a", metadata: "x"})', {("metadata", "VALIDATION_ERROR")}),
        ('createApiKey(input: {name: "a", scopes: []})', {("scopes", "VALIDATION_ERROR")}),
        (
            'createApiKey(input: {name: "a", expiresAt: "2001-01-01T00:00:00Z", rateLimit: 0})',
            {("expiresAt", "VALIDATION_ERROR"), ("rateLimit", "VALIDATION_ERROR")},
        ),
    ],
)
async def test_expected_failures_are_data(
    db: Database, ask: Ask, document: str, expected: set[tuple[str | None, str]]
) -> None:
    organization = await an_organization(db, account_quota=1)
    key = (await an_api_key(db, organization)).key
    await an_account(db, organization, "acme")

    (payload,) = (await ask(f"mutation {{ {document} {{ userErrors {{ field message code }} }} }}", key=key)).values()

    assert {(error["field"], error["code"]) for error in payload["userErrors"]} == expected
    assert all(error["message"] for error in payload["userErrors"])
    assert await ask("{ accounts { totalCount } creators { totalCount } }", key=key) == {
        "accounts": {"totalCount": 1},
        "creators": {"totalCount": 0},
    }


async def test_twenty_retries_at_once_make_one_account(ask: Ask) -> None:
    sent = {"platform": "TIKTOK", "username": "acme", "idempotencyKey": "once"}

    answers = await asyncio.gather(*(ask(TRACK, input=sent) for _ in range(20)))
    other = await ask(TRACK, input=sent | {"username": "else"})

    ids = {answer["trackAccount"]["account"]["databaseId"] for answer in answers}
    assert len(ids) == 1
    assert [one["field"] for one in other["trackAccount"]["userErrors"]] == ["idempotencyKey"]


async def test_an_idempotency_key_is_shared_with_rest(client: AsyncClient, ask: Ask) -> None:
    body = {"platform": "tiktok", "username": "acme"}
    first = await client.post("/v2/accounts", json=body, headers={"Idempotency-Key": "once"})

    again = await ask(TRACK, input={"platform": "TIKTOK", "username": "acme", "idempotencyKey": "once"})

    assert again["trackAccount"]["account"]["databaseId"] == first.json()["data"]["id"]


async def test_untracking_deletes_what_only_the_account_kept(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account(db, organization)
    await an_account_video(db, organization, account)
    kept = await a_video(db, organization, f"https://www.tiktok.com/@acme/video/{10**18}")

    await ask("mutation ($id: ID!) { untrackAccount(input: {id: $id}) { deletedAccountId } }", id=account.id)

    assert await ask("{ accountVideos { totalCount } videos { nodes { databaseId account { id } } } }") == {
        "accountVideos": {"totalCount": 0},
        "videos": {"nodes": [{"databaseId": kept.id, "account": None}]},
    }


async def test_keys_are_made_shown_once_and_stopped_at_once(ask: Ask, send: Send) -> None:
    made = (
        await ask(
            """mutation { createApiKey(input: {name: "reports", scopes: [READ], rateLimit: 5}) {
                key apiKey { id name hint scopes isEnabled rateLimit } userErrors { code } } }"""
        )
    )["createApiKey"]
    key, key_id = made["key"], made["apiKey"]["id"]
    whoami = "{ viewer { key { name } } }"

    async def change(action: str, **fields: Any) -> Any:
        name = f"{action}ApiKey"
        document = f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{
            {"deletedApiKeyId" if action == "delete" else "apiKey { name isEnabled hint }"}
            {"key" if action == "rotate" else ""} userErrors {{ code }} }} }}"""
        return (await ask(document, input={"id": key_id, **fields}))[name]

    assert made["apiKey"] | {"id": ""} == {
        "id": "", "name": "reports", "hint": key[-4:], "scopes": ["READ"], "isEnabled": True, "rateLimit": 5,
    }  # fmt: skip
    assert await ask(whoami, key=key) == {"viewer": {"key": {"name": "reports"}}}
    assert (await change("disable"))["apiKey"]["isEnabled"] is False
    assert (await send(whoami, key=key)).status_code == 403
    assert (await change("enable"))["apiKey"]["isEnabled"] is True
    assert (await change("rename", name="graphs"))["apiKey"]["name"] == "graphs"
    assert await ask(whoami, key=key) == {"viewer": {"key": {"name": "graphs"}}}
    rotated = await change("rotate")
    assert (await send(whoami, key=key)).status_code == 401
    assert rotated["apiKey"]["hint"] == rotated["key"][-4:]
    assert await ask(whoami, key=rotated["key"]) == {"viewer": {"key": {"name": "graphs"}}}
    assert (await change("delete"))["deletedApiKeyId"] == key_id
    assert (await send(whoami, key=rotated["key"])).status_code == 401


async def test_keys_are_listed_for_admins_only(db: Database, organization: Actor, ask: Ask, send: Send) -> None:
    writer = (await an_api_key(db, organization, name="writer", scopes=["write"])).key
    document = "{ viewer { organization { name apiKeys(last: 1) { totalCount nodes { name } } } } }"

    data = await ask(document)
    refused = (await send(document, key=writer)).json()

    assert data["viewer"]["organization"]["apiKeys"] == {"totalCount": 2, "nodes": [{"name": "writer"}]}
    assert refused["data"] == {"viewer": {"organization": {"name": "Acme", "apiKeys": None}}}
    assert refused["errors"][0]["extensions"]["code"] == "INSUFFICIENT_SCOPE"


async def test_nothing_of_another_organization_changes(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account(db, organization)
    creator = await a_creator(db, organization)
    video = await a_video(db, organization)
    stranger = (await an_api_key(db, await an_organization(db))).key

    data = await ask(
        """mutation ($account: ID!, $creator: ID!, $video: ID!) {
            a: untrackAccount(input: {id: $account}) { userErrors { code } }
            b: updateAccount(input: {id: $account, isActive: false}) { userErrors { code } }
            c: deleteCreator(input: {id: $creator}) { userErrors { code } }
            d: linkAccount(input: {creatorId: $creator, accountId: $account}) { userErrors { code } }
            e: untrackVideo(input: {id: $video}) { userErrors { code } }
            f: updateVideo(input: {id: $video, isActive: false}) { userErrors { code } }
        }""",
        key=stranger,
        account=account.id,
        creator=creator.id,
        video=video.id,
    )

    assert {payload["userErrors"][0]["code"] for payload in data.values()} == {"NOT_FOUND"}
    assert await ask("{ accounts { nodes { isActive creator { id } } } videos { nodes { isActive } } }") == {
        "accounts": {"nodes": [{"isActive": True, "creator": None}]},
        "videos": {"nodes": [{"isActive": True}]},
    }
