import re

from playwright.async_api import Page, expect


async def test_a_person_runs_the_example_with_their_key(page: Page, key: str) -> None:
    await page.goto("/graphql")
    headers = page.get_by_role("region", name="Headers")
    await expect(headers).to_contain_text('"Authorization"')

    await headers.click()
    for stroke in ("Control+Home", "ArrowDown", "End", "ArrowLeft"):
        await page.keyboard.press(stroke)
    await page.keyboard.type(key)
    await page.get_by_role("button", name=re.compile("Execute query")).click()

    result = page.get_by_role("region", name="Result Window")
    await expect(result).to_contain_text('"username"')
    await expect(result).not_to_contain_text('"errors"')
    assert key not in await page.evaluate("JSON.stringify(localStorage)")


async def test_the_schema_is_read_without_a_key_and_checks_the_query(page: Page) -> None:
    await page.goto("/graphql")

    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query", exact=True).click()
    await expect(page.locator(".graphiql-doc-explorer-content")).to_contain_text("accounts")

    await page.locator(".graphiql-query-editor .monaco-editor").first.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("{ acounts ")
    await expect(page.locator(".graphiql-query-editor .squiggly-error").first).to_be_visible()
