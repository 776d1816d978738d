"""Account videos: posts that were discovered in a tracked account's feed."""

import strawberry
from strawberry import field

from creatoraudit.domain.account_videos.queries import AccountVideoRow
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql.scalars import BigInt
from creatoraudit.graphql.types.node import node_id
from creatoraudit.graphql.types.post import Post


@strawberry.type(description="A post that was discovered in a tracked account's feed.")
class AccountVideo(Post):
    is_type_of = InstancesOf(AccountVideoRow)

    id: strawberry.ID = node_id("AccountVideo")
    post_id: BigInt = field(description="The post's number, which the REST API's metrics take.")
