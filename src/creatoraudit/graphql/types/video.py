"""Videos: posts that are tracked by themselves."""

import strawberry
from strawberry import field
from strawberry.scalars import JSON

from creatoraudit.domain.videos.queries import VideoRow
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql.types.node import node_id
from creatoraudit.graphql.types.post import Post


@strawberry.type(description="A post that the organization tracks by itself.")
class Video(Post):
    is_type_of = InstancesOf(VideoRow)

    id: strawberry.ID = node_id("Video")
    is_active: bool = field(description="Whether the video is refreshed; a paused one keeps its data.")
    metadata: JSON = field(description="Your own keys and values.")
