"""Imports: what is recorded of what files say, what is rejected, and that neither order nor repetition matters."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import list_account_videos
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import AccountRow, get_account, list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.queries import get_creator
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.organizations import get_organization
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import VideoRow, list_videos
from creatoraudit.ingestion.imports.sightings import Track
from factories import a_creator, a_video, an_account, an_organization
from imported import import_lines
from ingestion.stored import everything

NOW = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
AT = "2026-06-01T12:00:00Z"
POST = "6907228749016714497"


def profile(username: str = "ada", **fields: Any) -> dict[str, Any]:
    return {"platform": "tiktok", "username": username, "at": AT, **fields}


def post(external_id: str = POST, username: str | None = "ada", **fields: Any) -> dict[str, Any]:
    feed = {} if username is None else {"account_username": username}
    return {"platform": "tiktok", "external_id": external_id, "at": AT, **feed, **fields}


async def accounts(db: Database, actor: Actor) -> dict[str, AccountRow]:
    page = await list_accounts(db, actor, where=AccountFilter(), page=PageRequest(200))
    return {account.username: account for account in page.items}


async def videos(db: Database, actor: Actor) -> list[VideoRow]:
    return list((await list_videos(db, actor, where=VideoFilter(), page=PageRequest(200))).items)


async def discovered(db: Database, actor: Actor) -> dict[str, str | None]:
    """The posts of tracked feeds, and whose they are."""
    page = await list_account_videos(db, actor, where=AccountVideoFilter(), page=PageRequest(200))
    return {video.external_id: video.account_username for video in page.items}


async def test_history_of_what_is_tracked_is_recorded(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor, "ada")
    lines = [
        profile(follower_count=100, name="Ada"),
        post(view_count=5, like_count=1, create_time="2026-05-30T00:00:00Z"),
        post(view_count=9, at="2026-06-02T12:00:00Z"),
    ]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert (outcome.counts.lines, outcome.counts.profiles, outcome.counts.posts) == (3, 1, 2)
    assert (outcome.counts.posts_discovered, outcome.counts.closings_changed, outcome.rejected) == (1, 4, [])
    stored = await get_account(db, actor, account.id)
    assert (stored.name, stored.follower_count, stored.view_count, stored.like_count) == ("Ada", 100, 9, 1)
    assert (stored.first_scrape_time, stored.total_post_count) == (dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC), 1)
    assert await discovered(db, actor) == {POST: "ada"}


async def test_what_is_not_tracked_is_rejected_with_the_reason(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    lines = [profile("bea"), post(username="bea"), post(username=None), post(username="bea", in_feed=False)]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert outcome.reasons == {
        1: "the account 'bea' on tiktok is not tracked; --track accounts would track it",
        2: f"neither the post {POST} on tiktok nor the account 'bea' on tiktok is tracked; "
        "--track videos or accounts would track it",
        3: f"the post {POST} on tiktok is not tracked, and was not seen in a feed; --track videos would track it",
        4: f"the post {POST} on tiktok is not tracked, and was not seen in a feed; --track videos would track it",
    }
    assert [one.content for one in outcome.rejected] == (tmp_path / "lines").read_text().splitlines()
    assert await accounts(db, actor) == {}


async def test_bad_lines_do_not_stop_good_ones(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    lines = ["{", profile(follower_count=-1), "", profile(follower_count=7), profile(followers=3), "[]", "\x00"]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert outcome.counts.lines == 6
    assert outcome.counts.rejected == len(outcome.rejected) == 5
    assert outcome.reasons.keys() == {1, 2, 5, 6, 7}
    assert outcome.reasons[2] == "follower_count must be at least 0"
    assert (await accounts(db, actor))["ada"].follower_count == 7


async def test_accounts_can_be_tracked_on_the_way(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    with clock.frozen(NOW):
        outcome = await import_lines(
            db, actor, tmp_path / "lines", [post(username="bea", view_count=4), profile("ada")], Track.ACCOUNTS
        )

    found = await accounts(db, actor)
    assert (outcome.counts.accounts_added, outcome.rejected) == (2, [])
    assert {account.added_at for account in found.values()} == {NOW}
    assert found["bea"].view_count == 4
    assert found["bea"].is_active
    assert await discovered(db, actor) == {POST: "bea"}
    assert await videos(db, actor) == []


async def test_posts_can_be_tracked_on_the_way(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    lines = [post("1", "bea", view_count=4), post("2", None, view_count=5), post("3", "ada"), profile("bea")]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines, Track.VIDEOS)

    assert {video.external_id: video.view_count for video in await videos(db, actor)} == {"1": 4, "2": 5}
    assert await discovered(db, actor) == {"3": "ada"}
    assert outcome.counts.videos_added == 2
    assert outcome.reasons == {4: "the account 'bea' on tiktok is not tracked; --track accounts would track it"}


async def test_the_quota_of_accounts_holds(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db, account_quota=2)
    lines = [
        profile("ada"),
        profile("bea"),
        profile("cleo"),
        {"kind": "account", "platform": "tiktok", "username": "di"},
    ]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines, Track.ACCOUNTS)

    assert set(outcome.reasons.values()) == {"the organization's quota of accounts is used up"}
    assert len(outcome.rejected) == len(await accounts(db, actor)) == 2


async def test_a_post_that_is_tracked_by_itself_is_known_without_its_feed(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await a_video(db, actor, POST)
    await an_account(db, actor, "ada")

    await import_lines(db, actor, tmp_path / "lines", [post(username="ada", in_feed=False, view_count=3)])

    (video,) = await videos(db, actor)
    assert (video.view_count, video.account_username) == (3, "ada")
    assert video.account_id == (await accounts(db, actor))["ada"].id
    assert await discovered(db, actor) == {}


async def test_what_is_tracked_can_be_said_anywhere(db: Database, tmp_path: Path) -> None:
    """A line waits for whatever it speaks of: posts for accounts, accounts for creators."""
    actor = await an_organization(db)
    creator, account, video, record = (new_id() for _ in range(4))
    lines = [
        post("1", "ada", view_count=4),
        {"kind": "account_video", "platform": "tiktok", "external_id": "1", "account_username": "ada"}
        | {"id": record, "post_id": 77, "added_at": "2026-05-01T00:00:00Z"},
        post("2", None, view_count=5),
        {"kind": "video", "platform": "tiktok", "external_id": "2", "id": video, "metadata": {"a": 1}}
        | {"is_active": False, "added_at": "2026-05-02T00:00:00Z", "scrape_interval_hours": 5},
        {"kind": "account", "id": account, "platform": "tiktok", "username": "ada", "creator_id": creator}
        | {"category": "dance", "is_active": False, "added_at": "2026-05-03T00:00:00Z"},
        {"kind": "creator", "id": creator, "name": "Ada", "metadata": {"tier": "gold"}},
    ]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert outcome.rejected == []
    counts = outcome.counts
    assert (counts.creators_added, counts.accounts_added, counts.videos_added, counts.posts_discovered) == (1, 1, 1, 1)
    stored = (await accounts(db, actor))["ada"]
    assert (stored.id, stored.creator_id, stored.category, stored.is_active) == (account, creator, "dance", False)
    assert (stored.added_at.day, stored.view_count, stored.total_post_count) == (3, 4, 1)
    assert (await get_creator(db, actor, creator)).metadata == {"tier": "gold"}
    (alone,) = await videos(db, actor)
    assert (alone.id, alone.view_count, alone.metadata) == (video, 5, {"a": 1})
    assert (alone.is_active, alone.scrape_interval_hours, alone.added_at.day) == (False, 5, 2)
    (found,) = (await list_account_videos(db, actor, where=AccountVideoFilter(), page=PageRequest(9))).items
    assert (found.id, found.post_id, found.added_at.day) == (record, 77, 1)

    later = await import_lines(db, actor, tmp_path / "lines", [post("3", "ada")])
    assert later.counts.posts_discovered == 1, "the database numbers what comes next itself"


async def test_what_is_there_already_keeps_its_settings(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor, "Ada")
    account = await an_account(db, actor, "ada", category="dance")
    video = await a_video(db, actor, POST, metadata={"mine": True})
    lines = [
        {"kind": "creator", "id": creator.id, "name": "Other"},
        {"kind": "account", "id": new_id(), "platform": "tiktok", "username": "ada", "category": "food"},
        {"kind": "video", "id": new_id(), "platform": "tiktok", "external_id": POST, "metadata": {}},
    ]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert outcome.rejected == []
    assert (outcome.counts.creators_added, outcome.counts.accounts_added, outcome.counts.videos_added) == (0, 0, 0)
    assert await get_creator(db, actor, creator.id) == creator
    assert await get_account(db, actor, account.id) == account
    assert await videos(db, actor) == [video]


async def test_a_creator_that_never_comes_is_missed(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    line = {"kind": "account", "platform": "tiktok", "username": "ada", "creator_id": new_id()}

    outcome = await import_lines(db, actor, tmp_path / "lines", [profile("ada"), line])

    assert outcome.reasons == {
        1: "the account 'ada' on tiktok is not tracked; --track accounts would track it",
        2: "creator_id must be the id of a creator that is there",
    }


async def test_an_empty_database_gets_its_organization_from_the_file(db: Database, tmp_path: Path) -> None:
    organization = new_id()
    lines = [
        profile("ada", follower_count=3),
        {"kind": "account", "platform": "tiktok", "username": "ada"},
        {"kind": "organization", "id": organization, "name": "Acme", "post_lookback_days": 30},
    ]

    outcome = await import_lines(db, None, tmp_path / "lines", lines)

    assert outcome.rejected == []
    assert outcome.actor is not None
    row = await get_organization(db, outcome.actor)
    assert (row.id, row.name, row.post_lookback_days) == (organization, "Acme", 30)
    assert (await accounts(db, outcome.actor))["ada"].follower_count == 3


async def test_without_any_organization_everything_is_rejected(db: Database, tmp_path: Path) -> None:
    outcome = await import_lines(db, None, tmp_path / "lines", [profile("ada")], Track.ACCOUNTS)

    assert outcome.reasons == {1: "there is no organization, and no line before has named one"}


async def test_nothing_is_seen_before_it_happens(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    with clock.frozen(NOW):
        outcome = await import_lines(
            db, actor, tmp_path / "lines", [profile(at="2026-06-14T12:04:59Z"), profile(at="2026-06-14T12:05:01Z")]
        )

    assert outcome.reasons == {2: "at must not be in the future"}


_days = st.integers(0, 9).map(lambda day: f"2026-06-{day + 1:02}")
_ats = st.builds(lambda day, hour: f"{day}T{hour:02}:00:00Z", _days, st.sampled_from([0, 12, 23]))
_counts = st.none() | st.integers(0, 50)
_published = st.sampled_from([None, "2026-05-01T00:00:00Z", "2026-06-03T06:00:00Z", "2026-06-06T00:00:00Z"])
_profiles = st.builds(
    lambda username, at, count, name: profile(username, at=at, follower_count=count, name=name),
    st.sampled_from(["ada", "bea"]),
    _ats,
    _counts,
    st.sampled_from([None, "A", "B"]),
)
_posts = st.builds(
    lambda at, which, published, views, likes, in_feed: post(
        which[0], which[1], at=at, create_time=published, view_count=views, like_count=likes, in_feed=in_feed
    ),
    _ats,
    st.sampled_from([("1", "ada"), ("2", "ada"), ("3", "bea"), ("4", "stranger"), ("5", None)]),
    _published,
    _counts,
    _counts,
    st.sampled_from([True, True, False]),
)
_added = st.sampled_from([None, "2026-05-20T00:00:00Z", "2026-06-04T12:00:00Z", "2026-06-09T00:00:00Z"])
_records = st.builds(
    lambda ada, bea, two, four: [
        {"kind": "account", "platform": "tiktok", "username": "ada", "added_at": ada},
        {"kind": "account", "platform": "tiktok", "username": "bea", "added_at": bea},
        {"kind": "video", "platform": "tiktok", "external_id": "2", "added_at": two},
        {"kind": "video", "platform": "tiktok", "external_id": "4", "account_username": "stranger", "added_at": four},
    ],
    *[_added] * 4,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seen=st.lists(_profiles | _posts, min_size=1, max_size=25), records=_records, shuffle=st.randoms())
async def test_neither_order_nor_repetition_matters(
    db: Database, tmp_path: Path, seen: list[dict[str, Any]], records: list[dict[str, Any]], shuffle: random.Random
) -> None:
    in_order = [*records, *sorted(seen, key=lambda one: str(one["at"]))]
    shuffled = [*in_order, *seen]
    shuffle.shuffle(shuffled)
    with clock.frozen(NOW):
        outcomes = []
        for lines in (in_order, shuffled):
            actor = await an_organization(db)
            outcome = await import_lines(db, actor, tmp_path / "lines", lines)
            assert all("is not tracked" in reason or "nor the" in reason for reason in outcome.reasons.values())
            outcomes.append(await everything(db, actor))
            again = await import_lines(db, actor, tmp_path / "lines", lines)
            assert again.counts.closings_changed == again.counts.posts_discovered == again.counts.accounts_added == 0
            assert await everything(db, actor) == outcomes[-1]
    assert outcomes[0] == outcomes[1]


async def test_ids_that_are_given_and_others_get_on_together(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    record = {"kind": "account_video", "platform": "tiktok", "account_username": "ada", "added_at": AT}
    video = {"kind": "video", "platform": "tiktok", "added_at": AT}
    lines = [
        *(record | {"external_id": str(number), "post_id": number} for number in (1, 2, 3)),
        *(post(str(number)) for number in (4, 5)),
        *(video | {"external_id": str(number), "post_id": number} for number in (6, 7)),
        *(video | {"external_id": str(number)} for number in (8, 9)),
    ]

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)
    again = await import_lines(db, actor, tmp_path / "lines", [record | {"external_id": "10", "post_id": 1}])

    assert (outcome.rejected, again.rejected) == ([], [])
    page = await list_account_videos(db, actor, where=AccountVideoFilter(), page=PageRequest(99))
    numbers = {video.external_id: video.post_id for video in page.items}
    assert numbers.items() >= {"1": 1, "2": 2, "3": 3}.items()
    assert len(set(numbers.values())) == 6
    assert len(await videos(db, actor)) == 4


async def test_many_lines_take_many_turns(db: Database, tmp_path: Path) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    days = [dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number) for number in range(500)]
    lines = [post(str(number), at=day.isoformat(), view_count=number) for number in range(1, 9) for day in days]
    random.Random(7).shuffle(lines)

    outcome = await import_lines(db, actor, tmp_path / "lines", lines)

    assert (outcome.counts.posts, outcome.counts.posts_discovered, outcome.rejected) == (4_000, 8, [])
    assert (await accounts(db, actor))["ada"].view_count == sum(range(1, 9))
