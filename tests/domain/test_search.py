"""What is found, in which order, against plain Python over the same posts."""

import datetime as dt
from typing import Any, NamedTuple

import pytest
from sqlalchemy import delete

from creatoraudit import clock
from creatoraudit.db import bulk
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Caption, Organization, Post
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.domain.search import NEWEST, Found, SearchParams, search, searched
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.errors import ValidationFailed
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_creator, a_video, an_account, an_organization
from real_posts import import_real_posts, real_posts

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def shown(external_id: str, caption: str | None, hours: int | None = 1, **fields: Any) -> PostSnapshot:
    """A post as it was seen at noon, published so many hours before."""
    published = None if hours is None else NOON - HOUR * hours
    return PostSnapshot(NOON, external_id, description=caption, create_time=published, view_count=1, **fields)


async def see(db: Database, actor: Actor, account_id: str, *posts: PostSnapshot, followers: int = 0) -> None:
    profile = ProfileSnapshot(NOON, follower_count=followers, name="Shown")
    await observe(db, str(actor.organization_id), [AccountObservation(account_id, [profile], posts)])


def captions(found: Found) -> list[str]:
    return [video.caption for video in found.videos]


class World(NamedTuple):
    db: Database
    actor: Actor
    posts: list[dict[str, Any]]


@pytest.fixture
async def world(db: Database) -> World:
    posts = real_posts()
    actor = await an_organization(db)
    await import_real_posts(db, actor)
    return World(db, actor, posts)


TERMS = (
    *("#fyp", "#FYP", "fyp", "love", "the ", "you", "Trend", "tiktok", "é", "ы", "ß", "ﬁ"),
    *("😂", "😂😂", "😂😂😂", "❤️", "👩‍", "🤪👻😂", "حب", "ال", "في", "مع ", "の", "です", "チャレンジ", "ไทย"),
    *("%", "_", "100%", "__", "\\", "'", '"', '"ok', "''", '" OR "', "*", "NOT", "a-b", "-", "(", "^", "...", "!!!"),
    *("a", "ab", "zq", "0", " ", "  fyp  ", "\t", "no caption has this", "#fyp #foryou #fypシ"),
)


async def test_real_posts_are_found_as_plain_python_finds_them(world: World) -> None:
    in_order = sorted(world.posts, key=lambda post: -post["createTime"])
    for term in TERMS:
        found = (await search(world.db, world.actor, searched(term, 25))).videos

        sought = folded(term.strip())
        expected = [post for post in in_order if sought and sought in folded(post["text"])][:25]
        assert [one.caption for one in found] == [post["text"] for post in expected], term
        assert [one.account_username for one in found] == [post["authorMeta"]["name"] for post in expected]


async def test_parts_of_real_captions_of_any_length_are_found(world: World) -> None:
    for number, post in enumerate(world.posts):
        text = folded(post["text"])
        part = text[number % 7 : number % 7 + 3 + number % 126].strip()
        if part:
            found = await search(world.db, world.actor, searched(part, 25))
            assert any(part in folded(video.caption) for video in found.videos)
            assert len(found.videos) == 25 or post["text"] in captions(found)


async def test_real_usernames_are_found_best_match_first(world: World) -> None:
    usernames = {post["authorMeta"]["name"] for post in world.posts}
    whole = sorted(usernames)[17]

    for term in (whole, whole[:9], "creator_0", "_00", "f"):
        found = [one.username for one in (await search(world.db, world.actor, searched(term.upper(), 25))).accounts]
        matching = [one for one in usernames if term in one]
        expected = sorted(matching, key=lambda one: (one != term, not one.startswith(term), one))
        assert found == expected[:25]


async def test_accounts_and_creators_come_exact_then_prefix_then_the_rest_by_followers(db: Database) -> None:
    actor = await an_organization(db)
    for number, name in enumerate(["xann", "ann.b", "ann", "annx", "bob"], start=1):
        creator = await a_creator(db, actor, name.upper())
        account = await an_account(db, actor, name, creator_id=creator.id)
        await see(db, actor, account.id, followers=number)
    await see(db, actor, (await an_account(db, actor, "joann", platform="instagram")).id, followers=9)

    found = await search(db, actor, searched(" aNN "))

    assert [one.username for one in found.accounts] == ["ann", "annx", "ann.b", "joann", "xann"]
    assert [one.name for one in found.creators] == ["ANN", "ANNX", "ANN.B", "XANN"]
    assert found.accounts[0][1:] == ("tiktok", "ann", "Shown")
    assert [one.username for one in (await search(db, actor, searched("ann", 2))).accounts] == ["ann", "annx"]


async def test_videos_come_newest_first_whatever_was_seen_first_and_unknown_times_last(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    hours = {"1": 5, "2": None, "3": 1, "4": 90_000, "5": 5, "6": 3}
    for external_id, ago in hours.items():
        await see(db, actor, account.id, shown(external_id, f"clip {external_id}", ago))

    for term in ("clip", "cl"):
        assert captions(await search(db, actor, searched(term))) == [f"clip {name}" for name in "365142"]
        assert captions(await search(db, actor, searched(term, 2))) == ["clip 3", "clip 6"]


async def test_what_changes_is_found_as_it_is_now(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    await see(db, actor, account.id, shown("1", "before"), shown("2", "steady", None))

    later = NOON + HOUR
    posts = [PostSnapshot(later, "1", description="after"), PostSnapshot(later, "2", create_time=NOON)]
    await observe(db, str(actor.organization_id), [AccountObservation(account.id, [], posts)])
    await see(db, actor, account.id, shown("3", "steady as well", 2))

    assert captions(await search(db, actor, searched("before"))) == []
    assert captions(await search(db, actor, searched("after"))) == ["after"]
    assert captions(await search(db, actor, searched("steady"))) == ["steady", "steady as well"]
    await observe(
        db,
        str(actor.organization_id),
        [AccountObservation(account.id, [], [PostSnapshot(later + HOUR, "1", description="")])],
    )
    assert (
        captions(await search(db, actor, searched("after"))) == captions(await search(db, actor, searched("af"))) == []
    )


async def test_a_post_tracked_both_ways_is_found_once_as_the_video_and_goes_with_its_last_record(db: Database) -> None:
    with clock.frozen(NOON):
        actor = await an_organization(db)
        account = await an_account(db, actor)
        await see(db, actor, account.id, shown("6749520869598481669", "both ways"), shown("2", "both? one way"))
        video = await a_video(db, actor, "6749520869598481669")
        alone = await a_video(db, actor, "6749520869598481670")
        post = shown("6749520869598481670", "both? alone", 2, account_username="stranger")
        await observe(db, str(actor.organization_id), [PostObservation("tiktok", [post])])

    by_caption = {one.caption: one for one in (await search(db, actor, searched("both"))).videos}
    assert by_caption.keys() == {"both ways", "both? one way", "both? alone"}
    assert by_caption["both ways"] == (video.id, "tiktok", "both ways", account.id, "acme")
    assert by_caption["both? alone"] == (alone.id, "tiktok", "both? alone", None, "stranger")

    await delete_account(db, actor, account.id)
    assert captions(await search(db, actor, searched("both"))) == ["both ways", "both? alone"]
    await delete_video(db, actor, video.id)
    assert (
        captions(await search(db, actor, searched("both")))
        == captions(await search(db, actor, searched("bo")))
        == ["both? alone"]
    )


async def test_nothing_of_another_organization_is_found(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    await a_creator(db, other, "Secret")
    account = await an_account(db, other, "secret")
    await see(db, other, account.id, shown("1", "secret"))

    for term in ("secret", "se"):
        assert await search(db, actor, searched(term)) == ([], [], [])
        assert [len(section) for section in await search(db, other, searched(term))] == [1, 1, 1]
    async with db.transaction() as tx:
        await tx.execute(delete(table(Organization)).where(table(Organization).c.id == other.organization_id))
    assert await search(db, other, searched("secret")) == ([], [], [])


POST = (
    *("id", "organization_id", "platform", "external_id"),
    *("account_video_id", "description", "platform_data", "updated_at"),
)
CAPTION = ("post_id", "organization_id", "published", "text")


async def test_one_or_two_characters_are_looked_for_among_the_newest_captions_only(db: Database) -> None:
    actor = await an_organization(db)
    texts = ["qzx", "qzxy", *["other"] * (NEWEST - 1)]
    owner = actor.organization_id
    posts = [
        (number, owner, "tiktok", str(number), new_id(), text, {}, NOON) for number, text in enumerate(texts, start=1)
    ]
    rows = [(number, owner, NOON + dt.timedelta(seconds=number), text) for number, text in enumerate(texts, start=1)]
    async with db.transaction() as tx:
        await tx.write(bulk.insert(table(Post), POST), posts)
        await tx.write(bulk.insert(table(Caption), CAPTION), rows)

    assert captions(await search(db, actor, searched("qz"))) == ["qzxy"]
    assert captions(await search(db, actor, searched("qzx"))) == ["qzxy", "qzx"]
    assert captions(await search(db, actor, searched("her", 3))) == ["other"] * 3


async def test_a_blank_text_finds_nothing_and_any_other_takes_one_statement_a_section(db: Database) -> None:
    actor = await an_organization(db)
    statements: list[str] = []
    db.on_statement.append(statements.append)

    for blank in (None, "", " \t\n"):
        assert await search(db, actor, searched(blank)) == ([], [], [])
    assert statements == []

    for term in ("a", "a longer text", '"' * 128, "é" * 128):
        statements.clear()
        await search(db, actor, searched(term))
        assert len(statements) == 3


@pytest.mark.parametrize(
    ("data", "field"), [({"q": "x" * 129}, "q"), ({"q": "\0"}, "q"), ({"limit": 0}, "limit"), ({"limit": 26}, "limit")]
)
def test_wrong_input_is_named(data: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(SearchParams, data)

    assert [error.field for error in raised.value.errors] == [field]
