import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

expect.set_options(timeout=20_000)  # the machine may be busy with other tests


class LiveServer(Protocol):
    """A running server: its address, and a key that may do everything."""

    url: str
    key: str


@pytest.fixture
def key(live_server: LiveServer) -> str:
    return live_server.key


@pytest.fixture
async def page(live_server: LiveServer, tmp_path: Path) -> AsyncIterator[Page]:
    """A tab without a network: reaching for anything but the server, or an error in the console, fails the test."""
    chromium = shutil.which("chromium")
    assert chromium, "The browser tests drive Debian's Chromium: apt-get install chromium"
    complaints: list[str] = []

    async def only_the_server(route: Route) -> None:
        if route.request.url.startswith(f"{live_server.url}/"):
            await route.continue_()
        else:
            complaints.append(f"reached for {route.request.url}")
            await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = await browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        await context.route("**/*", only_the_server)
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await page.screenshot(path=tmp_path / "page.png", full_page=True)
        await browser.close()
    assert complaints == []
