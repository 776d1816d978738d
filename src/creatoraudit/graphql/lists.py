"""What each list can be filtered and ordered by."""

import strawberry

from creatoraudit.domain.account_videos import inputs as account_videos
from creatoraudit.domain.accounts import inputs as accounts
from creatoraudit.domain.creators import inputs as creators
from creatoraudit.domain.videos import inputs as videos
from creatoraudit.graphql.enums import (
    AccountOrderField,
    ApiKeyOrderField,
    CreatorOrderField,
    OrderDirection,
    PostOrderField,
)
from creatoraudit.graphql.inputs import fields_of

_FIELD = "What to order by; ties are ordered by id."
_DIRECTION = "Which way."


@strawberry.input(description="Which accounts a list shows.")
@fields_of(accounts.AccountFilter, creator_id="Creator")
class AccountFilter: ...


@strawberry.input(description="Which videos a list shows.")
@fields_of(videos.VideoFilter, account_id="Account")
class VideoFilter: ...


@strawberry.input(description="Which account videos a list shows.")
@fields_of(account_videos.AccountVideoFilter, account_id="Account", creator_id="Creator")
class AccountVideoFilter: ...


@strawberry.input(description="Which creators a list shows.")
@fields_of(creators.CreatorFilter)
class CreatorFilter: ...


@strawberry.input(description="The order of a list of accounts.")
class AccountOrder:
    field: AccountOrderField = strawberry.field(description=_FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description=_DIRECTION)


@strawberry.input(description="The order of a list of videos of either kind.")
class PostOrder:
    field: PostOrderField = strawberry.field(description=_FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description=_DIRECTION)


@strawberry.input(description="The order of a list of creators.")
class CreatorOrder:
    field: CreatorOrderField = strawberry.field(description=_FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=_DIRECTION)


@strawberry.input(description="The order of a list of API keys.")
class ApiKeyOrder:
    field: ApiKeyOrderField = strawberry.field(description=_FIELD)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=_DIRECTION)
