"""Everything that the organization tracks, as lists: at the root, and on the organization itself."""

import strawberry

from creatoraudit.domain.account_videos import inputs as account_videos
from creatoraudit.domain.account_videos.queries import list_account_videos
from creatoraudit.domain.accounts import inputs as accounts
from creatoraudit.domain.accounts.queries import list_accounts
from creatoraudit.domain.creators import inputs as creators
from creatoraudit.domain.creators.queries import list_creators
from creatoraudit.domain.videos import inputs as videos
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.graphql import lists
from creatoraudit.graphql.connections import Connection, connection, of_organization
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.account_video import AccountVideo
from creatoraudit.graphql.types.creator import Creator
from creatoraudit.graphql.types.video import Video


@strawberry.type(description="Everything that the organization tracks.")
class Tracked:
    accounts: Connection[Account] | None = connection(
        of_organization(list_accounts),
        filters=lists.AccountFilter,
        where=accounts.AccountFilter,
        order=lists.AccountOrder,
        description="The tracked accounts, newest first by default.",
    )
    videos: Connection[Video] | None = connection(
        of_organization(list_videos),
        filters=lists.VideoFilter,
        where=videos.VideoFilter,
        order=lists.PostOrder,
        description="The videos that are tracked by themselves, newest first by default.",
    )
    account_videos: Connection[AccountVideo] | None = connection(
        of_organization(list_account_videos),
        filters=lists.AccountVideoFilter,
        where=account_videos.AccountVideoFilter,
        order=lists.PostOrder,
        description="The posts in the feeds of all tracked accounts, most recently published first by default.",
    )
    creators: Connection[Creator] | None = connection(
        of_organization(list_creators),
        filters=lists.CreatorFilter,
        where=creators.CreatorFilter,
        order=lists.CreatorOrder,
        description="The creators, by name by default.",
    )
