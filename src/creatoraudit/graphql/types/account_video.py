"""Account videos: posts that were discovered in a tracked account's feed."""

import strawberry
from strawberry import field

from creatoraudit.domain.account_videos.queries import AccountVideoRow
from creatoraudit.graphql.scalars import BigInt
from creatoraudit.graphql.types.node import node_id, rows_of
from creatoraudit.graphql.types.post import Post


@strawberry.type(description="A post that was discovered in a tracked account's feed.")
class AccountVideo(Post):
    is_type_of = rows_of(AccountVideoRow)

    id: strawberry.ID = node_id("AccountVideo")
    post_id: BigInt = field(description="The post's number, which the REST API's metrics take.")
