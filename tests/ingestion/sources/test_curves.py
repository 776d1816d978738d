import datetime as dt

import pytest

from creatoraudit.domain.accounts.inputs import username_of
from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources import curves
from creatoraudit.ingestion.sources.curves import World

NOW = dt.datetime(2026, 6, 30, 8, tzinfo=dt.UTC)
WORLD = World()
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("platform", Platform)
def test_the_same_question_has_the_same_answer(platform: Platform) -> None:
    first, again = (curves.profile(WORLD, platform, "aiko.cooks") for _ in range(2))
    assert curves.profile_at(first, NOW) == curves.profile_at(again, NOW)
    assert curves.publications(first, NOW, 20) == curves.publications(again, NOW, 20)
    assert curves.profile(World(8), platform, "aiko.cooks") != first


@pytest.mark.parametrize("platform", Platform)
def test_a_feed_continues(platform: Platform) -> None:
    profile = curves.profile(WORLD, platform, "aiko.cooks")
    before, after = (curves.publications(profile, at, 10) for at in (NOW, NOW + 5 * DAY))
    assert [one.published for one in before] == sorted(one.published for one in before)
    assert before[-1].published <= NOW
    added = sum(one.published > NOW for one in after)
    assert 0 < added < 10
    assert after[:-added] == before[added:]


def test_posts_have_ids_that_their_platforms_could_have_given() -> None:
    for platform in Platform:
        profile = curves.profile(WORLD, platform, "aiko.cooks")
        assert username_of(platform, profile.username) == profile.username
        for one in curves.publications(profile, NOW, 10):
            seen = curves.post_at(one, NOW)
            identifier = parse_identifier(platform, seen.external_id)
            assert (identifier.external_id, identifier.shortcode) == (seen.external_id, seen.shortcode)


def test_views_rise_steeply_and_then_slowly() -> None:
    profile = curves.profile(WORLD, Platform.TIKTOK, "aiko.cooks")
    for one in curves.publications(profile, NOW, 20):
        views = [curves.post_at(one, one.published + day * DAY).view_count or 0 for day in range(200)]
        assert views == sorted(views)
        assert views[0] == 0
        assert views[20] - views[0] > views[199] - views[20]
        assert views[199] > views[100]


def test_small_profiles_engage_more() -> None:
    profiles = sorted((curves.profile(WORLD, Platform.TIKTOK, f"name{n}") for n in range(60)), key=lambda one: one.size)

    def rate(some: list[curves.Profile]) -> float:
        seen = [curves.post_at(post, NOW) for one in some for post in curves.publications(one, NOW - 9 * DAY, 20)]
        return sum(post.like_count or 0 for post in seen) / sum(post.view_count or 0 for post in seen)

    assert rate(profiles[:20]) > 1.3 * rate(profiles[-20:])
