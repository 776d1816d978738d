import re

from playwright.async_api import Page, expect


async def test_a_person_tries_an_endpoint_with_their_key(page: Page, key: str) -> None:
    await page.goto("/v2/docs")
    await page.get_by_role("button", name="Authorize", exact=True).click()
    await page.locator(".auth-container input").fill(key)
    await page.get_by_role("button", name=re.compile("Apply|Authorize")).last.click()
    await page.get_by_role("button", name="Close").last.click()

    endpoint = page.locator(".opblock", has_text="/whoami")
    await endpoint.locator(".opblock-summary").click()
    await endpoint.get_by_role("button", name="Execute").click()

    response = endpoint.locator(".live-responses-table")
    await expect(response).to_contain_text("200")
    await expect(response).to_contain_text('"api_key_name"')
