import asyncio
import datetime as dt
import time
from typing import Any, cast

import pytest

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.leases import Subject
from creatoraudit.ingestion.looks import AHEAD, look
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    Private,
    ProfileReference,
    Result,
    Throttled,
    Unchanged,
    Wanted,
)
from ingestion.faults import EMPTY, GARBAGE
from scripted import Scripted, post, profile, seen

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
EXTERNAL_ID = "7400000000000000001"
ACCOUNT = Subject(1, "org", "tiktok", "account", None, 0, "acme", "42", None, None, None, None)
VIDEO = Subject(2, "org", "instagram", None, "video", 0, "acme", "42", None, None, EXTERNAL_ID, "C9Fm8j0yqZ5")


async def test_a_source_is_asked_with_all_that_is_known() -> None:
    source = Scripted()
    await look(source, ACCOUNT, 9)
    await look(source, VIDEO, 9)
    assert source.asked == [
        ProfileReference(Platform.TIKTOK, "acme", "42"),
        PostReference(Platform.INSTAGRAM, EXTERNAL_ID, "C9Fm8j0yqZ5", "acme", "42"),
    ]


async def test_caps_and_look_back_are_asked_for_and_kept_to() -> None:
    with clock.frozen(NOON):
        old = post(1, create_time=NOON - dt.timedelta(days=31))
        recent = [post(number, create_time=NOON - dt.timedelta(days=number)) for number in range(5)]
        source = Scripted(seen(5, *recent, old))
        limited = await look(source, ACCOUNT._replace(posts=3, lookback_days=30), 9)
        by_age = await look(source, ACCOUNT._replace(lookback_days=30), 9)
        boundless = await look(source, ACCOUNT._replace(lookback_days=2**62), 9)
        assert await look(source, ACCOUNT, 9) == boundless
    since = NOON - dt.timedelta(days=30)
    assert source.wanted == [Wanted(3, since), Wanted(None, since), Wanted(), Wanted()]
    shown = [one.posts for one in (limited, by_age, boundless) if isinstance(one, Observed)]
    assert [len(posts) for posts in shown] == [3, 5, 6]
    assert [one.external_id for one in shown[0]] == [one.external_id for one in recent[:3]]


@pytest.mark.parametrize(
    "result",
    [Unchanged(), Throttled(None, "slow"), Throttled(NOON, "slow"), Gone("gone"), Private("mine"), Failed("no")],
)
async def test_what_a_source_says_is_passed_on(result: Result) -> None:
    assert await look(Scripted(result), ACCOUNT, 9) == result


async def test_what_was_seen_was_there_unless_it_says_otherwise() -> None:
    shown = await look(Scripted(seen(5, post())), ACCOUNT, 9)
    assert isinstance(shown, Observed)
    assert shown.profile is not None
    assert (shown.profile.is_unavailable, shown.posts[0].is_unavailable) == (False, False)
    hidden = await look(Scripted(Observed(profile(is_unavailable=True), [])), ACCOUNT, 9)
    assert isinstance(hidden, Observed)
    assert hidden.profile is not None
    assert hidden.profile.is_unavailable


@pytest.mark.parametrize("subject", [ACCOUNT, VIDEO])
@pytest.mark.parametrize("kind", GARBAGE)
async def test_what_cannot_be_is_refused_whole(kind: str, subject: Subject) -> None:
    source = Scripted(lambda _: GARBAGE[kind](seen(5, post()) if subject is ACCOUNT else Observed(None, [post()])))
    refused = await look(source, subject, 9)
    assert isinstance(refused, Failed), kind
    assert "source" in refused.why


async def test_why_it_is_refused_is_said() -> None:
    async def why(result: Any, subject: Subject = ACCOUNT) -> str:
        return cast("Failed", await look(Scripted(result), subject, 9)).why

    assert "follower_count must be at least 0" in await why(seen(-1))
    assert f"post '{EXTERNAL_ID}': view_count must be" in await why(seen(1, post(views=2**63)))
    assert "at must not be in the future" in await why(seen(1, post()._replace(at=clock.now() + 2 * AHEAD)))
    assert "profile must be a ProfileSnapshot, not NoneType" in await why(Observed(None, []))
    assert f"posts must be the post {EXTERNAL_ID} alone" in await why(Observed(None, [post(2)]), VIDEO)
    assert "nothing is said of the profile" in await why(EMPTY)
    assert "nothing is said of the post" in await why(Observed(None, [PostSnapshot(NOON, EXTERNAL_ID)]), VIDEO)
    assert "returned dict, which is none of the results" in await why({"followers": 5})


async def test_a_clock_may_be_a_little_ahead() -> None:
    ahead = seen(1, post()._replace(at=clock.now() + AHEAD / 2))
    assert isinstance(await look(Scripted(ahead), ACCOUNT, 9), Observed)


async def test_a_profile_without_numbers_is_worth_its_posts() -> None:
    shown = await look(Scripted(Observed(ProfileSnapshot(NOON), [post()])), ACCOUNT, 9)
    assert isinstance(shown, Observed)


async def test_what_a_source_raises_is_a_failure_that_tells_no_secret() -> None:
    def fail(_: object) -> Result:
        raise RuntimeError("https://graph.example/me?access_token=hunter2")

    assert await look(Scripted(fail), ACCOUNT, 9) == Failed("the source raised RuntimeError")


async def test_a_source_that_cancels_itself_has_failed() -> None:
    def cancel(_: object) -> Result:
        raise asyncio.CancelledError

    assert await look(Scripted(cancel), ACCOUNT, 9) == Failed("the source gave up")


async def test_a_source_that_takes_too_long_is_not_waited_for() -> None:
    done = asyncio.Event()

    async def hang(_: object) -> Result:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await done.wait()  # it does not let go
        return seen()

    began = time.monotonic()
    assert await look(Scripted(hang), ACCOUNT, 0.05) == Failed("the source took more than 0.05 seconds")
    assert time.monotonic() - began < 5
    done.set()
