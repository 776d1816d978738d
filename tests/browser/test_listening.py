import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as NotInTime

from http_fixtures import LiveServer, fill
from servers import running

EXECUTE, STOP = re.compile("Execute query"), re.compile("Stop query")


@pytest.fixture(scope="module")
def live_server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that refreshes what it is asked to."""
    home = tmp_path_factory.mktemp("refreshing")
    shutil.copy(sqlite_template, home / "creatoraudit.db")
    url = f"sqlite+aiosqlite:///{home / 'creatoraudit.db'}"
    key = asyncio.run(fill(url))
    settings = {"DATABASE_URL": url, "SOURCE_TIKTOK": "simulated", "SOURCE_INSTAGRAM": "simulated"}
    with running(home / "server.log", settings) as server:
        yield LiveServer(server.url, key, url, server.log)


async def write_key(page: Page, key: str) -> None:
    """Writes the key where the headers of the tab wait for it."""
    await page.get_by_role("region", name="Headers").click()
    for stroke in ("Control+Home", "ArrowDown", "End", "ArrowLeft"):
        await page.keyboard.press(stroke)
    await page.keyboard.type(key)


async def write_query(page: Page, query: str) -> None:
    """Writes over the query of the tab."""
    await page.locator(".graphiql-query-editor .monaco-editor").first.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(query)


async def appears(locator: Locator) -> bool:
    """Whether it can be seen within seconds."""
    try:
        await locator.first.wait_for(timeout=5_000)
    except NotInTime:
        return False
    return True


async def test_a_person_listens_in_one_window_and_refreshes_in_another(page: Page, live_server: LiveServer) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {live_server.key}"}) as client:
        accounts = (await client.get(f"{live_server.url}/v2/accounts")).json()["data"]
    await page.goto("/graphql")
    await page.get_by_role("tab", name="Refreshes").click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("accountRefreshed")
    await write_key(page, live_server.key)
    await page.get_by_role("button", name=EXECUTE).click()
    await expect(page.get_by_role("button", name=STOP)).to_be_visible()

    other = await page.context.new_page()
    await other.goto("/graphql")
    await write_key(other, live_server.key)
    result = page.get_by_role("region", name="Result Window")
    for account in accounts:  # the first may be asked for before anybody listens, and each only once a minute
        chosen = f'(input: {{id: "{account["id"]}"}})'
        await write_query(other, f"mutation Now {{ refreshAccount{chosen} {{ account {{ username }} }} }}")
        await expect(other.get_by_role("tabpanel", name="Now")).to_be_visible()  # the page has read it
        await other.get_by_role("button", name=EXECUTE).click()
        await expect(other.get_by_role("region", name="Result Window")).to_contain_text(account["username"])
        if await appears(result.get_by_text("accountRefreshed")):
            break
    await expect(result).to_contain_text('"lastScrapedAt"')
    await expect(result).not_to_contain_text('"errors"')

    await page.get_by_role("button", name=STOP).click()
    await expect(page.get_by_role("button", name=EXECUTE)).to_be_visible()


async def test_a_person_without_a_key_is_told_why_nothing_is_heard(page: Page) -> None:
    await page.goto("/graphql")
    await page.get_by_role("tab", name="Refreshes").click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("accountRefreshed")
    await page.get_by_role("button", name=EXECUTE).click()

    await expect(page.get_by_role("region", name="Result Window")).to_contain_text("An API key is required")
