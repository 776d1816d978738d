"""Organizations with alike data, one of which asks for what another has; and one that looks the same and never was."""

import base64
import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import text

from creatoraudit import clock
from creatoraudit.db.connections import is_sqlite
from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import ACCOUNT_VIDEOS, list_account_videos
from creatoraudit.domain.accounts.queries import AccountRow
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.commands import create_creator, link_account
from creatoraudit.domain.creators.inputs import CreatorCreate
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.validation import validate
from creatoraudit.graphql.ids import global_id
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_creator, a_video, an_account, an_api_key, an_organization

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHARED_PROFILE = "shared.name"
SHARED_POST = "6749520869598481669"
"""A profile and a post that every organization tracks."""
_EXTERNAL = "670004"


@dataclass(frozen=True)
class Side:
    """What one organization has that names it: ids by type, words in its texts, numbers, cursors, entity tags."""

    word: str
    key: str
    ids: dict[str, list[str]]
    words: list[str]
    idempotency_key: str
    numbers: list[int]
    cursors: Sequence[str] = ()
    tags: Sequence[str] = ()

    @cached_property
    def any_ids(self) -> list[str]:
        """Every id in every way in which GraphQL takes ids."""
        of_type = [(name, one) for name, ids in self.ids.items() for one in ids]
        return [form for name, one in of_type for form in (global_id(name, one), one, one.upper())]

    @cached_property
    def uuids(self) -> list[str]:
        """Every id in every way in which REST takes ids."""
        return [form for ids in self.ids.values() for one in ids for form in (one, one.upper())]

    @cached_property
    def own_words(self) -> list[str]:
        """The words that nobody else has."""
        return [one for one in self.words if one not in {SHARED_PROFILE, SHARED_POST}]

    def marks(self) -> Iterator[str]:
        """What gives this side away wherever it stands."""
        yield from (self.word, self.word.title(), self.key, *self.any_ids, *map(str, self.numbers), *self.cursors)

    def ghost(self, word: str) -> "Side":
        """A side of the same form of which nothing is stored anywhere."""
        return dataclasses.replace(
            self,
            word=word,
            key="",
            ids={name: [one[:14] + str(uuid.uuid4())[14:] for one in ids] for name, ids in self.ids.items()},
            words=[_reworded(one, self.word, word) for one in self.words],
            idempotency_key=self.idempotency_key.replace(self.word, word),
            numbers=[555_000_000 + one % 1_000_000 for one in self.numbers],
            cursors=[_never_given(one) for one in self.cursors],
            tags=[f'"{uuid.uuid4().hex}"' for _ in self.tags],
        )


def _reworded(text: str, word: str, other: str) -> str:
    for old, new in ((word, other), (word.title(), other.title()), (_EXTERNAL, _EXTERNAL[::-1])):
        text = text.replace(old, new)
    return text


def _never_given(cursor: str) -> str:
    """A cursor for the same place, with another digest."""
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[0] ^= 0xFF
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def a_side(db: Database, word: str, base: int) -> tuple[Actor, Side]:
    """A new organization whose own texts all have the word, and whose numbers are of the base's size."""
    await _number_posts_from(db, base + 500_000)
    actor = await an_organization(db, name=f"{word} house", account_quota=base)
    return actor, await _Filled(db, actor, word, base).side()


async def _number_posts_from(db: Database, number: int) -> None:
    """Has the next post's id be as large as no other number is."""
    async with db.transaction() as tx:
        if is_sqlite(db.url):
            await tx.execute(text("DELETE FROM sqlite_sequence WHERE name = 'posts'"))
            await tx.execute(text(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('posts', {number})"))
        else:
            await tx.execute(text(f"ALTER SEQUENCE posts_id_seq RESTART WITH {number}"))


class _Filled:
    """Fills an organization, and remembers the texts and the numbers."""

    def __init__(self, db: Database, actor: Actor, word: str, base: int) -> None:
        self.db = db
        self.actor = actor
        self.word = word
        self.numbers = [base]
        self.words = [word, f"{word} house", SHARED_PROFILE, SHARED_POST]

    def text(self, what: str) -> str:
        self.words.append(f"{self.word} {what}")
        return self.words[-1]

    def number(self) -> int:
        self.numbers.append(self.numbers[-1] + 1)
        return self.numbers[-1]

    async def side(self) -> Side:
        idempotency_key = f"{self.word}-idempotency"
        with clock.frozen(NOON - 3 * DAY):
            keys = [await an_api_key(self.db, self.actor, name=self.text(f"key {n}"), rate_limit=2**40) for n in (1, 2)]
            creators = [
                await a_creator(self.db, self.actor, f"{self.word.title()} Creator {n}", metadata={"n": self.text("c")})
                for n in (1, 2)
            ]
            self.words += [creator.name for creator in creators]
            once = validate(CreatorCreate, {"name": self.text("once")})
            creators.append((await create_creator(self.db, self.actor, once, idempotency_key=idempotency_key)).row)
            accounts = [await self._account(f"{self.word}.one", "instagram")]
            accounts += [await self._account(name, "tiktok") for name in (f"{self.word}.two", SHARED_PROFILE)]
            for account in accounts[:2]:
                await link_account(self.db, self.actor, creators[0].id, account.id)
            videos = [
                await a_video(self.db, self.actor, one, metadata={"n": self.text("v")})
                for one in (self._external_id(), SHARED_POST)
            ]
        for days in (2, 1):
            await self._look(NOON - days * DAY, accounts, [video.external_id for video in videos])
        found = await list_account_videos(
            self.db, self.actor, where=AccountVideoFilter(), sort=ACCOUNT_VIDEOS.default_sort, page=PageRequest()
        )
        self.numbers += [one.post_id for one in found.items]
        return Side(
            word=self.word,
            key=keys[0].key,
            ids={
                "Account": [one.id for one in accounts],
                "Video": [one.id for one in videos],
                "AccountVideo": [one.id for one in found.items],
                "Creator": [one.id for one in creators],
                "Organization": [str(self.actor.organization_id)],
                "ApiKey": [one.row.id for one in keys],
            },
            words=list(dict.fromkeys(self.words)),
            idempotency_key=idempotency_key,
            numbers=self.numbers,
        )

    async def _account(self, username: str, platform: str) -> AccountRow:
        own = {"category": self.text(f"kind of {platform}"), "metadata": {"n": self.text("a")}}
        self.words.append(username)
        return await an_account(self.db, self.actor, username, platform=platform, **own)

    def _external_id(self) -> str:
        self.words.append(f"{_EXTERNAL}00{self.number()}00")
        return self.words[-1]

    async def _look(self, at: dt.datetime, accounts: Sequence[AccountRow], alone: Sequence[str]) -> None:
        seen = [
            AccountObservation(
                account.id,
                [
                    ProfileSnapshot(
                        at,
                        name=self.text(f"display {n}"),
                        description=self.text(f"bio {n}"),
                        profile_pic_url=f"https://{self.word}.example/{n}.jpg",
                        link_in_bio=f"https://{self.word}.example/",
                        follower_count=self.number(),
                    )
                ],
                [self._post(at, f"670000{n}{k}{account.id[-12:].translate(_DIGITS)}", n + k) for k in (0, 1)],
            )
            for n, account in enumerate(accounts)
        ]
        by_itself = PostObservation("tiktok", [self._post(at, one, n, SHARED_PROFILE) for n, one in enumerate(alone)])
        await observe(self.db, str(self.actor.organization_id), [*seen, by_itself])

    def _post(self, at: dt.datetime, external_id: str, hours: int, username: str | None = None) -> PostSnapshot:
        return PostSnapshot(
            at,
            external_id,
            account_username=username,
            description=self.text(f"caption {hours} #fyp"),
            create_time=NOON - 3 * DAY - dt.timedelta(hours=hours),
            view_count=self.number(),
            like_count=self.number(),
        )


_DIGITS = str.maketrans("abcdef", "123456")
"""Makes digits of a hexadecimal number."""
