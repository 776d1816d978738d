"""Everything that can be changed: one mutation for each action."""

import strawberry

from creatoraudit.graphql.mutations.accounts import AccountMutations
from creatoraudit.graphql.mutations.api_keys import ApiKeyMutations
from creatoraudit.graphql.mutations.creators import CreatorMutations
from creatoraudit.graphql.mutations.videos import VideoMutations


@strawberry.type(description="Everything that can be changed.")
class Mutation(AccountMutations, VideoMutations, CreatorMutations, ApiKeyMutations): ...
