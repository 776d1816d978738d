"""Nothing of one organization reaches another one, whatever it is asked through and however.

Everything is asked twice: for what never was, before the other organization exists; and for what that one has. The
answers must be the same, byte for byte.
"""

import asyncio
import dataclasses
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from itertools import islice, product
from typing import Any, NamedTuple

import pytest
import structlog
from graphql import GraphQLSchema, extend_schema, parse
from sqlalchemy import Table, or_, select
from sqlmodel import SQLModel
from starlette.applications import Starlette
from starlette.types import Message

from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.db.connections import is_sqlite
from creatoraudit.db.engine import Database
from creatoraudit.events import Refreshed
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.http import access_log
from creatoraudit.rest.endpoint import AnyEndpoint
from creatoraudit.rest.params import ListQuery
from creatoraudit.rest.routes import ENDPOINTS, openapi_document
from creatoraudit.settings import Settings
from live import subscribed
from security import graphql_probes, rest_probes
from security.asking import Answer, ask, request_scope, without, without_new
from security.sides import NOON, Side, a_side

OWN, FOREIGN, GHOST = "aurora", "zephyr", "quartz"

LEAVES = graphql_probes.every_leaf(EXECUTABLE)
READS = [one for one in LEAVES if one.parent not in {"Mutation", "Subscription"}]
WRITES = [one for one in LEAVES if one.parent == "Mutation"]
PRIVATE = [one for one in ENDPOINTS if not one.public]
_BATCHES = ("/metrics", "/deltas")

_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{8,}")


class Question(NamedTuple):
    """One request of either edge: what it probes, how many values it has, and what an answer may repeat."""

    about: str
    values: int
    method: str
    path: str
    body: bytes | None
    headers: Any
    sent: list[Any]


class World:
    """The application, the organization that asks, and the one that never was."""

    def __init__(self, app: Starlette, db: Database, own: Side) -> None:
        self.app = app
        self.db = db
        self.own = own
        self.ghost = own.ghost(GHOST)

    async def answer(self, question: Question) -> Answer:
        _, _, method, path, body, headers, _ = question
        found = await ask(self.app, method, path, self.own.key, body, headers)
        assert found.status < 500, question
        executed = path != "/graphql" or (found.status == 200 and b'"data":{' in found.body)
        assert executed, f"{question.about} was not executed: {found.body[:500]!r}"
        return found


@pytest.fixture
async def world(database_url: str, db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(access_log, "log", structlog.wrap_logger(None, processors=[_drop]))
    app = create_app(Settings(database_url=database_url), worker=None)
    async with app.router.lifespan_context(app):
        _, own = await a_side(db, OWN, 110_000_000)
        with clock.frozen(NOON):
            yield World(app, db, await with_pages(app, own))


def _drop(*_: object) -> Any:
    raise structlog.DropEvent


async def with_pages(app: Starlette, side: Side) -> Side:
    """The side with the cursors and the entity tags that its own questions are answered with."""
    cursors, tags = [], []
    for path in _pages(side):
        answer = await ask(app, "GET", path, side.key)
        assert answer.status == 200, answer
        tags.append(answer.header(b"etag"))
        cursors.append(json.loads(answer.body).get("pagination", {}).get("next_cursor"))
    for way in ("ASC", "DESC"):
        query = f"apiKeys(first: 1, orderBy: {{field: CREATED_AT, direction: {way}}}) {{ pageInfo {{ endCursor }} }}"
        body = json.dumps({"query": f"{{ viewer {{ organization {{ {query} }} }} }}"}).encode()
        found = json.loads((await ask(app, "POST", "/graphql", side.key, body)).body)
        cursors.append(found["data"]["viewer"]["organization"]["apiKeys"]["pageInfo"]["endCursor"])
    return dataclasses.replace(side, cursors=[one for one in cursors if one], tags=tags)


def _pages(side: Side) -> Iterator[str]:
    """Pages that have another one after them: of every list in every order, and of some filtered ones."""
    for endpoint in PRIVATE:
        if isinstance(endpoint.query, ListQuery):
            listing = endpoint.query.listing
            for key, direction in product(listing.keys, ("asc", "desc")):
                yield f"/v2{endpoint.path}?limit=1&order_by={key}&order_direction={direction}"
    yield f"/v2/account-videos?limit=1&account_id={side.ids['Account'][0]}"
    yield f"/v2/account-videos?limit=1&creator_id={side.ids['Creator'][0]}"
    yield f"/v2/accounts?limit=1&creator_id={side.ids['Creator'][0]}"
    yield "/v2/whoami"
    yield "/v2/overview"


def is_read(endpoint: AnyEndpoint) -> bool:
    return endpoint.method == "GET" or endpoint.path.endswith(_BATCHES)


def questions(own: Side, other: Side, *, reading: bool) -> Iterator[Question]:
    """Everything that `own` can ask about `other`, in an order that does not depend on it."""
    for probe in graphql_probes.probes(EXECUTABLE, READS if reading else WRITES, own, other):
        body = json.dumps({"query": probe.document, "variables": probe.variables}).encode()
        yield Question(str(probe.leaf), probe.size, "POST", "/graphql", body, None, probe.sent)
    for endpoint in PRIVATE:
        if is_read(endpoint) == reading:
            for one in rest_probes.probes(endpoint, own, other):
                yield Question(str(one.place), 1, one.method, one.path, one.body, one.headers, one.sent)


def give_away(text: str, marks: frozenset[str], word: str) -> set[str]:
    """What in a text is of another organization."""
    found = marks.intersection(_TOKEN.findall(text))
    return found | ({word} if word in text.lower() else set())


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


async def test_what_another_organization_has_answers_like_what_never_was(world: World) -> None:
    asked: Counter[str] = Counter()
    own, ghost = world.own, world.ghost
    step = 1 if is_sqlite(world.db.url) else 8  # where a statement costs more, some of them must do

    def about(other: Side, *, reading: bool) -> Iterator[Question]:
        return islice(questions(own, other, reading=reading), 0, None, step)

    missing = [digest(without((await world.answer(one)).text(), one.sent)) for one in about(ghost, reading=True)]
    actor, foreign = await a_side(world.db, FOREIGN, 770_000_000)
    foreign = await with_pages(world.app, foreign)
    assert [len(foreign.cursors), len(foreign.any_ids)] == [len(own.cursors), len(own.any_ids)]
    marks = frozenset(foreign.marks())
    before = await everything_of(world.db, str(actor.organization_id))

    found = about(foreign, reading=True)
    for one, twin, expected in zip(found, about(ghost, reading=True), missing, strict=True):
        asked[one.about] += one.values
        text = without((await world.answer(one)).text(), one.sent)
        assert not give_away(text, marks, FOREIGN), one
        if digest(text) != expected:
            assert text == without((await world.answer(twin)).text(), twin.sent), one
            pytest.fail(f"The answer changed when another organization came to be: {one}")

    written = [*ghost.own_words, *ghost.numbers]  # what earlier writes may have left
    for one, twin in zip(about(foreign, reading=False), about(ghost, reading=False), strict=True):
        asked[one.about] += one.values
        texts = [without((await world.answer(each)).text(), [*each.sent, *written]) for each in (one, twin)]
        assert not give_away(texts[0], marks, FOREIGN), one
        assert without_new(texts[0]) == without_new(texts[1]), one

    assert await everything_of(world.db, str(actor.organization_id)) == before
    assert step > 1 or not uncovered(asked)
    assert asked.total() > 20_000 // step


async def everything_of(db: Database, organization_id: str) -> dict[str, list[Any]]:
    """All rows that belong to an organization, directly or by way of its accounts and posts."""
    tables = {one.name: one for one in SQLModel.metadata.sorted_tables}
    found = {}
    async with db.transaction() as tx:
        for name, table in tables.items():
            owner = _owner(table, tables, organization_id)
            if owner is None:  # no organization's
                continue
            rows = await tx.execute(select(table).where(owner).order_by(*table.primary_key))
            found[name] = [tuple(row) for row in rows]
    assert all(found[name] for name in ("accounts", "posts", "videos", "api_keys", "creators", "post_closings"))
    return found


def _owner(table: Table, tables: dict[str, Table], organization_id: str) -> Any:
    if table.name == "organizations":
        return table.c.id == organization_id
    if "organization_id" in table.c:
        return table.c.organization_id == organization_id
    parents = {"post_id": "posts", "account_id": "accounts"}
    if not parents.keys() & set(table.c.keys()):
        return None
    return or_(
        *(
            table.c[column].in_(select(tables[parent].c.id).where(tables[parent].c.organization_id == organization_id))
            for column, parent in parents.items()
            if column in table.c
        )
    )


def uncovered(asked: Iterable[str], schema: GraphQLSchema = EXECUTABLE) -> set[str]:
    """The places for values, in the schema and in the OpenAPI document, at which nothing was asked."""
    places = {str(one) for one in graphql_probes.every_leaf(schema) if one.parent != "Subscription"}
    document = openapi_document()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("security") == []:
                continue
            name = f"{method.upper()} {path}"
            for one in operation["parameters"]:
                if "$ref" not in one:
                    places.add(f"{name} {one['in']} {one['name']}")
                elif one["$ref"].endswith("IdempotencyKey"):
                    places.add(f"{name} header Idempotency-Key")
            if body := operation.get("requestBody"):
                schema_name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                fields = document["components"]["schemas"][schema_name]["properties"]
                places |= {f"{name} body {field}" for field in fields}
    return places - set(asked)


TELLING = re.compile(
    r".*[(.](id|ids|after|before|q|query|username|category|creatorId|accountId):\)"
    r"|GET .* path \w+|.* (cursor|q|category|creator_id|account_id|account_ids|video_ids)"
)
"""Places where what is there must be answered otherwise than what is not."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_ones_own_is_found(world: World) -> None:
    """Else it would say nothing that what is another's is not."""
    told: dict[str, bool] = {}
    own, ghost = world.own, world.ghost
    for mine, missing in zip(questions(own, own, reading=True), questions(own, ghost, reading=True), strict=True):
        if TELLING.fullmatch(mine.about) and not told.get(mine.about):
            texts = [without((await world.answer(one)).text(), one.sent) for one in (mine, missing)]
            told[mine.about] = texts[0] != texts[1]
    assert [about for about, found in told.items() if not found] == []
    assert len(told) > 80


LEAK = """
    scalar Secret
    type Shelf { book(id: ID): String }
    extend type Query { leak(secret: Secret): String }
    extend type Account { notes(q: String): String }
"""


def test_a_new_argument_is_noticed() -> None:
    """What can be asked is asked at once; for what cannot, somebody must say how."""
    schema = extend_schema(EXECUTABLE, parse(LEAK))
    own = Side("own", "", {name: ["0" * 36] for name in NAMES}, ["word"], "key", [1])
    new = {str(one): one for one in graphql_probes.every_leaf(schema)}
    assert uncovered(map(str, LEAVES), schema) >= {"Query.leak(secret:)", "Account.notes(q:)", "Shelf.book(id:)"}

    def asked(about: str) -> list[graphql_probes.Probe]:
        return list(graphql_probes.probes(schema, [new[about]], own, own.ghost("his")))

    assert asked("Account.notes(q:)")
    with pytest.raises(LookupError, match="Nothing is known that Query"):
        asked("Query.leak(secret:)")
    with pytest.raises(LookupError, match="the fields of Shelf"):
        asked("Shelf.book(id:)")


NAMES = ("Account", "Video", "AccountVideo", "Creator", "Organization", "ApiKey")
LISTENING = {"accountRefreshed": ("account", "Account"), "videoRefreshed": ("video", "Video")}


async def test_events_of_another_organization_are_not_heard(world: World) -> None:
    """Over both fields, by every id alone, by all of them, and by none; even of an event that is in the wrong place."""
    subscriptions = EXECUTABLE.subscription_type
    assert subscriptions is not None
    arguments = {name: list(field.args) for name, field in subscriptions.fields.items()}
    assert arguments == {field: ["ids"] for field in LISTENING}
    actor, foreign = await a_side(world.db, FOREIGN, 770_000_000)
    own, events = world.own, world.app.state.opened.events
    us, them = own.ids["Organization"][0], str(actor.organization_id)
    for field, (kind, type_name) in LISTENING.items():
        mine, theirs = own.ids[type_name][0], foreign.ids[type_name]
        forms = [form for one in theirs for form in (one, one.upper(), global_id(type_name, one))]
        wanted: list[list[str] | None] = [None, [*forms, mine], *([form, mine] for form in forms)]
        async with AsyncExitStack() as stack:
            heard = [await stack.enter_async_context(listening(world.app, own.key, field, ids)) for ids in wanted]
            await subscribed(events, len(wanted))
            for one in theirs:
                await events.publish(Refreshed(them, kind, one))
                await events.publish(Refreshed(us, kind, one))  # as no worker should
            await events.publish(Refreshed(them, kind, mine))
            await events.publish(Refreshed(us, kind, mine))
            for ids, answers in zip(wanted, heard, strict=True):
                got = [await answers.get()]
                while got[-1] is None:
                    got.append(await answers.get())
                assert got == [None] * (len(got) - 1) + [{"databaseId": mine}], (ids, got)
                assert answers.empty()


@asynccontextmanager
async def listening(app: Starlette, key: str, field: str, ids: list[str] | None) -> AsyncIterator[asyncio.Queue[Any]]:
    """What a subscription says, over server-sent events: the field's value each time."""
    query = f"subscription ($ids: [ID!]) {{ {field}(ids: $ids) {{ databaseId }} }}"
    body = json.dumps({"query": query, "variables": {} if ids is None else {"ids": ids}}).encode()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        event, _, data = message.get("body", b"").partition(b"\ndata: ")
        if event == b"event: next":
            heard.put_nowait(json.loads(data)["data"][field])

    scope = request_scope("POST", "/graphql", key, {"content-type": "application/json", "accept": "text/event-stream"})
    task = asyncio.create_task(app(scope, receive, send))
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])
