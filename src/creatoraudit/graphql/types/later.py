"""Nouns that refer to each other, named before their types exist."""

from typing import TYPE_CHECKING, Annotated

from strawberry import lazy

if TYPE_CHECKING:
    from creatoraudit.graphql.types.account import Account
    from creatoraudit.graphql.types.account_video import AccountVideo
    from creatoraudit.graphql.types.creator import Creator

LaterAccount = Annotated["Account", lazy("creatoraudit.graphql.types.account")]
LaterAccountVideo = Annotated["AccountVideo", lazy("creatoraudit.graphql.types.account_video")]
LaterCreator = Annotated["Creator", lazy("creatoraudit.graphql.types.creator")]
