"""Single posts, which the API shows in their posters' feeds only."""

from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    Source,
)
from graph_api import GraphApi, external_id
from graph_looks import DAY, HOUR, NOW, reels, reference
from services import LocalService


async def test_a_post_is_found_in_its_posters_feed(service: LocalService, source: Source, api: GraphApi) -> None:
    api.add("blue.bottle", reels(120))
    published = NOW - HOUR - 60 * DAY
    seen = await source.fetch_post(reference(published))
    assert isinstance(seen, Observed)
    assert seen.profile is None
    assert [(post.external_id, post.create_time) for post in seen.posts] == [(str(external_id(published)), published)]
    assert len(service.asked) == 2


async def test_a_post_that_its_posters_feed_passes_over_is_gone(
    service: LocalService, source: Source, api: GraphApi
) -> None:
    api.add("blue.bottle", reels(120))
    assert isinstance(await source.fetch_post(reference(NOW - 10 * DAY)), Gone)
    assert len(service.asked) == 2  # the first page goes 50 days back, the second begins long before the post
    assert isinstance(await source.fetch_post(reference(NOW - 500 * DAY)), Gone)
    assert len(service.asked) == 5


async def test_a_post_is_not_gone_because_it_was_not_found(
    service: LocalService, source: Source, api: GraphApi
) -> None:
    api.add("blue.bottle", reels(1_100, apart=HOUR))
    for post, why in (
        (reference(NOW - 50 * DAY), "not among the newest 1000"),
        (reference(NOW - DAY, None), "nobody knows the poster"),
        (reference(NOW - DAY, "renamed"), "the poster's feed is not to be seen"),
    ):
        result = await source.fetch_post(post)
        assert isinstance(result, Failed)
        assert why in result.why
    assert len(service.asked) == 21
