"""Everything that shows metrics: the documents of both edges, and an answer of each kind of endpoint."""

from typing import Any

from httpx import ASGITransport, AsyncClient

from creatoraudit.app import create_app
from creatoraudit.graphql.schema import sdl
from creatoraudit.rest.routes import openapi_document
from creatoraudit.settings import Settings
from factories import an_api_key, an_organization
from rest.story import Story, a_story

WINDOW = {"start_date": "2026-06-01", "end_date": "2026-06-14"}
DOCUMENT = """{
    metricDefinitions { name field description formula unit }
    topCreators(window: WINDOW, orderBy: LIKE_RATE) { metrics { likes plays likeRate } }
    viewer { organization { metrics(window: WINDOW) { likes plays likeRate } } }
    accounts { nodes { series(window: WINDOW, granularity: WEEK) { points { likes plays likeRate } } } }
    videos { nodes { metrics(window: WINDOW) { likeRate } deltas { likes plays likeRate } } }
}""".replace("WINDOW", '{startDate: "2026-06-01", endDate: "2026-06-14"}')


async def shown_metrics(database_url: str) -> dict[str, Any]:
    """What clients read, and what they are answered: rows by path, and a GraphQL document."""
    app = create_app(Settings(database_url=database_url))
    async with app.router.lifespan_context(app):
        db = app.state.opened.db
        actor = await an_organization(db)
        story = await a_story(db, actor)
        headers = {"Authorization": f"Bearer {(await an_api_key(db, actor)).key}"}
        async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test", headers=headers) as client:
            rows, asked = await _rows(client, story), await client.post("/graphql", json={"query": DOCUMENT})
            return {"openapi": openapi_document(), "sdl": sdl(), "rows": rows, "graphql": asked.json()}


async def _rows(client: AsyncClient, story: Story) -> dict[str, list[dict[str, Any]]]:
    account, video = story.accounts["cook"], next(iter(story.tracked.values()))
    paths = [
        "/analytics",
        "/analytics/timeseries",
        f"/accounts/{account}/analytics",
        f"/videos/{video}/timeseries",
        f"/creators/{story.creator}/timeseries",
    ]
    rows = {path: (await client.get(f"/v2{path}", params=WINDOW)).json()["data"] for path in paths}
    measured = await client.post("/v2/accounts/metrics", json={"account_ids": [account], **WINDOW})
    ranked = await client.get("/v2/creators/top", params={"order_by": "like_rate"})
    return rows | {
        "/accounts/metrics": list(measured.json()["data"].values()),
        "/creators/top": ranked.json()["data"],
    }
