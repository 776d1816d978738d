from playwright.async_api import Page, expect


async def test_the_start_page_leads_everywhere(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", name="CreatorAudit")).to_be_visible()
    await expect(page.locator("pre").first).to_contain_text(f"curl {page.url}v2/accounts")

    links = await page.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
    assert len(links) == 5
    for link in links:
        assert (await page.request.get(link, headers={"Accept": "text/html, */*"})).ok, link
