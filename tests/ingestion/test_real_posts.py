import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import AccountVideoRow, list_account_videos
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import AccountRow, list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.paging import Direction, PageRequest, Sort
from creatoraudit.domain.text import folded
from factories import an_organization
from real_posts import SEEN_AT, import_real_posts, real_posts


class World(NamedTuple):
    db: Database
    actor: Actor
    posts: list[dict[str, Any]]


@pytest.fixture
async def world(db: Database) -> World:
    posts = real_posts()
    actor = await an_organization(db)
    counts = await import_real_posts(db, actor)
    assert (counts["accounts_added"], counts["posts_discovered"], counts["rejected"]) == (802, 1000, 0)
    return World(db, actor, posts)


async def every_video(world: World, sort: Sort | None = None, **where: Any) -> list[AccountVideoRow]:
    found: list[AccountVideoRow] = []
    page = PageRequest(93)
    while True:
        answer = await list_account_videos(
            world.db, world.actor, where=AccountVideoFilter(**where), sort=sort, page=page
        )
        found += answer.items
        if not answer.has_next:
            return found
        page = PageRequest(93, cursor=answer.next_cursor)


async def every_account(world: World, sort: Sort) -> list[AccountRow]:
    found: list[AccountRow] = []
    page = PageRequest(200)
    while True:
        answer = await list_accounts(world.db, world.actor, where=AccountFilter(), sort=sort, page=page)
        found += answer.items
        if not answer.has_next:
            return found
        page = PageRequest(200, cursor=answer.next_cursor)


async def test_real_posts_come_back_whole(world: World) -> None:
    videos = {video.external_id: video for video in await every_video(world)}

    assert {post["id"]: post["text"] for post in world.posts} == {
        video.external_id: video.description for video in videos.values()
    }
    for post in world.posts:
        video = videos[post["id"]]
        assert video.account_username == post["authorMeta"]["name"]
        assert video.create_time == dt.datetime.fromtimestamp(post["createTime"], dt.UTC)
        assert video.view_count == video.play_count == video.total_plays == post["playCount"]
        assert (video.like_count, video.comment_count) == (post["diggCount"], post["commentCount"])
        assert (video.share_count, video.saved_count) == (post["shareCount"], None)
        assert (video.duration, video.added_at) == (post["videoMeta"]["duration"], SEEN_AT)
        assert video.platform_data == {"hashtags": [tag["name"] for tag in post["hashtags"]]}
    plays = [video.play_count or 0 for video in videos.values()]
    assert (len(plays), sum(plays), max(plays)) == (1_000, 1_029_212_935, 250_800_000)


async def test_accounts_are_the_sums_of_their_posts(world: World) -> None:
    accounts = await every_account(world, Sort("view_count", Direction.DESC))

    assert len(accounts) == 802
    for account in accounts:
        posts = [post for post in world.posts if post["authorMeta"]["name"] == account.username]
        assert account.total_post_count == len(posts)
        assert account.view_count == account.play_count == sum(post["playCount"] for post in posts)
        assert account.like_count == sum(post["diggCount"] for post in posts)
        assert account.comment_count == sum(post["commentCount"] for post in posts)
        assert account.share_count == sum(post["shareCount"] for post in posts)
        assert account.name == posts[0]["authorMeta"]["nickName"]
        assert account.is_verified is posts[0]["authorMeta"]["verified"]
    views = [account.view_count for account in accounts]
    assert views == sorted(views, reverse=True)


SORTS: dict[str, Callable[[dict[str, Any]], int]] = {
    "create_time": lambda post: post["createTime"],
    "view_count": lambda post: post["playCount"],
    "like_count": lambda post: post["diggCount"],
}


async def test_pages_are_in_the_order_of_the_file_sorted(world: World) -> None:
    for key, value in SORTS.items():
        by_id = {post["id"]: value(post) for post in world.posts}
        for direction in Direction:
            videos = await every_video(world, Sort(key, direction))
            in_order = sorted(by_id.values(), reverse=direction is Direction.DESC)
            assert [by_id[video.external_id] for video in videos] == in_order
            assert len({video.id for video in videos}) == 1_000


async def test_searching_finds_what_plain_python_finds(world: World) -> None:
    for q in ("#FYP", "😍", "小技", "ال", "é", "100%", "_", "'", "\\", "  ", "no such thing"):
        videos = await every_video(world, q=q)
        found = {post["id"] for post in world.posts if not q.strip() or folded(q) in folded(post["text"])}
        assert {video.external_id for video in videos} == found, q


async def test_an_account_shows_its_own_posts(world: World) -> None:
    busiest, *_ = await every_account(world, Sort("username", Direction.ASC))

    videos = await every_video(world, account_id=busiest.id)

    assert {video.external_id for video in videos} == {
        post["id"] for post in world.posts if post["authorMeta"]["name"] == busiest.username
    }
